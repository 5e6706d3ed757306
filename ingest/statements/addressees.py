"""Which words of a report name the one who is spoken to."""

from ingest.statements.clauses import FINAL, MARKS, Reading, Words
from ingest.statements.cues import Cue, Governs
from ingest.statements.datives import is_dative
from ingest.statements.speakers import phrase_end, titled

_ADDRESSED = (Governs.SAY, Governs.ASK, Governs.PROMISE, Governs.DENY, Governs.CALL)
_NO_NOUNS = ("pronouns", "conjunctions", "auxiliaries", "that", "to")
_REACH = 16
_NOUN_WORDS = 3


def addressee(
    reading: Reading, place: int, cue: Cue, end: int, speaker: Words | None
) -> Words | None:
    """Return who is spoken to in the reporting clause of a cue that stops at `end`."""
    if not cue.is_any(*_ADDRESSED):
        return None
    if cue.is_any(Governs.CALL):
        return _called(reading, place, end, speaker)
    return (
        _pronoun(reading, place, cue)
        or _recipient(reading, place, end, speaker)
        or _object(reading, place, cue, end, speaker)
        or _audience(reading, place, end, speaker)
    )


def _called(reading: Reading, place: int, end: int, speaker: Words | None) -> Words | None:
    """Return whom a call goes to: "обратился к X с просьбой", "оказа натиск върху X да"."""
    if reading.is_in(place + 1, "toward"):
        return _listener(reading, place + 2, end, speaker, named=True)
    for at in range(place - 1, max(place - _REACH, -1), -1):
        if reading.folded(at) in FINAL:
            return None
        if reading.is_in(at, "toward"):
            return _listener(reading, at + 1, place, speaker, named=True)
    return None


def _takes_object(reading: Reading, place: int, cue: Cue) -> bool:
    return cue.is_any(Governs.ASK) or reading.lexicon.begins(reading.folded(place), "objects")


def _pronoun(reading: Reading, place: int, cue: Cue) -> Words | None:
    """Return the pronoun that clings to the verb: "ги помоли", "сказал ему"."""
    takes = _takes_object(reading, place, cue)
    before = reading.skip(place, max(place - 3, 0), "auxiliaries") - 1
    if takes and reading.is_in(before, "accusatives") and reading.quoted[before] < 0:
        return before, before + 1
    after = place + 1
    if reading.is_in(after, "datives"):
        return after, after + 1
    if reading.is_in(place - 1, "datives") and reading.is_in(place - 1, "clitics"):
        return None if _is_possessive(reading, place - 1) else (place - 1, place)
    if takes and reading.is_in(after, "accusatives"):
        return after, after + 1
    return None


def _is_possessive(reading: Reading, place: int) -> bool:
    """Tell whether a short pronoun belongs to a noun before it: "баща му каза"."""
    if any(reading.is_in(place - 1, name) for name in _NO_NOUNS):
        return False
    roles = (mention.form in {"title", "noun"} for mention in reading.mentions(place - 1, place))
    return not reading.is_capital(place - 1) or any(roles)


def _recipient(reading: Reading, place: int, end: int, speaker: Words | None) -> Words | None:
    """Return who stands behind the preposition of a dative: "каза на X", "каза Y на X"."""
    at = reading.skip(place + 1, end, "adverbs")
    if speaker and speaker[0] == at and reading.is_capital(speaker[1] - 1):
        at = speaker[1]
    if not reading.is_in(at, "recipients"):
        return None
    found = _listener(reading, at + 1, end, speaker, named=False)
    # "на руския президент X", but not "на среща с X"
    direct = found and not any(map(reading.is_preposition, range(at + 1, found[0])))
    return found if direct else None


def _object(
    reading: Reading, place: int, cue: Cue, end: int, speaker: Words | None
) -> Words | None:
    """Return the object of "предупреди", or a dative in the clause of a verb of saying."""
    takes = _takes_object(reading, place, cue)
    stop = phrase_end(reading, place + 1, end)
    for at in range(place + 1, stop):
        if _within(at, speaker) or reading.is_in(at, "adverbs"):
            continue
        if takes and reading.is_preposition(at) and not reading.is_in(at, "toward"):
            if not reading.is_in(at, "genitives"):
                return None
            continue
        if takes:
            return _listener(reading, at, stop, speaker, named=True) or _noun(
                reading, place, at, stop, speaker
            )
        if is_dative(reading, at) and not reading.is_preposition(at - 1):
            found = _listener(reading, at, stop, speaker, named=reading.is_capital(at))
            if found:
                return found
    return None


def _noun(reading: Reading, place: int, at: int, stop: int, speaker: Words | None) -> Words | None:
    """Return the plain noun that a verb has for its object: "закликала законодавців"."""
    before = speaker is not None and speaker[1] <= place
    if not before or not reading.lexicon.begins(reading.folded(place), "objects"):
        return None
    end = at
    while end < min(stop, at + _NOUN_WORDS) and not reading.is_preposition(end):
        end += 1
    return (at, end) if at == place + 1 and end > at and reading.words[at].is_word else None


def _audience(reading: Reading, place: int, end: int, speaker: Words | None) -> Words | None:
    """Return the object of "пред" and of "в интервю": people, groups and media only."""
    last = min(end, place + _REACH)
    for at in range(place + 1, last):
        if reading.quoted[at] >= 0 or _within(at, speaker):
            continue
        if reading.is_in(at, "that") or reading.folded(at) in FINAL - {"."}:
            break
        found = _introduced(reading, at, last, speaker)
        if found:
            return found
    for at in range(place - 1, max(place - _REACH, -1), -1):
        if reading.folded(at) in FINAL or reading.is_in(at, "that"):
            break
        found = _introduced(reading, at, place, speaker) if reading.quoted[at] < 0 else None
        if found:
            return found
    return None


def _introduced(reading: Reading, at: int, end: int, speaker: Words | None) -> Words | None:
    """Return the listeners that "пред" or "в интервю" at a place introduces."""
    if reading.is_in(at, "before"):
        return _listener(reading, at + 1, end, speaker, named=False)
    if reading.is_in(at, "letters"):
        return _listener(
            reading, at + 1 + reading.is_in(at + 1, "toward"), end, speaker, named=True
        )
    if reading.is_in(at, "interview"):
        start = at + 1 + reading.is_in(at + 1, "interview_links")
        return _listener(reading, start, end, speaker, named=True)
    if reading.is_in(at, "medium_prepositions"):
        mentions = reading.mentions(at + 1, min(at + 4, end))
        if mentions and mentions[0].kind == "medium":
            return reading.words_of(mentions[0])
    return None


def _listener(
    reading: Reading, place: int, end: int, speaker: Words | None, *, named: bool
) -> Words | None:
    """Return the listeners a phrase begins with; `named`: any name will do, else a person."""
    stop = phrase_end(reading, place, end)
    mentions = reading.mentions(place, stop)
    behind_role = titled(reading, place, mentions)
    for mention in [behind_role] if behind_role else mentions:
        words = reading.words_of(mention)
        if _overlap(words, speaker) or (words[0] > place + 2 and not behind_role):
            return None
        if mention.kind == "document" or (mention.kind == "place" and not named):
            break
        return words
    for at in range(place, min(place + 4, stop)):
        listens = reading.lexicon.begins(reading.folded(at), "listeners")
        name = named and (reading.is_capital(at) or reading.quotation_opened_at(at) is not None)
        if listens or name:
            return place, _name_end(reading, at, stop)
    return None


def _name_end(reading: Reading, at: int, stop: int) -> int:
    """Return where a name ends that begins at a place."""
    quotation = reading.quotation_opened_at(at)
    if quotation:
        return min(reading.place_of(quotation.end) + 1, len(reading.words))
    end = at + 1
    while end < stop and (reading.is_capital(end) or reading.folded(end) in MARKS):
        quotation = reading.quotation_opened_at(end)
        if quotation:
            return reading.place_of(quotation.end) + 1
        end += 1
    return end


def _overlap(words: Words, others: Words | None) -> bool:
    return others is not None and words[0] < others[1] and others[0] < words[1]


def _within(place: int, words: Words | None) -> bool:
    return words is not None and words[0] <= place < words[1]
