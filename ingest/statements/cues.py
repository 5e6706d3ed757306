"""The words that report what was said, and what each of them governs; see `cues.toml`."""

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Governs(StrEnum):
    """What a reporting word may be followed by."""

    SAY = "say"
    THINK = "think"
    ASK = "ask"
    PROMISE = "promise"
    DENY = "deny"
    NAME = "name"
    ADJECTIVE = "adjectives"
    NOUN = "nouns"
    CALL = "calls"
    PASSIVE = "passives"
    IMPERSONAL = "impersonal_forms"


VERBS = (
    Governs.NAME,
    Governs.DENY,
    Governs.PROMISE,
    Governs.ASK,
    Governs.THINK,
    Governs.SAY,
)
"""Classes listed by stem, the narrower ones first."""
WHOLE = (Governs.IMPERSONAL, Governs.PASSIVE, Governs.ADJECTIVE, Governs.NOUN, Governs.CALL)
"""Classes listed by whole form."""
PHRASES = ("prepositional", "anaphors", "connectives", "carriers")
"""Lists of several words each: "по_словам"."""
_LONGEST_ENDING = 7
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting word: the classes it belongs to, and whether it is a gerund."""

    governs: frozenset[Governs]
    gerund: bool = False

    def is_any(self, *classes: Governs) -> bool:
        return not self.governs.isdisjoint(classes)

    @property
    def is_verb(self) -> bool:
        return self.is_any(*VERBS) or self.is_any(Governs.IMPERSONAL, Governs.PASSIVE)


@dataclass(frozen=True)
class Lexicon:
    """The reporting words of one language, and the words that shape its clauses."""

    language: str
    lists: dict[str, frozenset[str]]
    stems: dict[str, frozenset[Governs]]
    whole: dict[str, frozenset[Governs]]
    phrases: dict[str, dict[str, list[Phrase]]]
    _known: dict[str, Cue | None] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.lists[name]

    def cue(self, word: str) -> Cue | None:
        """Return what a folded word reports, None if it reports nothing."""
        if word not in self._known:
            self._known[word] = self._look_up(word)
        return self._known[word]

    def _look_up(self, word: str) -> Cue | None:
        if word in self.whole:
            governs = self.whole[word]
            verb = not governs.isdisjoint(VERBS)
            return Cue(governs, gerund=verb and word.endswith(tuple(self["gerunds"])))
        for cut in range(min(_LONGEST_ENDING, len(word) - 2) + 1):
            stem, ending = word[: len(word) - cut], word[len(word) - cut :]
            if stem in self.stems and (ending or "-") in self["endings"]:
                return Cue(self.stems[stem], gerund=ending in self["gerunds"])
        return None

    def infinitive(self, word: str) -> bool:
        endings = tuple(self["infinitives"])
        return bool(endings) and word.endswith(endings) and len(word) > 3

    def begins(self, word: str, name: str) -> bool:
        """Tell whether a word begins with a stem of a list."""
        return word.startswith(tuple(self[name]))


@cache
def lexicon(language: str) -> Lexicon | None:
    """Return the reporting words of a language, None if it has no table."""
    table = _tables().get(language)
    if table is None:
        return None
    lists = {name: frozenset(text.split()) for name, text in table.items()}
    stems: dict[str, frozenset[Governs]] = {}
    whole: dict[str, frozenset[Governs]] = {
        form: frozenset({Governs.SAY}) for form in lists.get("forms", ())
    }
    for governs in VERBS:
        for listed in lists.get(governs, ()):
            stem = listed.removesuffix("!")
            stems[stem] = stems.get(stem, frozenset()) | {governs}
            if stem != listed:
                whole[stem] = whole.get(stem, frozenset()) | {governs}
    for governs in WHOLE:
        for form in lists.get(governs, ()):
            whole[form] = frozenset({governs})
    return Lexicon(
        language=language,
        lists=lists,
        stems=stems,
        whole=whole,
        phrases={name: _phrases(lists.get(name, frozenset())) for name in PHRASES},
    )


def _phrases(listed: frozenset[str]) -> dict[str, list[Phrase]]:
    """Return phrases by their first word, the longest first, so that the fullest one matches."""
    found: dict[str, list[Phrase]] = {}
    for phrase in sorted((tuple(text.split("_")) for text in listed), key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


@cache
def _tables() -> dict[str, dict[str, str]]:
    data = files("ingest.statements").joinpath("cues.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)
