"""Who is meant by a mention: the names, titles and pronouns of one article and its people."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from index.people import OfficeHeld
from index.records import Range
from ingest.people.chunks import Chunk
from ingest.people.finder import find
from ingest.people.lexicon import lexicon
from ingest.people.resolving import Resolver
from ingest.people.roles import Apposition, office_of
from ingest.people.words import words

Kind = Literal["person", "organisation", "medium", "group", "document", "place"]
Form = Literal["full name", "name", "title", "pronoun", "noun"]
Gender = Literal["m", "f", "n"]


_NAMED = 0.5
"""What a name in a range is worth beside a better overlap: "X и главата на Y, Z" means X and Z."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the text names or points to somebody or to an organisation."""

    range: Range
    kind: Kind
    form: Form
    gender: Gender | None = None
    plural: bool = False


class People:
    """The mentions of an article, sorted and not overlapping, and whom each of them means."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self._language = language
        table = lexicon(language)
        self._words = list(words(text, table.abbreviations))
        self._chunks = list(find(self._words, table))
        self._resolver = Resolver(text, self._words, self._chunks, table)
        self._by_range = {self._range(chunk): chunk for chunk in _with_inner(self._chunks)}
        self.mentions: Sequence[Mention] = [self._mention(chunk) for chunk in self._chunks]
        # A role begins before the name that it is part of.
        self._starts = [
            min(self._range(part)[0] for part in _with_inner([chunk])) for chunk in self._chunks
        ]
        self._ends = [mention.range[1] for mention in self.mentions]

    @classmethod
    def of(cls, text: str, language: str) -> "People":
        """Read an article; a language without a table has names only, as they stand."""
        return cls(text, language)

    @property
    def appositions(self) -> Sequence[Apposition]:
        """The roles that the article ties to names, in no order."""
        return self._resolver.appositions

    def offices(self) -> list[OfficeHeld]:
        """Return the offices of states that the article says somebody holds."""
        return [
            OfficeHeld(*office, person=role.name, language=self._language)
            for role in self.appositions
            if role.kind == "person"
            and not role.status
            and (office := office_of(role.concepts, role.states, role.modifiers, self._language))
        ]

    def office(self, mention: Mention) -> tuple[str, str] | None:
        """Return the (role, state) that a title speaks of: "руският президент"; else None."""
        chunk = self._by_range.get(mention.range)
        if chunk is None or chunk.name or chunk.kind != "person" or chunk.plural:
            return None
        concepts = self._resolver.concepts(chunk)
        return office_of(concepts, chunk.states, chunk.modifiers, self._language)

    def mention_at(self, start: int, end: int) -> Mention | None:
        """Return the mention that overlaps [start, end) best, None if there is none.

        Where a phrase holds another name ("говорител на Тереза Мей"), that name can be asked for.
        """
        at = bisect_left(self._ends, start + 1)
        best: Chunk | None = None
        most = 0.0
        while at < len(self._chunks) and self._starts[at] < end:
            for chunk in _with_inner([self._chunks[at]]):
                shared = _overlap(self._range(chunk), (start, end))
                if (
                    chunk.is_person_name
                    and chunk is self._chunks[at]
                    and start <= self._starts[at]
                ):
                    shared += _NAMED
                if shared > most:
                    best, most = chunk, shared
            at += 1
        return self._mention(best) if best else None

    def resolve(self, mention: Mention, before: Sequence[str]) -> str | None:
        """Return the fullest form of the name in this article, in the nominative.

        `before` are the names of the speakers of the statements before the mention, nearest last;
        of an addressee, the speaker of its own statement is the last.
        """
        chunk = self._by_range.get(mention.range)
        return self._resolver.meant(chunk, before) if chunk else self.text[slice(*mention.range)]

    def _mention(self, chunk: Chunk) -> Mention:
        return Mention(
            self._range(chunk),
            cast(Kind, chunk.kind),
            _form(chunk),
            cast("Gender | None", self._resolver.gender(chunk)),
            chunk.plural,
        )

    def _range(self, chunk: Chunk) -> Range:
        return self._words[chunk.first].start, self._words[chunk.last].end


def _form(chunk: Chunk) -> Form:
    if chunk.pronoun:
        return "pronoun"
    if chunk.name:
        full = chunk.kind == "person" and chunk.last > chunk.first
        return "full name" if full else "name"
    return "title" if chunk.kind == "person" else "noun"


def _with_inner(chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """Yield phrases and what is in them; an outer one last, so that its range is known by it."""
    for chunk in chunks:
        yield from _with_inner(chunk.inner)
        yield chunk


def _overlap(one: Range, other: Range) -> float:
    """Return the characters that two ranges share, as a part of those that either has."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / (max(one[1], other[1]) - min(one[0], other[0])) if shared > 0 else 0.0
