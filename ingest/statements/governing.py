"""Content that follows its cue: a clause, a purpose, a quotation."""

from ingest.statements.clauses import DASHES, FINAL, Reading
from ingest.statements.cues import Cue, Governs
from ingest.statements.datives import is_dative
from ingest.statements.frames import Frame, Pattern, frame_of
from ingest.statements.marks import Quotation

_CLAUSE = (
    Governs.SAY,
    Governs.THINK,
    Governs.ASK,
    Governs.PROMISE,
    Governs.DENY,
    Governs.ADJECTIVE,
    Governs.NOUN,
    Governs.PASSIVE,
    Governs.IMPERSONAL,
)
_PURPOSE = (Governs.ASK, Governs.PROMISE, Governs.DENY, Governs.CALL)
_QUOTING = (Governs.SAY, Governs.ASK, Governs.PROMISE, Governs.NAME)
# How far what is said may stand from its cue, in words.
_REACH = 40
_FAR = 12
_SAID_WORDS = 6
_SHORT = 4


def governing(reading: Reading, place: int, cue: Cue, end: int) -> Frame | None:
    """Return the frame of a cue whose content follows it: a clause, a purpose, a quotation."""
    at, limit = place + 1, min(end, place + _REACH)
    while at < limit:
        if reading.quoted[at] >= 0:
            at += 1
            continue
        frame = (
            _quoting(reading, place, cue, at, end)
            or _complement(reading, place, cue, at, end)
            or _purpose(reading, place, cue, at, end)
            or _topic(reading, place, cue, at, end)
            or _bare_clause(reading, place, cue, at, end)
        )
        if frame:
            return frame
        if _stops(reading, at):
            return None
        if reading.folded(at - 1) == "," and _opens_insertion(reading, at):
            closed = _insertion_end(reading, at, limit)
            if closed is None:
                return None
            at = closed
        at += 1
    return None


def _stops(reading: Reading, at: int) -> bool:
    """Tell whether a cue cannot govern beyond this word."""
    other = reading.cues.get(at)
    if other and other.is_verb:
        return not other.gerund or reading.folded(at + 1) == ","
    if reading.folded(at) in FINAL and not reading.is_abbreviation(at):
        return True
    if reading.is_in(at, "that"):
        return reading.lexicon.language != "en"
    return reading.folded(at - 1) == "," and reading.is_in(at, "contrasts")


def _opens_insertion(reading: Reading, at: int) -> bool:
    return reading.is_in(at, "relatives") or reading.is_in(at, "subordinators")


def _insertion_end(reading: Reading, at: int, limit: int) -> int | None:
    """Return the last word of an insertion that reports nothing itself."""
    for stop in range(at, limit):
        if stop in reading.cues and reading.cues[stop].is_verb:
            return None
        if (
            reading.quoted[stop] < 0
            and reading.folded(stop) == ","
            and not reading.is_in(stop + 1, "relatives")
        ):
            return stop - 1
    return None


def _quoting(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of a quotation that a cue leads up to, with a colon or without."""
    if not cue.is_any(*_QUOTING):
        return None
    quotation = reading.quotation_opened_at(at)
    if quotation is None:
        return _behind_colon(reading, place, cue, at, end)
    before = reading.folded(at - 1)
    stop = min(reading.place_of(quotation.end), end)
    said = stop - at - 1
    introduced = before == ":" or before in DASHES or (said >= _SAID_WORDS and before != ",")
    introduced = introduced or (before == "," and at == place + 2)
    near = at == place + 1 or reading.is_in(at - 1, "toward")
    if not introduced:
        if not near or said <= 1 or reading.is_capital(at + 1):
            return None
        stop = _joined_end(reading, stop, end)
    return frame_of(Pattern.QUOTED_AFTER, place, cue, (at + 1, stop), at)


def _behind_colon(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of what stands behind a colon without marks."""
    if reading.folded(at) != ":" or at + 3 >= end:
        return None
    if any(reading.quotation_opened_at(n) for n in (at + 1, at + 2)):
        return None
    return frame_of(Pattern.CLAUSE, place, cue, (at + 1, end), at)


def _joined_end(reading: Reading, stop: int, end: int) -> int:
    """Return where a second fragment ends that "и" joins to the first."""
    joined = reading.quotation_opened_at(stop + 2) if stop + 2 < end else None
    if joined and reading.is_in(stop + 1, "conjunctions"):
        return min(reading.place_of(joined.end), end)
    return stop


def _complement(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of a clause that "че" or "дали" opens; a quoted clause is direct."""
    if not cue.is_any(*_CLAUSE):
        return None
    if reading.is_in(at, "if") and reading.folded(at - 1) == "," and cue.is_any(Governs.SAY):
        return frame_of(Pattern.CLAUSE, place, cue, (at, end), at)
    if not reading.is_in(at, "that") or not _is_complementiser(reading, place, cue, at):
        return None
    quotation = reading.quotation_opened_at(at + 1)
    if quotation and _is_whole_clause(reading, quotation, end):
        content = (at + 2, min(reading.place_of(quotation.end), end))
        return frame_of(Pattern.QUOTED_AFTER, place, cue, content, at)
    return frame_of(Pattern.CLAUSE, place, cue, (at + 1, end), at)


def _is_complementiser(reading: Reading, place: int, cue: Cue, at: int) -> bool:
    """Tell whether "че" opens what the cue reports, and not another clause."""
    if reading.is_in(at, "after_comma") and reading.folded(at - 1) != ",":
        return False
    if cue.is_any(Governs.ADJECTIVE) and at - place > _SHORT:
        return False
    return not _is_of_cause(reading, at) and not _is_relative(reading, place, at)


def _is_relative(reading: Reading, place: int, that: int) -> bool:
    """Tell whether "що" stands for a noun: "повідомив про угоду, що передбачає"."""
    return not reading.is_in(that - 2, "correlates") and any(
        reading.is_in(n, "topics") for n in range(place + 1, that)
    )


def _is_of_cause(reading: Reading, that: int) -> bool:
    """Tell whether a clause is no content: "във връзка с това, че", "при условии, что"."""
    word = that - 2 if reading.folded(that - 1) == "," else that - 1
    if reading.is_in(word, "conditions"):
        return True
    return reading.is_in(word, "correlates") and (
        not reading.is_in(word - 1, "about") or reading.is_in(word - 2, "conditions")
    )


def _is_whole_clause(reading: Reading, quotation: Quotation, end: int) -> bool:
    stop = reading.place_of(quotation.end)
    if reading.place_of(quotation.start) + _SHORT >= stop:
        return False
    behind = stop + 1
    return (
        behind >= end
        or reading.folded(behind) in FINAL
        or reading.is_in(behind, "conjunctions")
        or (reading.folded(behind) == "," and not reading.is_in(behind + 1, "subordinators"))
    )


def _purpose(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of a demand or a promise: "да", "чтобы", an infinitive."""
    if not cue.is_any(*_PURPOSE) or at - place > _FAR:
        return None
    if cue.is_any(Governs.CALL) and not _is_call(reading, place, at):
        return None
    opened = at + (reading.quotation_opened_at(at) is not None)
    opens = reading.is_in(opened, "to") and (
        not reading.lexicon["infinitives"] or reading.folded(at - 1) == ","
    )
    if not opens and not _is_infinitive(reading, place, at):
        return None
    first = at
    if _has_subject(reading, place, cue, at):
        first = place + 1
    while first - 1 > place and reading.is_in(first - 1, "negations"):
        first -= 1
    return frame_of(Pattern.PURPOSE, place, cue, (first, end), first)


def _is_call(reading: Reading, place: int, at: int) -> bool:
    """Tell whether a call is one to do what begins at a word, right behind it or its addressee.

    None is what shall only be made ("за да се окаже натиск върху X") or is only spoken of ("в
    момент на натиск върху X").
    """
    if at - place <= 2:
        return True
    verb = reading.skip(place - 1, max(place - _SHORT, 0), "auxiliaries", "adverbs", "clitics")
    if not reading.is_in(place + 1, "toward") or reading.is_in(verb - 1, "to"):
        return False
    before = place - 1
    while before > place - _SHORT and not reading.is_in(before, "genitives"):
        if reading.is_capital(before):
            return True
        before -= 1
    return not reading.is_in(before, "genitives")


def _is_infinitive(reading: Reading, place: int, at: int) -> bool:
    """Tell an infinitive from a noun of like ending: "заробітної плати"."""
    pronoun = reading.is_in(at - 1, "datives") or reading.is_in(at - 1, "accusatives")
    endings = tuple(reading.lexicon["apposition_endings"]) or "\0"
    described = at - 1 > place and not pronoun and reading.folded(at - 1).endswith(endings)
    return reading.lexicon.infinitive(reading.folded(at)) and not described


def _has_subject(reading: Reading, place: int, cue: Cue, at: int) -> bool:
    """Tell whether who shall do it is said before "да": "нареди тя да бъде освободена"."""
    takes = reading.lexicon.begins(reading.folded(place), "objects") or cue.is_any(Governs.CALL)
    first = place + 1
    return (
        not takes
        and not reading.lexicon["infinitives"]
        and first < at
        and not reading.is_preposition(first)
        and not reading.is_in(first, "adverbs")
        and not reading.is_in(first, "clitics")
        and all(reading.folded(n) != "," for n in range(first, at))
    )


def _topic(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of "сообщил Путину о …": a noun, but it answers what Putin was told."""
    if not cue.is_any(Governs.SAY) or not reading.is_in(at, "topics") or at - place > _SHORT:
        return None
    if not any(is_dative(reading, n) for n in range(place + 1, at)):
        return None
    if reading.is_in(at + 1, "correlates"):
        return None
    return frame_of(Pattern.NAMED, place, cue, (at, end), at)


def _bare_clause(reading: Reading, place: int, cue: Cue, at: int, end: int) -> Frame | None:
    """Return the frame of an English clause that no "that" opens: "Trump said he would"."""
    if not reading.is_in(place, "bare") or at != reading.skip(place + 1, end, "adverbs"):
        return None
    outside = ("prepositions", "that", "if", "to", "conjunctions", "relatives", "subordinators")
    if at + 3 >= end or not reading.words[at].is_word or reading.cues.get(at):
        return None
    if any(reading.is_in(at, name) for name in outside):
        return None
    if reading.quotation_closed_at(place - 1) or reading.quotation_closed_at(place - 2):
        return None
    if any(reading.is_in(n, "that") for n in range(at, min(at + _SHORT, end))):
        return None
    return frame_of(Pattern.CLAUSE, place, cue, (at, end), at)
