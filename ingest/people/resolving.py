"""Whom a phrase means: rules over the names, the roles and the speakers before it."""

from collections.abc import Collection, Iterator, Sequence

from ingest.people.chunks import Chunk
from ingest.people.inflection import stem
from ingest.people.lexicon import Lexicon, Noun
from ingest.people.persons import Person, Persons
from ingest.people.roles import Apposition, concepts, holder, status_of, tied
from ingest.people.wording import Wording
from ingest.people.words import Word

_SPEAKERS = 3
"""How many speakers back a pronoun may reach over those whom it does not fit."""


class Resolver:
    """Resolves the phrases of one article."""

    def __init__(
        self, text: str, words: Sequence[Word], chunks: Sequence[Chunk], lexicon: Lexicon
    ) -> None:
        self._words = words
        self._chunks = chunks
        self._lexicon = lexicon
        self._wording = Wording(text, words, lexicon)
        self._every = list(_with_inner(chunks))
        names = [chunk for chunk in self._every if chunk.is_person_name]
        self._persons = Persons(names, words, lexicon)
        self._organisations = self._fullest_organisations()
        self.appositions: Sequence[Apposition] = [
            self._apposition(role, name) for role, name in tied(chunks, words, lexicon)
        ]

    def meant(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return whom a phrase means; `before` are the speakers before it, nearest last."""
        if chunk.pronoun:
            return self._pronoun(chunk, before)
        if chunk.name:
            return self._name(chunk)
        if chunk.kind == "person":
            return self._title(chunk, before)
        return self._noun(chunk, before)

    def gender(self, chunk: Chunk) -> str | None:
        if chunk.pronoun:
            return chunk.pronoun.gender
        if chunk.is_person_name:
            return self._persons.of(chunk).gender
        return chunk.noun.gender if chunk.noun else None

    def concepts(self, chunk: Chunk) -> frozenset[str]:
        """Return the roles that a title names."""
        return concepts(self._words[chunk.head].lower, self._lexicon)

    # Names

    def _name(self, chunk: Chunk) -> str:
        if chunk.state:
            return chunk.state.name
        if chunk.kind == "place":
            lower = self._words[chunk.first].lower
            return self._lexicon.places.get(lower) or self._wording.organisation(chunk)
        if chunk.is_person_name:
            return self._persons.of(chunk).name
        return self._organisations.get(self._group(chunk)) or self._wording.organisation(chunk)

    def _group(self, chunk: Chunk) -> str:
        """Return what all names of one institution share."""
        if chunk.institution:
            return chunk.institution.group
        return " ".join(
            stem(self._words[at].lower, self._lexicon.language)
            for at in range(chunk.first, chunk.last + 1)
        )

    def _fullest_organisations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for chunk in self._every:
            if chunk.name and chunk.kind != "place" and not chunk.is_person_name:
                group, name = self._group(chunk), self._wording.organisation(chunk)
                if len(name) > len(found.get(group, "")):
                    found[group] = name
        return found

    # Roles

    def _apposition(self, role: Chunk, name: Chunk) -> Apposition:
        lower = self._words[role.head].lower
        return Apposition(
            concepts(lower, self._lexicon),
            role.states,
            role.modifiers,
            status_of(role.modifiers, lower, self._lexicon),
            name.kind,
            self._name(name),
            name.first,
        )

    def _title(self, chunk: Chunk, before: Sequence[str]) -> str:
        if chunk.owner is not None:
            return self._described(chunk, before)
        held = self._holder(chunk, before)
        if held:
            return held
        if before and self._has_same_head(before[-1], chunk):
            return before[-1]
        if self._fullest(chunk) is not chunk:
            return self._described(chunk, before)
        last = self._last_speaker(chunk, before) if chunk.definite else None
        return last or self._described(chunk, before)

    def _holder(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        lower = self._words[chunk.head].lower
        return holder(chunk, lower, self.appositions, before, self._lexicon)

    def _last_speaker(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return the last speaker a title without an apposition may be of.

        One with a complement that is no state ("говорителката на министерството") is of somebody
        else, unless nobody is named so far.
        """
        gender = "f" if chunk.noun and chunk.noun.gender == "f" else None
        narrow = chunk.complement and not self._is_of_state(chunk)
        if narrow and not (chunk.noun and self._lexicon.among("generic", chunk.noun.lemma)):
            return None
        foreign = self._of_other_states(chunk.states)
        for name in reversed(before[-_SPEAKERS:]):
            if self._agrees(name, gender) and name not in foreign:
                return name
        if before and not foreign and any(self._persons.named(name) for name in before):
            return None
        nearest = self._nearest(chunk, gender, foreign)
        return nearest.name if nearest else None

    def _of_other_states(self, states: frozenset[str]) -> set[str]:
        """Return the names of those whose roles belong to other states than these."""
        if not states:
            return set()
        return {role.name for role in self.appositions if role.states and not role.states & states}

    def _is_of_state(self, chunk: Chunk) -> bool:
        return self._words[chunk.last].lower in self._lexicon.states

    # Nouns

    def _noun(self, chunk: Chunk, before: Sequence[str]) -> str:
        lower = self._words[chunk.head].lower
        if self._lexicon.among("both", lower) and chunk.first == chunk.last:
            return self._last_two(chunk) or self._wording.phrase(chunk)
        named = chunk.kind in {"organisation", "medium"} and not chunk.complement
        if named and not chunk.plural and chunk.owner is None:
            held = self._holder(chunk, before)
            if held:
                return held
            vague = chunk.kind == "medium" or not chunk.states
            if chunk.definite and vague and (last := self._last_named(chunk, before)):
                return last
        return self._described(chunk, before)

    def _last_named(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return the medium or company named last before "агенцията", "компанията"."""
        firm = chunk.noun is not None and chunk.noun.lemma in self._lexicon.concepts
        if chunk.kind == "organisation" and not firm:
            return None
        named = [
            self._name(other)
            for other in self._every
            if other.first < chunk.first
            and other.name
            and not other.state
            and other.kind == chunk.kind
            and (other.kind == "medium" or not other.institution or other.institution.company)
        ]
        return next((name for name in reversed(before[-1:]) if name in named), None) or (
            named[-1] if named else None
        )

    def _described(self, chunk: Chunk, before: Sequence[str]) -> str:
        """Return the fullest phrase so far with the same head, in the nominative."""
        best = self._fullest(chunk)
        owner = self._owner(best, before) if best.owner is not None else None
        person = self._persons.named(owner) if owner else None
        shown = self._wording.phrase(best, owner, person.gender if person else None)
        return self._with_full_complement(best, shown)

    def _with_full_complement(self, chunk: Chunk, shown: str) -> str:
        """Return "говорител на министерството" with the ministry that was named before."""
        noun = self._lexicon.noun(self._words[chunk.last].lower)
        if self._lexicon.language != "bg" or chunk.complement != 2 or chunk.owner or not noun:
            return shown
        alone = Chunk(chunk.last, chunk.last, noun.kind, chunk.last, noun=noun, definite=True)
        best = self._fullest(alone)
        if noun.kind != "organisation" or best is alone:
            return shown
        bare = self._wording.phrase(alone)
        return f"{shown.removesuffix(bare)}{self._wording.phrase(best)}"

    def _has_same_head(self, name: str, chunk: Chunk) -> bool:
        """Tell whether the last speaker, whom nobody names, is called by the same noun."""
        head = None if self._persons.named(name) else self._head_of(name)
        known = chunk.definite and not chunk.states
        return bool(known and head and chunk.noun and head.lemma == chunk.noun.lemma)

    def _fullest(self, chunk: Chunk) -> Chunk:
        """Return the phrase before that says the same and more; the phrase itself if none does."""
        best = chunk
        for other in self._chunks:
            if other.first >= chunk.first:
                break
            if _is_fuller(other, best):
                best = other
        return best

    def _owner(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return whose "негови помощници", "свои сторонники" are."""
        if chunk.owner is None:
            return None
        lower = self._words[chunk.owner].lower
        pronoun = self._lexicon.pronouns.get(lower)
        if pronoun is None:
            return before[-1] if before else None
        alone = Chunk(chunk.owner, chunk.owner, "person", chunk.owner, pronoun=pronoun)
        return self._pronoun(alone, before)

    def _last_two(self, chunk: Chunk) -> str | None:
        """Return the two people named last, joined: "двамата"."""
        names: list[str] = []
        for other in reversed([name for name in self._every if name.first < chunk.first]):
            if other.is_person_name and (name := self._name(other)) not in names:
                names.append(name)
            if len(names) == 2:
                return f" {self._lexicon.conjunction} ".join(reversed(names))
        return None

    # Pronouns

    def _pronoun(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        pronoun = chunk.pronoun
        if pronoun is None:
            return None
        if pronoun.relative and (named := self._antecedent(chunk, before)):
            return named
        if pronoun.plural:
            return self._plural(chunk, before)
        if pronoun.object and (other := self._other_than_subject(chunk, pronoun.gender)):
            return other
        speakers = reversed(before[-_SPEAKERS:])
        last = next((name for name in speakers if self._agrees(name, pronoun.gender)), None)
        subject = self._subject_before(chunk, pronoun.gender)
        if subject and (last is None or self._is_newer(subject, last, chunk)):
            return subject.name
        nearest = None if last else self._nearest(chunk, pronoun.gender)
        return last or (nearest.name if nearest else None)

    def _antecedent(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return what stands right before "който", "которая" and its comma."""
        ahead = [other for other in self._chunks if other.last < chunk.first]
        if not ahead or "," not in self._words[ahead[-1].last + 1].gap:
            return None
        near = chunk.first - ahead[-1].last <= 2
        return self.meant(ahead[-1], before) if near and not ahead[-1].pronoun else None

    def _agrees(self, name: str, gender: str | None) -> bool:
        """Tell whether a speaker may be meant by a word in the singular of a gender."""
        person = self._persons.named(name)
        if person:
            return gender is None or person.gender in {gender, None}
        noun = self._head_of(name)
        return bool(
            noun
            and noun.kind == "person"
            and not noun.plural
            and (gender is None or noun.gender in {gender, None})
        )

    def _head_of(self, name: str) -> Noun | None:
        """Return the noun that heads the name of somebody whom the article does not name."""
        nouns = (self._lexicon.noun(word) for word in name.lower().split())
        return next((noun for noun in nouns if noun), None)

    def _other_than_subject(self, chunk: Chunk, gender: str | None) -> str | None:
        """Return whom "го", "ей" means: somebody in the sentence who is not its subject."""
        sentence = self._words[chunk.first].sentence
        named = [
            self._persons.of(other)
            for other in self._chunks
            if other.is_person_name
            and other.first < chunk.first
            and self._words[other.first].sentence == sentence
        ]
        others = [
            person
            for person in named[1:]
            if person is not named[0] and person.gender in {gender, None}
        ]
        return others[-1].name if others else None

    def _subject_before(self, chunk: Chunk, gender: str | None) -> Person | None:
        """Return the person who is the subject of the sentence before."""
        sentence = self._words[chunk.first].sentence - 1
        for other in self._chunks:
            if other.first >= chunk.first or self._words[other.first].sentence > sentence:
                return None
            if self._words[other.first].sentence < sentence or other.oblique:
                continue
            if other.is_person_name and self._persons.of(other).gender in {gender, None}:
                return self._persons.of(other)
        return None

    def _is_newer(self, person: Person, last: str, chunk: Chunk) -> bool:
        """Tell whether a person was named after the last speaker was."""
        speaker = self._persons.named(last)
        return person.last_before(chunk.first) > (
            speaker.last_before(chunk.first) if speaker else -1
        )

    def _nearest(
        self, chunk: Chunk, gender: str | None, but: Collection[str] = ()
    ) -> Person | None:
        """Return the person of a gender who is named last before a word; not one of `but`."""
        fitting = [
            person
            for person in self._persons.all()
            if (gender is None or person.gender in {gender, None})
            and (person.gender or " " in person.name)
            and person.name not in but
            and person.last_before(chunk.first) >= 0
        ]
        return max(fitting, key=lambda person: person.last_before(chunk.first), default=None)

    def _plural(self, chunk: Chunk, before: Sequence[str]) -> str | None:
        """Return the people who are the subject of the sentence before, or spoke last."""
        sentence = self._words[chunk.first].sentence
        groups = [
            other
            for other in self._chunks
            if other.last < chunk.first
            and other.plural
            and other.kind == "group"
            and not other.pronoun
            and not other.oblique
        ]
        if groups and self._words[groups[-1].first].sentence == sentence - 1:
            return self.meant(groups[-1], before)
        for name in reversed(before[-_SPEAKERS:]):
            if self._is_several(name):
                return name
        return self.meant(groups[-1], before) if groups else None

    def _is_several(self, name: str) -> bool:
        noun = self._head_of(name)
        return bool(noun and noun.plural) or f" {self._lexicon.conjunction} " in name


def _is_fuller(other: Chunk, best: Chunk) -> bool:
    """Tell whether another phrase has the same head and says all that this one says, and more."""
    return bool(
        other.noun
        and best.noun
        and not other.name
        and other.noun.lemma == best.noun.lemma
        and other.plural == best.plural
        and best.modifiers < other.modifiers
    )


def _with_inner(chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    for chunk in sorted(chunks, key=lambda chunk: chunk.first):
        yield chunk
        yield from _with_inner(chunk.inner)
