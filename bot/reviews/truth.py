"""Where the answer is, as the owner says it: a place in an article, or words of the archive."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from bot.evaluation.cases import Case
from bot.evaluation.gold import locate
from bot.reviews.report import Truth
from index.errors import LibraryError
from index.library import Library

PLACE = re.compile(r"(?s)(.+):(\d{1,9})-(\d{1,9})")
"""ARTICLE:START-END, in code points of the article's text."""

FEWEST = 12
"""Characters of words that are searched: fewer may stand anywhere, and a slip of the hand does."""

NOTHING = "none"
"""What the owner types if nothing answers the question."""


def truth_of(places: Iterable[str], words: Iterable[str], library: Library) -> Truth:
    """Return what answers a question: the words at these places, and these words.

    Raises:
        LibraryError: there is no such place, or the words are too few.
        SourceError: the words stand in no article.
    """
    found = [_placed(place, library) for place in places]
    found += [_worded(text, library) for text in words]
    return Truth(
        tuple(dict.fromkeys(article for one in found for article in one.articles)),
        tuple(dict.fromkeys(quote for one in found for quote in one.quotes)),
    )


def typed(line: str, library: Library) -> Truth | None:
    """Read one line: a place, exact words, or that nothing answers; None if it is blank.

    Raises:
        LibraryError: there is no such place, or the words are too few.
        SourceError: the words stand in no article.
    """
    line = line.strip()
    if not line:
        return None
    if line.lower() == NOTHING:
        return Truth()
    return truth_of([line], (), library) if _is_place(line, library) else _worded(line, library)


def _is_place(line: str, library: Library) -> bool:
    """Tell a place from words that end like one."""
    place = PLACE.fullmatch(line)
    return place is not None and library.content_hash(place[1]) is not None


def _placed(place: str, library: Library) -> Truth:
    parts = PLACE.fullmatch(place)
    if parts is None:
        raise LibraryError(
            f"{place!r} is no place: write ARTICLE:START-END, as `citat review show` does"
        )
    article = library.article(parts[1])
    if article is None:
        raise LibraryError(f"there is no article {parts[1]!r}; `citat list` names them")
    try:
        words = article.words(article.span(int(parts[2]), int(parts[3])))
    except ValueError as error:
        raise LibraryError(str(error)) from error
    if not words.strip():
        raise LibraryError(f"there are no words at {place}")
    return Truth((article.id,), (words,))


def _worded(words: str, library: Library) -> Truth:
    words = normalize("NFC", words).strip()  # composed, as articles are
    if len(words) < FEWEST:
        raise LibraryError(f"{words!r} may stand anywhere: give {FEWEST} characters or more")
    found = locate(Case(0, "", quotes=(words,)), library)
    return Truth(tuple(sorted(found.articles)), (words,))
