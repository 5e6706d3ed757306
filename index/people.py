"""People across articles: one key for all spellings of a name, and who held which office when."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from index.names import name_key

_VARIANTS = (
    "Александр Олександр Alexander Oleksandr Aleksandr Alexandr",
    "Алексей Олексій Alexei Alexey Oleksiy Aleksey",
    "Андрей Андрій Andrey Andrei Andriy Andrii",
    "Анджела Ангела Angela",
    "Василий Василь Васил Vasily Vasyl",
    "Виктор Віктор Viktor Victor",
    "Владимир Володимир Vladimir Volodymyr Wladimir",
    "Георгий Георги Георгій Georgi Georgy",
    "Даниел Даниэль Даніель Daniel",
    "Джо Джозеф Джоузеф Joe Joseph",
    "Дмитрий Дмитро Димитър Dmitry Dmitri Dmytro Dimitar",
    "Доналд Дональд Donald",
    "Евгений Євген Евгени Evgeny Yevgeny Yevhen",
    "Елена Олена Elena Olena Yelena",
    "Игорь Ігор Igor Ihor",
    "Майк Майкъл Майкл Mike Michael",
    "Михаил Михайло Mikhail Mykhailo",
    "Николай Микола Nikolai Nikolay Mykola",
    "Павел Павло Pavel Pavlo",
    "Пётр Петр Петро Петър Petro Pyotr Petar",
    "Сергей Сергій Сергий Sergei Sergey Serhiy",
    "Тереза Theresa Teresa",
    "Федор Фёдор Федір Fyodor Fedir",
    "Хилари Хиллари Хілларі Гілларі Hillary Hilary",
    "Юрий Юрій Yuri Yury Yuriy",
)
"""First names that one person bears in one language and another in the next."""
_ROLES = (
    "президент president",
    "премиер премьер прем'єр premier prime-minister",
    "канцлер канцлерин chancellor",
    "министър министр міністр minister",
    "посланик посол ambassador",
    "говорител речник spokesman",
)
"""Heads of roles in the languages that `ingest.people` reads."""
_WINDOW = timedelta(days=120)
_MEMORY = timedelta(days=400)
_SHARE = 0.6


def person_key(name: str, language: str = "") -> str:
    """Return the key of a person: the same for Владимир Путин, Володимир Путін, Vladimir Putin.

    It is made of the last and the first word of the name, in this order, so that two people of
    one surname stay two; a surname alone, or with an initial, has a key of one word, with which
    the full key begins.
    """
    words = [word for word in name.replace(".", ". ").split() if word.strip(".-")]
    if not words:
        return ""
    surname = name_key(words[-1], language)
    first = words[0].rstrip(".")
    if len(words) == 1 or len(first) == 1:
        return surname
    return f"{surname} {first_name_key(first, language)}"


def may_be_same(one: str, other: str) -> bool:
    """Tell whether two keys may be one person's: equal, or one is the other's surname."""
    return bool(one and other) and (
        one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")
    )


def first_name_key(first: str, language: str) -> str:
    """Return the key of a first name or a role, the same in languages that have their own form."""
    lower = first.lower()
    return _variants().get(lower) or name_key(lower, language)


def is_role(word: str) -> bool:
    """Tell whether a word is the head of a role, not a part of a name: президент, Chancellor."""
    return any(word.lower() in family.split() for family in _ROLES)


@cache
def _variants() -> Mapping[str, str]:
    """Return the key of the first of its family for each first name and role."""
    return {
        name.lower(): name_key(family.split()[0])
        for family in (*_VARIANTS, *_ROLES)
        for name in family.split()
    }


@dataclass(frozen=True, slots=True)
class OfficeHeld:
    """That an article says somebody holds an office: "британският премиер Тереза Мей".

    `role` is the head of the role and what narrows it down; `state` an ISO 3166 code.
    """

    role: str
    state: str
    person: str
    language: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who is said to hold an office, and the days on which articles say so, in order."""

    key: str
    name: str
    language: str
    days: tuple[date, ...]

    def count(self, day: date) -> int:
        """Return how many articles near a day say so."""
        early, late = day - _WINDOW, day + _WINDOW
        return bisect_right(self.days, late) - bisect_left(self.days, early)

    def distance(self, day: date) -> timedelta:
        """Return how far from a day the nearest article is."""
        return min(abs(day - known) for known in self.days)


Offices = Mapping[tuple[str, str], tuple[Holder, ...]]
"""(role key, state) to all who are said to hold the office."""


def offices(seen: Iterable[tuple[date, OfficeHeld]]) -> Offices:
    """Return the table of office holders from what the articles of an archive say."""
    days: dict[tuple[str, str, str], list[date]] = defaultdict(list)
    names: dict[tuple[str, str, str], OfficeHeld] = {}
    for day, held in seen:
        key = person_key(held.person, held.language)
        if " " in key:
            office = (_role_key(held.role), held.state, key)
            days[office].append(day)
            names.setdefault(office, held)
    table: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for (role, state, key), known in days.items():
        held = names[role, state, key]
        table[role, state].append(Holder(key, held.person, held.language, tuple(sorted(known))))
    return {office: tuple(holders) for office, holders in table.items()}


def holder(table: Offices, role: str, state: str, day: date) -> Holder | None:
    """Return who held an office on a day; None where the archive is silent or of two minds.

    Articles near the day decide by their number; without one, the nearest within a year or so.
    """
    holders = table.get((_role_key(role), state), ())
    counts = {known: known.count(day) for known in holders}
    total = sum(counts.values())
    if total:
        likeliest = max(holders, key=lambda known: counts[known])
        return likeliest if counts[likeliest] >= _SHARE * total else None
    near = [known for known in holders if known.distance(day) <= _MEMORY]
    return min(near, key=lambda known: known.distance(day), default=None)


def _role_key(role: str) -> str:
    """Return the key that a role shares with its name in other languages: президент, president."""
    return " ".join(_variants().get(word) or name_key(word) for word in role.split())
