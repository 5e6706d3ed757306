"""An outlet: stories that appear, change and vanish, and how it tells of them."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from hashlib import blake2b
from itertools import count

_DRAWN = count()
HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True)
class Answer:
    """What is sent; with a `fault`, how it goes wrong."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Spell:
    """Something that is so from one moment until another: "404", "login", "hang"."""

    kind: str
    start: float
    end: float = 1e12

    def holds(self, now: float) -> bool:
        return self.start <= now < self.end


@dataclass
class Story:
    """An article of an outlet: its paragraphs from each moment at which they changed."""

    path: str
    title: str
    versions: list[tuple[float, list[str]]]
    spells: list[Spell] = field(default_factory=list)
    canonical: str | None = None
    listed_as: list[str] = field(default_factory=list)
    published: str | None = None

    @property
    def born(self) -> float:
        return self.versions[0][0]

    def changed(self, now: float) -> float:
        return max(moment for moment, _ in self.versions if moment <= now)

    def paragraphs(self, now: float) -> list[str]:
        return next(text for moment, text in reversed(self.versions) if moment <= now)

    def text(self, now: float) -> str:
        return "\n".join(self.paragraphs(now))

    def spell(self, now: float) -> str:
        return next((spell.kind for spell in self.spells if spell.holds(now)), "")


@dataclass
class Outlet:
    """A site with a feed at /feed.xml or a news sitemap at /news.xml.

    `etags`: "right", "none", or "stuck" (the same whatever changes). `floor` is the least pause
    that the watcher keeps by itself, `delay` the Crawl-delay.
    """

    name: str
    stories: list[Story] = field(default_factory=list)
    full: bool = False
    etags: str = "right"
    hints: bool = True
    floor: float = 2.0
    delay: float = 0.0
    disallowed: str = ""
    tracking: bool = False
    spells: list[Spell] = field(default_factory=list)
    listed: int = 40
    language: str = "en"
    url: str = ""
    asked_twice: bool = False
    extra: dict[str, Answer] = field(default_factory=dict)

    @property
    def pause(self) -> float:
        return max(self.floor, self.delay)

    def may_be_asked(self, path: str) -> bool:
        return not self.disallowed or not path.startswith(self.disallowed)

    def answer(self, path: str, headers: Mapping[str, str], now: float) -> Answer:
        for spell in self.spells:
            if spell.holds(now):
                return _spoilt(spell.kind)
        path = path.partition("?")[0]
        if path in self.extra:
            return self.extra[path]
        if path in {"/feed.xml", "/news.xml"}:
            is_feed = path == "/feed.xml"
            kind = "application/rss+xml" if is_feed else "application/xml"
            listing = self._feed(now) if is_feed else self._sitemap(now)
            return self._conditional(listing, kind, headers)
        front = [f"Welcome to {self.name}, all the news of the day."]
        front += [story.title for story in self._alive(now)]
        fixed = {
            "/robots.txt": self._robots(),
            "/login": page("Sign in", ["Give your name and your password to read on."]),
            "/": page(self.name, front),
        }
        return fixed.get(path) or self._story(path, headers, now)

    def _robots(self) -> Answer:
        lines = ["User-agent: *", f"Disallow: {self.disallowed}"]
        lines += [f"Crawl-delay: {self.delay:g}"] * bool(self.delay)
        return Answer(body="\n".join(lines).encode(), headers={"Content-Type": "text/plain"})

    def _story(self, path: str, headers: Mapping[str, str], now: float) -> Answer:
        found = next((s for s in self._alive(now) if path in {s.path, *s.listed_as}), None)
        if found is None:
            return Answer(404)
        spell = found.spell(now)
        if spell in {"login", "front"} or spell.startswith("to:"):
            target = {"login": "/login?next=" + path, "front": "/"}.get(spell, spell[3:])
            return Answer(301 if spell.startswith("to:") else 302, headers={"Location": target})
        if spell == "soft":
            return page("Page not found", ["Sorry, the page was not found. It may have moved."])
        if spell == "stub":
            return self._html(found, found.paragraphs(now)[:1], headers)
        if spell:
            return _spoilt(spell)
        return self._html(found, found.paragraphs(now), headers)

    def _html(self, story: Story, paragraphs: list[str], headers: Mapping[str, str]) -> Answer:
        canonical = f"<link rel=canonical href='{self.url}{story.canonical or story.path}'>"
        date = story.published or _iso(story.born)
        head = (
            f"{canonical}<meta property=og:site_name content='{self.name}'>"
            f"<meta property='article:published_time' content='{date}'>"
        )
        whole = _whole(story.title, paragraphs, head, self.language)
        return self._conditional(whole, "text/html; charset=utf-8", headers)

    def _conditional(self, body: str, kind: str, headers: Mapping[str, str]) -> Answer:
        told = {"Content-Type": kind}
        if self.etags != "none":
            tag = blake2b(body.encode(), digest_size=4).hexdigest()
            told["ETag"] = '"stuck"' if self.etags == "stuck" else f'"{tag}"'
            if headers.get("If-None-Match") == told["ETag"]:
                return Answer(304, headers={"ETag": told["ETag"]})
        return Answer(body=body.encode(), headers=told)

    def _alive(self, now: float) -> list[Story]:
        return [story for story in self.stories if story.born <= now]

    def _shown(self, now: float) -> list[tuple[Story, str]]:
        """What a feed lists: newest first, and not what is gone."""
        alive = sorted(self._alive(now), key=lambda story: -story.born)[: self.listed]
        return [
            (story, path)
            for story in alive
            if story.spell(now) not in {"404", "410"}
            for path in (story.listed_as or [story.path])
        ]

    def _feed(self, now: float) -> str:
        items = "".join(self._item(story, path, now) for story, path in self._shown(now))
        return (
            "<?xml version='1.0'?><rss version='2.0'"
            " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
            " xmlns:atom='http://www.w3.org/2005/Atom'>"
            f"<channel><title>{self.name}</title>{items}</channel></rss>"
        )

    def _item(self, story: Story, path: str, now: float) -> str:
        drawn = f"?utm_source=feed&amp;utm_id={next(_DRAWN)}" if self.tracking else ""
        date = story.published or formatdate(story.born, usegmt=True)
        updated = f"<atom:updated>{_iso(story.changed(now))}</atom:updated>" if self.hints else ""
        paragraphs = "".join(f"<p>{one}</p>" for one in story.paragraphs(now))
        text = (
            f"<content:encoded>{html.escape(paragraphs)}</content:encoded>"
            if self.full
            else f"<description>{story.title}…</description>"
        )
        guid = f"<guid isPermaLink='false'>{next(_DRAWN) if self.tracking else story.path}</guid>"
        return (
            f"<item><title>{story.title}</title><link>{self.url}{path}{drawn}</link>{guid}"
            f"<pubDate>{date}</pubDate>{updated}{text}</item>"
        )

    def _sitemap(self, now: float) -> str:
        locations = "".join(
            f"<url><loc>{self.url}{path}</loc>"
            + (f"<lastmod>{_iso(story.changed(now))}</lastmod>" if self.hints else "")
            + "<news:news><news:publication><news:name>"
            f"{self.name}</news:name><news:language>en</news:language></news:publication>"
            f"<news:publication_date>{_iso(story.born)}</news:publication_date>"
            f"<news:title>{story.title}</news:title></news:news></url>"
            for story, path in self._shown(now)
        )
        return (
            "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
            " xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
            f"{locations}</urlset>"
        )


def _spoilt(kind: str) -> Answer:
    if kind.isdecimal():
        return Answer(int(kind))
    if kind.startswith("429:"):
        return Answer(429, headers={"Retry-After": kind[4:]})
    if kind == "garbage":
        body = b"\x00\xff<\x1f\x8b" * 500
        return Answer(body=body, headers={"Content-Type": "text/html"})
    return Answer(fault=kind)


def page(title: str, paragraphs: list[str]) -> Answer:
    body = _whole(title, paragraphs, "").encode()
    return Answer(body=body, headers={"Content-Type": "text/html; charset=utf-8"})


def _whole(title: str, paragraphs: list[str], head: str, language: str = "en") -> str:
    inside = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html lang={language}><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{inside}</article></body></html>"
    )


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
