"""The names in a phrase that speaks of somebody: "Drosten" of "the virologist Drosten"."""

from collections.abc import Sequence

from bot.questions.archive import Archive
from bot.questions.grammar import Grammar
from bot.questions.phrases import Part, Run
from bot.questions.tokens import Token
from index.names import name_key


def name_runs(
    tokens: Sequence[Token], part: Part, grammar: Grammar, archive: Archive
) -> list[Run]:
    """Return the names within a phrase, without those that only belong to a role.

    "Drosten" of "the virologist Drosten"; nothing of "the head of Novartis". Where the name of a
    place runs into a person's, the archive tells them apart.
    """
    runs: list[Run] = []
    index = part.start
    while index < part.end:
        end = index
        while end < part.end and tokens[end].is_name:
            end += 1
        if end > index and not _is_owned(tokens, part, (index, end), grammar):
            runs.append((_after_genitive(tokens, part, (index, end), grammar), end))
        elif border := _border(tokens, (index, end), grammar, archive):
            runs.append((border, end))
        index = max(end, index + 1)
    return runs


def _is_owned(tokens: Sequence[Token], part: Part, run: Run, grammar: Grammar) -> bool:
    """Tell whether names belong to a role: "head of Novartis", "the Polish minister"."""
    joints = grammar.words("markers", "inside")
    before = tokens[run[0] - 1].lower if run[0] > part.start else ""
    if before in joints | grammar.words("markers", "to") | grammar.words("markers", "breaks"):
        return before not in grammar.words("markers", "and")
    after = tokens[run[1]] if run[1] < part.end else None
    return after is not None and (
        after.lower in {"'s", "’s"} or (after.text[0].isalpha() and after.lower not in joints)
    )


def _border(tokens: Sequence[Token], run: Run, grammar: Grammar, archive: Archive) -> int | None:
    """Return where a name begins behind one that it never stands together with."""
    keys = [name_key(token.lower, grammar.language) for token in tokens[run[0] : run[1]]]
    for border in range(1, len(keys) - 1):
        if archive.knows(*keys[border:]) and not archive.knows(*keys[border - 1 : border + 1]):
            return run[0] + border
    return None


def _after_genitive(tokens: Sequence[Token], part: Part, run: Run, grammar: Grammar) -> int:
    """Leave out the country of "министр Франции Оливье Веран"."""
    start, end = run
    genitive = tuple(grammar.words("case", "genitive"))
    owned = start > part.start and end - start > 1 and tokens[start].lower.endswith(genitive)
    return start + 1 if genitive and owned else start
