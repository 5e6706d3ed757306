"""Namesakes: names of one surname, told apart or taken for one person.

An archive writes one name in many ways: Стоил Караджинов, кметът на Белозар Стоил Караджинов,
Karadzhinov. Other first names make another person; a role or a town before the name does not.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.names import name_key
from index.people import first_name_key, is_role

CLEARLY = 0.9
"""Share of what namesakes say that makes one of them whoever is meant by the surname alone."""
_BELONGING = re.compile(r"\s(?:of|на)\s")
"""Between a person and whose they are: "spokesman of Maeve Tolliver" is not Maeve Tolliver."""
_WOMAN = re.compile("(?:[ое]ва|[иы]на|[сц]ка|[сц]кая|[сц]ька|[eo]va|ina|s[ck]a|skaya)$")
_MAN = re.compile("(?:[оеё]в|[иы]н|[сц]ки|[сц]кий|[сц]ький|[eo]v|in|s[ck]i|sk[iy]y?)$")

Named = tuple[str, str]
"""A name as an article writes it, and the language of the article."""


@dataclass(frozen=True, slots=True)
class Name:
    """The keys of a name: its surname, and its other words that may be first names.

    `whose` is who is meant where the name itself is only whose they are: "spokesman". `form` is
    what of man and woman the surname is of, if it shows that: Петров, Петрова.
    """

    surname: str
    others: frozenset[str] = frozenset()
    whose: str = ""
    form: str = ""

    @classmethod
    def of(cls, text: str, language: str = "") -> "Name":
        """Take a name apart; small letters count as a name's only where it has no others."""
        *others, surname = _words(text) or [""]
        capitals = [word for word in others if word[0].isupper()]
        if not surname[:1].isupper():
            capitals = capitals or others
        keys = (
            first_name_key(word, language)
            for word in capitals
            if len(word) > 1 and not is_role(word)
        )
        key = name_key(surname, language) or surname.lower()
        first_names = frozenset(filter(None, keys)) - {key}
        return cls(key, first_names, _whose(text), _form(surname))

    @classmethod
    def asked(cls, text: str, language: str = "") -> "Name":
        """Take apart what somebody types, who may give a surname alone in any form."""
        name = cls.of(text, language)
        return name if name.others else replace(name, form="")

    def may_be(self, other: "Name") -> bool:
        """Tell whether one of the two names is the other with words left out."""
        return (
            (self.surname, self.whose) == (other.surname, other.whose)
            and (self.others <= other.others or other.others <= self.others)
            and self._agrees_with(other)
        )

    def _agrees_with(self, other: "Name") -> bool:
        """Tell whether the forms say nothing against it; Анна Петрова may be Anna Petrov too."""
        forms = {self.form, other.form} - {""}
        return len(forms) < 2 or bool(self.others and other.others)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by their most frequent name, and how many statements are theirs."""

    text: str
    name: Name
    count: int


def people(named: Iterable[Named]) -> dict[Named, Person]:
    """Return who is meant by each of these names, one for every statement; equal for one person.

    A surname alone is a person of its own, unless it is clear whose it is.
    """
    bearers: defaultdict[tuple[str, str], dict[Named, Name]] = defaultdict(dict)
    counts = Counter(named)
    for one in counts:
        name = Name.of(*one)
        bearers[name.surname, name.whose][one] = name
    found: dict[Named, Person] = {}
    for names in bearers.values():
        found |= _told_apart(names, counts)
    return found


def meant(asked: Collection[Name], known: Iterable[Person]) -> list[Person]:
    """Return who may be meant by a name, those who say most first.

    A surname alone in the archive is taken for a full name only where there is no namesake.
    """
    bearers = [
        person
        for person in known
        if any(
            (person.name.surname, person.name.whose) == (one.surname, one.whose) for one in asked
        )
    ]
    full = [person for person in bearers if person.name.others]
    if full and any(name.others for name in asked):
        bearers = full
    fitting = [person for person in bearers if any(person.name.may_be(name) for name in asked)]
    return sorted(fitting, key=_first_shown)


def _first_shown(person: Person) -> tuple[int, bool, str]:
    return -person.count, not person.name.others, person.text


def _words(text: str) -> list[str]:
    words = (word.strip(".,") for word in text.replace(".", ". ").split())
    return [word for word in words if word.strip("-")]


def _whose(text: str) -> str:
    *heads, owner = _BELONGING.split(text)
    return " ".join(heads).lower() if len(owner.split()) <= 2 else ""


def _form(surname: str) -> str:
    lower = surname.lower()
    return "woman" if _WOMAN.search(lower) else "man" if _MAN.search(lower) else ""


def _told_apart(names: Mapping[Named, Name], counts: Mapping[Named, int]) -> dict[Named, Person]:
    """Group names of one surname, each with the shortest that it holds all words of."""
    groups: defaultdict[Name, list[Named]] = defaultdict(list)
    for one in sorted(names, key=lambda one: (len(names[one].others), -counts[one], one)):
        name = names[one]
        wider = (known for known in groups if known.others and known.others <= name.others)
        groups[next(wider, name)].append(one)
    found = [_person(name, ones, counts) for name, ones in groups.items()]
    merged = _with_the_surname_alone(found)
    return {
        one: merged[person]
        for person, ones in zip(found, groups.values(), strict=True)
        for one in ones
    }


def _person(name: Name, ones: Sequence[Named], counts: Mapping[Named, int]) -> Person:
    alike = [one for one in ones if len(one[0].split()) == len(ones[0][0].split())]
    text = max(alike, key=lambda one: counts[one])[0]
    return Person(text, name, sum(counts[one] for one in ones))


def _with_the_surname_alone(found: Sequence[Person]) -> dict[Person, Person]:
    """Return for each of the namesakes who they are when it is clear who the surname means."""
    full = [person for person in found if person.name.others]
    alone = [person for person in found if not person.name.others]
    same = {person: person for person in found}
    most = max(full, key=lambda person: person.count, default=None)
    if most is None or most.count < CLEARLY * sum(person.count for person in full):
        return same
    theirs = [person for person in alone if person.name.may_be(most.name)]
    whole = replace(most, count=most.count + sum(person.count for person in theirs))
    return same | dict.fromkeys([most, *theirs], whole)
