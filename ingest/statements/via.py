"""By whose report a statement reached the article: agencies and media, nearest first."""

from ingest.statements.clauses import DASHES, FINAL, MARKS, Reading, Words
from ingest.statements.speakers import ends_phrase

_REACH = 14


def carried(reading: Reading, first: int, end: int) -> list[tuple[int, list[str]]]:
    """Return the places among words [first, end) where a report names its carriers, and them."""
    found = []
    for at in range(first, end):
        length = reading.matches(at, "carriers") if reading.quoted[at] < 0 else 0
        if length:
            names = agencies(reading, at + length, end)
            if names:
                found.append((at, names))
    return found


def agencies(reading: Reading, first: int, end: int) -> list[str]:
    """Return the names that a phrase behind "цитиран от" or "предаде" lists."""
    names, begin, at = [], first, first
    limit = min(end, first + _REACH)
    while at < limit:
        joins = reading.quoted[at] < 0 and reading.is_in(at, "conjunctions")
        if joins or _stops(reading, at):
            name = _name(reading, (begin, at))
            names += [name] if name else []
            begin = at + 1
            if not joins:
                return names
        at += 1
    name = _name(reading, (begin, at))
    return [*names, name] if name else names


def _stops(reading: Reading, at: int) -> bool:
    word = reading.folded(at)
    if reading.quoted[at] >= 0 or word in MARKS or reading.is_abbreviation(at):
        return False
    return word in FINAL | DASHES or ends_phrase(reading, at) or reading.is_preposition(at)


def _name(reading: Reading, words: Words) -> str | None:
    """Return the name in a phrase: a mention, what is quoted, or what has capitals."""
    first, end = words
    for mention in reversed(reading.mentions(first, end)):
        if mention.kind in {"medium", "organisation"}:
            return reading.people.resolve(mention, ())
    for at in range(first, end):
        quotation = reading.quotation_opened_at(at)
        if quotation:
            return reading.text[quotation.start : quotation.end].strip() or None
    while first < end and not reading.is_capital(first):
        first += 1
    while end > first and not reading.words[end - 1].is_word:
        end -= 1
    return reading.text[slice(*reading.span(first, end))] if first < end else None
