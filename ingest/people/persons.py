"""The people of an article: the forms of a name made one, in the nominative."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.names import name_key
from ingest.people import inflection
from ingest.people.chunks import Chunk
from ingest.people.lexicon import Lexicon
from ingest.people.words import Word


@dataclass(slots=True)
class Person:
    """Somebody the article names, by the fullest form of the name."""

    name: str
    gender: str | None
    places: list[int] = field(default_factory=list)
    """Words at which the name stands."""

    def last_before(self, place: int) -> int:
        """Return where the name stands last before a word, -1 if it does not."""
        return max((at for at in self.places if at < place), default=-1)


class Persons:
    """All people named in one article."""

    def __init__(self, chunks: Iterable[Chunk], words: Sequence[Word], lexicon: Lexicon) -> None:
        self._words = words
        self._lexicon = lexicon
        self._chunks = sorted(chunks, key=lambda chunk: chunk.first)
        self._forms = {words[at].text for chunk in self._chunks for at in _range(chunk)}
        self._nominatives = {
            words[at].text for chunk in self._chunks if not chunk.oblique for at in _range(chunk)
        }
        self._support = self._supports()
        self._of: dict[tuple[int, int], Person] = {}
        self._by_surname: dict[str, list[Person]] = defaultdict(list)
        self._by_key: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[str, Person] = {}
        full = [chunk for chunk in self._chunks if self._is_full(chunk)]
        for chunk in (*full, *(chunk for chunk in self._chunks if not self._is_full(chunk))):
            self._add(chunk)

    def of(self, chunk: Chunk) -> Person:
        """Return whom a name means."""
        return self._of[chunk.first, chunk.last]

    def named(self, name: str) -> Person | None:
        """Return the person of a full name, else the one who alone has its surname."""
        found = self._by_name.get(name)
        if found or not name[:1].isupper():
            return found
        same = self._by_surname.get(name.rsplit(maxsplit=1)[-1].lower(), [])
        return same[0] if len(same) == 1 else None

    def all(self) -> Iterable[Person]:
        return self._by_name.values()

    def _is_full(self, chunk: Chunk) -> bool:
        return chunk.last > chunk.first and len(self._words[chunk.first].text) > 1

    def _supports(self) -> Counter[str]:
        """Count how many forms in the article each nominative would explain."""
        language = self._lexicon.language
        return Counter(
            nominative
            for form in self._forms
            for nominative in inflection.nominatives(form, language)
        )

    def _add(self, chunk: Chunk) -> None:
        tokens, gender = self._nominative(chunk)
        person = self._known(chunk, tokens, gender)
        if person is None:
            person = Person(" ".join(tokens), gender)
            self._by_surname[tokens[-1].lower()].append(person)
            self._by_key[name_key(tokens[-1], self._lexicon.language)].append(person)
            self._by_name.setdefault(person.name, person)
        elif person.gender is None:
            person.gender = gender
        person.gender = person.gender or self._gender_near(chunk)
        person.places.append(chunk.first)
        self._of[chunk.first, chunk.last] = person

    def _known(self, chunk: Chunk, tokens: Sequence[str], gender: str | None) -> Person | None:
        """Return the person of this surname: of the same first name, else the nearest before."""
        surname = tokens[-1].lower()
        candidates = self._by_surname.get(surname) or self._alike(tokens)
        if len(tokens) > 1:
            candidates = [
                person
                for person in candidates
                if _same_first(person.name.split()[0], tokens[0], self._lexicon.language)
            ]
        elif not candidates:
            candidates = [
                person
                for person in self._by_name.values()
                if surname in person.name.lower().split()
            ]
        fitting = [
            person for person in candidates if not gender or person.gender in {gender, None}
        ]
        return min(
            fitting or candidates, key=lambda person: _distance(person, chunk), default=None
        )

    def _alike(self, tokens: Sequence[str]) -> list[Person]:
        """Return people whose surname is another spelling of this one: Фараж, Фарадж."""
        key = name_key(tokens[-1], self._lexicon.language)
        return self._by_key.get(key, []) if len(key) > 2 else []

    def _nominative(self, chunk: Chunk) -> tuple[list[str], str | None]:
        words = [self._words[at] for at in _range(chunk)]
        first, gender = self._first_name(words)
        inflected = first is not None and first != words[0].text
        inflected = inflected or any(self._is_oblique_first_name(word) for word in words[1:-1])
        if self._lexicon.language not in {"ru", "uk"}:
            return [_own(word.text, self._lexicon.language) for word in words], gender
        oblique = chunk.oblique or inflected
        if first is not None and not inflected and not _is_invariable(first):
            oblique = False
        tokens = []
        for at, word in enumerate(words):
            if at == 0 and first is not None:
                tokens.append(first)
            else:
                tokens.append(self._token(word.text, gender, oblique=oblique))
        return tokens, gender

    def _first_name(self, words: Sequence[Word]) -> tuple[str | None, str | None]:
        """Return the first name in the nominative, and its gender."""
        options = self._lexicon.first_names.get(words[0].lower, [])
        if not options or len(words) == 1:
            return None, self._gender_of_ending(words)
        if len({gender for _, gender in options}) > 1:
            last = words[-1].lower
            nominative = [pair for pair in options if pair[0].lower() == words[0].lower]
            feminine = last.endswith(("ова", "ева", "ина", "ая", "ська", "цька"))
            masculine = [pair for pair in options if pair[1] == "m"]
            if (
                nominative
                and nominative[0][1] == "f"
                and not feminine
                and (words[-1].text[:-1] in self._support and last.endswith("а"))
            ):
                return masculine[0]
            options = nominative or options
        exact = [pair for pair in options if pair[0].lower() == words[0].lower] or options
        both = len({gender for _, gender in exact}) > 1
        return exact[0][0], None if both else exact[0][1]

    def _is_oblique_first_name(self, word: Word) -> bool:
        given = self._lexicon.first_names.get(word.lower, ())
        return bool(given) and all(name.lower() != word.lower for name, _ in given)

    def _gender_of_ending(self, words: Sequence[Word]) -> str | None:
        last = words[-1].lower
        if (
            self._lexicon.language in {"bg", "ru", "uk"}
            and last.endswith(("ова", "ева", "ская", "ська", "цька", "ска"))
            and len(last) > 5
            and len(words) > 1
        ):
            return "f"
        if len(words) > 1 and self._lexicon.language == "bg":
            return "f" if words[0].lower.endswith(("а", "я")) else "m"
        return None

    def _token(self, text: str, gender: str | None, *, oblique: bool) -> str:
        """Return the nominative of one word of a name, by the other forms in the article."""
        options = inflection.nominatives(text, self._lexicon.language)
        if len(options) == 1:
            return text
        if gender == "f":
            options = tuple(option for option in options if option == text or option[-1] in "аяь")
        if given := self._lexicon.first_names.get(text.lower()):
            return given[0][0]
        best = max(self._support[option] for option in options)
        strong = [option for option in options if self._support[option] == best]
        strong.sort(key=lambda option: option == text or option not in self._nominatives)
        if len(strong) == 1 and best > 1:
            return strong[0]
        if text in strong and not oblique:
            return text
        return strong[0]

    def _gender_near(self, chunk: Chunk) -> str | None:
        """Return the gender that a role or a verb beside the name shows."""
        for role in chunk.inner:
            if role.noun and role.noun.kind == "person" and role.noun.gender == "f":
                return "f"
            if role.noun and self._words[chunk.first].lower in self._lexicon.first_names:
                return role.noun.gender
        if chunk.oblique:
            return None
        for at in (chunk.last + 1, chunk.first - 1, chunk.last + 2):
            if 0 <= at < len(self._words) and (
                self._words[min(at + 1, len(self._words) - 1) if at < chunk.first else at].follows
            ):
                gender = inflection.verb_gender(self._words[at].lower, self._lexicon.language)
                if gender:
                    return gender
        return None


def _range(chunk: Chunk) -> range:
    return range(chunk.first, chunk.last + 1)


def _own(text: str, language: str) -> str:
    return text.removesuffix("'s") if language == "en" else text


def _is_invariable(name: str) -> bool:
    return name[-1].lower() in "иоеуэіюы"


def _same_first(known: str, other: str, language: str) -> bool:
    """Tell whether two first names may be one; an initial fits any name that begins with it."""
    if len(known) == 1 or len(other) == 1:
        return known[0] == other[0]
    return known == other or name_key(known, language) == name_key(other, language)


def _distance(person: Person, chunk: Chunk) -> tuple[bool, int]:
    """Order by the nearest place before a word, then by the nearest behind."""
    before = [chunk.first - at for at in person.places if at <= chunk.first]
    if before:
        return (False, min(before))
    return (True, min((at - chunk.first for at in person.places), default=0))
