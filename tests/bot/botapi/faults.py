"""Faults on purpose: a method refuses, answers rubbish, hangs, or hangs up."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.bot.botapi.marks import Json

Match = Callable[[Json], object] | Mapping[str, Any]
"""Which calls are meant, by what they are called with."""


class Ending(Enum):
    """What becomes of a call that has a fault."""

    ANSWER = auto()  # its own answer, only later
    REFUSAL = auto()
    BODY = auto()  # anything at all
    DROP = auto()  # the connection is cut
    HANG = auto()  # nothing comes until the client gives up


@dataclass
class Fault:
    """The answer that a method gives instead of its own, `times` times, `after` so many calls.

    `applied` tells that the call takes effect all the same; "*" is any method but `getUpdates`.
    """

    method: str
    status: int = 500
    description: str = ""
    times: float = 1
    after: int = 0
    parameters: Json = field(default_factory=dict)
    ending: Ending = Ending.REFUSAL
    body: str | bytes = ""
    content_type: str = "text/html"
    applied: bool = False
    delay_s: float = 0
    chance: float = 1
    match: Match | None = None

    def concerns(self, method: str, data: Json) -> bool:
        named = self.method.lower() in {method, "*" if method != "getupdates" else method}
        return named and (self.match is None or _matches(self.match, data))


class Faults:
    """All faults that are due; the first that concerns a call has it."""

    def __init__(self, seed: int = 0) -> None:
        self._due: list[Fault] = []
        self._dice = random.Random(seed)  # the same faults in each run

    def add(self, fault: Fault) -> None:
        self._due.append(fault)

    def clear(self) -> None:
        self._due.clear()

    def of(self, method: str, data: Json) -> Fault | None:
        """Return the fault of this call, if it has one; `method` in lower case."""
        for fault in self._due:
            if not fault.concerns(method, data):
                continue
            if fault.after > 0:
                fault.after -= 1
            elif fault.times > 0 and self._dice.random() < fault.chance:
                fault.times -= 1
                return fault
        return None


def _matches(match: Match, data: Json) -> bool:
    if callable(match):
        return bool(match(data))
    return all(data.get(name) == value for name, value in match.items())
