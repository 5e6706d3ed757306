"""A phrase that points to somebody, by the words it is made of."""

from dataclasses import dataclass, field

from ingest.people.lexicon import Institution, Noun, Pronoun, State
from ingest.people.words import Word

OPENING = '„“"«'
CLOSING = '”“"»'


@dataclass(slots=True)
class Chunk:
    """The words [first, last] and what was seen in them."""

    first: int
    last: int
    kind: str
    head: int
    noun: Noun | None = None
    pronoun: Pronoun | None = None
    state: State | None = None
    institution: Institution | None = None
    name: bool = False
    states: frozenset[str] = frozenset()
    """Codes of the states it speaks of: "британският премиер", "премиерът на Великобритания"."""
    modifiers: frozenset[str] = frozenset()
    """Stems of the words around the head that narrow it down."""
    owner: int | None = None
    """The possessive pronoun in it."""
    inner: list["Chunk"] = field(default_factory=list)
    """The role before a name; the names inside a phrase."""
    plural: bool = False
    definite: bool = False
    """Somebody known is meant; where a language has no articles, always."""
    oblique: bool = False
    """What stands before governs another case than the nominative."""

    @property
    def complement(self) -> int:
        """The number of words behind the head that belong to it."""
        return self.last - self.head

    @property
    def is_person_name(self) -> bool:
        return self.name and self.kind == "person"


def opens(word: Word) -> bool:
    """Tell whether an opening quotation mark stands right before a word."""
    mark = word.gap.strip()
    return len(mark) == 1 and mark in OPENING and not closes(word)


def closes(word: Word) -> bool:
    """Tell whether a quotation mark that closes, and a blank, stand before a word."""
    return len(word.gap) == 2 and word.gap[0] in CLOSING and word.gap[1].isspace()
