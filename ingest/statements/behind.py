"""Content before its cue or around it: "…", каза Мей; «…, – сказала Мэй. – …»; как сказала Мэй."""

from ingest.statements.clauses import DASHES, FINAL, Reading, Sentence, Words
from ingest.statements.cues import Cue, Governs
from ingest.statements.frames import Frame, Pattern, frame_of
from ingest.statements.marks import Quotation

_BEHIND = (Governs.SAY, Governs.THINK, Governs.ASK, Governs.PROMISE, Governs.IMPERSONAL)
_UNQUOTED = (Governs.SAY, Governs.THINK, Governs.IMPERSONAL)
# How far the parts of a report may stand from each other, in words.
_FAR = 12
_SAID_WORDS = 6
_SHORT = 4
_SPLIT_REACH = 25


def behind(reading: Reading, place: int, cue: Cue, sentence: Sentence, end: int) -> Frame | None:
    """Return the frame of a cue behind what was said: "…", каза Мей; …, Trump said."""
    if not cue.is_any(*_BEHIND) or cue.gerund:
        return None
    if reading.lexicon.begins(reading.folded(place), "clause_only"):
        return None
    left = reading.skip(place, sentence.first, "auxiliaries", "adverbs", "clitics")
    source = None
    if not _is_border(reading, left - 1):
        source = _name_before(reading, left, sentence.first)
        left = source[0] if source else left
    stop = left
    while stop > sentence.first and reading.folded(stop - 1) in DASHES | {","}:
        stop -= 1
    quotation = reading.quotation_closed_at(stop - 1)
    if quotation and _begins_speech(reading, quotation, sentence):
        content = (reading.place_of(quotation.start), stop - 1)
        frame = frame_of(Pattern.QUOTED_BEFORE, place, cue, content, end, source)
        return _going_on(frame, _second_quotation(reading, place, end))
    marked = left > stop or reading.folded(stop - 1) in {"?", "!", "…"}
    if not marked or stop == sentence.first or not cue.is_any(*_UNQUOTED):
        return None
    if not _may_end(reading, place, end) if source else reading.is_in(place, "never_inverted"):
        return None
    frame = frame_of(Pattern.BEHIND, place, cue, (_lead(reading, sentence), stop), end, source)
    rest = _continuation(reading, frame, end)
    return _going_on(frame, rest) if rest or stop - sentence.first > 1 else None


def _going_on(frame: Frame, rest: Words | None) -> Frame:
    """Add what is said behind the reporting clause, which stops there."""
    if rest:
        frame.parts.append(rest)
        frame.clause = rest[0] - 1
    return frame


def _second_quotation(reading: Reading, place: int, end: int) -> Words | None:
    """Return what is quoted behind the report in the same sentence: "…", каза Мей, "…"."""
    for at in range(place + 2, min(end, place + _SPLIT_REACH)):
        quotation = reading.quotation_opened_at(at)
        if quotation:
            said = reading.folded(at - 1) in DASHES | {","}
            return (at + 1, min(reading.place_of(quotation.end), end)) if said else None
        if reading.cues.get(at):
            return None
    return None


def _begins_speech(reading: Reading, quotation: Quotation, sentence: Sentence) -> bool:
    opening = reading.place_of(quotation.outer[0])
    return (
        opening <= sentence.first + 1
        or reading.folded(opening - 1) in DASHES | {":", ".", "?", "!"}
        or bool(FINAL & set(reading.text[quotation.start : quotation.end - 1]))
    )


def _lead(reading: Reading, sentence: Sentence) -> int:
    """Return where the sentence begins behind a dateline: "INTERFAX.RU - …"."""
    for at in range(sentence.first, min(sentence.first + _SAID_WORDS, sentence.end)):
        if reading.folded(at) in DASHES and at > sentence.first:
            line = reading.text[reading.words[at - 1].start : reading.words[at - 1].end]
            return at + 1 if line.isupper() and len(line) > 1 else sentence.first
    return sentence.first


def _continuation(reading: Reading, frame: Frame, end: int) -> Words | None:
    """Return what goes on behind the reporting clause: "Така, каза Мей, но и …"."""
    comma = reading.skip(frame.place + 1, end, "adverbs")
    if reading.is_preposition(comma):
        return None
    while comma < end and not (reading.folded(comma) == "," and reading.quoted[comma] < 0):
        comma += 1
    first, last = frame.parts[0]
    if comma - frame.place > _FAR or comma + 2 >= end or reading.matches(comma + 1, "carriers"):
        return None
    if any(n in reading.cues for n in range(comma + 1, min(comma + 6, end))):
        return None
    contrast = reading.is_in(comma + 1, "contrasts") and not reading.is_in(
        comma + 1, "subordinators"
    )
    return (comma + 1, end) if contrast or last - first <= _SHORT else None


def _is_border(reading: Reading, at: int) -> bool:
    return (
        reading.folded(at) in DASHES | {",", "?", "!", "…"}
        or reading.quotation_closed_at(at) is not None
    )


def _name_before(reading: Reading, left: int, first: int) -> Words | None:
    """Return the speaker who stands between what was said and the cue."""
    for at in range(left - 1, max(first, left - _FAR), -1):
        if reading.quoted[at] >= 0 or at in reading.cues or reading.is_in(at, "that"):
            return None
        if _is_border(reading, at):
            quoted = any(reading.quotation_closed_at(n) is not None for n in (at, at - 1, at - 2))
            relative = any(reading.is_in(at + 1, name) for name in ("relatives", "subordinators"))
            if relative or not (quoted or reading.lexicon.language == "en"):
                return None
            return at + 1, left
    return None


def _may_end(reading: Reading, place: int, end: int) -> bool:
    """Tell whether an English report may stop at its verb: ", Clinton said on Monday"."""
    behind_it = place + 1
    return (
        behind_it >= end
        or any(
            reading.is_in(behind_it, name) for name in ("prepositions", "adverbs", "conjunctions")
        )
        or reading.folded(behind_it) in {",", *DASHES}
    )


def around(reading: Reading, place: int, cue: Cue, sentence: Sentence, end: int) -> Frame | None:
    """Return the frame of "как сказал X", which stands before, in or behind what was said."""
    opened = reading.skip(place, sentence.first, "auxiliaries", "adverbs") - 1
    if not reading.is_in(opened, "as") or not cue.is_any(*_BEHIND):
        return None
    comma = place + 1
    while comma < end and (reading.quoted[comma] >= 0 or reading.folded(comma) != ","):
        comma += 1
    before = opened - 1
    while before > sentence.first and not reading.words[before].is_word:
        before -= 1
    parts = []
    lead = sentence.first + reading.matches(sentence.first, "connectives")
    lead = reading.skip(lead, opened, "adverbs", "conjunctions")
    if before >= lead and reading.folded(opened - 1) == ",":
        parts.append((lead, opened - 1))
    if comma + 1 < end:
        parts.append((comma + 1, end))
    if not parts:
        return None
    return Frame(Pattern.AROUND, place, cue, parts, comma, (place, place + 1))


def split_quotation(reading: Reading, quotation: Quotation) -> list[Frame]:
    """Return the frames of «…, – сказал X. – …», one pair of marks around the report too."""
    first, end = reading.place_of(quotation.start), reading.place_of(quotation.end)
    for at in range(first + 2, end - 1):
        cue = reading.cues.get(at)
        if not cue or not cue.is_any(Governs.SAY) or reading.folded(at - 1) not in DASHES:
            continue
        if reading.folded(at - 2) not in {",", "?", "!", "…", "."}:
            continue
        dash = at + 1
        while dash < end and dash - at < _SPLIT_REACH and reading.folded(dash) not in DASHES:
            dash += 1
        stop = at - 2 if reading.folded(at - 2) == "," else at - 1
        frames = [frame_of(Pattern.QUOTED_BEFORE, at, cue, (first, stop), min(dash, end))]
        # What stands between the dashes is the reporter's, though inside the marks.
        reading.quoted[at - 1 : dash] = [-1] * (dash - at + 1)
        if dash >= end or reading.folded(dash) not in DASHES:
            return frames
        rest = (dash + 1, end)
        if reading.folded(dash - 1) in FINAL:
            frames.append(frame_of(Pattern.QUOTED_BEFORE, at, cue, rest, dash))
        else:
            frames[0].parts.append(rest)
        return frames
    return []
