"""The watcher over outlets whose clock the test sets: what it stores, and how it behaves."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from index.feeds import Condition, feeds
from index.library import Library
from ingest.watching.ledger import Ledger
from ingest.watching.settings import WatchSettings
from tests.ingest.site import START, World
from tests.ingest.site.life import live
from tests.ingest.site.outlet import DAY, HOUR, Answer, Outlet, Spell, Story
from tests.ingest.site.words import edited, paragraphs, title

SETTINGS = WatchSettings()


class Watching:
    """A library that watches one outlet, from one moment to another."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.dice = random.Random(7)
        self.world = World()
        self.outlet = self.world.add(Outlet("Courier"))

    def story(self, path: str = "/a", *, after: float = 0.0, **more: object) -> Story:
        found = Story(
            path, title(self.dice), [(START + after, paragraphs(self.dice))], **more
        )
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
