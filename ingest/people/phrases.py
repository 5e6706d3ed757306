"""Phrases around a listed noun: roles, groups, institutions and documents."""

from collections.abc import Sequence

from ingest.people import inflection
from ingest.people.chunks import Chunk, closes, opens
from ingest.people.complements import Complements
from ingest.people.inflection import stem
from ingest.people.lexicon import Lexicon, Noun
from ingest.people.names import Names
from ingest.people.words import Word

_LONGEST_LEFT = 6
_CIRCUMSTANCES = 8
_VERBS = ("ува", "ява", "ира", "ет", "ит", "ють", "ється")
_ENCLITICS = frozenset({"му", "й", "ѝ", "им"})


class Phrases:
    """Reads the phrases of one article; `used` words belong to those read before."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon, names: Names) -> None:
        self.words = words
        self.lexicon = lexicon
        self.language = lexicon.language
        self.names = names
        self.complements = Complements(words, lexicon, names)
        self.used = 0

    def head_from(self, place: int) -> int | None:
        """Return the listed noun whose phrase begins here: it, or what its adjectives precede."""
        for at in range(place, min(place + _LONGEST_LEFT, len(self.words))):
            word = self.words[at]
            if at > place and not word.follows:
                return self._alone(place, at)
            if self.lexicon.noun(word.lower) and not self.lexicon.among("determiners", word.lower):
                if self._is_first_name(at) or self._reports(at):
                    return None
                return at if at == place or self._left(at)[0] <= place else None
            if not self.names.may_precede(at):
                return self._alone(place, at)
        return None

    def _alone(self, place: int, beyond: int) -> int | None:
        """Return the place of a determiner that stands for people: "двамата", "некоторые"."""
        alone = beyond == place + 1 and self.lexicon.noun(self.words[place].lower)
        return place if alone else None

    def _is_first_name(self, place: int) -> bool:
        word = self.words[place]
        return word.capital and not word.first and word.lower in self.lexicon.first_names

    def _reports(self, place: int) -> bool:
        """Tell whether a noun is part of "по данным", "за словами"."""
        return bool(
            place
            and self.lexicon.among("oblique_nouns", self.words[place].lower)
            and self.lexicon.among("oblique", self.words[place - 1].lower)
        )

    def owned_by(self, place: int) -> int | None:
        """Return the noun that a possessive pronoun stands before, as in "негови помощници"."""
        for at in range(place + 1, min(place + 4, len(self.words))):
            word = self.words[at]
            if not word.follows:
                return None
            if self.lexicon.among("determiners", word.lower):
                continue
            if self.lexicon.noun(word.lower) and not self._reports_behind(at, place):
                return at
            if not inflection.is_adjective(word.lower, self.language):
                return None
        return None

    def _reports_behind(self, at: int, place: int) -> bool:
        return at == place + 1 and self.lexicon.among("oblique_nouns", self.words[at].lower)

    def at(self, head: int) -> Chunk | None:
        """Return the phrase around a listed noun; a name behind a role takes its place."""
        noun = self.lexicon.noun(self.words[head].lower)
        if noun is None:
            return None
        first, owner = self._left(head)
        noun = self._number(first, head, noun)
        last, inner = self.complements.read(head, noun)
        chunk = Chunk(
            first,
            last,
            noun.kind,
            head,
            noun=noun,
            owner=owner,
            inner=inner,
            states=self.names.states(first, last),
            plural=noun.plural or self._is_counted(first, head),
            modifiers=self._modifiers(first, head, last),
            definite=self._is_definite(first, head, noun),
            oblique=self.names.is_oblique(first),
        )
        if self._has_enclitic(chunk):
            chunk.last = chunk.owner = last + 1
            return chunk
        return self._with_name(chunk)

    def _has_enclitic(self, chunk: Chunk) -> bool:
        """Tell whether a Bulgarian possessive follows: "лидерите им", "семейството ѝ"."""
        behind = self.names.word(chunk.last + 1)
        return bool(
            self.language == "bg"
            and chunk.definite
            and chunk.last == chunk.head
            and behind
            and behind.follows
            and behind.lower in _ENCLITICS
        )

    def _number(self, first: int, head: int, noun: Noun) -> Noun:
        """Return the genitive singular that looks like a plural, where that is what it is."""
        if noun.singular is None or self._is_counted(first, head):
            return noun
        before = self.names.word(first - 1)
        governed = before and self.words[first].follows and self.lexicon.noun(before.lower)
        adjective = self.words[head - 1].lower if first < head else ""
        genitive = inflection.is_genitive_adjective(adjective, self.language)
        return noun.singular if governed or genitive or self.names.is_oblique(first) else noun

    def _modifiers(self, first: int, head: int, last: int) -> frozenset[str]:
        return frozenset(
            stem(self.words[at].lower, self.language)
            for at in (*range(first, head), *range(head + 1, last + 1))
            if self.words[at].lower not in self.lexicon.stops
            and not self.lexicon.among("determiners", self.words[at].lower)
        )

    def _left(self, head: int) -> tuple[int, int | None]:
        """Return where the phrase of a noun begins, and the possessive pronoun in it."""
        first = head
        noun = self.lexicon.noun(self.words[head].lower)
        while first > self.used and head - first < _LONGEST_LEFT and self.words[first].follows:
            lower = self.words[first - 1].lower
            if self.language == "bg" and self._is_definite(first, head, noun):
                if not self._is_part_of(first - 1):
                    break
                first -= 2
                continue
            pronoun = self.lexicon.pronouns.get(lower)
            if (pronoun and pronoun.possessive) or self.lexicon.among("possessives", lower):
                return first - 1, first - 1
            if self._is_part_of(first - 1):
                first -= 1
            elif not self._fits(first - 1, noun):
                break
            first -= 1
        return first, None

    def _is_part_of(self, place: int) -> bool:
        """Tell whether "от", "из", "of" joins a noun to a quantity: "много от избирателите"."""
        return (
            place - 1 >= self.used
            and self.words[place].follows
            and self.lexicon.among("partitives", self.words[place].lower)
            and self.lexicon.among("quantities", self.words[place - 1].lower)
        )

    def _fits(self, place: int, noun: Noun | None) -> bool:
        lower = self.words[place].lower
        if self.lexicon.among("determiners", lower):
            return True
        listed = self.lexicon.nouns.get(lower)
        return (
            self.names.may_precede(place)
            and inflection.agrees(lower, noun, self.language)
            and not (listed and listed.nominative and not listed.plural)
        )

    def _is_counted(self, first: int, head: int) -> bool:
        """Tell whether an adjective shows a plural that the noun does not."""
        many = {"ru": ("ые", "ие"), "uk": ("ні", "ькі")}.get(self.language, ())
        return any(self.words[at].lower.endswith(many) for at in range(first, head) if many)

    def _is_definite(self, first: int, head: int, noun: Noun | None) -> bool:
        """Tell whether an article shows that somebody known is meant."""
        lower = self.words[first].lower
        if self.language == "bg":
            return inflection.is_definite(lower, noun if first == head else None)
        if self.language == "en":
            before = self.names.word(first - 1)
            return lower == "the" or bool(before and before.lower == "the")
        return True

    def _with_name(self, chunk: Chunk) -> Chunk:
        """Return the name that stands right behind a role, with the role inside it."""
        at = self._over_honorifics(chunk.last + 1)
        if chunk.kind == "person" and at == chunk.last + 1:
            at = self._over_circumstances(at) or at
        word = self.names.word(at)
        titled = self.lexicon.among("honorifics", self.words[at - 1].lower)
        quoted = chunk.complement and word and closes(word)
        if word is None or chunk.plural or not word.capital:
            return chunk
        if not (word.follows or titled or quoted or opens(word)):
            return chunk
        name = self._name_of(chunk, at, word, titled=titled)
        if name is None:
            return chunk
        name.inner.append(chunk)
        name.oblique = chunk.oblique or not (chunk.noun and chunk.noun.nominative)
        return name

    def _over_circumstances(self, place: int) -> int | None:
        """Return where the name stands behind "речниця банку на зустрічі щодо ринку".

        Nothing but nouns with their prepositions may stand between a role and its name, and the
        name must be a full one in the nominative.
        """
        first = self.names.word(place)
        if first is None or not self.lexicon.among("oblique", first.lower):
            return None
        for at in range(place, min(place + _CIRCUMSTANCES, len(self.words))):
            word = self.words[at]
            if not word.follows or self._is_verb(word):
                return None
            given = self.lexicon.first_names.get(word.lower, ())
            if word.capital and any(name == word.text for name, _ in given):
                governed = self.lexicon.among("oblique", self.words[at - 1].lower)
                return None if governed or not self._is_full(at) else at
        return None

    def _is_verb(self, word: Word) -> bool:
        return (
            inflection.verb_gender(word.lower, self.language) is not None
            or self.lexicon.among("reporting", word.lower)
            or word.lower in self.lexicon.pronouns
            or word.lower.endswith(_VERBS)
        )

    def _is_full(self, place: int) -> bool:
        ahead = self.names.word(place + 1)
        return bool(ahead and ahead.follows and ahead.capital)

    def _disagrees(self, chunk: Chunk, word: Word) -> bool:
        """Tell whether a name in the nominative stands behind a role in another case."""
        if self.language not in {"ru", "uk"} or chunk.noun is None or chunk.noun.nominative:
            return False
        given = self.lexicon.first_names.get(word.lower, ())
        declined = word.lower[-1] not in "иеоуэіюы"
        return declined and any(name.lower() == word.lower and g == "m" for name, g in given)

    def _over_honorifics(self, place: int) -> int:
        while (
            (word := self.names.word(place))
            and self.lexicon.among("honorifics", word.lower)
            and (word.gap.strip() in {"", "."})
        ):
            place += 1
        return place

    def _name_of(self, chunk: Chunk, at: int, word: Word, *, titled: bool) -> Chunk | None:
        """Return the name that a role, a company or a newspaper bears, None if it is another's."""
        known = self.names.listed(at)
        if chunk.kind == "person":
            if known or opens(word) or (not titled and self.lexicon.noun(word.lower)):
                return None
            if not self.names.is_person_at(at) or self._disagrees(chunk, word):
                return None
            return self.names.named(at)
        if chunk.kind not in {"organisation", "medium"} or (known and known.kind == "place"):
            return None
        name = known or self.names.named(at)
        if known is None and not opens(word) and (name.kind == "person" or chunk.complement):
            return None
        if known is None:
            name.kind = chunk.kind
        return name
