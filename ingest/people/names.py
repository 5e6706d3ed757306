"""Names in running text: those of the lexicon, and runs of words with a capital."""

import itertools
import re
from collections.abc import Sequence

from ingest.people import inflection
from ingest.people.chunks import CLOSING, OPENING, Chunk
from ingest.people.inflection import stem
from ingest.people.lexicon import Institution, Lexicon
from ingest.people.words import Word

_ROMAN = re.compile("[IVXІХ]+")
_LONGEST = 6
_LONGEST_GOVERNED = 5
_JOINTS = frozenset({" ", "\u00a0", "-", ".", ". "})
_ACRONYM = 3


class Names:
    """Reads names at places of one article."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon) -> None:
        self.words = words
        self.lexicon = lexicon
        self.language = lexicon.language
        # A capital inside a sentence shows a name; its other forms may begin one.
        self._known = {
            stem(word.lower, self.language)
            for word in words
            if not word.first and word.capital and word.lower not in lexicon.stops
        }
        self._surnames = {
            other.lower
            for word, other in itertools.pairwise(words)
            if word.lower in lexicon.first_names and word.capital and other.capital
        }
        self._places = {
            stem(word.lower, self.language)
            for before, word in itertools.pairwise(words)
            if word.capital and word.follows and lexicon.among("inside", before.lower)
        }

    def word(self, place: int) -> Word | None:
        return self.words[place] if 0 <= place < len(self.words) else None

    def listed(self, place: int) -> Chunk | None:
        """Return the institution, medium, state or place of the lexicon whose name begins here."""
        word = self.words[place]
        found = self._institution(place, word)
        if found or not word.capital:
            return found
        oblique = self.is_oblique(place)
        if state := self.lexicon.states.get(self._pair(place)):
            return Chunk(place, place + 1, "place", place, state=state, name=True, oblique=oblique)
        state = self.lexicon.states.get(word.lower)
        if state and word.lower not in self.lexicon.first_names:
            return Chunk(place, place, "place", place, state=state, name=True, oblique=oblique)
        if self._is_region(place):
            return Chunk(place, place + 1, "place", place, name=True, oblique=oblique)
        if word.lower in self.lexicon.places:
            return Chunk(place, place, "place", place, name=True, oblique=oblique)
        return None

    def _is_region(self, place: int) -> bool:
        """Tell whether an adjective makes another place of a state: "Северна Ирландия"."""
        word, ahead = self.words[place], self.word(place + 1)
        return bool(
            ahead
            and ahead.follows
            and ahead.capital
            and ahead.lower in self.lexicon.states
            and inflection.is_adjective(word.lower, self.language)
            and word.lower not in self.lexicon.stops
            and self.language != "en"
        )

    def _pair(self, place: int) -> str:
        word, ahead = self.words[place], self.word(place + 1)
        if ahead is None or not ahead.follows:
            return ""
        return f"{stem(word.lower, self.language)} {stem(ahead.lower, self.language)}"

    def _institution(self, place: int, word: Word) -> Chunk | None:
        begun = self.lexicon.institutions.get(stem(word.lower, self.language), ())
        for stems, institution in begun:
            last = place + len(stems) - 1
            if not self._spells(place, stems) or not self._is_meant(place, stems, institution):
                continue
            if institution.kind == "organisation":
                last = self._with_state(last)
            return Chunk(
                place,
                last,
                institution.kind,
                place,
                institution=institution,
                name=True,
                states=self.states(place, last),
                oblique=self.is_oblique(place),
            )
        return None

    def _spells(self, place: int, stems: Sequence[str]) -> bool:
        return place + len(stems) <= len(self.words) and all(
            stem(self.words[place + ahead].lower, self.language) == part
            and (not ahead or len(self.words[place + ahead].gap) <= 1)
            for ahead, part in enumerate(stems)
        )

    def _is_meant(self, place: int, stems: Sequence[str], institution: Institution) -> bool:
        """Tell whether these words name the institution: "Рада" and "рада", "АП" and "ап"."""
        word = self.words[place]
        if len(stems) > 1 and institution.kind == "organisation":
            return True
        if len(institution.name) <= _ACRONYM and institution.name.isupper():
            return word.text == institution.name
        if not word.capital:
            return False
        ordinary = word.lower in self.lexicon.stops or self.lexicon.noun(word.lower)
        return not (len(stems) == 1 and word.first and ordinary and stems[0] not in self._known)

    def _with_state(self, last: int) -> int:
        """Return the place of the state an institution is one of: "Нафтогаз України"."""
        ahead = self.word(last + 1)
        if ahead and self.language == "bg" and ahead.lower == "на" and ahead.follows:
            return self._with_state_at(last, last + 2)
        return self._with_state_at(last, last + 1) if self.language in {"ru", "uk"} else last

    def _with_state_at(self, last: int, place: int) -> int:
        word = self.word(place)
        if not word or not word.follows or not word.capital:
            return last
        if self._pair(place) in self.lexicon.states:
            return place + 1
        return place if word.lower in self.lexicon.states else last

    def states(self, first: int, last: int) -> frozenset[str]:
        """Return the codes of the states that nouns or adjectives in [first, last] name."""
        found = (
            self.lexicon.states.get(word.lower) or self.lexicon.state(word.lower)
            for word in self.words[first : last + 1]
        )
        return frozenset(state.code for state in found if state)

    def is_oblique(self, place: int) -> bool:
        """Tell whether what stands before a place governs another case than the nominative."""
        for back in range(place - 1, max(place - 1 - _LONGEST_GOVERNED, -1), -1):
            if not self.words[back + 1].follows:
                return False
            governs = self._governs(back, beside=back == place - 1)
            if governs is not None:
                return governs
        return False

    def _governs(self, place: int, *, beside: bool) -> bool | None:
        """Tell whether a word governs another case; None if what stands before it decides."""
        lower = self.words[place].lower
        if self.lexicon.among("oblique", lower) or self.lexicon.among("oblique_nouns", lower):
            return True
        noun = self.lexicon.noun(lower)
        if noun is None:
            adjective = inflection.is_adjective(lower, self.language)
            return None if adjective or self.lexicon.among("honorifics", lower) else False
        if not noun.nominative or noun.kind == "document":
            return True
        if self.language == "bg" or noun.kind == "person":
            return False
        # "сторонники Трампа": several have not one name.
        return beside if noun.plural else None

    def may_precede(self, place: int) -> bool:
        """Tell whether a word can stand before a noun as its determiner, number or adjective."""
        word = self.words[place]
        if self.lexicon.among("determiners", word.lower) or word.text.isdigit():
            return True
        return (
            word.lower not in self.lexicon.stops
            and word.lower not in self.lexicon.first_names
            and not self.lexicon.among("oblique_nouns", word.lower)
            and (
                inflection.is_adjective(word.lower, self.language)
                or self.lexicon.among("adjectives", word.lower)
            )
        )

    def is_person_at(self, place: int) -> bool:
        """Tell whether the name of a person begins here."""
        if not self.words[place].capital or self.listed(place) or not self.is_name(place):
            return False
        return self.named(place).kind == "person"

    def is_name(self, place: int) -> bool:
        """Tell whether the capital of a word is that of a name."""
        word, lexicon = self.words[place], self.lexicon
        if lexicon.among("honorifics", word.lower) or word.lower in lexicon.adjectives:
            return False
        if len(word.text) == 1:
            return self._is_initial(place)
        common = word.lower in lexicon.stops or lexicon.among("oblique", word.lower)
        if common and word.lower in lexicon.first_names:
            ahead = self.word(place + 1)
            return bool(ahead and ahead.follows and ahead.capital)
        if word.first:
            return not common and self._begins_name(place)
        return not common or self._goes_on(place)

    def _begins_name(self, place: int) -> bool:
        """Tell whether a word that has its capital from its place is a name all the same."""
        word, lexicon = self.words[place], self.lexicon
        if word.lower in lexicon.first_names or stem(word.lower, self.language) in self._known:
            return True
        if word.text.partition("-")[2][:1].islower():
            return False
        if not lexicon.nouns or word.text.isupper() or not self._is_own_script(word):
            return True
        if self._closes_quote(place):
            return True
        if inflection.is_adjective(word.lower, self.language):
            return False
        ahead = self.word(place + 1)
        speaks = ahead and ahead.follows and lexicon.among("reporting", ahead.lower)
        return bool(speaks) or self._leads(place + 1)

    def _is_initial(self, place: int) -> bool:
        ahead = self.word(place + 1)
        return bool(ahead and ahead.gap.strip() == "." and ahead.capital and not ahead.first)

    def _goes_on(self, place: int) -> bool:
        """Tell whether a function word ends a name, as May does in Theresa May."""
        word, before = self.words[place], self.word(place - 1)
        return bool(
            before
            and word.follows
            and before.capital
            and before.lower not in self.lexicon.stops
            and not self.lexicon.among("common", word.lower)
        )

    def _leads(self, place: int) -> bool:
        """Tell whether an unknown surname, and no state or noun, follows a first word."""
        word = self.word(place)
        return bool(
            word
            and word.follows
            and word.capital
            and self._is_own_script(word)
            and stem(word.lower, self.language) not in self._known
            and stem(word.lower, self.language) not in self.lexicon.institutions
            and word.lower not in self.lexicon.states
            and word.lower not in self.lexicon.first_names
            and word.lower not in self.lexicon.nouns
            and not (
                inflection.is_adjective(word.lower, self.language)
                and self.language in {"ru", "uk"}
                and not word.lower.endswith(("ский", "цкий", "ская", "ський", "цький", "ська"))
            )
        )

    def _is_own_script(self, word: Word) -> bool:
        return word.text.isascii() == (self.language == "en")

    def _closes_quote(self, place: int) -> bool:
        """Tell whether quotation marks stand around a few words that begin here."""
        if not self.words[place].gap.rstrip().endswith(tuple(OPENING)):
            return False
        for ahead in range(place + 1, min(place + 5, len(self.words))):
            gap = self.words[ahead].gap
            if gap[:1] and gap[0] in CLOSING:
                return True
            if gap not in _JOINTS:
                return False
        return False

    def named(self, first: int) -> Chunk:
        """Return the run of capitalised words that begins here as one name."""
        last, quoted = first, self._closes_quote(first)
        while last - first < _LONGEST:
            ahead = self._next(first, last, quoted=quoted)
            if ahead is None:
                break
            last = ahead
        kind = self._kind(first, last, quoted=quoted)
        if kind == "person" and first == last and self._describes(first):
            kind = "organisation"
        return Chunk(first, last, kind, last, name=True, oblique=self.is_oblique(first))

    def _describes(self, place: int) -> bool:
        """Tell whether a word is the adjective that an institution's name begins with."""
        ahead = self.word(place + 1)
        return bool(
            ahead
            and ahead.follows
            and not ahead.capital
            and ahead.lower not in self.lexicon.stops
            and self.language in {"bg", "ru", "uk"}
            and self.words[place].lower not in self._surnames
            and inflection.is_adjective(self.words[place].lower, self.language)
            and (self.language != "bg" or inflection.is_definite(self.words[place].lower))
            and inflection.is_adjective(ahead.lower, self.language)
            and inflection.verb_gender(ahead.lower, self.language) is None
        )

    def _next(self, first: int, last: int, *, quoted: bool) -> int | None:
        """Return the place of the next word of a name, None at its end."""
        word = self.word(last + 1)
        if word is None:
            return None
        initial = len(self.words[last].text) == 1 and word.gap.strip() == "."
        if not (word.follows or initial) or (quoted and word.first):
            return None
        if quoted:
            return last + 1
        if word.capital:
            return None if self._is_beyond(first, last, word) else last + 1
        return self._over_particles(last + 1)

    def _over_particles(self, place: int) -> int | None:
        """Return the place of the capital behind "фон", "де ла"; None if there is none."""
        for ahead in range(place, min(place + 3, len(self.words))):
            word = self.words[ahead]
            if ahead > place and word.gap not in _JOINTS:
                return None
            if word.capital:
                return ahead
            if not self.lexicon.among("particles", word.lower):
                return None
        return None

    def _is_beyond(self, first: int, last: int, word: Word) -> bool:
        """Tell whether a word with a capital behind a name belongs to another one."""
        lexicon, ahead = self.lexicon, self.word(last + 2)
        if _ROMAN.fullmatch(word.text):
            return False
        if word.text.isascii() != self.words[last].text.isascii():
            return True
        given = word.lower in lexicon.first_names
        if (word.lower in lexicon.states or word.lower in lexicon.places) and not given:
            return self.language != "en" or last > first
        if lexicon.among("common", word.lower) and not given:
            return True
        complete = last > first and self.words[first].lower in lexicon.first_names
        return bool(given and complete and ahead and ahead.capital and ahead.follows)

    def _kind(self, first: int, last: int, *, quoted: bool) -> str:
        words, before = self.words[first : last + 1], self.word(first - 1)
        if before and before.lower == "в" and words[0].gap.startswith("."):
            return "medium"
        given = any(word.lower in self.lexicon.first_names for word in words[:-1])
        if given and not quoted:
            return "person"
        if quoted or "." in words[0].text[1:] or self._is_corporate(words):
            return "organisation"
        alone = first == last and stem(words[0].lower, self.language) in self._places
        return "place" if alone and words[0].lower not in self._surnames else "person"

    def _is_corporate(self, words: Sequence[Word]) -> bool:
        """Tell whether a run of words without a first name looks like an institution."""
        nouns = (self.lexicon.noun(word.lower) for word in words)
        if any(noun and noun.kind != "person" for noun in nouns):
            return True
        if not any(self._is_own_script(word) for word in words):
            return True
        if len(words) == 1:
            return words[0].text.isupper() and len(words[0].text) > 1 and not words[0].first
        first = words[0].lower
        return bool(
            self.language != "en"
            and inflection.is_adjective(first, self.language)
            and (self.lexicon.state(first) or inflection.is_definite(first))
        )
