"""The phrases of an article that point to somebody, in order."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingest.people import inflection
from ingest.people.chunks import Chunk
from ingest.people.lexicon import Lexicon, lexicon
from ingest.people.names import Names
from ingest.people.phrases import Phrases
from ingest.people.words import Word


def find(words: Sequence[Word], table: Lexicon) -> Iterator[Chunk]:
    """Yield names, roles, pronouns and institutions; they do not overlap."""
    names = Names(words, table)
    phrases = Phrases(words, table, names)
    place = 0
    while place < len(words):
        word = words[place]
        dull = not word.capital and _is_dull(word.lower, table.language)
        found = None if dull else _at(place, names, phrases)
        place = found.last + 1 if found else place + 1
        if found:
            phrases.used = place
            yield found


@lru_cache(maxsize=50_000)
def _is_dull(lower: str, language: str) -> bool:
    """Tell whether no phrase can begin with a word that has no capital; most are such."""
    table = lexicon(language)
    return not (
        lower in table.pronouns
        or table.among("possessives", lower)
        or table.among("determiners", lower)
        or table.among("adjectives", lower)
        or table.noun(lower)
        or lower.isdigit()
        or inflection.is_adjective(lower, language)
        or inflection.stem(lower, language) in table.institutions
    )


def _at(place: int, names: Names, phrases: Phrases) -> Chunk | None:
    word, table = names.words[place], names.lexicon
    if pronoun := table.pronouns.get(word.lower):
        owned = pronoun.possessive or table.among("possessives", word.lower)
        head = phrases.owned_by(place) if owned else None
        if head is not None:
            return phrases.at(head)
        kind = "group" if pronoun.plural else "person"
        return Chunk(place, place, kind, place, pronoun=pronoun, plural=pronoun.plural)
    if named := names.listed(place):
        return named
    head = phrases.head_from(place)
    if head is not None:
        return phrases.at(head)
    return names.named(place) if word.capital and names.is_name(place) else None
