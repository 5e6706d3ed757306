"""An answer as Telegram messages: pages of HTML, each within the limits of one message."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from itertools import accumulate, takewhile

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.addresses import domain
from bot.answer import NO_NOTES, Answer, Notes, Quote, Reason, Understood
from bot.dates import date_in_words
from bot.phrases import LANGUAGES, phrase
from bot.views.view import View

MESSAGE_UNITS = 4096
"""UTF-16 units of one message: Telegram's own limit counts at most as many."""

PIECE_UNITS = 2400
"""Units of a quote in one message: the rest is for the lines around it, each bounded below."""

EXPANDABLE_FROM = 240
"""Characters from which a quote is folded: about four lines on a telephone."""

_LONGEST_LINK = 2000
_LONGEST_HEAD = 240
_LONGEST_LABEL = 40
_ROW_LENGTH = 28
_GAP = "\n\n"

_BORDER = re.compile(r"""(?<=[.!?…])\s+|(?<=[.!?…]["'»”“)\]])\s+|\s*\n\s*|(?<=[。！？])""")
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its HTML, and the address to preview when it has but one source."""

    html: str
    preview: str | None = None

    @property
    def link_preview(self) -> LinkPreviewOptions:
        """The preview of the only source, or none."""
        if self.preview is None:
            return LinkPreviewOptions(is_disabled=True)
        return LinkPreviewOptions(url=self.preview, prefer_small_media=True)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A quote, or one part of a quote that is too long for a message."""

    quote: Quote
    words: str
    note: str = ""
    part: int = 1
    parts: int = 1


def reader_language(code: str | None, asked_in: str) -> str:
    """Return the language to speak: the reader's own, else the question's, else English."""
    for candidate in (code or "", asked_in):
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
    return [*shown[:-1], replace(shown[-1], html=shown[-1].html + foot)]


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
        return [Page(head + escape(phrase(language, reason.value, **answer.details)))]
    room = MESSAGE_UNITS - _shown_units(head + foot)
    return [
        _page(head, pieces, language)
        for pieces in _packed(_pieces(answer, notes), language, most, room)
    ]


def keyboard(
    asked: int, page: int, count: int, language: str, understood: Understood | None = None
) -> InlineKeyboardMarkup | None:
    """Return the buttons under page `page` of `count` (from 1), None if there are none.

    The first row turns to other pages; those below it ask without a part of what was understood,
    and the last one says that an answer is none.
    """
    rows = [_page_buttons(asked, page, count, language)] if count > 1 else []
    if understood is not None:
        rows += _in_rows(_drop_buttons(asked, understood, language))
        wrong = phrase(language, "tg-wrong")
        rows.append([InlineKeyboardButton(wrong, callback_data=f"w:{asked}:{page}")])
    return InlineKeyboardMarkup(rows) if rows else None


def _page_buttons(asked: int, page: int, count: int, language: str) -> list[InlineKeyboardButton]:
    labels = {page - 1: "◀", page: f"{page}/{count}", page + 1: "▶"}
    if page == 1:
        labels = {2: phrase(language, "tg-more", page=1, pages=count)}
    return [
        InlineKeyboardButton(label, callback_data=f"m:{asked}:{target}")
        for target, label in labels.items()
        if 1 <= target <= count
    ]


def _drop_buttons(
    asked: int, understood: Understood, language: str
) -> Iterator[InlineKeyboardButton]:
    for one in understood.filters(language):
        label = _line(f"✕ {one.text}", _LONGEST_LABEL)
        yield InlineKeyboardButton(label, callback_data=f"d:{asked}:{one.slot}")
    if understood.follows is not None:
        yield InlineKeyboardButton(phrase(language, "tg-fresh"), callback_data=f"f:{asked}")


def _in_rows(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Put buttons side by side while a telephone shows their labels whole."""
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        if rows and sum(len(one.text) for one in (*rows[-1], button)) <= _ROW_LENGTH:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


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


def _pieces(answer: Answer, notes: Notes) -> Iterator[_Piece]:
    for quote in answer.quotes:
        parts = split(quote.text)
        for part, words in enumerate(parts, start=1):
            yield _Piece(quote, words, notes.get(quote, ""), part, len(parts))


def _packed(
    pieces: Iterable[_Piece], language: str, most: int, room: int
) -> Iterator[list[_Piece]]:
    """Put pieces together, in order, while they fit into one message."""
    page: list[_Piece] = []
    used = 0
    for piece in pieces:
        size = _shown_units(_block(piece, language)) + len(_GAP)
        if page and (len(page) == most or used + size > room):
            yield page
            page, used = [], 0
        page.append(piece)
        used += size
    yield page


def _page(head: str, pieces: Sequence[_Piece], language: str) -> Page:
    articles = {piece.quote.article.id: piece.quote.article for piece in pieces}
    only = next(iter(articles.values())) if len(articles) == 1 else None
    html = head + _GAP.join(_block(piece, language) for piece in pieces)
    return Page(html, _address(only.url) if only else None)


def _head(lines: Iterable[str], *, before: str = "", after: str = _GAP) -> str:
    """Say what was understood, where it is not simply what was asked."""
    told = "\n".join(filter(None, (_line(line, _LONGEST_HEAD) for line in lines)))
    return f"{before}<i>{escape(told)}</i>{after}" if told else ""


def _block(piece: _Piece, language: str) -> str:
    """The exact words, and under them who said it to whom and where it stands."""
    tag = "blockquote expandable" if len(piece.words) > EXPANDABLE_FROM else "blockquote"
    said = " · ".join(filter(None, (_said(piece.quote, language), piece.note)))
    return (
        f"<{tag}>{escape(piece.words)}</blockquote>\n"
        + (f"<b>{escape(said)}</b>\n" if said else "")
        + _source(piece, language)
    )


def _said(quote: Quote, language: str) -> str:
    speaker, addressee = _line(quote.speaker or "", 80), _line(quote.addressee or "", 80)
    said = f"{speaker} → {addressee}".strip() if addressee else speaker
    if not quote.via:
        return said
    return f"{said} ({phrase(language, 'show-via', agency=_line(quote.via, 80))})".strip()


def _source(piece: _Piece, language: str) -> str:
    """Outlet, date, linked title with its visible domain, and what else there is to know."""
    quote = piece.quote
    cells = [
        escape(_line(quote.article.source, 80)),
        date_in_words(quote.article.published, language),
    ]
    cells.append(_linked_title(quote))
    if quote.also_in:
        cells.append(phrase(language, "tg-also-in", count=len(quote.also_in)))
    if piece.parts > 1:
        cells.append(phrase(language, "tg-part", part=piece.part, parts=piece.parts))
    return " · ".join(filter(None, cells))


def _linked_title(quote: Quote) -> str:
    title = escape(_line(quote.article.title, 160))
    link = _address(quote.link) or _address(quote.article.url)
    if link is None:
        return title
    shown = escape(_line(domain(link), 60))
    return f'<a href="{escape(link)}">{title or shown}</a> ({shown})'


def _address(url: str | None) -> str | None:
    """Return the address if it is one that Telegram makes a link of: http(s), not endless."""
    if url is None or len(url) > _LONGEST_LINK or not domain(url):
        return None
    return url


def _line(text: str, limit: int) -> str:
    """Return the text on one line, cut with an ellipsis where it is longer than `limit`."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _shown_units(html: str) -> int:
    """Return the length of our own HTML after parsing: all text in it is escaped."""
    return units(unescape(_TAG.sub("", html)))
