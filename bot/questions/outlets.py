"""Which outlet a question names: "according to dnevnik", "в РИА Новости", "dnevnik.bg"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bot.questions.grammar import Grammar
from bot.questions.slots import Outlet, Phrase
from bot.questions.tokens import Token
from bot.questions.typos import likeness
from index.names import name_key

_TOP_LEVEL = re.compile(r"\.(?:[a-z]{2,3}\.)?[a-z]{2,6}$")

_OPENING = ("about", "to", "by", "breaks", "source", "outlet", "places")
_LEAST_ALIKE, _LEAST_ALIKE_IN_PLACE = 0.6, 0.8
"""How alike a name and an outlet of the same key must be: "news" has the key of "nowości"."""


def find_outlet(
    tokens: Sequence[Token], grammar: Grammar, sources: Sequence[str]
) -> Outlet | None:
    """Find the first source of the archive that is named, behind a preposition or as a domain.

    Behind a preposition of place it has to be all that follows, and written much alike: "in
    Dnevnik", but not "on Russian lessons". Of two that are called the same, the one that stands
    first among the sources is meant.
    """
    known = _by_key(tuple(sources))
    longest = max(map(len, known), default=0)
    for index in range(len(tokens)):
        reports = grammar.match(tokens, index, "markers", "outlet")
        marker = reports or grammar.match(tokens, index, "markers", "places")
        start = index + marker
        for length in range(min(longest, len(tokens) - start), 0, -1):
            named = tokens[start : start + length]
            is_domain = length == 1 and "." in named[0].text
            least = _LEAST_ALIKE if reports or is_domain else _LEAST_ALIKE_IN_PLACE
            source = _meant([token.lower for token in named], known, least)
            alone = bool(marker) and _ends(tokens, start + length, grammar)
            if source and (reports or alone or is_domain):
                phrase = Phrase(tokens[index].start, named[0].start, named[-1].end)
                return Outlet(phrase, source)
    return None


def _ends(tokens: Sequence[Token], at: int, grammar: Grammar) -> bool:
    """Tell whether a phrase ends before a token: at a mark or at another preposition."""
    if at >= len(tokens) or not tokens[at].is_word:
        return True
    return any(grammar.match(tokens, at, "markers", role) for role in _OPENING)


_Known = Mapping[tuple[str, ...], Sequence[str]]


def _meant(words: Sequence[str], known: _Known, least: float) -> str | None:
    asked = _plain(" ".join(words))
    alike = {source: _alike(asked, _plain(source)) for source in known.get(_key(words), ())}
    best = max(alike, key=lambda source: alike[source], default=None)
    return best if best is not None and alike[best] >= least else None


def _alike(asked: str, source: str) -> float:
    """Compare by letters; a domain that is written out is no other domain."""
    if _TOP_LEVEL.search(asked) and _TOP_LEVEL.search(source):
        return float(asked == source)
    return likeness(_TOP_LEVEL.sub("", asked), _TOP_LEVEL.sub("", source))


@lru_cache(maxsize=4)
def _by_key(sources: tuple[str, ...]) -> _Known:
    """Return the sources by what they may be called; those of one archive seldom change."""
    known: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for source in sources:
        for key in dict.fromkeys(_keys(source)):
            known[key].append(source)
    return known


def _keys(source: str) -> Iterator[tuple[str, ...]]:
    """Yield how a source may be named: "www.dnevnik.bg" also as "Dnevnik" and "Дневник"."""
    for name in (_plain(source), _TOP_LEVEL.sub("", _plain(source))):
        words = re.findall(r"[^\W_]+(?:\.[^\W_]+)*", name)
        if words:
            yield _key(words)


def _plain(source: str) -> str:
    address = source.lower().removeprefix("https://").removeprefix("http://")
    return address.removeprefix("www.").rstrip("/")


def _key(words: Sequence[str]) -> tuple[str, ...]:
    """Return keys that scripts share; short ones stay as written, as "BTA" would be "beat"."""
    bare = [_TOP_LEVEL.sub("", word).removeprefix("www.") for word in words]
    return tuple(key if len(key := name_key(word)) > 2 else word for word in bare)
