"""How each language asks: the tables of `en.toml`, `bg.toml`, `ru.toml` and `uk.toml`.

In the tables phrases stand apart by `|` or a new line, words by blanks.

- `openers` come before the question itself ("tell me"), `leads` tie it to an earlier one ("and");
  after `instead` stands what replaces something in the earlier one ("what about").
- `marks_addressee`: by `order` (English), `preposition` (Bulgarian) or `case`.
- `[asking]`: question words, by what they ask for.
- `[verbs]`: stems of verbs by class, and the `endings` that make their forms. `say` takes an
  addressee with a preposition or in the dative, `tell` as an object, `judge` takes none; `ask` and
  `answer` are acts of their own. `bare` are the classes whose addressee may stand without a
  preposition, `accusative` those that take it in that case. `participles` make passives.
- `[nouns]` report by a noun ("X's opinion on Y"); `of` ties the speaker to them.
- `[markers]`: prepositions. `inside` do not end a noun phrase, `breaks` do.
- `[words]`: `relational` nouns take a complement by the preposition that also marks addressees
  ("шефът на"); `subjects`, `objects`, `things`, `demonstratives` and `possessives` are pronouns;
  `others` make "who" into "who else".
- `[case]`: endings by which names show their case; `indeclinable` endings only look so.
- `[period]`: words of time; `needs` are the prepositions without which a month's name alone is no
  month, for May is also a person.
- `[frames]`: whole questions that are made of slots, for a follow-up to one in another language.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from bot.questions.slots import Act, Wanted
from bot.questions.tokens import Token

LANGUAGES = ("en", "bg", "ru", "uk")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Grammar:
    """One language's table."""

    language: str
    table: Mapping[str, Any]

    @property
    def marks_addressee(self) -> str:
        """By what an addressee is told: `order`, `preposition` or `case`."""
        return self.at("marks_addressee")

    def phrases(self, *path: str) -> frozenset[Words]:
        """Return the phrases under a key, each as its words."""
        return _phrases(self.language, path)

    def words(self, *path: str) -> frozenset[str]:
        """Return the single words under a key."""
        return _words(self.language, path)

    def groups(self, *path: str) -> tuple[Words, ...]:
        """Return lists of words that mean the same, in order: the forms of each month, say."""
        return _groups(self.language, path)

    def at(self, *path: str) -> str:
        found: Any = self.table
        for key in path:
            found = found[key]
        return str(found)

    def match(self, tokens: Sequence[Token], index: int, *path: str) -> int:
        """Return how many tokens from `index` on make the longest phrase under a key."""
        phrases = self.phrases(*path)
        longest = min(_longest(self.language, path), len(tokens) - index)
        for length in range(longest, 0, -1):
            if tuple(token.lower for token in tokens[index : index + length]) in phrases:
                return length
        return 0

    @cached_property
    def verbs(self) -> Mapping[str, str]:
        """The class of every form of a verb that reports."""
        forms = {}
        endings = ["" if e == "-" else e for e in self.at("verbs", "endings").split()]
        for name in ("judge", "say", "answer", "ask", "tell"):
            for stem in self.at("verbs", name).split():
                forms.update(dict.fromkeys((stem + ending for ending in endings), name))
        forms.update((form, "say") for form in self.words("verbs", "participles") - {*forms})
        return forms

    @cached_property
    def nouns(self) -> Mapping[str, str]:
        """The class of every noun that reports."""
        return {
            noun: name for name in ("say", "answer", "ask") for noun in self.words("nouns", name)
        }

    def wanted(self, tokens: Sequence[Token], index: int) -> tuple[Wanted, int]:
        """Return what a question word asks for and how many tokens it takes."""
        found = ((wanted, self.match(tokens, index, "asking", wanted.value)) for wanted in _ASKING)
        wanted, length = max(found, key=lambda pair: pair[1])
        return (wanted, length) if length else (Wanted.NONE, 0)

    def has_ending(self, word: str, case: str) -> bool:
        """Tell whether a word has an ending of this case and enough before it to be a name."""
        if any(word.endswith(ending) for ending in self.at("case", "indeclinable").split()):
            return False
        return any(word.endswith(e) and len(word) > len(e) + 1 for e in self.words("case", case))


_ASKING = [wanted for wanted in Wanted if wanted is not Wanted.NONE]

ACTS = {
    "say": Act.SAID,
    "tell": Act.SAID,
    "judge": Act.SAID,
    "ask": Act.ASKED,
    "answer": Act.ANSWERED,
}
"""What somebody does by a verb of each class."""


@cache
def grammar(language: str) -> Grammar:
    """Return the grammar of a language; of English where there is none."""
    name = language if language in LANGUAGES else "en"
    text = files("bot.questions").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Grammar(name, tomllib.loads(text))


@cache
def _phrases(language: str, path: tuple[str, ...]) -> frozenset[Words]:
    return frozenset(tuple(phrase.split()) for phrase in _split(grammar(language).at(*path)))


@cache
def _words(language: str, path: tuple[str, ...]) -> frozenset[str]:
    return frozenset(grammar(language).at(*path).replace("|", " ").split())


@cache
def _groups(language: str, path: tuple[str, ...]) -> tuple[Words, ...]:
    return tuple(tuple(phrase.split()) for phrase in _split(grammar(language).at(*path)))


@cache
def _longest(language: str, path: tuple[str, ...]) -> int:
    return max(map(len, _phrases(language, path)), default=0)


def _split(listed: str) -> list[str]:
    return [phrase for part in re.split(r"[|\n]", listed) if (phrase := part.strip())]
