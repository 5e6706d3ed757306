"""An answer as Telegram messages: pages of HTML, each within the limits of one message."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from html import escape, unescape
from itertools import accumulate, takewhile

from telegram import LinkPreviewOptions

from bot.addresses import domain
from bot.answer import NO_NOTES, Answer, Notes, Quote, Reason
from bot.context import Context
from bot.dates import date_in_words
from bot.phrases import LANGUAGES, phrase
from bot.telegram.chosen import CHOSEN
from bot.views.view import View
from index.records import Article, Span

MESSAGE_UNITS = 4096
"""UTF-16 units of one message: Telegram's own limit counts at most as many."""

PIECE_UNITS = 2400
"""Units of a quote in one message: the rest is for the lines around it, each bounded below."""

EXPANDABLE_FROM = 240
"""Characters from which a quote is folded: about four lines on a telephone."""

MIDNIGHT = time()
"""The hour of what has a date and no hour."""

_ANY_DAY = "x" * 24
"""At least as long as any day in words: those are slow to make, and none is to be shown yet."""

_LONGEST_LINK = 2000
_LONGEST_HEAD = 240
_LONGEST_LABEL = 40
_GAP = "\n\n"
_CUT = "[…]"

_BORDER = re.compile(r"""(?<=[.!?…])\s+|(?<=[.!?…]["'»”“)\]])\s+|\s*\n\s*|(?<=[。！？])""")
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A quote as a message shows it: whole, or the part in `span` of one that is too long."""

    quote: Quote
    span: Span
    note: str = ""
    part: int = 1
    parts: int = 1

    @property
    def words(self) -> str:
        """The exact words, cut from the article each time."""
        return self.quote.article.words(self.span)


class State(StrEnum):
    """What has become of words that were shown."""

    STANDING = "standing"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Flag:
    """What stands in place of a quote whose words are gone: where they stood, gone since when.

    `origin` is the article as it is now; of a withdrawn one, what may still be told, without text.
    """

    state: State
    since: datetime
    origin: Article


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its HTML, the address of its first source to preview, and what it quotes.

    `head` and `foot` are the HTML around the pieces, all of it in a `language` of ours.
    """

    html: str
    language: str
    preview: str | None = None
    pieces: tuple[Piece, ...] = ()
    head: str = ""
    foot: str = ""

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes, each once."""
        return tuple(dict.fromkeys(piece.quote for piece in self.pieces))

    @property
    def link_preview(self) -> LinkPreviewOptions:
        """The preview of the first source, or none."""
        if self.preview is None:
            return LinkPreviewOptions(is_disabled=True)
        return LinkPreviewOptions(url=self.preview, prefer_small_media=True)


def reader_language(code: str | None, asked_in: str) -> str:
    """Return the language to speak: the chosen one, the reader's, the question's, or English."""
    for candidate in (CHOSEN.get() or "", code or "", asked_in):
        base = candidate.partition("-")[0].lower()
        if base in LANGUAGES:
            return base
    return "en"


def pages(
    answer: Answer, language: str, quotes_per_message: int, *, title: str = ""
) -> list[Page]:
    """Return the answer as messages: the reason for silence, or at most so many quotes each.

    Above them stands the title, or else what was understood.
    """
    head = _head([title or answer.understood.line(language)])
    return _pages(answer, language, quotes_per_message, head)


def view_pages(view: View, language: str, quotes_per_message: int) -> list[Page]:
    """Return a view as messages, each below what was asked for; what is left stands at the end."""
    head = _head(view.told(language))
    foot = _head([view.ending(language)], before=_GAP, after="")
    shown = _pages(view.answer, language, quotes_per_message, head, view.notes(language), foot)
    return [*shown[:-1], replace(shown[-1], html=shown[-1].html + foot, foot=foot)]


def _pages(
    answer: Answer,
    language: str,
    most: int,
    head: str,
    notes: Notes = NO_NOTES,
    foot: str = "",
) -> list[Page]:
    """Return messages under a head, with room for a foot in each."""
    if not answer:
        reason = answer.reason or Reason.NOTHING_NEAR
        html = head + escape(phrase(language, reason.value, **answer.details))
        return [Page(html, language, head=html)]
    room = MESSAGE_UNITS - _shown_units(head + foot)
    pieces = (piece for one in answer.quotes for piece in _pieces(one, notes.get(one, "")))
    return [_page(head, packed, language) for packed in _packed(pieces, language, most, room)]


def corrected_page(
    shown: Sequence[Piece | Flag],
    before: Iterable[Flag],
    language: str,
    head: str = "",
    foot: str = "",
) -> Page:
    """Return a message again, with flags where quotes stood.

    `before` are flags of what it showed earlier: as many of them stand below as there is room for.
    Where the titles of changed articles are too much, they are left out.
    """
    room = MESSAGE_UNITS - _shown_units(head + foot)
    titled = [_corrected(one, language) for one in shown]
    bare = [_corrected(one, language, titled=False) for one in shown]
    blocks = titled if _length(titled) <= room else bare
    for flag in before:
        if _length(longer := [*blocks, _flag(flag, language)]) <= room:
            blocks = longer
    pieces = tuple(one for one in shown if isinstance(one, Piece))
    preview = _address(pieces[0].quote.article.url) if pieces else None
    gap = "" if shown or not head else _GAP  # a page without quotes is all head
    return Page(head + gap + _GAP.join(blocks) + foot, language, preview, pieces, head, foot)


def context_page(context: Context, language: str) -> Page:
    """Return a quote in its paragraph: the words around it, with those of the quote in bold.

    What is left out of the paragraph, `[…]` tells outside of the quotation.
    """
    (before, words, after), span = context.parts, context.span
    whole = _pieces(context.quote)
    if len(whole) > 1:  # the quote alone is more than a message holds
        before, words, after, span = "", whole[0].words, "", whole[0].span
    piece = Piece(context.quote, span)
    shown = f"{escape(before)}<b>{escape(words)}</b>{escape(after)}"
    lines = [
        _CUT if context.goes_before else "",
        f"<blockquote>{shown}</blockquote>",
        _CUT if context.goes_on or len(whole) > 1 else "",
        _below(piece, language),
    ]
    html = "\n".join(filter(None, lines))
    return Page(html, language, _address(context.quote.article.url), (piece,))


def shared_quote(quote: Quote, language: str) -> Page:
    """Return a quote by itself, as it is put into other chats: its beginning if it is too long."""
    return _page("", _pieces(quote)[:1], language)


def label(text: str) -> str:
    """Return a text as a button shows it: its beginning, on one line."""
    return _line(text, _LONGEST_LABEL)


def said_or_title(quote: Quote, language: str) -> str:
    """Return who says it to whom, else the headline it stands under, in one line."""
    return _said(quote, language) or _line(quote.article.title or quote.article.source, 160)


def described(quote: Quote) -> str:
    """Return the beginning of the words, as one line."""
    return _line(quote.text, _LONGEST_HEAD)


def split(text: str, limit: int = PIECE_UNITS) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units; white space at a cut falls away.

    Cuts stand at the end of a sentence or a line, else at white space, else between two letters.
    """
    parts = []
    while units(text) > limit:
        end, start = _cut(text, _prefix(text, limit))
        parts.append(text[:end].rstrip())
        text = text[start:].lstrip()
    return [*parts, text] if text else parts


def units(text: str) -> int:
    """Return the length as Telegram counts it, in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _prefix(text: str, limit: int) -> int:
    """Return how many characters of the text fit into `limit` units."""
    used = accumulate(map(units, text))
    return sum(1 for _ in takewhile(lambda so_far: so_far <= limit, used))


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Return where the first part ends, at most at `limit`, and where the rest begins."""
    for border in (_BORDER, _SPACE):
        # The second half only: an early border would make a needless stub.
        cuts = [cut for cut in border.finditer(text, limit // 2) if cut.start() <= limit]
        if cuts:
            return cuts[-1].span()
    return limit, limit


def _pieces(quote: Quote, note: str = "") -> list[Piece]:
    """Return a quote in as many parts as messages have to show it."""
    text, pieces, start = quote.text, [], 0
    parts = split(text)
    for part, words in enumerate(parts, start=1):
        start = text.index(words, start)
        end = start + len(words)
        span = replace(quote.span, start=quote.span.start + start, end=quote.span.start + end)
        pieces.append(Piece(quote, span, note, part, len(parts)))
        start = end
    return pieces


def _packed(pieces: Iterable[Piece], language: str, most: int, room: int) -> Iterator[list[Piece]]:
    """Put pieces together, in order, while they fit into one message, as flags too."""
    page: list[Piece] = []
    used = 0
    for piece in pieces:
        bare = replace(piece.quote.article, title="")
        flag = _flagged(State.CHANGED, _ANY_DAY, bare, language)
        size = max(map(_shown_units, (_block(piece, language), flag))) + len(_GAP)
        if page and (len(page) == most or used + size > room):
            yield page
            page, used = [], 0
        page.append(piece)
        used += size
    yield page


def _page(head: str, pieces: Sequence[Piece], language: str) -> Page:
    html = head + _GAP.join(_block(piece, language) for piece in pieces)
    preview = _address(pieces[0].quote.article.url)
    return Page(html, language, preview, tuple(pieces), head)


def _head(lines: Iterable[str], *, before: str = "", after: str = _GAP) -> str:
    """Say what was understood, where it is not simply what was asked."""
    told = "\n".join(filter(None, (_line(line, _LONGEST_HEAD) for line in lines)))
    return f"{before}<i>{escape(told)}</i>{after}" if told else ""


def _block(piece: Piece, language: str) -> str:
    """The exact words, and under them who said it to whom and where it stands."""
    tag = "blockquote expandable" if len(piece.words) > EXPANDABLE_FROM else "blockquote"
    return f"<{tag}>{escape(piece.words)}</blockquote>\n" + _below(piece, language)


def _corrected(one: Piece | Flag, language: str, *, titled: bool = True) -> str:
    if isinstance(one, Piece):
        return _block(one, language)
    return _flag(one, language, titled=titled)


def _flag(flag: Flag, language: str, *, titled: bool = True) -> str:
    origin = flag.origin if titled else replace(flag.origin, title="")
    return _flagged(flag.state, date_in_words(flag.since, language), origin, language)


def _flagged(state: State, day: str, origin: Article, language: str) -> str:
    """Say that words are gone, and under it where they stood."""
    told = phrase(language, f"tg-flag-{state}", date=day)
    return f"<i>{escape(told)}</i>\n" + _cells(*_origin(origin, origin.url, language))


def _length(blocks: Sequence[str]) -> int:
    return _shown_units(_GAP.join(blocks))


def _below(piece: Piece, language: str) -> str:
    said = " · ".join(filter(None, (_said(piece.quote, language), piece.note)))
    return (f"<b>{escape(said)}</b>\n" if said else "") + _source(piece, language)


def _said(quote: Quote, language: str) -> str:
    speaker, addressee = _line(quote.speaker or "", 80), _line(quote.addressee or "", 80)
    said = f"{speaker} → {addressee}".strip() if addressee else speaker
    if not quote.via:
        return said
    return f"{said} ({phrase(language, 'show-via', agency=_line(quote.via, 80))})".strip()


def _source(piece: Piece, language: str) -> str:
    """Outlet, date, linked title with its visible domain, and what else there is to know."""
    quote = piece.quote
    cells = _origin(quote.article, quote.link, language)
    if quote.also_in:
        cells.append(phrase(language, "tg-also-in", count=len(quote.also_in)))
    if piece.parts > 1:
        cells.append(phrase(language, "tg-part", part=piece.part, parts=piece.parts))
    return _cells(*cells)


def _cells(*cells: str) -> str:
    return " · ".join(filter(None, cells))


def _origin(article: Article, link: str | None, language: str) -> list[str]:
    outlet = escape(_line(article.source, 80))
    return [outlet, _date(article.published, language), _linked_title(article, link)]


def _date(published: datetime | None, language: str) -> str:
    """The day in words; where the hour is known, Telegram shows the day of the reader's zone."""
    words = date_in_words(published, language)
    if published is None or published.time() == MIDNIGHT:
        return words
    moment = int(published.timestamp())
    return f'<tg-time unix="{moment}" format="D">{words}</tg-time>' if moment > 0 else words


def _linked_title(article: Article, link: str | None) -> str:
    title = escape(_line(article.title, 160))
    shown = escape(_line(domain(article.url or ""), 60))
    address = _address(link) or _address(article.url)
    linked = f'<a href="{escape(address)}">{title or shown}</a>' if address else title
    return f"{linked} ({shown})" if shown else linked


def _address(url: str | None) -> str | None:
    """Return the address if Telegram makes a link of it: of the web, with a dot, not endless."""
    if url is None or len(url) > _LONGEST_LINK or "." not in domain(url):
        return None
    return url


def _line(text: str, limit: int) -> str:
    """Return the text on one line, cut with an ellipsis where it is longer than `limit`."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _shown_units(html: str) -> int:
    """Return the length of our own HTML after parsing: all text in it is escaped."""
    return units(unescape(_TAG.sub("", html)))
