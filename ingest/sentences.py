"""Where sentences begin and end, by the marks and the abbreviations of each language."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Any

_CLOSING = r"(?:[\"'’”“»«›‹)\]]|[ \u00a0][»”](?=[\s,.;:]|\Z))*+"
# A run of marks with the quotation marks behind it and a blank; or glued to the next word; or
# one of the Chinese and Japanese marks, which need no blank.
_MARK = (
    r"(?<![.!?…%(more)s])(?P<mark>[.!?…؟۔।։%(more)s]++)"
    rf"(?:(?P<closing>{_CLOSING})(?=\s|\Z)|(?P<glued>)(?=[\"“„«(]?[^\W\d_]))"
    r"|[。！？]++[」』”’）]*+"
)
_NEXT = re.compile(r"(?P<lead>\W{0,30}+)(?P<word>\w*)(?P<stop>\.?)")
_WORD = re.compile(r"\w")
_LINE_BREAK = re.compile(r"\n\s*")
_REPORTING = r"(?:[A-Z]\S*\s+){1,3}+(?:%s)\b"
_ROMAN = re.compile(r"[IVXLCDMХМ]+")
_GLUED_NUMBER = re.compile(r"(\d+)([a-zа-яіђ]+)")
_NO_VOWEL = re.compile(r"[bcdfghjkmnpqstvwxzбвгджзкмнпстфхцчшщ]{1,4}")
_INITIAL_BORDER = re.compile(r"[.’'-]")
_PLAIN_WORD = re.compile(r"[„“«\"(]*\w+")
_CLAUSE_BORDER = re.compile(r"[;:]\s|\s[–—-]\s(?=\D)")
_FINAL = frozenset(".!?…")
_QUOTES = frozenset("\"'’”“»«›‹")
_DASHES = frozenset("-–—―")
_OPENING = "„“«»\"'’(["
# How far to look back from a mark, in characters: never a whole sentence, which has no bound.
_LIST_NUMBER_LENGTH = 10
_PHRASE_LENGTH = 60
_QUOTE_LENGTH = 1000
_LIST_DIGITS = 3
_PHRASE_WORDS = 8


class _Stop(Enum):
    """What a full stop behind an abbreviation may be; `abbreviations.toml` explains each."""

    BEFORE = auto()
    NUMERAL = auto()
    UNIT = auto()
    ENDING = auto()
    DOUBTFUL = auto()


@dataclass(frozen=True, slots=True)
class _Rules:
    marks: re.Pattern[str]
    stops: dict[str, _Stop] = field(default_factory=dict)
    starters: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    continuations: tuple[str, ...] = ()
    reporting: re.Pattern[str] | None = None
    ordinal_digits: int | None = None

    def stop(self, word: str) -> _Stop | None:
        return self.stops.get(word) or self.stops.get(word.lower())


def split(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans [start, end) of the sentences of a canonical text, in order.

    Spans hold every character but the blanks around them. An unknown language gets the rules
    that all languages share.
    """
    rules = _rules(language)
    return [
        span
        for paragraph in _paragraphs(text)
        for sentence in _sentences(text, *paragraph, rules)
        if (span := _trimmed(text, *sentence))
    ]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without the blanks around it, None if nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for newline in _LINE_BREAK.finditer(text):
        if not _is_wrapped(text, newline):
            yield start, newline.start()
            start = newline.end()
    yield start, len(text)


def _is_wrapped(text: str, newline: re.Match[str]) -> bool:
    """Tell whether a line was broken inside a sentence: a small letter goes on behind it."""
    before = text[max(newline.start() - 1, 0) : newline.start()]
    after = text[newline.end() : newline.end() + 1]
    return newline[0].count("\n") == 1 and before not in _FINAL and _is_small(after)


def _sentences(text: str, start: int, end: int, rules: _Rules) -> Iterator[tuple[int, int]]:
    paragraph, searched, worded = start, start, False
    for mark in rules.marks.finditer(text, start, end):
        worded = worded or bool(_WORD.search(text, searched, mark.start()))
        searched = mark.end()
        # Marks alone are no sentence, but neither does a lone full stop open one.
        said = worded or (mark.start() == paragraph and mark[0] == ".")
        if said and _is_border(text, start, end, mark, rules):
            yield start, mark.end()
            start, worded = mark.end(), False
    yield start, end


def _is_border(text: str, start: int, end: int, mark: re.Match[str], rules: _Rules) -> bool:
    """Tell whether the sentence that began at `start` ends with this mark."""
    if not mark["mark"]:
        return True
    behind = _NEXT.match(text, mark.end(), end)
    if not behind or not behind["word"] or _is_small(behind["word"]):
        return False
    if mark["closing"] is None:
        joined = not _is_glued(text, start, mark.start(), behind, rules)
    else:
        joined = _is_continued(text, mark, behind, rules)
    if joined or mark["mark"] != ".":
        return not joined
    return _full_stop_ends(text, start, mark.start(), behind, rules)


def _is_continued(
    text: str,
    mark: re.Match[str],
    behind: re.Match[str],
    rules: _Rules,
) -> bool:
    """Tell whether what follows the mark belongs to it, though it begins with a capital."""
    closing, lead, word = mark["closing"], behind["lead"].strip(), behind["word"]
    if not _QUOTES.isdisjoint(closing):
        # „Няма!“ – Иван Петров; “Really?” Trump said: whose words they are belongs to them.
        reported = rules.reporting and rules.reporting.match(text, behind.start("word"))
        return lead[:1] in _DASHES or bool(reported and word not in rules.starters)
    interjection = closing.startswith(")") and text[mark.start() - 1 : mark.start()] == "("
    remark = behind["stop"] and lead in _DASHES and rules.stop(word) is _Stop.ENDING
    return interjection or bool(remark)  # "the best (!) Team"; "(в ЕС. – Ред.)"


def _is_glued(
    text: str,
    start: int,
    stop: int,
    behind: re.Match[str],
    rules: _Rules,
) -> bool:
    """Tell whether only the blank is missing between two sentences: "края.Той", not "DW.com"."""
    sentence, following = text[max(start, stop - _QUOTE_LENGTH) : stop], behind["word"]
    if not following[0].isupper():
        return False
    if behind["lead"]:
        return not _is_quoting(sentence)
    last = sentence.split()[-1:]
    if not last or not _PLAIN_WORD.fullmatch(last[0]):
        return False
    plain = last[0].lstrip(_OPENING)
    return following in rules.starters or (
        plain.islower() and len(plain) > 1 and plain.isascii() == following.isascii()
    )


def _is_quoting(sentence: str) -> bool:
    """Tell whether a quotation is open at the end of what was said so far."""
    return sentence.count('"') % 2 == 1 or sentence.rfind("„") > sentence.rfind("“")


def _full_stop_ends(
    text: str,
    start: int,
    stop: int,
    behind: re.Match[str],
    rules: _Rules,
) -> bool:
    """Tell whether the full stop at `stop` ends a sentence or belongs to an abbreviation."""
    phrase = text[max(start, stop - _PHRASE_LENGTH) : stop]
    earlier, last = _last_words(phrase)
    if _is_list_number(text, start, stop, last):
        return False
    kind, following = _kind(earlier, last, rules), behind["word"]
    if following[0].isdigit():
        return _ends_before_number(kind, last)
    if kind in {None, _Stop.NUMERAL}:
        return True
    initial = len(following) == 1 and behind["stop"]
    starts = following in rules.starters and not initial
    if starts or kind is not _Stop.ENDING:
        return starts and kind is not _Stop.BEFORE
    if "(" in behind["lead"] or following.endswith(rules.continuations):
        return False
    return not _opens_with_time(phrase, rules, whole=stop - start <= _PHRASE_LENGTH)


def _ends_before_number(kind: _Stop | None, last: str) -> bool:
    date = last.isdigit() and len(last) <= 2
    return not date and kind in {None, _Stop.ENDING}


def _last_words(phrase: str) -> tuple[str, str]:
    """Return the last two words; a number that is glued to its unit ("2018г") is one of them."""
    earlier, last = ["", "", *phrase.split()][-2:]
    last = last.lstrip(_OPENING)
    glued = _GLUED_NUMBER.fullmatch(last)
    return (glued[1], glued[2]) if glued else (earlier, last)


def _kind(earlier: str, last: str, rules: _Rules) -> _Stop | None:
    kind = (rules.stop(earlier + last) if earlier.endswith(".") else None) or rules.stop(last)
    if kind is _Stop.UNIT:
        return _Stop.ENDING if _is_quantity(earlier, rules) else _Stop.BEFORE
    if kind is None and (_is_initials(last) or _NO_VOWEL.fullmatch(last)):
        return _Stop.DOUBTFUL
    if (
        kind is None
        and rules.ordinal_digits is not None
        and _is_ordinal(last, rules.ordinal_digits)
    ):
        return _Stop.DOUBTFUL
    return kind


def _is_quantity(word: str, rules: _Rules) -> bool:
    """Tell whether a word counts what follows: "2018", "XX", "млн."."""
    thousands = rules.stop(word.removesuffix(".")) is _Stop.ENDING
    return word[-1:].isdigit() or thousands or bool(_ROMAN.fullmatch(word))


def _is_initials(word: str) -> bool:
    return all(len(part) == 1 and part.isupper() for part in _INITIAL_BORDER.split(word))


def _is_ordinal(word: str, digits: int) -> bool:
    return (word.isdigit() and len(word) <= digits) or bool(_ROMAN.fullmatch(word))


def _is_list_number(text: str, start: int, stop: int, last: str) -> bool:
    """Tell whether the sentence so far is nothing but "1" or "IV", which its text follows."""
    return (
        stop - start <= _LIST_NUMBER_LENGTH
        and text[start:stop].strip() == last
        and _is_ordinal(last, _LIST_DIGITS)
    )


def _opens_with_time(phrase: str, rules: _Rules, *, whole: bool) -> bool:
    """Tell whether a clause has only begun, as in "През 2018 г. Европа": its verb is to come."""
    clauses = _CLAUSE_BORDER.split(phrase)
    words = clauses[-1].split()
    if "," in clauses[-1] or len(words) > _PHRASE_WORDS or not (whole or clauses[1:]):
        return False
    opener = words[0].lstrip(_OPENING).lower()
    return opener in rules.prepositions or opener.isdigit()


def _is_small(word: str) -> bool:
    """Tell whether a word begins with a small letter of a script that has capitals."""
    first = word[:1]
    return first.islower() and first.title() != first


@cache
def _rules(language: str) -> _Rules:
    shared, own = _tables()["any"], _tables().get(language, {})
    stops = {
        word: stop
        for table in (shared, own)
        for stop in _Stop
        for word in table.get(stop.name.lower(), "").split()
    }
    verbs = "|".join(own.get("reporting", "").split())
    return _Rules(
        marks=re.compile(_MARK % {"more": re.escape(own.get("marks", ""))}),
        stops=stops,
        starters=frozenset(own.get("starters", "").split()),
        prepositions=frozenset(own.get("prepositions", "").split()),
        continuations=tuple(own.get("continuations", "").split()),
        reporting=re.compile(_REPORTING % verbs) if verbs else None,
        ordinal_digits=own.get("ordinals"),
    )


@cache
def _tables() -> dict[str, dict[str, Any]]:
    data = files("ingest").joinpath("abbreviations.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)
