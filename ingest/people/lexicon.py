"""What a language calls people and institutions, read from the tables beside this module."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from index.folding import stopwords
from ingest.people import inflection
from ingest.people.inflection import stem

_TABLES = ("bg", "ru", "uk", "en")
_HYPHENATED = {"эр-рияд", "ер-ріяд"}
_GENDERS = ("m", "f", "n")
_NOUNS = {
    "persons": "person",
    "groups": "group",
    "organisations": "organisation",
    "media": "medium",
    "documents": "document",
}


@dataclass(frozen=True, slots=True)
class Noun:
    """A form of a noun that can head a mention."""

    lemma: str
    kind: str
    gender: str | None
    plural: bool
    nominative: bool
    base: str
    """The nominative of the same number."""
    singular: "Noun | None" = None
    """What else a nominative plural may be: "партии", "угоди" are a genitive too."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    gender: str | None
    plural: bool
    relative: bool = False
    object: bool = False
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class State:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution or a medium by one of its names; `group` joins the names it has."""

    kind: str
    name: str
    group: str
    company: bool = False


@dataclass(frozen=True)
class Lexicon:
    """The words of one language; empty for a language without a table."""

    language: str
    nouns: dict[str, Noun] = field(default_factory=dict)
    pronouns: dict[str, Pronoun] = field(default_factory=dict)
    first_names: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    adjectives: dict[str, State] = field(default_factory=dict)
    institutions: dict[str, list[tuple[tuple[str, ...], Institution]]] = field(
        default_factory=dict
    )
    places: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, str] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    stops: frozenset[str] = frozenset()
    conjunction: str = ","
    status: dict[str, int] = field(default_factory=dict)
    """Stems of words that set a role apart from the plain one: elected, former, future."""

    @property
    def abbreviations(self) -> frozenset[str]:
        """Words whose full stop ends no sentence."""
        return self.words.get("honorifics", frozenset()) | self.words.get(
            "abbreviations", frozenset()
        )

    def among(self, kind: str, lower: str) -> bool:
        """Tell whether a word is listed as one of a kind of function word."""
        return lower in self.words.get(kind, frozenset())

    def noun(self, lower: str) -> Noun | None:
        """Return the noun that a word is a form of; of a compound, either half may be listed."""
        found = self.nouns.get(lower)
        if found and self.among("homonyms", lower):
            return None
        if found or "-" not in lower:
            return found
        head, _, tail = lower.rpartition("-")
        return self.nouns.get(tail) or self.nouns.get(head)

    def concept(self, lemma: str) -> str:
        """Return what all synonyms of a role share."""
        return self.concepts.get(lemma, lemma)

    def state(self, lower: str) -> State | None:
        """Return the state that an adjective speaks of."""
        if self.language == "en":
            return self.adjectives.get(lower)
        for cut in (3, 2, 4, 1, 5):
            if len(lower) > cut + 2 and (found := self.adjectives.get(lower[:-cut])):
                return found
        return None


@cache
def lexicon(language: str) -> Lexicon:
    """Return the words of a language."""
    if language not in _TABLES:
        return Lexicon(language)
    table = _table(language)
    words = {
        kind: frozenset(listed.split())
        for kind, listed in table["words"].items()
        if kind not in {"institutions", "companies", "media"}
    }
    roles = table["roles"]
    for kind in ("leaders", "heads_of_state"):
        words[kind] = frozenset(roles[kind].split())
    words["generic"] = frozenset(roles["generic"].split())
    words["honorifics"] = frozenset(
        word.lower().rstrip(".") for word in roles["honorifics"].split()
    )
    return Lexicon(
        language,
        nouns=_nouns(table, language),
        pronouns=_pronouns(table["pronouns"]),
        first_names=_first_names(table["first_names"], language),
        states=_states(language),
        adjectives={
            listed[1].lower(): State(code, listed[0].replace("-", " "))
            for code, listed in _state_rows(language)
            if len(listed) > 1
        },
        institutions=_institutions(table["words"], language),
        places={
            form.text.lower(): place
            for place in table["words"]["places"].split()
            for form in _name_forms(place, language)
        },
        concepts={word: line.split()[0] for line in roles["synonyms"] for word in line.split()},
        words=words,
        stops=stopwords(language) | words["common"] | words["reporting"],
        conjunction=table["words"]["conjunction"],
        status={
            stem(word, language): kind
            for kind, line in enumerate(roles["status"], 1)
            for word in line.split()
        },
    )


def _nouns(table: dict[str, Any], language: str) -> dict[str, Noun]:
    nouns: dict[str, Noun] = {}
    for section, kind in _NOUNS.items():
        listed = table.get(section, {})
        either = set(listed.get("common_gender", "").split())
        pairs = [(word, gender) for gender in _GENDERS for word in listed.get(gender, "").split()]
        irregular = dict(pair.split(" = ") for pair in listed.get("irregular_m", ()))
        for word, gender in pairs:
            shown = None if word in either or (language, gender) == ("en", "m") else gender
            _add(nouns, word, kind, shown, inflection.forms(word, gender, language))
        for word, many in irregular.items():
            _add(nouns, word, kind, "m", inflection.forms(word, "m", language))
            _add(nouns, word, kind, "m", inflection.plural_forms(many, language))
        for word in listed.get("plural", "").split():
            _add(nouns, word, kind, None, inflection.plural_forms(word, language))
    return nouns


def _add(
    nouns: dict[str, Noun],
    lemma: str,
    kind: str,
    gender: str | None,
    found: Iterator[inflection.Form],
) -> None:
    bases: dict[bool, str] = {}
    for form in found:
        base = bases.setdefault(form.plural, form.text)
        if len(form.text) < 2 and form.text != lemma:
            continue
        many = "group" if kind == "person" and form.plural else kind
        noun = Noun(lemma.lower(), many, gender, form.plural, form.nominative, base)
        known = nouns.get(form.text.lower())
        if known is None:
            nouns[form.text.lower()] = noun
        elif noun.nominative and not known.nominative:
            nouns[form.text.lower()] = replace(noun, singular=None if known.plural else known)


def _pronouns(table: dict[str, str]) -> dict[str, Pronoun]:
    relative = set(table.get("relative", "").split())
    objects = set(table.get("object", "").split())
    found: dict[str, Pronoun] = {}
    for kind, listed in table.items():
        if kind in {"relative", "object"}:
            continue
        possessive = kind.startswith("possessive_")
        gender = kind.removeprefix("possessive_")
        for word in listed.split():
            found.setdefault(
                word,
                Pronoun(
                    None if gender == "plural" else gender,
                    gender == "plural",
                    word in relative,
                    word in objects,
                    possessive,
                ),
            )
    return found


def _first_names(table: dict[str, str], language: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for gender in ("m", "f"):
        for name in table[gender].split():
            if name.endswith("-"):
                continue
            for form in _name_forms(name, language, gender):
                found.setdefault(form.text.lower(), []).append((name, gender))
    return found


def _name_forms(name: str, language: str, gender: str = "") -> Iterator[inflection.Form]:
    """Yield the singular forms of a name; Bulgarian and English names have one."""
    yield inflection.Form(name, plural=False, nominative=True)
    if language not in {"ru", "uk"}:
        return
    if name[-1] == "ь" and not gender:
        yield from inflection.forms(name, "f", language)
    gender = gender or ("f" if name[-1] in "ая" else "n" if name[-1] in "ое" else "m")
    vowel = name[-1] in "иуеыэюі" or (name[-1] == "о" and language == "ru")
    if not vowel and not name.isupper() and not (gender == "f" and name[-1] not in "аяь"):
        many = name[-1] in "ыи"
        for form in inflection.forms(name, gender, language):
            if not form.plural or many:
                yield form


def _state_rows(language: str) -> Iterator[tuple[str, list[str]]]:
    for code, names in _table("states").items():
        yield code, names[language].split()


def _states(language: str) -> dict[str, State]:
    found: dict[str, State] = {}
    for code, listed in _state_rows(language):
        name = listed[0].replace("-", " ")
        for word in (listed[0], *listed[2:]):
            if "-" in word and word.lower() not in _HYPHENATED:
                found[" ".join(stem(part, language) for part in word.lower().split("-"))] = State(
                    code, name
                )
                continue
            found[word.lower()] = State(code, name)
            for form in _name_forms(word, language):
                found.setdefault(form.text.lower(), State(code, name))
    return found


def _institutions(
    table: dict[str, str],
    language: str,
) -> dict[str, list[tuple[tuple[str, ...], Institution]]]:
    found: dict[str, list[tuple[tuple[str, ...], Institution]]] = {}
    sections = {"institutions": "organisation", "companies": "organisation", "media": "medium"}
    for section, kind in sections.items():
        for line in table[section].split(";"):
            names = [name.strip() for name in line.split(",") if name.strip()]
            for name in names:
                parts = name.replace(".", " ").split()
                stems = tuple(stem(part.lower(), language) for part in parts)
                shown = _without_article(name, names)
                found.setdefault(stems[0], []).append(
                    (stems, Institution(kind, shown, names[0], section == "companies"))
                )
    for listed in found.values():
        listed.sort(key=lambda pair: -len(pair[0]))
    return found


def _without_article(name: str, names: list[str]) -> str:
    """Return the first of several names that differs from one by an article only."""
    alike = (
        other for other in names if other[:4] == name[:4] and other.count(" ") == name.count(" ")
    )
    return next(alike, name)


@cache
def _table(name: str) -> dict[str, Any]:
    data = files("ingest.people").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)
