"""The watcher over outlets whose clock the test sets: what it stores, and how it behaves."""

import gzip
import html
import random
import sqlite3
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index.database import FILE
from index.errors import LibraryError
from index.feeds import Condition, feeds
from index.library import Library
from ingest.drafts import Draft
from ingest.pipeline import IngestSettings, Report, ingest
from ingest.watching.ledger import Ledger
from ingest.watching.lock import alone
from ingest.watching.settings import WatchSettings
from tests.ingest.site import START, LawBroken, World
from tests.ingest.site.life import ToyEncoder, live
from tests.ingest.site.outlet import DAY, HOUR, Answer, Outlet, Spell, Story, page
from tests.ingest.site.words import edited, paragraphs, title

SETTINGS = WatchSettings()


class Watching:
    """A library that watches one outlet, from one moment to another."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.dice = random.Random(7)
        self.world = World()
        self.outlet = self.world.add(Outlet("Courier"))

    def story(self, path: str = "/a", *, after: float = 0.0, **more: Any) -> Story:
        found = Story(path, title(self.dice), [(START + after, paragraphs(self.dice))], **more)
        self.outlet.stories.append(found)
        return found

    def changes(self, story: Story, after: float) -> None:
        _, before = story.versions[-1]
        story.versions.append((START + after, edited(self.dice, before)))

    def watch(self, source: str = "/feed.xml", **chosen: object) -> None:
        with Ledger.open(self.data, create=True) as ledger:
            ledger.add_feed(self.outlet.url + source, START, **chosen)

    def live(self, until: float, settings: WatchSettings = SETTINGS) -> dict[str, str]:
        """Watch until so long after the start; return the articles by the path of their url."""
        live(self.data, self.world.clock_url, START + until, settings)
        self.world.judge()
        return self.stored()

    def stored(self) -> dict[str, str]:
        with Library.open(self.data) as library:
            return {
                (article.url or "").removeprefix(self.outlet.url): article.text
                for article in library.articles()
            }

    def history(self) -> list[str | None]:
        with Library.open(self.data) as library:
            return [r for (r,) in library.rows("select reason from article_versions order by id")]

    def feed(self, at: float = 0.0) -> tuple[Condition, str | None]:
        with Library.open(self.data) as library:
            (found,) = feeds(library)
        return found.condition(START + at), found.problem


@pytest.fixture
def watching(tmp_path):
    watching = Watching(tmp_path / "data")
    with watching.world.served():
        yield watching


def test_what_a_feed_names_is_stored_within_a_minute(watching):
    story = watching.story()
    watching.watch()
    assert watching.live(60) == {"/a": story.text(START)}
    assert [r.path for r in watching.world.requests] == ["/robots.txt", "/feed.xml", "/a"]


# What changes


def test_a_changed_page_is_found_by_its_first_check_and_is_a_new_version(watching):
    watching.outlet.hints = False
    story = watching.story()
    watching.changes(story, after=HOUR / 2)
    watching.watch()
    assert watching.live(HOUR / 2) == {"/a": story.text(START)}
    assert watching.live(1.5 * HOUR) == {"/a": story.text(START + HOUR)}
    assert watching.history() == ["changed", None]


def test_a_page_whose_feed_says_that_it_has_changed_is_checked_at_once(watching):
    story = watching.story()
    watching.changes(story, after=2 * DAY)
    watching.watch(every=600.0)
    watching.live(2 * DAY)
    assert watching.live(2 * DAY + 0.25 * HOUR) == {"/a": story.text(START + 3 * DAY)}


def test_a_feed_that_says_so_of_every_page_each_time_is_believed_less_and_less(watching):
    story = watching.story()
    watching.outlet.etags = "none"
    words = story.versions[0][1]
    story.versions += [(START + n * HOUR, words) for n in range(1, 24)]  # the date alone
    watching.watch(every=1800.0)
    watching.live(DAY)
    assert len(watching.world.asked(watching.outlet, "/a")) < 12


def test_the_whole_text_of_a_feed_is_taken_and_its_page_only_has_to_be_there(watching):
    watching.outlet.full = True
    story = watching.story()
    watching.changes(story, after=DAY)
    watching.watch(every=600.0)
    assert watching.live(DAY + HOUR) == {"/a": story.text(START + 2 * DAY)}
    story.spells.append(Spell("410", START + 2 * DAY))
    assert watching.live(6 * DAY) == {}


def test_a_page_that_pretends_never_to_change_is_read_whole_once_a_day(watching):
    watching.outlet.etags, watching.outlet.hints = "stuck", False
    story = watching.story()
    watching.changes(story, after=0.5 * HOUR)
    watching.watch()
    assert watching.live(2 * DAY) == {"/a": story.text(START + DAY)}


# What goes


@pytest.mark.parametrize(
    ("policy", "left"),
    [pytest.param("remove", 0, id="remove"), pytest.param("keep", 1, id="keep")],
)
def test_a_page_that_says_it_is_gone_is_withdrawn_by_policy(watching, policy, left):
    watching.story(spells=[Spell("410", START + HOUR / 2)])
    watching.watch()
    assert len(watching.live(1.5 * HOUR, replace(SETTINGS, withdrawn=policy))) == left
    assert watching.history() == (["withdrawn"] if policy == "remove" else [None])


def test_a_page_that_is_not_found_is_withdrawn_only_after_days(watching):
    watching.story(spells=[Spell("404", START + HOUR / 2)])
    watching.watch()
    assert len(watching.live(3 * DAY)) == 1
    assert watching.live(5 * DAY) == {}


def test_a_page_that_comes_back_is_stored_again(watching):
    story = watching.story(spells=[Spell("410", START + HOUR / 2, START + 12 * HOUR)])
    watching.watch()
    assert watching.live(2 * HOUR) == {}
    assert watching.live(3 * DAY) == {"/a": story.text(START)}
    assert watching.history() == ["withdrawn", None]


@pytest.mark.parametrize("kind", ["login", "front", "soft", "stub", "403", "500", "garbage"])
def test_what_is_no_new_version_leaves_the_stored_article_as_it_is(watching, kind):
    watching.outlet.hints = False
    story = watching.story(spells=[Spell(kind, START + HOUR / 2)])
    watching.watch()
    assert watching.live(9 * DAY) == {"/a": story.text(START)}
    with Ledger.open(watching.data) as ledger:
        ((problem,),) = ledger.rows("select problem from pages")
    assert problem


def test_what_the_editor_removed_does_not_come_back(watching):
    story = watching.story()
    watching.changes(story, after=2 * HOUR)
    watching.watch()
    watching.live(HOUR / 2)
    with Library.open(watching.data) as library:
        library.remove(library.article_ids())
    assert watching.live(2 * DAY) == {}
    assert watching.history() == ["removed"]


def test_what_the_editor_removed_does_not_come_back_with_a_page_that_was_gone(watching):
    watching.story(spells=[Spell("410", START + HOUR, START + DAY)])
    watching.watch()
    watching.live(HOUR / 2)
    with Library.open(watching.data) as library:
        library.remove(library.article_ids())
    assert watching.live(7 * DAY) == {}


# One article, many addresses


def test_ids_and_tracking_that_are_drawn_anew_make_no_new_article(watching):
    watching.outlet.tracking = True
    watching.story()
    watching.watch(every=600.0)
    assert list(watching.live(0.9 * HOUR)) == ["/a"]
    assert len(watching.world.asked(watching.outlet, "/a")) == 1


def test_the_same_text_under_two_addresses_is_one_article(watching):
    words = watching.story("/a").versions
    watching.story("/b").versions = words
    watching.outlet.stories[1].title = watching.outlet.stories[0].title
    watching.watch()
    assert len(watching.live(HOUR)) == 1


def test_a_notice_in_the_place_of_many_pages_hides_none_of_them(watching):
    notice = "We are being maintained. Please come back in an hour."
    for path in ("/a", "/b", "/c"):
        story = watching.story(path)
        story.versions = [(START, notice), (START + 2 * HOUR, story.versions[0][1])]
        story.title = "Maintenance"
    watching.watch()
    assert len(watching.live(HOUR)) == 1
    stored = watching.live(3 * DAY)
    assert {path for path, text in stored.items() if text != notice} >= {"/b", "/c"}


def test_an_article_stays_while_one_of_its_addresses_does(watching):
    story = watching.story("/a", spells=[Spell("410", START + HOUR / 2)])
    twin = watching.story("/b", after=60.0)
    twin.title, twin.versions = story.title, [(START + 60, story.versions[0][1])]
    watching.watch(every=300.0)
    (text,) = watching.live(2 * HOUR).values()
    assert text == story.text(START)


def test_an_article_that_moves_is_not_stored_twice(watching):
    old = watching.story("/old", spells=[Spell("to:/new", START + 2 * HOUR)])
    new = watching.story("/new", after=2 * HOUR)
    new.title, new.versions = old.title, [(START + 2 * HOUR, old.versions[0][1])]
    watching.changes(new, after=3 * HOUR)
    watching.watch(every=600.0)
    assert list(watching.live(3 * DAY).values()) == [new.text(START + 4 * HOUR)]


def test_a_canonical_address_that_all_pages_share_is_not_believed(watching):
    texts = [
        "Bakers went on strike this morning, and most of the shops stayed shut until noon.",
        "Divers have found a bronze bell under the pier; nobody knows whose ship it came from.",
        "An orchestra of children plays tonight for the nurses who worked through the winter.",
    ]
    for number, text in enumerate(texts):
        watching.story(f"/{number}", canonical="/all").versions = [(START, [text])]
    watching.watch()
    assert sorted(watching.live(HOUR).values()) == sorted(texts)


def test_what_came_in_before_its_feed_was_watched_is_known(watching):
    story = watching.story()
    watching.outlet.tracking = True
    with Library.open(watching.data, create=True) as library:
        take_in(library, f"{watching.outlet.url}/a?utm_source=old", story)
        before = library.article_ids()
    watching.watch()
    watching.live(HOUR)
    with Library.open(watching.data) as library:
        assert library.article_ids() == before


def take_in(library, url, story):
    draft = Draft(origin=url, url=url, text=story.text(START), title=story.title)
    ingest(
        [draft],
        library,
        ToyEncoder(),
        Report(),
        settings=IngestSettings(),
        progress=lambda _: None,
    )


# Dates


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", None, id="never-set"),
        pytest.param("Sat, 15 Jun 2030 12:00:00 GMT", None, id="years-ahead"),
        pytest.param("some day", None, id="no-date"),
        pytest.param("Thu, 12 Jun 2025 12:00:00 GMT", 12, id="believable"),
    ],
)
def test_dates_that_cannot_be_are_not_believed(watching, stated, day):
    watching.outlet.hints = False
    watching.story(published=stated)
    watching.story("/later", after=HOUR, published=stated)
    watching.watch()
    watching.live(2 * HOUR)
    with Library.open(watching.data) as library:
        first, later = library.articles(newest_first=False)
    assert (first.published and first.published.day) == day
    # What turns up while its feed is watched is of the day when it was first seen.
    assert (later.published and later.published.day) == (day or 15)


# Feeds that are not well


def html_page():
    return page("Courier", ["Nothing to read here today, come back tomorrow, please."])


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
    + "]><rss version='2.0'><channel><title>&i;</title>"
    "<item><title>x</title><description>&i;</description></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(Answer(404), "answered 404 Not Found", id="missing"),
        pytest.param(Answer(500), "answered 500 Internal Server Error", id="broken"),
        pytest.param(Answer(fault="hang"), "did not answer in full within 2", id="hanging"),
        pytest.param(Answer(fault="drop"), "cannot be read", id="dropped"),
        pytest.param(html_page(), "is a page now", id="page"),
        pytest.param(Answer(302, headers={"Location": "/login"}), "a login page", id="login"),
        pytest.param(
            Answer(302, headers={"Location": "/feed.xml"}), "redirects more than 5", id="loop"
        ),
        pytest.param(
            Answer(body=b"\x1f\x8b" + b"x" * 100, headers={"Content-Type": "application/gzip"}),
            "is a broken gzip file",
            id="gzip",
        ),
        pytest.param(
            Answer(
                body=gzip.compress(b" " * (11 * 2**20)),
                headers={"Content-Type": "application/gzip"},
            ),
            "is larger than 10 MiB unpacked",
            id="gzip-bomb",
        ),
        pytest.param(
            Answer(body=b"x" * (11 * 2**20), headers={"Content-Type": "text/xml"}),
            "is larger than 10 MiB",
            id="endless",
        ),
        pytest.param(
            Answer(body=b"<rss></rss>", headers={"Content-Type": "text/xml"}),
            "is a feed without entries",
            id="empty",
        ),
    ],
)
def test_a_feed_that_is_not_well_is_one_line_and_is_asked_again(watching, answer, told):
    watching.story()
    watching.outlet.extra["/feed.xml"] = answer
    watching.watch()
    assert watching.live(HOUR) == {}
    condition, problem = watching.feed(at=HOUR)
    assert condition == Condition.FAILING
    assert told in problem
    assert "\n" not in problem
    assert 2 <= len(watching.world.asked(watching.outlet, "/feed.xml")) <= 30
    del watching.outlet.extra["/feed.xml"]
    assert len(watching.live(8 * HOUR)) == 1
    assert watching.feed(at=8 * HOUR)[0] == Condition.WELL


def test_entities_are_not_multiplied(watching):
    watching.outlet.extra["/feed.xml"] = Answer(
        body=BOMB.encode(), headers={"Content-Type": "text/xml"}
    )
    watching.watch()
    assert all(len(text) < 1000 for text in watching.live(HOUR).values())


def test_a_feed_that_is_gone_for_good_is_asked_no_more(watching):
    watching.outlet.extra["/feed.xml"] = Answer(410)
    watching.watch()
    watching.live(DAY)
    assert watching.feed() == (Condition.STOPPED, "answered 410 Gone: it is not read any more")
    assert len(watching.world.asked(watching.outlet, "/feed.xml")) == 1


def test_a_feed_that_has_moved_is_read_where_it_is_now(watching):
    watching.outlet.extra["/rss"] = Answer(301, headers={"Location": "/feed.xml"})
    watching.story()
    watching.watch("/rss")
    assert len(watching.live(DAY)) == 1
    assert len(watching.world.asked(watching.outlet, "/rss")) == 1


# Politeness


def test_a_feed_that_has_not_changed_is_not_sent_again(watching):
    watching.story()
    watching.watch(every=600.0)
    watching.live(0.9 * HOUR)
    asked = watching.world.asked(watching.outlet, "/feed.xml")
    assert [request.status for request in asked] == [200] + [304] * (len(asked) - 1)
    assert len(asked) >= 4


def test_a_quiet_feed_is_read_less_and_less_often(watching):
    watching.story()
    watching.watch()
    watching.live(3 * DAY)
    moments = [request.at for request in watching.world.asked(watching.outlet, "/feed.xml")]
    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps[0] < HOUR
    assert 4 * HOUR < gaps[-1] < 7 * HOUR


def test_what_robots_txt_disallows_is_never_asked(watching):
    watching.outlet.disallowed = "/private"
    watching.story("/private/a")
    watching.story("/b")
    watching.watch()
    assert list(watching.live(2 * DAY)) == ["/b"]


@pytest.mark.parametrize("answer", [Answer(500), Answer(fault="drop")])
def test_while_robots_txt_cannot_be_had_nothing_else_is_asked(watching, answer):
    watching.outlet.extra["/robots.txt"] = answer
    watching.story()
    watching.watch()
    watching.live(2 * HOUR)
    assert {request.path for request in watching.world.requests} == {"/robots.txt"}


def test_a_host_that_asks_for_time_is_given_it(watching):
    watching.outlet.spells.append(Spell("429:1800", START, START + HOUR))
    watching.story()
    watching.watch()
    assert watching.live(HOUR) == {}
    assert len(watching.world.requests) == 2
    assert len(watching.live(2 * HOUR)) == 1


def test_a_host_that_is_overloaded_and_names_no_time_is_asked_ever_more_seldom(watching):
    watching.outlet.spells.append(Spell("503", START, START + DAY))
    for number in range(50):
        watching.story(f"/{number}")
    watching.watch()
    watching.live(DAY)
    assert len(watching.world.requests) < 20


def test_a_crawl_delay_is_kept(watching):
    watching.outlet.delay = 30.0
    for name in "abcdef":
        watching.story(f"/{name}")
    watching.watch()
    assert len(watching.live(100)) == 3
    assert len(watching.live(300)) == 6


def test_the_pause_outlives_a_restart(watching):
    for name in "abcdef":
        watching.story(f"/{name}")
    watching.watch()
    for step in range(20):
        watching.live(step * 0.9)
    assert len(watching.stored()) == 6


def test_a_host_without_robots_txt_may_be_asked(watching):
    watching.outlet.extra["/robots.txt"] = Answer(404)
    watching.story()
    watching.watch()
    assert len(watching.live(HOUR)) == 1


def test_the_law_sees_who_is_not_polite(watching):
    watching.outlet.floor = 3.0  # more than the watcher keeps
    watching.story()
    watching.watch()
    with pytest.raises(LawBroken, match=r"Courier/\S* at \S+: asked again after 2\.00 s"):
        watching.live(HOUR)


# Sitemaps


def index_of(watching, *parts):
    locations = "".join(
        f"<sitemap><loc>{watching.outlet.url}{path}</loc></sitemap>" for path in parts
    )
    body = f"<sitemapindex>{locations}</sitemapindex>".encode()
    watching.outlet.extra["/sitemap.xml"] = Answer(body=body, headers={"Content-Type": "text/xml"})


def sitemap_of(watching, path, *stories):
    locations = "".join(
        f"<url><loc>{watching.outlet.url}{story.path}</loc><lastmod>{day}</lastmod></url>"
        for story, day in stories
    )
    packed = gzip.compress(f"<urlset>{locations}</urlset>".encode())
    watching.outlet.extra[path] = Answer(body=packed, headers={"Content-Type": "application/gzip"})


@pytest.mark.parametrize(
    ("chosen", "paths"),
    [
        pytest.param({}, {"/new"}, id="news"),
        pytest.param({"backfill": 1}, {"/new", "/old", "/older"}, id="backlog"),
        pytest.param({"backfill": 1, "since": START - 400 * DAY}, {"/new", "/old"}, id="since"),
    ],
)
def test_of_an_index_of_sitemaps_as_much_is_taken_as_is_wanted(watching, chosen, paths):
    new, old, older = (watching.story(path) for path in ("/new", "/old", "/older"))
    index_of(watching, "/1.xml.gz", "/2.xml.gz")
    sitemap_of(watching, "/1.xml.gz", (new, "2025-06-14"), (old, "2024-12-01"))
    sitemap_of(watching, "/2.xml.gz", (older, "2001-01-01"))
    watching.watch("/sitemap.xml", **chosen)
    assert set(watching.live(HOUR)) == paths


def test_an_index_inside_an_index_leads_no_further(watching):
    for path in ("/3.xml", "/2.xml", "/1.xml"):
        index_of(watching, path)
        watching.outlet.extra[f"/{int(path[1]) - 1}.xml"] = watching.outlet.extra["/sitemap.xml"]
    watching.outlet.extra["/sitemap.xml"] = watching.outlet.extra["/0.xml"]
    watching.watch("/sitemap.xml")
    watching.live(DAY)
    with Library.open(watching.data) as library:
        assert len(library.rows("select 1 from feeds")) == 2


def test_a_backlog_goes_on_where_it_stopped_and_the_newest_comes_first(watching):
    stories = [(watching.story(f"/{n}"), f"2025-05-{n:02}") for n in range(1, 21)]
    sitemap_of(watching, "/all.xml.gz", *stories)
    watching.watch("/all.xml.gz", backfill=1)
    first = watching.live(21)
    assert 5 <= len(first) <= 10
    assert set(first) == {f"/{n}" for n in range(21 - len(first), 21)}
    assert len(watching.live(0.9 * HOUR)) == 20
    asked = [request.path for request in watching.world.requests if request.path[1:].isdigit()]
    assert len(asked) == len(set(asked))


# Health


def test_a_feed_that_is_silent_for_far_longer_than_its_habit_is_told(watching):
    for number in range(8):
        watching.story(f"/{number}", after=number * 6 * HOUR)
    watching.watch()
    watching.live(10 * DAY)
    assert watching.feed(at=3 * DAY)[0] == Condition.WELL
    assert watching.feed(at=10 * DAY)[0] == Condition.SILENT


def test_only_one_watcher_reads_the_feeds_of_a_library(tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(LibraryError, match="another watcher is running"),
        alone(tmp_path),
    ):
        pass


def test_a_library_that_another_process_writes_to_for_a_while_is_waited_for(watching, monkeypatch):
    monkeypatch.setattr("index.database.BUSY_MS", 200)
    watching.story()
    watching.watch()
    other = sqlite3.connect(watching.data / FILE, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    threading.Timer(0.5, other.rollback).start()
    assert len(watching.live(HOUR)) == 1
    other.close()


def test_a_full_disk_ends_the_watcher_with_one_line_and_the_next_one_goes_on(watching):
    watching.story()
    watching.watch()
    full = (
        "create trigger full before insert on articles begin select raise(abort, 'disk full');end"
    )
    with Library.open(watching.data) as library:
        library.rows(full)
    with pytest.raises(LibraryError, match="the disk is full; nothing stored is lost"):
        watching.live(HOUR)
    with Library.open(watching.data) as library:
        library.rows("drop trigger full")
    assert len(watching.live(2 * HOUR)) == 1


def test_of_two_feeds_that_tell_a_story_otherwise_the_first_one_counts(watching):
    watching.outlet.full = True
    story = watching.story()
    watching.watch(every=600.0)
    watching.live(0.2 * HOUR)
    short = "<p>The short of it, which is much less than the whole story. " * 15 + "</p>"
    item = f"<link>{watching.outlet.url}/a</link><description>{html.escape(short)}</description>"
    body = f"<rss version='2.0'><channel><item>{item}</item></channel></rss>".encode()
    watching.outlet.extra["/other"] = Answer(body=body, headers={"Content-Type": "text/xml"})
    watching.watch("/other", every=600.0)
    assert watching.live(DAY) == {"/a": story.text(START)}
    assert watching.history() == [None]
