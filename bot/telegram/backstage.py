"""What stands behind the voice: its gate, its accounts, and what its owner may do."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from telegram.ext import CommandHandler, filters

from bot.telegram.access import Gate
from bot.telegram.archive import Archive
from bot.telegram.bans import Bans
from bot.telegram.ingesting import Ingesting
from bot.telegram.journal import Journal
from bot.telegram.metrics import Metrics
from bot.telegram.owning import Owning
from bot.telegram.retention import Retention
from bot.telegram.settings import TelegramSettings
from bot.telegram.stores import Stores
from bot.telegram.vitals import Vitals


class Backstage:
    """The parts that answer no question, put together; it closes the database that it is given.

    From the `stores` goes what is older than it may be. `ingest` is the command that takes in
    an address behind it; if it is empty, /ingest is not offered.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        archive: Archive,
        bans: Bans,
        vitals: Vitals,
        stores: Stores,
        ingest: Sequence[str],
    ) -> None:
        self.vitals = vitals
        self._settings = settings
        self._archive = archive
        self._bans = bans
        self._metrics = Metrics(vitals, archive.size)
        self._served = contextlib.ExitStack()
        self._ingesting = Ingesting(ingest) if ingest else None
        self._owning = Owning(settings.admins, archive, bans, vitals, stores.reports.waiting)
        followed = timedelta(days=settings.follow_days)

        def purge_shown(before: datetime) -> int:
            return stores.shown.purge(max(before, datetime.now(UTC) - followed))

        purges = (stores.memory.purge, stores.reports.purge, stores.inbox.purge, purge_shown)
        self._retention = Retention(timedelta(days=settings.keep_days), purges)
        self.gate = Gate(settings, bans, vitals, vitals.clock.now)
        self.journal = Journal(self._metrics)

    @classmethod
    def open(
        cls,
        settings: TelegramSettings,
        path: Path,
        vitals: Vitals,
        stores: Stores,
        *,
        ingest: Sequence[str] = (),
    ) -> Self:
        """Put the parts together over the library's database at this path.

        Raises:
            LibraryError: the database cannot be opened or written.
        """
        with contextlib.ExitStack() as opened:
            archive = opened.enter_context(Archive.open(path.parent))
            bans = Bans.open(path)
            opened.pop_all()
        return cls(settings, archive, bans, vitals, stores, ingest)

    def handlers(self, fresh: filters.BaseFilter) -> list[CommandHandler[Any, Any]]:
        """Return the handlers of the owner's commands, and of what readers see of them."""
        # In a group everybody would read along.
        owners = fresh & filters.ChatType.PRIVATE & filters.User(self._settings.admins)
        ingesting = self._ingesting.handlers(owners) if self._ingesting else []
        return [*ingesting, *self._owning.handlers(fresh, owners)]

    def start(self) -> None:
        """Begin to remove what is old, and to tell figures if that is wished for.

        Raises:
            ConfigError: the port for the figures cannot be used.
        """
        if self._settings.metrics_port:
            self._served.enter_context(self._metrics.serve(self._settings.metrics_port))
        self._retention.start()

    async def stop(self) -> None:
        """End what is under way; an admin whose /ingest ends is told."""
        if self._ingesting is not None:
            await self._ingesting.stop()
        await self._retention.stop()

    def close(self) -> None:
        """Close the database and the port."""
        self._served.close()
        self._bans.close()
        self._archive.close()
