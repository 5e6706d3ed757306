"""A quote within what stands around it: its paragraph, as whole sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Quote
from index.records import Range, Span

LONGEST = 1500
"""Characters of a context: about a screen of a telephone."""

_ADDS = 40
"""A paragraph that says less than this besides the quote is shown with those beside it."""


@dataclass(frozen=True, slots=True)
class Context:
    """The span that is shown around a quote, and whether its paragraphs go on beyond it."""

    quote: Quote
    span: Span
    goes_before: bool = False
    goes_on: bool = False

    @property
    def parts(self) -> tuple[str, str, str]:
        """The exact words before the quote, the quote, and those after it; they make the span."""
        text, quote = self.quote.article.text, self.quote.span
        return (
            text[self.span.start : quote.start],
            self.quote.text,
            text[quote.end : self.span.end],
        )


def in_context(quote: Quote, sentences: Sequence[Range], longest: int = LONGEST) -> Context:
    """Return a quote within its paragraph, as many of its sentences as fit around it.

    `sentences` are those of its article, in order, as ranges of the text. Where the paragraph is
    hardly more than the quote, the one before and the one after come with it.
    """
    first, last = _paragraphs(quote.article.text, quote.span)
    start, end = quote.span.start, quote.span.end
    before = [one for one in sentences if first <= one[0] < start]
    after = [one for one in sentences if end < one[1] <= last]
    while before or after:
        near = before.pop() if _is_nearer(before, after, quote.span) else after.pop(0)
        longer = min(start, near[0]), max(end, near[1])
        if longer[1] - longer[0] > longest:
            break
        start, end = longer
    span = quote.article.span(start, end)
    return Context(quote, span, goes_before=first < start, goes_on=end < last)


def _is_nearer(before: Sequence[Range], after: Sequence[Range], quote: Span) -> bool:
    """Tell whether the sentence before reaches less far from the quote than the one after."""
    if not before or not after:
        return bool(before)
    return quote.start - before[-1][0] <= after[0][1] - quote.end


def _paragraphs(text: str, span: Span) -> Range:
    """Return where the paragraphs of a span begin and end."""
    start, end = _line_start(text, span.start), _line_end(text, span.end)
    if end - start - len(span) < _ADDS:
        start = _line_start(text, len(text[:start].rstrip()))
        end = _line_end(text, len(text) - len(text[end:].lstrip()))
    return start, end


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end
