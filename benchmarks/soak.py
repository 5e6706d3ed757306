"""A long day of the Telegram bot on loopback: readers, faults, and kills at any moment.

    python -m benchmarks.soak --data EMPTY_DIR [--questions 20000 --readers 500 --kills 50]

Each reader asks again when the answer is there, two questions at a time; meanwhile the bot, a
process of its own (`citat bot` over the sample archive or, with --stand-in, the same over answers
that cost no model), is killed (SIGKILL) at random, sends and polls fail, connections drop, updates
come twice. Prints what was lost, doubled or out of order, and the memory of the bot. The exit code
is 1 if a question stays unanswered, an order is broken, or more answers come twice than were on
their way at a kill. The last fifth of the questions is asked without kills: there the memory of
one process is compared.
"""

import argparse
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bots import QUESTIONS, Bot, Starter, citat_bot, sample_archive, stand_in_bot
from tests.bot.botapi import FakeBotApi, Reader, stored_in
from tests.bot.botapi.threaded import Beside, serving
from tests.bot.telegram_world import LineFinder, articles_of

AT_ONCE = 2
LANGUAGES = ("en", "bg", "ru", "uk")
QUIET_SHARE = 0.2
"""Of the questions, without kills at the end."""
GIVE_UP_S = 180
"""Without a single answer."""
SAMPLE_S = 1.0
GROWN_UP_S = 5.0
"""After which a process has loaded what it needs: its memory counts from then on."""


@dataclass
class Day:
    """What was asked and answered; used in the server's thread."""

    api: FakeBotApi
    most: int
    questions: tuple[str, ...]
    dice: random.Random
    readers: list[Reader]
    asked: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    again: dict[tuple[int, int], Any] = field(default_factory=dict)
    times: Counter[tuple[int, int]] = field(default_factory=Counter)
    of: dict[int, Reader] = field(init=False)
    begun: int = 0
    repeated: int = 0
    last: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.of = {reader.id: reader for reader in self.readers}

    def begin(self) -> None:
        """Let every reader ask."""
        self.api.world.on_shown = self.shown
        for _ in range(AT_ONCE):
            for reader in self.readers:
                self.ask(reader)

    def ask(self, reader: Reader) -> None:
        """Ask a question; now and then its update is to come once more."""
        if self.begun == self.most:
            return
        self.begun += 1
        message = self.api.says(reader, self.dice.choice(self.questions))
        self.asked[reader.id].append(message["message_id"])
        if self.dice.random() < 0.02:
            update = self.api.world.updates.waiting[-1]
            self.again[reader.id, message["message_id"]] = update

    def shown(self, message: Any) -> None:
        """Take an answer; its reader asks again."""
        replied = message.get("reply_to_message")
        if replied is None or "edit_date" in message:
            return
        chat, question = message["chat"]["id"], replied["message_id"]
        self.last = time.monotonic()
        self.times[chat, question] += 1
        if self.times[chat, question] == 1:
            self.answered[chat].append(question)
            if update := self.again.pop((chat, question), None):
                self.repeated += 1
                self.api.repeats(update)
            self.ask(self.of[chat])

    @property
    def done(self) -> int:
        return len(self.times)

    @property
    def missing(self) -> int:
        return sum(map(len, self.asked.values())) - self.done

    @property
    def doubled(self) -> int:
        return sum(times - 1 for times in self.times.values())

    @property
    def out_of_order(self) -> list[int]:
        """Return the chats in which answers came in another order than the questions."""
        return [
            chat
            for chat, asked in self.asked.items()
            if self.answered[chat] != [one for one in asked if (chat, one) in self.times]
        ]


def faults(api: FakeBotApi) -> None:
    """Let sends and polls fail now and then, all day."""
    forever = float("inf")
    flood = "Too Many Requests: retry after 1"
    api.fails("sendMessage", 429, flood, forever, chance=0.01, retry_after=1)
    api.fails("sendMessage", 500, "Internal Server Error", forever, chance=0.01)
    api.fails("sendMessage", 502, "Bad Gateway", forever, chance=0.005)
    api.drops("sendMessage", forever, chance=0.005)
    api.drops("getUpdates", forever, chance=0.01)
    api.fails("getUpdates", 502, "Bad Gateway", forever, chance=0.01)


class Killer:
    """Keeps a bot running, and kills it when so much more is answered."""

    def __init__(self, start: Starter, server: Beside, day: Day, data: Path, log: Path) -> None:
        self.start, self.server, self.day, self.data, self.log = start, server, day, data, log
        self.bot: Bot = start(data, server.url, log)
        self.memory: list[tuple[int, float]] = []
        self.killed = 0
        self._born = time.monotonic()
        self._sampled = 0.0

    def kill(self) -> None:
        self.bot.kill()
        self.killed += 1
        self._born = time.monotonic()
        self.bot = self.start(self.data, self.server.url, self.log)

    def wait(self, until: int) -> None:
        """Wait for so many answers.

        Raises:
            TimeoutError: none has come for long.
        """
        while (done := self.day.done) < until:
            now = time.monotonic()
            if now - max(self.day.last, self._sampled - GIVE_UP_S) > GIVE_UP_S:
                raise TimeoutError(f"nothing was answered for {GIVE_UP_S} s")
            if now - self._sampled > SAMPLE_S:
                self._sampled = now
                if now - self._born > GROWN_UP_S:
                    self.memory.append((self.killed, self.bot.resident()))
                if sys.stderr.isatty():
                    print(f"\r{done} answered, {self.killed} kills", end="", file=sys.stderr)
            time.sleep(0.02)


def soak(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data / "library"
    arguments.data.mkdir(parents=True, exist_ok=True)
    sample_archive(data)
    dice = random.Random(arguments.seed)
    readers = [
        Reader(7000 + number, LANGUAGES[number % len(LANGUAGES)])
        for number in range(arguments.readers)
    ]
    started = time.monotonic()
    questions = ("harbour?", "whale?", "what of the ships?") if arguments.stand_in else QUESTIONS
    start = stand_in_bot if arguments.stand_in else citat_bot
    known = articles_of(LineFinder()) if arguments.stand_in else stored_in(data / "library.db")
    with serving(articles=known, keep=100_000) as server:
        day = server.do(lambda api: Day(api, arguments.questions, questions, dice, readers))
        server.do(faults)
        killer = Killer(start, server, day, data, arguments.data / "bot.log")
        server.do(lambda _: day.begin())
        span = arguments.questions * (1 - QUIET_SHARE)
        for number in range(1, arguments.kills + 1):
            killer.wait(int(span * number / arguments.kills))
            time.sleep(dice.random())
            killer.kill()
        killer.wait(arguments.questions)
        time.sleep(5)  # for what may still come twice
        code = killer.bot.stop()
        return report(day, killer, time.monotonic() - started, code)


def report(day: Day, killer: Killer, seconds: float, code: int) -> int:
    """Print the figures; return the exit code."""
    log = killer.log.read_text(encoding="utf-8", errors="replace")
    print(f"\n{day.begun} questions of {len(day.readers)} readers in {seconds:.0f} s")
    print(
        f"{killer.killed} kills, {day.repeated} updates repeated; the last bot ended with {code}"
    )
    in_doubt = log.count("may be answered twice")
    print(f"unanswered: {day.missing}; chats out of order: {day.out_of_order or 'none'}")
    print(f"answered twice: {day.doubled}; on their way at a kill: {in_doubt}")
    whole = [size for _, size in killer.memory]
    last = [size for life, size in killer.memory if life == killer.killed]
    for name, sizes in (("all bots", whole), ("the last bot", last)):
        if not sizes:
            continue
        tenth = max(len(sizes) // 10, 1)
        first, end = statistics.mean(sizes[:tenth]), statistics.mean(sizes[-tenth:])
        print(f"memory of {name}: first tenth {first:.0f}, last tenth {end:.0f} MiB")
    failed = day.missing or day.out_of_order or day.doubled > in_doubt or code
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="an empty folder")
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stand-in", action="store_true", help="answers that cost no model")
    parser.add_argument("--seed", type=int, default=1)
    return soak(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
