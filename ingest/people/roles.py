"""Roles that an article ties to names: "британският премиер" and Тереза Мей."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.people.chunks import Chunk
from ingest.people.inflection import stem
from ingest.people.lexicon import Lexicon, lexicon
from ingest.people.words import Word

_LONGEST_COPULA = 3


@dataclass(frozen=True, slots=True)
class Apposition:
    """A role and the name beside it; `place` counts words."""

    concepts: frozenset[str]
    """The head of the role, by one word for all its synonyms; both halves of a compound."""
    states: frozenset[str]
    """ISO codes of the states it speaks of."""
    modifiers: frozenset[str]
    status: int
    """Whether it is a plain role, or one that somebody was elected to, had or will have."""
    kind: str
    """What the name is of: a person, an organisation, a medium."""
    name: str
    place: int


def concepts(lower: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the roles that a word names: of "лікар-інфекціоніст" both."""
    whole = lexicon.nouns.get(lower)
    parts = [whole] if whole else [lexicon.nouns.get(part) for part in lower.split("-")]
    return frozenset(lexicon.concept(noun.lemma) for noun in parts if noun)


def status_of(modifiers: frozenset[str], lower: str, lexicon: Lexicon) -> int:
    """Return which status a role has by its adjectives or prefix, 0 for a plain one."""
    marks = (lexicon.status.get(word) for word in (*modifiers, lower.partition("-")[0]))
    return next((mark for mark in marks if mark), 0)


def office_of(
    concepts: frozenset[str], states: frozenset[str], modifiers: frozenset[str], language: str
) -> tuple[str, str] | None:
    """Return the (role, state) of an office: the head of the role and what narrows it down.

    None if the phrase speaks of no state, of several, or of several roles.
    """
    if len(states) != 1 or len(concepts) != 1:
        return None
    table = lexicon(language)
    of_state = {stem(word, language) for word in (*table.states, *table.adjectives)}
    narrow = sorted(word for word in modifiers if word not in of_state and not table.state(word))
    return " ".join([*concepts, *narrow]), next(iter(states))


def tied(
    chunks: Sequence[Chunk], words: Sequence[Word], lexicon: Lexicon
) -> Iterator[tuple[Chunk, Chunk]]:
    """Yield (role, name) for each role that stands beside the name of who has it."""
    for chunk in chunks:
        if chunk.name and chunk.kind != "place":
            yield from ((role, chunk) for role in chunk.inner if role.noun and not role.name)
        yield from tied([inner for inner in chunk.inner if inner.name], words, lexicon)
    plain = [chunk for chunk in chunks if not (chunk.pronoun and chunk.pronoun.relative)]
    for one, other in itertools.pairwise(plain):
        if _is_role(one) and other.is_person_name and _stands_before(one, other, words):
            yield one, other
        elif one.is_person_name and _is_role(other) and _explains(one, other, words, lexicon):
            yield other, one


def _is_role(chunk: Chunk) -> bool:
    return bool(
        chunk.noun
        and not chunk.name
        and chunk.kind == "person"
        and not chunk.plural
        and chunk.owner is None
    )


def _stands_before(role: Chunk, name: Chunk, words: Sequence[Word]) -> bool:
    """Tell whether commas set the name off: "британският премиер, Тереза Мей, каза"."""
    behind = words[name.last + 1] if name.last + 1 < len(words) else None
    return bool(
        name.first == role.last + 1
        and words[name.first].gap.strip() == ","
        and behind
        and behind.gap.startswith(",")
    )


def _explains(name: Chunk, role: Chunk, words: Sequence[Word], lexicon: Lexicon) -> bool:
    """Tell whether a role follows its name: "X, премиер на Y", "X, която е премиер"."""
    between = words[name.last + 1 : role.first]
    if len(between) > _LONGEST_COPULA:
        return False
    mark = words[name.last + 1].gap.strip()
    if not between:
        return mark == "," and _ends_clause(role, words)
    return mark in {",", "-", "–", "—", ""} and all(
        lexicon.among("copula", word.lower) or word.lower in lexicon.pronouns for word in between
    )


def _ends_clause(role: Chunk, words: Sequence[Word]) -> bool:
    """Tell whether a mark follows; without one the role may be another one's subject."""
    return role.last + 1 == len(words) or not words[role.last + 1].follows


def holder(
    chunk: Chunk,
    lower: str,
    appositions: Sequence[Apposition],
    before: Sequence[str],
    lexicon: Lexicon,
) -> str | None:
    """Return who has the role that a phrase names, the likeliest where several have; else None.

    `lower` is the head of the phrase, `before` are the speakers before it, nearest last.
    """
    asked = concepts(lower, lexicon)
    noun = lexicon.noun(lower)
    if chunk.states and noun and lexicon.among("leaders", noun.lemma):
        asked |= {lexicon.concept(head) for head in lexicon.words["heads_of_state"]}
    scored = [
        (score, role.place, role.name)
        for role in appositions
        if role.concepts & asked
        and (status := status_of(chunk.modifiers, lower, lexicon)) in {0, role.status}
        and (score := _score(chunk, role, before) - (status != role.status)) > 0
    ]
    return max(scored)[2] if scored else None


def _score(chunk: Chunk, role: Apposition, before: Sequence[str]) -> float:
    """Return how well a role fits a phrase; nothing where they speak of different states."""
    if role.kind != chunk.kind and chunk.kind in {"person", "medium"}:
        return 0
    if role.states and chunk.states and not role.states & chunk.states:
        return 0
    shared = role.modifiers & chunk.modifiers
    score = 1.0 + 2 * len(shared) + (2 if role.states & chunk.states else 0)
    if chunk.modifiers and not shared:
        # "главният прокурор" is hardly "областният прокурор", but may well be "прокурор".
        score -= 1.5 if role.modifiers else 0.5
    if before and role.name == before[-1]:
        score += 1.2
    elif role.name in before:
        score += 0.3
    if role.place < chunk.first:
        score += 0.5 / (1 + (chunk.first - role.place) / 50)
    return score if chunk.definite or shared or role.states & chunk.states else score - 0.8
