"""WordPress exports (WXR, "WordPress eXtended RSS"): the posts that were published.

What WordPress writes:
https://github.com/WordPress/wordpress-develop/blob/trunk/src/wp-admin/includes/export.php
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.drafts import Draft, Skipped
from ingest.exports.rations import Rationed, Readable
from ingest.feeds import one_line
from ingest.pages import plain_text, primary_language

HEAD_BYTES = 16 * 1024
"""Of a file, enough to know an export by: a long comment comes first."""

_NAMESPACE = re.compile(rb"""xmlns:wp\s*=\s*["'](http://wordpress\.org/export/[\d.]{1,9}/)["']""")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
"""XML knows none of them, yet exports hold what was pasted into posts."""

# Types that sites make up themselves ("news", "review") hold articles; these do not.
_NO_ARTICLES = frozenset(
    {"attachment", "revision", "nav_menu_item", "page", "custom_css", "customize_changeset"}
    | {"oembed_cache", "user_request", "feedback", "acf-field", "acf-field-group"},
)
_OF_THE_THEME = "wp_"  # wp_block, wp_template, wp_navigation and more

_OBJECTS = frozenset({"audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption"})
_EMBEDDED = re.compile(r"\[embed\b[^\[\]]*\][^\[\]]{0,2000}\[/embed\]")
_SHORTCODE = re.compile(r"(\[?)\[(/?)([a-zA-Z][\w-]*)(\s[^\[\]]*|/)?\](\]?)")
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)


def is_wordpress(head: bytes) -> bool:
    """Say whether an XML file, of which this is the beginning, is an export of WordPress."""
    return _NAMESPACE.search(head[:HEAD_BYTES]) is not None


def read_wordpress(stream: Readable, head: bytes, origin: str) -> Iterator[Draft | Skipped]:
    """Read the published posts of an export; what else is in it is left out, and counted.

    `head` is a look at the beginning of the stream, which still holds it.

    Raises:
        SourceError: there is not one post to be read.
    """
    namespace = _NAMESPACE.search(head[:HEAD_BYTES])
    if namespace is None:
        raise SourceError("is no export of WordPress")
    left_out, number = Counter[str](), 0
    try:
        for site, item in _items(Rationed(stream, drop=_CONTROLS), namespace[1].decode()):
            number += 1
            place = f"{origin} entry {number}"
            if kind := site.not_an_article(item):
                left_out[kind] += 1
            elif text := _text(item.findtext(_CONTENT)):
                yield site.draft(item, text, place)
            else:
                yield Skipped(place, "has no text")
    except (etree.XMLSyntaxError, SourceError) as error:
        reason = f"cannot be read after entry {number}: {error}; export it again to get the rest"
        if number == 0:
            raise SourceError(reason) from error
        yield Skipped(origin, reason)
    if number == 0:
        raise SourceError("is an export of WordPress without entries")
    if left_out:
        yield Skipped.counted(origin, left_out)


@dataclass(frozen=True, slots=True)
class _Site:
    """What an export says before its entries."""

    namespace: str
    title: str | None
    language: str | None
    authors: dict[str, str]
    """Names to be shown, by login."""

    @classmethod
    def of(cls, channel: Any, namespace: str) -> "_Site":
        names = {}
        for author in channel.findall(f"{{{namespace}}}author"):
            login = author.findtext(f"{{{namespace}}}author_login")
            name = author.findtext(f"{{{namespace}}}author_display_name")
            if login and name:
                names[login] = name
        return cls(
            namespace,
            one_line(channel.findtext("title")),
            primary_language(channel.findtext("language")),
            names,
        )

    def draft(self, item: Any, text: str, origin: str) -> Draft:
        login = item.findtext(_CREATOR) or ""
        return Draft(
            origin=origin,
            text=text,
            url=item.findtext("link"),
            title=one_line(item.findtext("title")),
            source=self.title,
            author=one_line(self.authors.get(login, login)),
            published=parse_date(self._of(item, "post_date_gmt"))
            or parse_date(item.findtext("pubDate")),
            language=self.language,
        )

    def not_an_article(self, item: Any) -> str | None:
        """Say what an entry is that is no published post; None for a post."""
        kind = self._of(item, "post_type")
        if kind in _NO_ARTICLES or kind.startswith(_OF_THE_THEME):
            return "pages, attachments and the like"
        if self._of(item, "status") != "publish":
            return "posts that are not published"
        return "posts with a password" if self._of(item, "post_password") else None

    def _of(self, item: Any, name: str) -> str:
        return (item.findtext(f"{{{self.namespace}}}{name}") or "").strip()


def _items(stream: Rationed, namespace: str) -> Iterator[tuple[_Site, Any]]:
    """Yield the entries of an export; each is gone from memory when the next one comes."""
    # Recovering: one bad character in one of a hundred thousand posts must not cost the rest.
    parser = etree.iterparse(
        stream, tag="item", recover=True, resolve_entities=False, no_network=True
    )
    site = None
    for _, item in parser:
        channel = item.getparent()
        if channel is None or _is_cut(parser):
            break
        stream.fill_up()
        site = site or _Site.of(channel, namespace)
        yield site, item
        item.clear()
        del channel[: channel.index(item)]
    if _is_cut(parser):
        raise SourceError("the file breaks off")


def _is_cut(parser: Any) -> bool:
    last = parser.error_log.last_error
    return last is not None and last.type_name == "ERR_TAG_NOT_FINISHED"


def _text(content: str | None) -> str:
    """Return what a reader sees of a post: no shortcodes, and paragraphs where WordPress has them.

    Posts from before the block editor hold line breaks in place of paragraphs:
    https://developer.wordpress.org/reference/functions/wpautop/
    """
    html = _without_shortcodes(content or "").replace("\r\n", "\n")
    if "<!-- wp:" not in html:
        html = html.replace("\n\n" if _PARAGRAPH.search(html) else "\n", "<br>")
    return plain_text(html)


def _without_shortcodes(html: str) -> str:
    """Drop the marks of shortcodes and keep what they enclose; "[sic]" is none.

    https://codex.wordpress.org/Shortcode_API
    """
    html = _EMBEDDED.sub("", html)
    closed = {match[3] for match in _SHORTCODE.finditer(html) if match[2]} | _OBJECTS

    def shown(match: re.Match[str]) -> str:
        before, _, name, values, after = match.groups()
        if before and after:  # "[[gallery]]" is how a post speaks of a shortcode
            return match[0][1:-1]
        is_shortcode = name in closed or "=" in (values or "")
        kept = "" if is_shortcode else match[0][len(before) : len(match[0]) - len(after)]
        return f"{before}{kept}{'<br>' if name.endswith('caption') else ''}{after}"

    return _SHORTCODE.sub(shown, html)
