"""Whether the running bot is well: told to a file, and to systemd if it has started the bot.

The bot is well while Telegram was heard not long ago and its event loop is not stuck. A quiet
night is no illness: the age that counts is that of the last poll that succeeded, not of the last
message.
"""

import asyncio
import contextlib
import json
import os
import socket
import time
from pathlib import Path

from bot.telegram.vitals import Vitals

FILE = "bot.health"

LONGEST_SILENCE_S = 90.0
"""Two long polls and a half."""

LONGEST_LAG_S = 5.0

EVERY_S = 5.0
"""Between two beats."""

LONGEST_GAP_S = 30.0
"""A file older than this was left by a process that is gone, or stuck."""


def illness(folder: Path) -> str | None:
    """Return what ails the bot of a data directory, None if it is well."""
    try:
        beat = json.loads((folder / FILE).read_text(encoding="utf-8"))
        written, silence, lag = (float(beat[name]) for name in ("written", "poll_age", "lag"))
    except FileNotFoundError:
        return "no bot has run here"
    except (OSError, ValueError, TypeError, KeyError) as error:
        return f"the file {FILE} cannot be read: {error}"
    gap = abs(time.time() - written)
    if gap > LONGEST_GAP_S:
        return f"the bot has not been heard of for {gap:.0f} s"
    return _ailing(silence, lag)


class Heartbeat:
    """Writes how the bot is doing, again and again."""

    def __init__(self, folder: Path, vitals: Vitals, version: str) -> None:
        self._path = folder / FILE
        self._vitals = vitals
        self._version = version
        self._born = time.monotonic()

    async def run(self) -> None:
        """Beat until it is cancelled."""
        notify("READY=1")
        lag = 0.0
        while True:
            self._beat(lag)
            due = time.monotonic() + EVERY_S
            await asyncio.sleep(EVERY_S)
            lag = time.monotonic() - due

    def _beat(self, lag: float) -> None:
        age = self._vitals.poll_age()
        silence = time.monotonic() - self._born if age is None else age
        beat = {
            "written": time.time(),
            "poll_age": silence,
            "lag": lag,
            "waiting": self._vitals.waiting,
            "counts": self._vitals.counts,
            "version": self._version,
        }
        beside = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):  # a full disk: the file grows old, which is noticed
            beside.write_text(json.dumps(beat), encoding="utf-8")
            beside.replace(self._path)
        if not _ailing(silence, lag):
            notify("WATCHDOG=1")


def notify(state: str) -> None:
    """Tell systemd, as sd_notify(3) does it; without systemd nothing happens."""
    if not (address := os.environ.get("NOTIFY_SOCKET")):
        return
    # A leading @ stands for the null byte of Linux's abstract addresses.
    address = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link, contextlib.suppress(OSError):
        link.setblocking(False)  # a systemd that does not listen must not stop the bot
        link.sendto(state.encode(), address)


def _ailing(silence: float, lag: float) -> str | None:
    if silence > LONGEST_SILENCE_S:
        return f"Telegram was not heard for {silence:.0f} s"
    if lag > LONGEST_LAG_S:
        return f"the bot was stuck for {lag:.0f} s"
    return None
