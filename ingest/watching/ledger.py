"""What is remembered of feeds, pages and hosts, so that a watcher may be killed at any instant."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, replace
from enum import StrEnum
from typing import Any

from index.database import told
from index.feeds import COLUMNS, Feed
from index.library import Library
from ingest.addresses import host as host_of
from ingest.addresses import site as site_of

FIRST_INTERVAL_S = 30 * 60.0
"""Of a feed whose habit is not known yet."""


class State(StrEnum):
    """What became of a page."""

    WAITING = "waiting"
    """It is known from a feed, and not read yet."""
    STORED = "stored"
    """Its article is in the library, or is that of another page."""
    PASSED = "passed"
    """It was there before its feed was watched, and is older than what is wanted."""
    REFUSED = "refused"
    """It could not be read in many attempts, or is no article."""
    WITHDRAWN = "withdrawn"
    """It is gone, and its article with it."""
    REMOVED = "removed"
    """Somebody has removed its article from the library, which stands."""


PAGE, FEED = "page", "feed"
"""Where the text of an article comes from."""
NAMED = "#"
"""In the key of an entry that has a name in its feed, and no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page by the key of its addresses.

    `told` is what the feed says of it, as JSON; `entry` a hash of that, `seen` one of what the
    page itself says. From `settled`, when its article last changed, its checks are counted; `idle`
    ones in a row have found nothing new. `whole` is when it was last read without asking whether
    it has changed.
    """

    key: str
    url: str
    host: str
    feed: int | None = None
    article: str | None = None
    leads: int = 1
    state: str = State.WAITING
    origin: str = PAGE
    told: str | None = None
    entry: str | None = None
    seen: str | None = None
    etag: str | None = None
    modified: str | None = None
    lastmod: str | None = None
    found: float
    settled: float | None = None
    whole: float | None = None
    checked: float | None = None
    due: float | None = None
    idle: int = 0
    failures: int = 0
    problem: str | None = None
    gone_since: float | None = None
    gone_checks: int = 0

    @property
    def has_address(self) -> bool:
        return NAMED not in self.key


@dataclass(frozen=True, slots=True)
class Host:
    """A host: not before `free_at` is it asked again. `robots` is None where it is not known."""

    host: str
    free_at: float = 0.0
    failures: int = 0
    robots: str | None = None
    robots_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Appointment:
    """When there is next something to do on a host, and when it may be asked again."""

    host: str
    due: float
    free_at: float


PAGE_COLUMNS = ", ".join(Page.__dataclass_fields__)
_READ = (
    *("address", "host", "name", "kind", "interval", "due", "etag", "modified", "whole"),
    *("checked", "succeeded", "newest", "habit", "failures", "problem"),
)
"""Columns of a feed that change when it is read; the others are the editor's."""


class Ledger(Library):
    """The library with what is watched for it; its own connection."""

    @contextmanager
    def noting(self) -> Iterator[None]:
        """One transaction; the write lock is taken first."""
        with told(self.path), self._db.atomic():
            self._db.execute("update hosts set free_at = free_at where host = ''")
            yield

    # Feeds

    def add_feed(self, url: str, now: float, **chosen: Any) -> Feed | None:
        """Add a feed that is due at once; None if it is there already."""
        values = {
            "url": url,
            "address": url,
            "host": host_of(url),
            "name": "",
            "kind": "",
            "takes": "auto",
            "backfill": 0,
            "interval": FIRST_INTERVAL_S,
            "due": now,
            **chosen,
        }
        marks = ", ".join("?" * len(values))
        with self.noting():
            rows = self.rows(
                f"insert or ignore into feeds ({', '.join(values)}) values ({marks})"  # noqa: S608
                f" returning {COLUMNS}",
                *values.values(),
            )
            self.meet(host_of(url))
        return next((Feed(*row) for row in rows), None)

    def drop_feed(self, url: str) -> bool:
        """Forget a feed, its parts and the pages of it that are not read yet."""
        with self.noting():
            ids = self.rows(
                "select id from feeds where url = ?1 or address = ?1"
                " or parent in (select id from feeds where url = ?1 or address = ?1)",
                url,
            )
            for (id_,) in ids:
                self.rows("delete from pages where feed = ? and state = 'waiting'", id_)
                self.rows("update pages set feed = null where feed = ?", id_)
                self.rows("delete from feeds where id = ?", id_)
        return bool(ids)

    def feed(self, url: str) -> Feed | None:
        """Return a feed by the address it was added by, or has now."""
        sql = f"select {COLUMNS} from feeds where url = ?1 or address = ?1 order by id"  # noqa: S608
        return next((Feed(*row) for row in self.rows(sql, url)), None)

    def note_feed(self, feed: Feed) -> None:
        """Note how a feed was read; one that was removed meanwhile stays so."""
        values = asdict(feed)
        sets = ", ".join(f"{name} = ?" for name in _READ)
        self.rows(
            f"update feeds set {sets} where id = ?",  # noqa: S608
            *(values[name] for name in _READ),
            feed.id,
        )

    def note_part(self, index: Feed, url: str, changed: str | None, now: float) -> None:
        """Note a sitemap of an index: it is due if it is new, or has changed since."""
        added = self.add_feed(
            url,
            now,
            parent=index.id,
            takes=index.takes,
            since=index.since,
            backfill=index.backfill,
            lastmod=changed,
        )
        if added is None:
            self.rows(
                "update feeds set due = min(coalesce(due, ?1), ?1), lastmod = ?2"
                " where url = ?3 and parent = ?4 and lastmod is not ?2",
                *(now, changed, url, index.id),
            )

    # Pages

    def page(self, key: str) -> Page | None:
        return self._page("key = ?", key)

    def leading(self, article: str) -> Page | None:
        """Return the page that an article is read from."""
        return self._page("article = ? and leads = 1", article)

    def alias(self, article: str, key: str) -> Page | None:
        """Return another page of an article."""
        return self._page("article = ? and key <> ? and state = 'stored'", article, key)

    def same_text(self, site: str, seen: str) -> Page | None:
        """Return the leading page of a site ("news.example") that says the very same."""
        return self._page(
            "seen = ? and substr(key, 1, ?) = ? and state = 'stored' and leads = 1",
            *(seen, len(site) + 1, f"{site}/"),
        )

    def article_with(self, version: str, site: str) -> str | None:
        """Return the first article of a site with this very text."""
        rows = self.rows(
            "select id, url from articles where version = ? and url is not null order by key",
            version,
        )
        return next((id_ for id_, url in rows if site_of(url) == site), None)

    def save(self, *pages: Page) -> None:
        """Note pages as they are now; one without an address of its own is never due."""
        marks = ", ".join("?" * len(Page.__dataclass_fields__))
        with self.noting():
            for page in pages:
                noted = page if page.has_address else replace(page, due=None)
                self._db.execute(
                    f"insert or replace into pages ({PAGE_COLUMNS}) values ({marks})",  # noqa: S608
                    astuple(noted),
                )
                self.meet(page.host)

    # What is to be done

    def agenda(self) -> list[Appointment]:
        """Return what each host's next appointment is, of the hosts that have one."""
        rows = self.rows(
            "select host, due, free_at from (select host, free_at, (select min(due) from ("
            " select due from feeds f where f.host = hosts.host union all"
            " select min(due) from pages p where p.host = hosts.host and due is not null"
            ")) as due from hosts) where due is not null"
        )
        return [Appointment(*row) for row in rows]

    def next_job(self, host: str, now: float) -> Feed | Page | None:
        """Return what is due on a host: feeds first, then pages, the freshest first.

        So the day's news do not wait behind a backlog.
        """
        of_host = "where host = ? and due <= ? order by"
        feeds = self.rows(
            f"select {COLUMNS} from feeds {of_host} due limit 1",  # noqa: S608
            *(host, now),
        )
        if feeds:
            return Feed(*feeds[0])
        return self._page("host = ? and due <= ? order by due desc, key", host, now)

    # Hosts

    def host(self, host: str) -> Host:
        rows = self.rows(
            "select host, free_at, failures, robots, robots_until from hosts where host = ?", host
        )
        return Host(*rows[0]) if rows else Host(host)

    def meet(self, host: str) -> None:
        self.rows("insert or ignore into hosts (host) values (?)", host)

    def note_host(self, host: Host) -> None:
        self.rows("insert or replace into hosts values (?, ?, ?, ?, ?)", *astuple(host))

    def _page(self, condition: str, *values: object) -> Page | None:
        sql = f"select {PAGE_COLUMNS} from pages where {condition} limit 1"  # noqa: S608
        rows: Sequence[tuple[Any, ...]] = self.rows(sql, *values)
        names = Page.__dataclass_fields__
        return next((Page(**dict(zip(names, row, strict=True))) for row in rows), None)
