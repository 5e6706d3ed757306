"""The watcher: reads each feed on its schedule, and each page when it is due, until it is stopped.

All it knows is in the library, so it may be killed at any instant; the next one goes on. A request
is answered, and what it brought is stored, before its host is asked again.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from index.encoder import Encoder
from index.errors import EncoderMismatch, LibraryError, SourceError
from index.feeds import Feed
from index.feeds import waiting as pages_waiting
from ingest import addresses
from ingest.fetch import NO_HEADERS, Answer, FetchSettings
from ingest.pipeline import IngestSettings, Report
from ingest.watching import outcomes, readings
from ingest.watching.clock import Clock, SystemClock
from ingest.watching.documents import (
    Document,
    Kind,
    expected,
    read_document,
    refuse_nothing,
)
from ingest.watching.intake import Intake
from ingest.watching.judging import read_article, refuse_elsewhere
from ingest.watching.ledger import FEED, Ledger, Page, State
from ingest.watching.schedule import DAY_S
from ingest.watching.settings import REMOVE, WatchSettings
from ingest.watching.sightings import sightings
from ingest.watching.web import PATIENCE_S, SITEMAPS, Trouble, Web

logger = logging.getLogger(__name__)

LOOK_S = 10.0
"""A feed that another process adds is noticed after so long."""
_STOP_WITHIN_S = 10.0
_REFUSALS_BORNE = 10
"""Visits in a row that a library may refuse, for another process that is writing, say."""
_PORTION = 16
"""Entries taken in before anything else may use the library."""
_GONE_FOR_GOOD = HTTPStatus.GONE
_NOT_FOUND = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watcher is told: the tables [watch], [fetch] and [ingest]."""

    watch: WatchSettings = field(default_factory=WatchSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)


class Watcher:
    """Watches the feeds of one library; `thread` runs one job at a time, all that touch it."""

    def __init__(
        self,
        ledger: Ledger,
        encoder: Encoder,
        thread: Executor,
        settings: Watched,
        clock: Clock | None = None,
        *,
        look_s: float = LOOK_S,
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._settings = settings.watch
        self._most_bytes = settings.fetch.max_bytes
        self._clock = clock or SystemClock()
        self._look_s = look_s
        self._web = Web(ledger, self._work, self._clock, settings.fetch, settings.watch)
        removes = settings.watch.withdrawn == REMOVE
        self._intake = Intake(ledger, encoder, settings.ingest, removes=removes)
        self._visits: dict[asyncio.Task[None], str] = {}
        self._stopping = asyncio.Event()
        self._refusals = 0

    @property
    def report(self) -> Report:
        """What came in so far."""
        return self._intake.report

    async def run(
        self, *, once: bool = False, show: Callable[[Report, int], None] | None = None
    ) -> None:
        """Watch until `stop`; with `once`, until nothing is due that may be read soon.

        `show` is told, after each visit, what came in and how many pages wait.

        Raises:
            LibraryError: the library cannot be written; all that was stored stands.
        """
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            while not self._stopping.is_set():
                seconds = await self._set_out(once=once)
                if once and seconds is None and not self._visits:
                    return
                pause = self._look_s if seconds is None else min(seconds, self._look_s)
                waiting = asyncio.create_task(self._clock.wait(list(self._visits), pause))
                await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                self._collect()
                if show is not None:
                    show(self.report, await self._work(pages_waiting, self._ledger))
        finally:
            stopped.cancel()
            await self._finish()

    def stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()

    # Who is visited

    async def _set_out(self, *, once: bool) -> float | None:
        """Visit all hosts that may be; return the seconds until another may, None for never."""
        now, coming = self._clock.now(), list[float]()
        busy = set(self._visits.values())
        for one in sorted(await self._work(self._ledger.agenda), key=lambda one: one.due):
            moment = max(one.due, one.free_at)
            if one.host in busy or (once and (one.due > now or moment > now + PATIENCE_S)):
                continue
            if moment > now:
                coming.append(moment)
            elif len(self._visits) < self._settings.hosts_at_once:
                self._visits[asyncio.create_task(self._visit(one.host))] = one.host
        return min(coming) - now if coming else None

    def _collect(self) -> None:
        for visit in [visit for visit in self._visits if visit.done()]:
            del self._visits[visit]
            error = visit.exception()
            self._refusals = self._refusals + 1 if error else 0
            if error and (not _may_pass(error) or self._refusals > _REFUSALS_BORNE):
                raise error
            if error:
                logger.warning("tried again: %s", error)

    async def _finish(self) -> None:
        """Let what is under way end, and leave the rest to the next watcher."""
        if self._visits:
            _, slow = await asyncio.wait(self._visits, timeout=_STOP_WITHIN_S)
            for visit in slow:
                visit.cancel()
                del self._visits[visit]
        self._collect()

    async def _visit(self, host: str) -> None:
        job = await self._work(self._ledger.next_job, host, self._clock.now())
        if isinstance(job, Feed):
            await self._read(job)
        elif isinstance(job, Page):
            await self._look_at(job)

    # Feeds

    async def _read(self, feed: Feed) -> None:
        """Read a feed and note how it went."""
        try:
            noted = await self._reading(feed)
        except Trouble as error:
            noted = readings.failed(feed, str(error), self._clock.now(), error.until)
        except SourceError as error:
            noted = readings.failed(feed, str(error), self._clock.now())
        except LibraryError:
            raise
        except Exception:  # what is out there has found a hole; the other feeds are watched on
            logger.exception("the feed %s could not be read", feed.address)
            noted = readings.failed(feed, "cannot be read; see the log", self._clock.now())
        await self._work(self._ledger.note_feed, noted)

    async def _reading(self, feed: Feed) -> Feed:
        now = self._clock.now()
        is_whole = feed.whole is None or now - feed.whole >= DAY_S
        headers = NO_HEADERS if is_whole else _validators(feed)
        reply = await self._web.get(feed.address, headers=headers, types=SITEMAPS)
        answer, now = reply.answer, self._clock.now()
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return readings.unchanged(feed, now, self._settings)
        if answer.status == _GONE_FOR_GOOD:
            return readings.stopped(feed, f"{answer.reason}: it is not read any more", now)
        refuse_nothing(answer)
        document = await asyncio.to_thread(read_document, answer, self._most_bytes)
        new = await self._take_in(feed, expected(document, answer), answer.url)
        moved = replace(
            feed, address=reply.moved_to, host=addresses.host(reply.moved_to), whole=now
        )
        await self._work(self._ledger.meet, moved.host)
        return readings.read(moved, document, answer, now, new=new, settings=self._settings)

    async def _take_in(self, feed: Feed, document: Document, base: str) -> int:
        """Take in what a feed names; return how much is new."""
        if document.kind == Kind.INDEX:
            if feed.parent is not None:  # or one that names itself anew would never end
                raise SourceError("is an index inside an index of sitemaps, which is not allowed")
            for part in document.locations:
                url = addresses.clean(addresses.joined(base, part.url))
                changed = part.changed.isoformat() if part.changed else None
                now = self._clock.now()
                if url is not None and readings.is_wanted(feed, part):
                    await self._work(self._ledger.note_part, feed, url, changed, now)
            return 0
        listed, new = sightings(document, base), 0
        for start in range(0, len(listed), _PORTION):
            portion = listed[start : start + _PORTION]
            new += await self._work(self._intake.see, feed, portion, self._clock.now())
        return new

    # Pages

    async def _look_at(self, page: Page) -> None:
        """Read a page and note how it went."""
        try:
            await self._looking(page)
        except Trouble as error:
            noted = outcomes.troubled(page, str(error), self._clock.now(), error.until)
            await self._work(self._ledger.save, noted)
        except SourceError as error:
            noted = outcomes.failed(page, str(error), self._clock.now())
            await self._work(self._ledger.save, noted)
        except LibraryError:
            raise
        except Exception:  # as of feeds
            logger.exception("the page %s could not be read", page.url)
            noted = outcomes.failed(page, "cannot be read; see the log", self._clock.now())
            await self._work(self._ledger.save, noted)

    async def _looking(self, page: Page) -> None:
        now = self._clock.now()
        is_whole = page.whole is None or now - page.whole >= DAY_S
        headers = NO_HEADERS if is_whole else _validators(page)
        reply = await self._web.get(page.url, headers=headers)
        answer, now = reply.answer, self._clock.now()
        if answer.status == _GONE_FOR_GOOD:
            await self._work(self._intake.withdraw, page, answer.reason, now)
        elif answer.status in _NOT_FOUND:
            await self._work(self._not_found, page, answer.reason, now)
        elif answer.status == HTTPStatus.NOT_MODIFIED:
            await self._work(self._ledger.save, outcomes.stands(page, now))
        else:
            refuse_nothing(answer)
            target = answer.url if page.article is None else reply.moved_to
            if await self._work(self._intake.moved, page, addresses.clean(target), now):
                return
            await self._take_page(page, answer, reply.moved_to)

    async def _take_page(self, page: Page, answer: Answer, url: str) -> None:
        read = replace(
            page,
            url=url,
            host=addresses.host(url),
            whole=self._clock.now(),
            etag=answer.headers.get("etag"),
            modified=answer.headers.get("last-modified"),
        )
        if page.origin == FEED and page.state == State.STORED:
            refuse_elsewhere(answer.url, page.url)  # its text is the feed's; it has to be there
            await self._work(self._ledger.save, outcomes.stands(read, self._clock.now()))
            return
        draft = await asyncio.to_thread(read_article, answer, page.url)
        await self._work(self._intake.article, read, draft, self._clock.now())

    def _not_found(self, page: Page, problem: str, now: float) -> None:
        noted = outcomes.missing(page, problem, now)
        if outcomes.is_gone(noted, now, self._settings.gone_after_days):
            self._intake.withdraw(noted, problem, now)
        else:
            self._ledger.save(noted)

    async def _work(self, function: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, LibraryError) and not isinstance(error, EncoderMismatch)


def _validators(known: Feed | Page) -> dict[str, str]:
    """Return the headers that ask for something only if it has changed."""
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in told.items() if value}
