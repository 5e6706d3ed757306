"""A small archive for the reading of questions: the names and outlets that its articles have."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from index.folding import WORD, stem
from index.names import name_key

OUTLETS = ("dnevnik.bg", "Reuters", "РИА Новости", "Українська правда", "The Guardian")
PEOPLE = """
Theresa May / Тереза Мей / Тереза Мэй / Тереза Мей; Boris Johnson / Борис Джонсън / Борис Джонсон;
Vladimir Putin / Владимир Путин / Володимир Путін; Binyamin Netanyahu / Биньямин Нетаньяху;
Ангела Меркель / Ангела Меркел; Leo Varadkar / Лео Варадкар; Donald Trump / Дональд Трамп;
Джулио Галера; Joe Biden / Джо Байдън / Джо Байден; Марин Льо Пен / Марин Ле Пен;
Michel Barnier / Мишел Барние / Мишель Барнье
"""
PLACES = "London / Лондон / Лондон; Ломбардия; Gaza / Газа; Brexit / Брекзит"
PROSE = """
кацна самолетът вятъра губи всяка година заради влака закъсня цената газа посещава
самолёт приземился цены выборы объясняет договор визит поезд опоздал
"""


class SmallArchive:
    """Knows who stands in `PEOPLE` and where in `PLACES`."""

    def __init__(self) -> None:
        people = [alias.split() for alias in _aliases(PEOPLE)]
        places = [alias.split() for alias in _aliases(PLACES)]
        self._names = {
            key: word for name in people + places for word in name for key in _keys([word])
        }
        self._people = {_keys(name) for name in people} | {_keys(name[-1:]) for name in people}
        pairs = {_keys(name) for name in people}
        self._known = pairs | {(key,) for key in self._names}
        self._stems = {stem(word, code) for word in PROSE.split() for code in ("bg", "ru", "uk")}

    def knows(self, *keys: str) -> int:
        return int(keys in self._known)

    def speaks(self, *keys: str) -> bool:
        return keys in self._people

    def words(self, stems: Collection[str]) -> Mapping[str, int]:
        return {stem: 1 for stem in stems if stem in self._stems}

    def spellings(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: self._names[key] for key in keys if key in self._names}

    def outlets(self) -> Sequence[str]:
        return OUTLETS

    def languages(self) -> Collection[str]:
        return ("bg", "en", "ru", "uk")

    def newest(self) -> datetime | None:
        return datetime(2018, 3, 14, 12, tzinfo=UTC)


def _aliases(listed: str) -> list[str]:
    return [alias.strip() for name in listed.split(";") for alias in name.split("/")]


def _keys(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(name_key(found) for word in words for found in WORD.findall(word.lower()))
