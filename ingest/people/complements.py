"""Where the phrase around a noun ends: what belongs to the noun behind it."""

from collections.abc import Sequence

from ingest.people import inflection
from ingest.people.chunks import Chunk, opens
from ingest.people.lexicon import Lexicon, Noun
from ingest.people.names import Names
from ingest.people.words import Word

_COMPLEMENTS = 4


class Complements:
    """Reads what stands behind the nouns of one article."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon, names: Names) -> None:
        self.words = words
        self.lexicon = lexicon
        self.language = lexicon.language
        self.names = names

    def read(self, head: int, noun: Noun) -> tuple[int, list[Chunk]]:
        """Return where the complement of a noun ends, and the names in it."""
        inner: list[Chunk] = []
        last = head
        for _ in range(_COMPLEMENTS):
            if self.language in {"ru", "uk"}:
                end = self._genitive(last, inner)
            else:
                end = self._prepositional(last, noun, inner)
            if end is None:
                break
            last = end
        return last, inner

    # Russian and Ukrainian: the genitive

    def _genitive(self, last: int, inner: list[Chunk]) -> int | None:
        """Return where the genitive behind a noun ends: "министерства иностранных дел"."""
        at = last + 1
        word = self.names.word(at)
        if word is None or not (word.follows or opens(word)):
            return None
        if opens(word):
            return self._quoted(last, inner)
        if self.lexicon.among("complement", word.lower):
            return self._topic(at + 1) if self.lexicon.noun(self.words[last].lower) else None
        if self.lexicon.among("conjunctions", word.lower) or self.lexicon.among(
            "inside", word.lower
        ):
            return self._joined(at + 1)
        return self._inflected(last, inner)

    def _inflected(self, last: int, inner: list[Chunk]) -> int | None:
        at = last + 1
        while (word := self.names.word(at)) and word.follows and self._is_genitive_adjective(at):
            at += 1
        if word is None or not word.follows:
            return None
        found = self._genitive_name if word.capital else self._genitive_noun
        return found(at, inner, after_adjective=at > last + 1)

    def _is_genitive_adjective(self, place: int) -> bool:
        word = self.words[place]
        noun = self.lexicon.noun(word.lower)
        return (
            inflection.is_genitive_adjective(word.lower, self.language)
            and word.lower not in self.lexicon.stops
            and word.lower not in self.lexicon.pronouns
            and word.lower not in self.lexicon.states
            and noun is None
            and not (word.capital and self.names.is_person_at(place))
        )

    def _genitive_name(self, at: int, inner: list[Chunk], *, after_adjective: bool) -> int | None:
        word = self.words[at]
        if known := self.names.listed(at):
            inner.append(known)
            return known.last
        if self.names.is_person_at(at):
            return self._owner_in_genitive(at, inner)
        governed = (
            after_adjective
            or word.text.isascii()
            or word.text.isupper()
            or inflection.is_genitive(word.lower, self.language)
        )
        if not governed or not (word.text.isascii() or self.names.is_name(at)):
            return None
        return self.names.named(at).last if word.text.isascii() else at

    def _owner_in_genitive(self, at: int, inner: list[Chunk]) -> int | None:
        """Return where a person's name ends that is clearly in the genitive, not in apposition."""
        given = self.lexicon.first_names.get(self.words[at].lower)
        head = self.lexicon.noun(self.words[at - 1].lower)
        if not given or not head or not head.nominative:
            return None
        if any(nominative.lower() == self.words[at].lower for nominative, _ in given):
            return None
        name = self.names.named(at)
        name.oblique = True
        inner.append(name)
        return name.last

    def _genitive_noun(self, at: int, inner: list[Chunk], *, after_adjective: bool) -> int | None:
        lower = self.words[at].lower
        if (
            lower in self.lexicon.stops
            or lower in self.lexicon.pronouns
            or self.lexicon.among("oblique", lower)
        ):
            return None
        noun = self.lexicon.noun(lower)
        if noun:
            fits = bool(
                not noun.nominative or noun.singular or (after_adjective and noun.lemma != lower)
            )
        else:
            fits = after_adjective or inflection.is_genitive(lower, self.language)
        if not fits:
            return None
        return self._with_inner_name(at, noun, inner)

    def _with_inner_name(self, at: int, noun: Noun | None, inner: list[Chunk]) -> int:
        """Return where "премиера Тереза Мей" ends inside "говорител на премиера Тереза Мей"."""
        ahead = self.names.word(at + 1)
        if noun is None or ahead is None or not ahead.capital:
            return at
        if noun.kind == "person" and ahead.follows and self.names.is_person_at(at + 1):
            name = self.names.named(at + 1)
        elif noun.kind in {"organisation", "medium"} and (
            opens(ahead) or (ahead.text.isascii() and ahead.follows and self.language != "en")
        ):
            name = self.names.listed(at + 1) or self.names.named(at + 1)
            name.kind = noun.kind
        else:
            return at
        name.oblique = True
        inner.append(name)
        name.inner.append(
            Chunk(at, at, noun.kind, at, noun=noun, states=self.names.states(at, at))
        )
        return name.last

    def _quoted(self, last: int, inner: list[Chunk]) -> int | None:
        """Return where a name in quotation marks ends: "директор «Газпрома»"."""
        noun = self.lexicon.noun(self.words[last].lower)
        if noun is None or (noun.nominative and noun.kind != "person"):
            return None
        if noun.kind == "person":
            if not self.words[last + 1].capital:
                return None
            name = self.names.listed(last + 1) or self.names.named(last + 1)
            inner.append(name)
            return name.last
        end = self._with_inner_name(last, noun, inner)
        return end if end > last else None

    def _joined(self, at: int) -> int | None:
        """Return where "министр труда и пенсий", "глава фракции в сенате" ends; a name follows."""
        word, ahead = self.names.word(at), self.names.word(at + 1)
        if word is None or ahead is None or not (word.follows and ahead.follows):
            return None
        noun = self.lexicon.noun(word.lower)
        fits = noun.kind == "organisation" if noun else self._is_governed(word)
        return at if fits and ahead.capital and self.names.is_person_at(at + 1) else None

    def _is_governed(self, word: Word) -> bool:
        return not word.capital and inflection.is_genitive(word.lower, self.language)

    def _topic(self, at: int) -> int | None:
        """Return where "по маркетингу" ends."""
        while (
            (word := self.names.word(at))
            and word.follows
            and (inflection.is_adjective(word.lower, self.language))
        ):
            at += 1
        if word is None or not word.follows or word.lower in self.lexicon.stops:
            return None
        known = self.names.listed(at)
        return known.last if known else at

    # Bulgarian and English: prepositions

    def _prepositional(self, last: int, noun: Noun, inner: list[Chunk]) -> int | None:
        """Return where "на …", "of …" behind a noun ends, None if there is none."""
        at = last + 1
        joint, word = self.names.word(at), self.names.word(at + 1)
        if joint is None or word is None or not self._takes(noun, joint, word):
            return None
        at += 1
        while (
            (word := self.names.word(at))
            and word.follows
            and not word.capital
            and (self.names.may_precede(at) and not self.lexicon.noun(word.lower))
        ):
            at += 1
        clear = (
            self.language != "bg"
            or self.lexicon.among("topics", joint.lower)
            or inflection.is_definite(self.words[last + 2].lower)
        )
        ends = word is None or not word.follows or self._is_function_word(word)
        if at - 1 > last + 1 and (ends or self._is_capital_person(at)):
            # What was taken for the last adjective is the noun: "външните работи".
            return at - 1 if clear else None
        if word and word.capital and (word.follows or opens(word)):
            return self._prepositional_name(at, inner)
        nearer = self.lexicon.noun(word.lower) if word else None
        return None if ends or not (clear or nearer) else self._with_inner_name(at, nearer, inner)

    def _is_capital_person(self, place: int) -> bool:
        word = self.words[place]
        return word.capital and word.follows and self.names.is_person_at(place)

    def _is_function_word(self, word: Word) -> bool:
        return (
            word.lower in self.lexicon.stops
            or word.lower in self.lexicon.pronouns
            or self.lexicon.among("oblique", word.lower)
            or word.lower.isdigit()
        )

    def _takes(self, noun: Noun, joint: Word, word: Word) -> bool:
        """Tell whether a preposition may tie what follows to this noun."""
        if not joint.follows or not self.lexicon.among("complement", joint.lower):
            return False
        if joint.lower in {"на", "of"}:
            return word.follows or opens(word)
        if self.lexicon.among("topics", joint.lower):
            return self.lexicon.among("topical", noun.lemma)
        place = word.capital or (noun.kind == "group" and inflection.is_definite(word.lower))
        return noun.kind in {"group", "person"} and place and word.follows

    def _prepositional_name(self, at: int, inner: list[Chunk]) -> int:
        word = self.words[at]
        if known := self.names.listed(at):
            inner.append(known)
            return known.last
        noun = self.lexicon.noun(word.lower)
        if (noun and noun.kind != "person") or word.lower in self.lexicon.stops:
            return at
        if self.language == "bg" and (end := self._title_case(at)) is not None:
            return end
        name = self.names.named(at)
        name.oblique = True
        inner.append(name)
        return name.last

    def _title_case(self, at: int) -> int | None:
        """Return where "Националния оперативен щаб" ends, None if no adjective begins it."""
        end = at
        while (
            (word := self.names.word(end))
            and (end == at or word.follows)
            and (
                inflection.is_adjective(word.lower, self.language)
                and not self.lexicon.noun(word.lower)
            )
        ):
            end += 1
        if end == at or word is None:
            return None
        if not word.follows or word.lower in self.lexicon.stops:
            return end - 1 if end - 1 > at else None
        return None if word.capital else end
