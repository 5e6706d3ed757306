"""From what feeds and pages say to articles in the library, each of them once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from index.encoder import Encoder
from index.errors import SourceError
from index.feeds import Feed
from index.records import Article
from ingest import addresses
from ingest.dates import believable, parse_date
from ingest.drafts import Draft
from ingest.feeds import Entry
from ingest.pipeline import IngestSettings, Report, article_id, article_of, ingest
from ingest.watching import outcomes
from ingest.watching.judging import alike, fingerprint, refuse_another
from ingest.watching.ledger import FEED, PAGE, Ledger, Page, State
from ingest.watching.sightings import Sighting

_NOTICE_LENGTH = 300
"""What two pages say in fewer characters is a notice of their site: "we are being maintained"."""
AUTO = "auto"
"""A feed's own text is taken where it is a whole article, else that of the page."""
RECENT_S = 3 * 24 * 3600.0
"""Of a sitemap that is added without its backlog, pages of so long before are taken."""


class Intake:
    """Stores what is new or has changed; used in the thread that the ledger belongs to."""

    def __init__(
        self, ledger: Ledger, encoder: Encoder, settings: IngestSettings, *, removes: bool
    ) -> None:
        self._ledger = ledger
        self._encoder = encoder
        self._settings = settings
        self._removes = removes
        self.report = Report()

    # What feeds say

    def see(self, feed: Feed, sightings: Sequence[Sighting], now: float) -> int:
        """Take in what a feed names; return how much of it is new and wanted."""
        return sum(self._see(feed, sighting, now) for sighting in sightings)

    def _see(self, feed: Feed, sighting: Sighting, now: float) -> bool:
        page = self._ledger.page(sighting.key(feed.host))
        if page is None:
            return self._see_first(feed, sighting, now)
        if page.entry != sighting.digest:
            self._see_again(feed, page, sighting, now)
        return False

    def _see_first(self, feed: Feed, sighting: Sighting, now: float) -> bool:
        entry = sighting.told()
        is_full = feed.takes != PAGE and (entry.is_full or feed.takes == FEED)
        page = Page(
            key=sighting.key(feed.host),
            url=sighting.url or feed.address,
            host=addresses.host(sighting.url) if sighting.url else feed.host,
            feed=feed.id,
            origin=FEED if is_full or sighting.url is None else PAGE,
            told=_kept(entry, feed, now),
            entry=sighting.digest,
            lastmod=sighting.lastmod,
            found=now,
            due=_due(feed, entry, now),
        )
        if not _is_wanted(feed, entry, sighting, now):
            self._ledger.save(replace(page, state=State.PASSED, due=None, told=None))
            return False
        if page.origin == FEED:
            self._take_from_feed(page, entry.draft, now)
        else:
            self._ledger.save(page)
        return True

    def _see_again(self, feed: Feed, page: Page, sighting: Sighting, now: float) -> None:
        """Take a text that has changed, or have the page checked that seems to have changed.

        Where several feeds name a page, the first one speaks for it, as far as they differ.
        """
        is_first = page.feed in {None, feed.id}
        noted = replace(page, entry=sighting.digest, feed=feed.id) if is_first else page
        if page.state in {State.PASSED, State.REMOVED}:
            self._ledger.save(noted)
        elif page.origin == FEED and is_first:
            self._read_again(feed, noted, sighting, now)
        elif page.state != State.WAITING and _is_newer(sighting, page, is_first=is_first):
            self._hint(noted, sighting.lastmod, now)
        elif is_first:
            self._ledger.save(noted)

    def _read_again(self, feed: Feed, page: Page, sighting: Sighting, now: float) -> None:
        """Take a text from the feed that it came from; a feed may have shrunk to teasers."""
        entry = sighting.told()
        if entry.is_full or feed.takes == FEED or not page.has_address:
            self._take_from_feed(replace(page, told=_kept(entry, feed, now)), entry.draft, now)
        else:
            self._hint(page, sighting.lastmod, now)

    def _hint(self, page: Page, lastmod: str | None, now: float) -> None:
        """Have a page checked; of an article's pages, the one that leads."""
        self._ledger.save(outcomes.hinted(page, now, lastmod))
        leading = self._ledger.leading(page.article) if page.article and not page.leads else None
        if leading is not None:
            self._ledger.save(outcomes.hinted(leading, now))

    def _take_from_feed(self, page: Page, draft: Draft, now: float) -> None:
        address = page.url if page.has_address else None
        try:
            self.article(page, replace(draft, url=address), now)
        except SourceError as error:
            self._ledger.save(outcomes.failed(page, str(error), now))

    # What pages say

    def article(self, page: Page, draft: Draft, now: float) -> None:
        """Store what a page says, if it is new; note what became of the page.

        Raises:
            SourceError: it is not taken; nothing is noted.
        """
        draft, seen = _completed(draft, page, now), fingerprint(draft)
        if page.article is None:
            draft = self._under_own_address(page, draft)
            page = self._identified(page, draft, seen, now)
            if not page.leads:
                self._ledger.save(page)
                return
        stored, told = self._ledger.article(page.article) if page.article else None, draft
        if stored is not None:
            if seen == page.seen:
                self._ledger.save(outcomes.stands(page, now))
                return
            refuse_another(draft, article_of(draft).text, stored)
            told = _as_before(draft, stored)
        elif page.article is not None and page.state == State.STORED:
            self._ledger.save(replace(page, state=State.REMOVED, due=None))
            return
        id_ = page.article or article_id(draft)
        self._store(replace(told, id=id_))
        page = outcomes.stored(replace(page, article=id_), now, seen=seen)
        self._ledger.save(page, *self._also(page, id_, draft.url, now))

    def withdraw(self, page: Page, problem: str, now: float) -> None:
        """Note that a page is gone; its article goes too, unless it has another page."""
        if self._is_removed(page):
            self._ledger.save(replace(page, state=State.REMOVED, due=None))
            return
        gone = outcomes.withdrawn(page, problem, now)
        other = self._ledger.alias(page.article, page.key) if page.article else None
        if other is not None:
            heir = replace(other, leads=1, due=now, seen=page.seen, settled=page.settled)
            self._ledger.save(replace(gone, article=None, leads=0, due=None), heir)
            return
        with self._ledger.changing():
            if page.article is not None and self._removes:
                self._ledger.remove([page.article], "withdrawn")
            self._ledger.save(gone)

    def _is_removed(self, page: Page) -> bool:
        """Say whether somebody has removed the article that the page was stored as."""
        if page.state != State.STORED or page.article is None:
            return False
        return self._ledger.content_hash(page.article) is None

    def moved(self, page: Page, url: str, now: float) -> bool:
        """Note where a page has moved to; say whether its article has been read there already.

        Raises:
            SourceError: another article is there.
        """
        there = self._ledger.page(addresses.key(url))
        article = _article_of(there) if there is not None and there.key != page.key else None
        if article is None or article == page.article:
            return False
        self._refuse_another(page, article)
        with self._ledger.changing():
            if page.article is not None:
                self._ledger.remove([page.article], "moved")
            self._ledger.save(outcomes.alias(page, article, now))
        return True

    def _refuse_another(self, page: Page, article: str) -> None:
        here = self._ledger.article(page.article) if page.article else None
        there = self._ledger.article(article)
        if here is not None and there is not None and not alike(here.text, there.text):
            raise SourceError("leads to another article; the stored one stands")

    def _under_own_address(self, page: Page, draft: Draft) -> Draft:
        """Return a draft without its canonical address, if another article has that.

        Some sites state one and the same in all their pages.
        """
        other = self._ledger.page(addresses.key(draft.url)) if draft.url else None
        if other is None or other.key == page.key or other.article is None:
            return draft
        stored = self._ledger.article(other.article)
        if stored is None or alike(stored.text, draft.text):
            return draft
        return replace(draft, url=page.url)

    def _identified(self, page: Page, draft: Draft, seen: str, now: float) -> Page:
        """Return a page with the article that it is one of, if that is known by another page."""
        other = self._ledger.page(addresses.key(draft.url)) if draft.url else None
        if other is not None and other.key != page.key and (article := _article_of(other)):
            self._look_again(article, seen, now)
            return outcomes.alias(page, article, now)
        site = addresses.site(page.url)
        same = self._ledger.same_text(site, seen)
        if same is not None and same.key != page.key and same.article is not None:
            if len(draft.text) < _NOTICE_LENGTH:
                raise SourceError(f"says the same few words as {same.url}: a notice, it seems")
            return outcomes.alias(page, same.article, now)
        return replace(page, article=self._stored_before(draft, site))

    def _look_again(self, article: str, seen: str, now: float) -> None:
        """Check the page of an article that another page tells otherwise."""
        leading = self._ledger.leading(article)
        if leading is not None and leading.seen != seen:
            self._ledger.save(outcomes.hinted(leading, now))

    def _stored_before(self, draft: Draft, site: str) -> str | None:
        """Return the id under which an article came in before its feed was watched."""
        id_ = article_id(draft)
        if self._ledger.content_hash(id_) is not None:
            return id_
        return self._ledger.article_with(article_of(draft).version, site)

    def _also(self, page: Page, article: str, url: str | None, now: float) -> list[Page]:
        """Return the page of an article's canonical address, where that is another."""
        key = addresses.key(url) if url is not None else page.key
        other = self._ledger.page(key)
        if url is None or key == page.key or (other and other.state != State.WAITING):
            return []
        host = addresses.host(url)
        found = other or Page(key=key, url=url, host=host, feed=page.feed, found=now)
        return [outcomes.alias(found, article, now)]

    def _store(self, draft: Draft) -> None:
        skipped = len(self.report.skipped)
        ingest(
            [draft],
            self._ledger,
            self._encoder,
            self.report,
            settings=self._settings,
            progress=lambda _: None,
        )
        if len(self.report.skipped) > skipped:
            raise SourceError(self.report.skipped.pop().reason)


def _is_newer(sighting: Sighting, page: Page, *, is_first: bool) -> bool:
    """Say whether a page has changed, by its feed: by the date stated, if there is one."""
    if sighting.lastmod is None:
        return is_first
    return page.lastmod is None or sighting.lastmod > page.lastmod


def _as_before(draft: Draft, stored: Article) -> Draft:
    """Return a new version of an article with what its page may not say each time."""
    return replace(
        draft,
        url=stored.url,
        source=stored.source,
        author=draft.author or stored.author,
        language=draft.language or stored.language,
        published=stored.published or draft.published,
    )


def _article_of(page: Page) -> str | None:
    """Return the article of a page, if it is stored, or was and shall not be any more."""
    return page.article if page.state in {State.STORED, State.REMOVED} else None


def _is_wanted(feed: Feed, entry: Entry, sighting: Sighting, now: float) -> bool:
    """Say whether a page is taken that was there before its feed was watched."""
    stated = believable(entry.draft.published, now) or believable(entry.updated, now)
    if feed.since is not None and stated is not None and stated.timestamp() < feed.since:
        return False
    if feed.backfill or sighting.is_of_feed or feed.succeeded is not None:
        return True
    return stated is not None and stated.timestamp() > now - RECENT_S


def _due(feed: Feed, entry: Entry, now: float) -> float:
    """Return when a new page is due: now, but of a backlog the newest is the freshest."""
    stated = believable(entry.draft.published or entry.updated, now)
    return stated.timestamp() if feed.backfill and stated is not None else now


def _kept(entry: Entry, feed: Feed, now: float) -> str:
    """Return what a feed says of a page, to be read with it later.

    What turns up between two readings of a feed is new, whatever date it has, if it has any.
    """
    draft = entry.draft
    stated = believable(draft.published, now)
    is_new = feed.succeeded is not None and not feed.backfill
    first_seen = datetime.fromtimestamp(int(now), UTC) if is_new else None
    changed = believable(entry.updated, now)
    told: dict[str, Any] = {
        "title": draft.title,
        "source": draft.source,
        "author": draft.author,
        "language": draft.language,
        "published": stated.isoformat() if stated else None,
        "else": next((one.isoformat() for one in (changed, first_seen) if one), None),
    }
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def _completed(draft: Draft, page: Page, now: float) -> Draft:
    """Return what a page says with what its feed says besides."""
    told = json.loads(page.told or "{}")
    published = (
        parse_date(told.get("published"))
        or believable(draft.published, now)
        or parse_date(told.get("else"))
    )
    return replace(
        draft,
        title=draft.title or told.get("title"),
        source=draft.source or told.get("source"),
        author=draft.author or told.get("author"),
        language=draft.language or told.get("language"),
        published=published,
    )
