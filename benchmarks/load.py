"""How long a reader waits: round trips of the Telegram bot on loopback, beside a bare echo bot.

    python -m benchmarks.load --data EMPTY_DIR [--seconds 30]

Each bot is a process of its own against the same server in the same run: the echo, the whole bot
over answers that cost no model, and `citat bot` over the sample archive. Messages of many readers
come at random, so many a second on average. Then one reader floods the bot: what the others wait,
beside what they wait without.
"""

import argparse
import random
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bots import (
    QUESTIONS,
    Starter,
    citat_bot,
    echo_bot,
    limited_bot,
    running,
    sample_archive,
    stand_in_bot,
)
from tests.bot.botapi import FakeBotApi, Reader, stored_in
from tests.bot.botapi.threaded import Beside, serving
from tests.bot.telegram_world import LineFinder, articles_of

RATES = (1.0, 8.0, 30.0)
FLOOD_RATE = 8.0
FLOOD = 20.0
"""Messages a second of the flooding reader."""
STAND_IN = ("harbour?", "whale?", "what of the ships?")
READERS = [Reader(7000 + number, "en") for number in range(200)]
FLOODER = Reader(6999, "en")
SETTLE_S = 20.0


@dataclass
class Trips:
    """When each message was sent, and how long its answer took in seconds."""

    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    took: dict[tuple[int, int], float] = field(default_factory=dict)

    def shown(self, message: Any) -> None:
        replied = message.get("reply_to_message")
        if replied is not None:
            place = message["chat"]["id"], replied["message_id"]
            if place in self.sent:
                self.took.setdefault(place, time.monotonic() - self.sent[place])

    def say(self, api: FakeBotApi, reader: Reader, text: str) -> None:
        message = api.says(reader, text)
        self.sent[reader.id, message["message_id"]] = time.monotonic()

    def of_others(self) -> list[float]:
        """Return the round trips of all but the flooding reader, in milliseconds, sorted."""
        return sorted(1000 * took for (chat, _), took in self.took.items() if chat != FLOODER.id)

    def unanswered(self) -> int:
        others = [place for place in self.sent if place[0] != FLOODER.id]
        return len(others) - len(self.of_others())


def trips(
    server: Beside,
    questions: tuple[str, ...],
    rate: float,
    seconds: float,
    dice: random.Random,
    flood: float = 0.0,
) -> Trips:
    """Let readers ask so many questions a second, and wait for the last answers."""
    found = Trips()

    def listen(api: FakeBotApi) -> None:
        api.world.on_shown = found.shown

    server.do(listen)
    end = time.monotonic() + seconds
    due, next_flood = time.monotonic(), time.monotonic()
    while (now := time.monotonic()) < end:
        if now >= due:
            reader, text = dice.choice(READERS), dice.choice(questions)
            server.do(partial(found.say, reader=reader, text=text))
            due += dice.expovariate(rate)
        if flood and now >= next_flood:
            server.do(partial(found.say, reader=FLOODER, text=questions[0]))
            next_flood += 1 / flood
        time.sleep(0.002)
    settled = time.monotonic() + SETTLE_S
    while found.unanswered() and time.monotonic() < settled:
        time.sleep(0.05)
    return found


def told(name: str, rate: float, found: Trips) -> str:
    took = found.of_others()
    if len(took) < 2:
        return f"| {name} | {rate:g} | - | - | {found.unanswered()} |"
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[18]
    return f"| {name} | {rate:g} | {p50:.1f} | {p95:.1f} | {found.unanswered()} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="an empty folder")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each figure")
    arguments = parser.parse_args()
    arguments.data.mkdir(parents=True, exist_ok=True)
    archive, log = arguments.data / "archive", arguments.data / "bot.log"
    sample_archive(archive)
    bots: tuple[tuple[str, Starter, tuple[str, ...], tuple[float, ...]], ...] = (
        ("echo", echo_bot, STAND_IN, RATES),
        ("bot, answers without a model", stand_in_bot, STAND_IN, RATES),
        ("the same, its limits on", limited_bot, STAND_IN, (FLOOD_RATE,)),
        ("`citat bot`, sample archive", citat_bot, QUESTIONS, RATES[:2]),
    )
    dice = random.Random(1)
    print("| bot | messages/s | p50 ms | p95 ms | unanswered |\n|---|---|---|---|---|")
    for number, (name, start, questions, rates) in enumerate(bots):
        # Each its own: a server counts its updates from 1, and a bot knows those it has had.
        library = arguments.data / f"library-{number}"
        shutil.copytree(archive, library)
        with serving(articles=stored_in(library / "library.db"), keep=1000) as server:
            server.do(lambda api: api.law.knows(articles_of(LineFinder())))
            with running(start(library, server.url, log)):
                trips(server, questions, 1.0, 5.0, dice)  # until it is warm
                for rate in rates:
                    found = trips(server, questions, rate, arguments.seconds, dice)
                    print(told(name, rate, found), flush=True)
                if start is limited_bot:
                    found = trips(
                        server, questions, FLOOD_RATE, arguments.seconds, dice, flood=FLOOD
                    )
                    print(told(f"{name}, one reader floods", FLOOD_RATE, found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
