"""Where a content stops because another report begins in its sentence."""

from ingest.statements.clauses import DASHES, FINAL, Reading
from ingest.statements.cues import Cue, Governs
from ingest.statements.frames import DIRECT, Frame, Pattern

_CLAUSE_REACH = 10
_LONG_QUOTE = 30
_LOOSE = DASHES | {",", ":"}


def cut(reading: Reading, frame: Frame, frames: list[Frame]) -> None:
    """End the last part of a content before the reports that follow it."""
    if frame.pattern in DIRECT or frame.pattern is Pattern.ANAPHORIC:
        return
    others = {other.place: other for other in frames if other is not frame}
    first, end = frame.parts[-1]
    for at in range(first + 1, end):
        if reading.quoted[at] < 0:
            border = _border(reading, at, frame, others)
            if border is not None and border > first:
                end = border
                break
    while end > first and reading.folded(end - 1) in _LOOSE:
        end -= 1
    while first < end and reading.folded(first) in _LOOSE:
        first += 1
    frame.parts[-1] = (first, end)


def _border(reading: Reading, at: int, frame: Frame, others: dict[int, Frame]) -> int | None:
    """Return where a content stops if another report begins at this word."""
    if not reading.words[at].is_word:
        return at if _is_end(reading, at, frame) else None
    other = others.get(at)
    if other and other.pattern is Pattern.SOURCE:
        return _before_source(reading, at)
    cue = reading.cues.get(at)
    if cue is None or at == frame.place or cue.is_any(Governs.ADJECTIVE, Governs.NOUN):
        return None
    left = reading.skip(at, frame.first, "auxiliaries", "adverbs", "clitics")
    if reading.folded(left - 1) in DASHES | {","} and _goes_on(cue, other):
        return left - 1
    return _before_clause(reading, left, frame, other) if other else None


def _before_clause(reading: Reading, left: int, frame: Frame, other: Frame) -> int | None:
    """Return where the clause of another report begins: " и добави, че", ", но заяви, че"."""
    if reading.is_in(left - 1, "conjunctions"):
        return left - 2 if reading.folded(left - 2) == "," else left - 1
    return None if other.pattern is Pattern.BEHIND else _contrast(reading, left, frame)


def _is_end(reading: Reading, at: int, frame: Frame) -> bool:
    """Tell whether a mark ends a content: before agencies, a quotation, the reporter's turn."""
    mark = reading.folded(at)
    if mark == ",":
        turns = frame.pattern is Pattern.PURPOSE and _turns(reading, at + 1, frame.parts[-1][1])
        return turns or bool(reading.matches(at + 1, "carriers"))
    if mark == ":":
        return _opens_speech(reading, at)
    return mark in FINAL and mark != "." and reading.is_capital(at + 1)


def _goes_on(cue: Cue, other: Frame | None) -> bool:
    """Tell whether a verb behind a comma reports: ", предаде X", ", добавив, что"."""
    if cue.gerund:
        return other is not None
    return cue.is_any(Governs.SAY) and (other is None or other.pattern is not Pattern.CLAUSE)


def _turns(reading: Reading, at: int, end: int) -> bool:
    """Tell whether the reporter goes on behind a demand: "да …, но България се ограничи"."""
    return reading.is_in(at, "contrasts") and not any(
        reading.is_in(n, "to") or reading.lexicon.infinitive(reading.folded(n))
        for n in range(at, end)
    )


def _opens_speech(reading: Reading, colon: int) -> bool:
    quotation = reading.quotation_opened_at(colon + 1)
    return quotation is not None and quotation.end - quotation.start > _LONG_QUOTE


def _before_source(reading: Reading, at: int) -> int | None:
    """Return the comma of ", според X" and of ", защото според X"."""
    for comma in (at - 1, at - 2):
        if reading.folded(comma) == "," or reading.folded(comma) in DASHES:
            return comma
    return None


def _contrast(reading: Reading, left: int, frame: Frame) -> int | None:
    """Return the comma of ", докато X съобщиха, че"."""
    for at in range(left - 1, max(frame.first, left - _CLAUSE_REACH), -1):
        if reading.folded(at) == ",":
            return at if reading.is_in(at + 1, "contrasts") else None
    return None
