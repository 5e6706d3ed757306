"""All that is kept of readers: opened, purged, moved and forgotten together."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.memory import Memory
from bot.reviews.store import Reports
from bot.telegram.delivery.inbox import Inbox
from bot.telegram.shown import ShownMessages
from bot.watches.store import Watches


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one library; each may be used from any thread."""

    memory: Memory
    watches: Watches
    reports: Reports
    inbox: Inbox
    shown: ShownMessages

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> "Iterator[Stores]":
        """Open the stores in and beside the library's database at this path, and close them.

        Raises:
            LibraryError: one of them cannot be opened or written.
        """
        with (
            closing(Inbox.open(path)) as inbox,
            closing(Memory.open(path)) as memory,
            Watches.open(path.parent) as watches,
            Reports.open(path.parent) as reports,
            ShownMessages.open(path.parent) as shown,
        ):
            yield cls(memory, watches, reports, inbox, shown)

    def count(self, chat: int, user: int) -> dict[str, int]:
        """Return how much of each kind is kept of somebody in a chat."""
        return {
            "questions": self.memory.count(chat, user),
            "standing": self.watches.count(chat, user),
            "reports": self.reports.count(chat, user),
        }

    def forget(self, chat: int, user: int) -> None:
        """Remove all that is kept of somebody in a chat."""
        words = self.memory.forget(chat, user)
        self.watches.forget(chat, user)
        self.reports.forget(chat, user, words)
        self.inbox.forget(chat, user)
        self.shown.forget(chat, user)

    def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now."""
        self.memory.move(chat, to)
        self.watches.move(chat, to)
        self.reports.move(chat, to)
        self.shown.move(chat, to)
