"""Words that look like a report and are none: silence, wishes, suppositions, nobody's opinion."""

from ingest.statements.clauses import MARKS, Reading
from ingest.statements.cues import Cue, Governs

_NEAR = 6


def is_silence(reading: Reading, place: int, cue: Cue) -> bool:
    """Tell whether nothing was said: "не уточни", "да заявят", "смята се"."""
    before = place - 1
    while before > place - 4 and (
        reading.is_in(before, "auxiliaries") or reading.is_in(before, "clitics")
    ):
        if _is_impersonal_passive(reading, place, before, cue):
            return True
        before -= 1
    if reading.is_in(place + 1, "reflexive") and cue.is_any(Governs.THINK):
        return not reading.lexicon.begins(reading.folded(place), "reflexives")
    if reading.is_in(before, "negations"):
        return not cue.is_any(Governs.DENY)
    if _is_hypothesis(reading, before) or _is_denied(reading, place, cue):
        return True
    wished = reading.is_in(before, "to") and not reading.is_in(before - 1, "phases")
    return wished and not cue.is_any(Governs.NOUN)


def _is_hypothesis(reading: Reading, place: int) -> bool:
    """Tell whether a clause only supposes that something is said: "если Лондон заявит"."""
    for at in range(place, max(place - _NEAR, -1), -1):
        if not reading.words[at].is_word and reading.folded(at) not in MARKS:
            return False
        if reading.is_in(at, "conditionals"):
            return True
    return False


def _is_denied(reading: Reading, place: int, cue: Cue) -> bool:
    """Tell whether it is denied that something was said: "denied saying that"."""
    before = reading.cues.get(place - 1)
    return cue.gerund and before is not None and before.is_any(Governs.DENY)


def _is_impersonal_passive(reading: Reading, place: int, before: int, cue: Cue) -> bool:
    return (
        reading.is_in(before, "reflexive")
        and not reading.lexicon.begins(reading.folded(place), "reflexives")
        and cue.is_any(Governs.SAY, Governs.THINK)
    )
