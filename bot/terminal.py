"""An answer as text for people: wrapped quotes, marked words, sources, dates."""

import os
import re
import shutil
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import quote as percent_encode
from urllib.parse import unquote

import click
from rich.cells import cell_len

from bot.answer import NO_NOTES, Answer, Notes, Quote, Reason, Understood
from bot.dates import date_in_words
from bot.phrases import LANGUAGES, phrase
from index.records import Article

Marks = Sequence[tuple[int, int]]
"""Ranges of a text, [start, end) in code points, that stand out."""

Style = Mapping[str, Any]
"""Arguments of `click.style`."""

PLAIN: Style = {}
DIM: Style = {"dim": True}
STRONG: Style = {"bold": True}
MARK: Style = {"bold": True, "fg": "cyan"}
ERROR: Style = {"fg": "red"}

INDENT = " " * 5  # under a quote's words, which stand behind "12 │ "
NARROWEST = 20  # cells for words; a smaller window wraps them itself
WIDEST = 100  # longer lines are hard to read
UNKNOWN_WIDTH = 80  # of a pipe or a file
AROUND = 500  # characters of the article shown on each side of a quote
SHOWN_IDS = 5  # articles named in "also in"; a wire report can have dozens

# What a terminal would obey instead of showing, or could not write at all.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
# Where an article may be cut, best first: between paragraphs, sentences, words.
_BREAKS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?…])\s+"), re.compile(r"\s+"))


def render(
    answer: Answer,
    *,
    width: int,
    colour: bool,
    language: str,
    first: int = 0,
    count: int = 3,
) -> str:
    """Return `count` quotes from the `first` on, or the reason for none, for a reader."""
    screen = Screen(width, colour, language)
    numbered = list(enumerate(answer.quotes, 1))[first : first + count]
    left = len(answer.quotes) - first - count
    page = screen.page(numbered, left=left) if answer else screen.silence(answer)
    told = "" if first else screen.understood(answer.understood)
    return f"{told}\n\n{page}" if told else page


def reader_language(answer: Answer) -> str:
    """Return the language to speak to the reader: the question's, or English."""
    language = answer.understood.language
    return language if language in LANGUAGES else "en"


def columns(stream: TextIO) -> int:
    """Return how many cells a line may fill."""
    if not stream.isatty():
        return UNKNOWN_WIDTH
    return min(shutil.get_terminal_size().columns, WIDEST)


def has_colour(stream: TextIO) -> bool:
    """Tell whether to colour: at a terminal, unless NO_COLOR (https://no-color.org) forbids."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def attribution(quote: Quote, language: str) -> str:
    """Return who says it to whom and by whose report, as far as it is known."""
    said = quote.speaker or ""
    if quote.addressee:
        said = f"{said} → {quote.addressee}".lstrip()
    via = phrase(language, "show-via", agency=quote.via) if quote.via else ""
    return ", ".join(filter(None, (said, via)))


def also_in(quote: Quote, language: str) -> str:
    """Return which other articles carry the words, `` if none does."""
    if not quote.also_in:
        return ""
    ids = ", ".join(quote.also_in[:SHOWN_IDS])
    others = f" + {len(quote.also_in) - SHOWN_IDS}" * (len(quote.also_in) > SHOWN_IDS)
    return phrase(language, "show-also-in", articles=ids + others)


def surroundings(quote: Quote) -> tuple[int, int]:
    """Return the range of up to `AROUND` characters on each side, cut where it hurts least."""
    text, start, end = quote.article.text, quote.span.start, quote.span.end
    floor, ceiling = max(0, start - AROUND), min(len(text), end + AROUND)
    before = (found for pattern in _BREAKS if (found := pattern.search(text, floor, start)))
    after = (found for pattern in _BREAKS for found in _last(pattern, text[end:ceiling]))
    first = next((found.end() for found in before), start) if floor else 0
    last = next((found.start() for found in after), 0) if ceiling < len(text) else ceiling - end
    return first, end + last


def line_ranges(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of each line that fits the width; a longer word has its own.

    Between two lines lies exactly one space or newline, so nothing is lost.
    """
    start, end = 0, -1
    for gap in re.finditer(r"[ \n]|\Z", text):
        if end >= start and cell_len(text[start : gap.start()]) > width:
            yield start, end
            start = end + 1
        end = gap.start()
        if gap[0] != " ":
            yield start, end
            start = end + 1


@dataclass(frozen=True, slots=True)
class Screen:
    """How to write for one reader; colour brings terminal hyperlinks with it.

    No field of an article or a question can bring control characters to the terminal.
    """

    width: int
    colour: bool
    language: str

    def page(
        self, numbered: Sequence[tuple[int, Quote]], *, left: int, notes: Notes = NO_NOTES
    ) -> str:
        """Return quotes with their numbers, and how many are left."""
        parts = [self.quote(number, quote, notes.get(quote, "")) for number, quote in numbered]
        if left > 0:
            parts.append(self.ink(self._phrase("show-more", count=left), DIM))
        return "\n\n".join(parts)

    def quote(self, number: int, quote: Quote, note: str = "") -> str:
        """Return the exact words behind a bar and, below, where they stand."""
        words = self._barred(quote.text, quote.marks, str(number))
        return "\n".join([*words, *self._credits(quote, note)])

    def lines(self, text: str, style: Style = PLAIN) -> str:
        """Return words of ours in lines of the screen's width."""
        return "\n".join(self._wrapped(text, style, indent=""))

    def sources(self, numbered: Sequence[tuple[int, Quote]]) -> str:
        """Return every quoted article once, with the numbers of its quotes."""
        numbers: dict[str, list[str]] = {}
        firsts: dict[str, Quote] = {}
        for number, quote in numbered:
            numbers.setdefault(quote.article.id, []).append(str(number))
            firsts.setdefault(quote.article.id, quote)
        return "\n\n".join(
            "\n".join(
                [
                    *self._wrapped(f"{', '.join(numbers[article])} · {self._source(quote)}"),
                    *self._link(quote),
                ],
            )
            for article, quote in firsts.items()
        )

    def context(self, quote: Quote) -> str:
        """Return the quote within its article: the heavy bar and colour show where."""
        article = quote.article
        start, end = surroundings(quote)
        text = article.words(article.span(start, end))
        marks = [(quote.span.start - start, quote.span.end - start)]
        cut = f"   {self.ink('│', DIM)} […]"
        return "\n".join(
            [
                *self._wrapped(article.title, STRONG),
                *self._wrapped(f"{article.source} · {self._date(article)}"),
                *self._link(quote),
                "",
                *([cut] if start > 0 else []),
                *self._barred(text, marks, heavy=True),
                *([cut] if end < len(article.text) else []),
            ],
        )

    def explanation(
        self,
        understood: Understood,
        numbered: Sequence[tuple[int, Quote]],
        nearest: str | None = None,
    ) -> str:
        """Return how the question was read and why each quote was chosen."""
        names, unknown = ", ".join(understood.names), ", ".join(understood.unknown_names)
        told = [self._phrase("show-language", language=understood.language)]
        if names:
            told.append(self._phrase("show-names", names=names))
        if unknown:
            told.append(self._phrase("show-unknown-names", names=unknown))
        if line := understood.line(self.language):
            told.append(line)
        for number, quote in numbered:
            words = ", ".join(dict.fromkeys(quote.text[start:end] for start, end in quote.marks))
            score = f"{quote.score:.2f}"
            told.append(self._phrase("show-score", number=number, score=score, words=words or "–"))
        if nearest:
            told.append(self._phrase("show-nearest", score=nearest))
        return "\n".join(line for text in told for line in self._wrapped(text, indent=""))

    def understood(self, understood: Understood) -> str:
        """Return how the question was understood, nothing if just as it was typed."""
        line = understood.line(self.language)
        return self.lines(line, DIM) if line else ""

    def silence(self, answer: Answer) -> str:
        """Return why nothing is quoted, and nothing else."""
        reason = answer.reason or Reason.NOTHING_NEAR
        text = self._phrase(reason.value, **answer.details)
        return self.lines(text)

    def ink(self, text: str, style: Style = PLAIN) -> str:
        """Return the text in a style; controls become spaces, one for one."""
        text = _CONTROLS.sub(" ", text)
        return click.style(text, **style) if self.colour and style and text else text

    def _phrase(self, key: str, **blanks: object) -> str:
        return phrase(self.language, key, **blanks)

    def _date(self, article: Article) -> str:
        return date_in_words(article.published, self.language)

    def _source(self, quote: Quote) -> str:
        article = quote.article
        return " · ".join(filter(None, (article.source, self._date(article), article.title)))

    def _credits(self, quote: Quote, note: str) -> Iterator[str]:
        if said := " · ".join(filter(None, (attribution(quote, self.language), note))):
            yield from self._wrapped(said, STRONG)
        yield from self._wrapped(self._source(quote))
        yield from self._link(quote)
        if elsewhere := also_in(quote, self.language):
            yield from self._wrapped(elsewhere, DIM)

    def _link(self, quote: Quote) -> Iterator[str]:
        url, link = quote.article.url, quote.link
        if url is None or link is None:
            return
        if not self.colour:
            yield INDENT + self.ink(url + _readable(link[len(url) :]))
            return
        target = percent_encode(link, safe=string.punctuation, errors="replace")
        yield f"{INDENT}\x1b]8;;{target}\x1b\\{self.ink(url, DIM)}\x1b]8;;\x1b\\"

    def _wrapped(self, text: str, style: Style = PLAIN, indent: str = INDENT) -> Iterator[str]:
        text = _CONTROLS.sub(" ", text)
        for start, end in line_ranges(text, self._room(indent)):
            yield indent + self.ink(text[start:end], style)

    def _barred(
        self,
        text: str,
        marks: Marks,
        label: str = "",
        *,
        heavy: bool = False,
    ) -> Iterator[str]:
        for start, end in line_ranges(text, self._room(INDENT)):
            inside = any(first < end and start < last for first, last in marks)
            bar = self.ink("┃" if heavy and inside else "│", DIM)
            line = f"{label:>2} {bar} {self._marked(text, start, end, marks)}"
            yield line.rstrip() if start == end else line
            label = ""

    def _marked(self, text: str, start: int, end: int, marks: Marks) -> str:
        pieces = []
        for first, last in sorted(marks):
            if start < last and first < end:
                pieces.append(self.ink(text[start : max(first, start)]))
                pieces.append(self.ink(text[max(first, start) : min(last, end)], MARK))
                start = last
        return "".join([*pieces, self.ink(text[start:end])])

    def _room(self, indent: str) -> int:
        return max(self.width - len(indent), NARROWEST)


def _readable(fragment: str) -> str:
    """Return the fragment with its letters readable; browsers take both forms as one address."""
    return re.sub(r"(?:%[89A-F][0-9A-F])+", lambda letters: unquote(letters[0]), fragment)


def _last(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))[-1:]
