"""Reports that open with their source: "според X …", "…, по словам X", "according to X"."""

from ingest.statements.clauses import DASHES, MARKS, Reading, Sentence, Words
from ingest.statements.frames import Frame, Pattern

_PRONOUN_LISTS = ("accusatives", "datives", "possessives")
_APPOSITION = 12
_NOT_NOMINAL = ("prepositions", "negations", "auxiliaries", "adverbs", "pronouns", "clitics", "to")


def source(reading: Reading, place: int, sentence: Sentence, end: int) -> Frame | None:
    """Return the frame of a preposition of source at a place, its content around or behind it."""
    length = reading.matches(place, "prepositional")
    if not length:
        return None
    cue = (place, place + length)
    if reading.is_in(cue[1], "relatives") or _is_law(reading, cue[1]):
        return None
    who = _possessive(reading, cue)
    after = cue[1]
    if who is None:
        who = _named(reading, cue[1], end)
        if who is None:
            return None
        after = who[1]
    elif who[0] == cue[1]:
        after = who[1]
    after = reading.skip(after, end, "adverbs")
    parts = _parts(reading, place, after, sentence, end)
    return Frame(Pattern.SOURCE, place, None, parts, place, cue, who)


def _is_law(reading: Reading, name: int) -> bool:
    """Tell whether a law or a schedule is named, which says nothing: "според закона"."""
    return any(reading.lexicon.begins(reading.folded(n), "laws") for n in (name, name + 1))


def _possessive(reading: Reading, cue: Words) -> Words | None:
    """Return the pronoun of "по думите му", "за його словами"."""
    if reading.is_in(cue[1], "possessives"):
        return cue[1], cue[1] + 1
    for at in range(cue[0] + 1, cue[1]):
        if any(reading.is_in(at, name) for name in _PRONOUN_LISTS):
            return at, at + 1
    return None


def _parts(reading: Reading, place: int, after: int, sentence: Sentence, end: int) -> list[Words]:
    """Return the parts of the content around a parenthesis [place, after)."""
    comma = reading.folded(after) == ","
    behind = (after + 1, end) if comma else (after, end)
    if _is_lead(reading, sentence.first, place):
        return [behind]
    bounded = reading.folded(place - 1) in {",", *DASHES}
    start = _part_begin(reading, place - 1, sentence.first)
    closes = after >= end or (
        comma and any(n in reading.cues for n in range(after + 1, min(after + 4, end)))
    )
    if closes:
        return [(start, place - bounded)]
    if bounded and comma and not _is_joint(reading, place - 2):
        return [(start, place - 1), behind]
    if reading.is_in(place - 1, "relatives") or reading.is_in(place - 1, "places"):
        return [(behind[0], _clause_end(reading, behind[0], end))]
    return [behind]


def _clause_end(reading: Reading, first: int, end: int) -> int:
    """Return the comma that ends a relative clause, `end` if it ends with the sentence."""
    for at in range(first, end):
        if reading.folded(at) == "," and reading.quoted[at] < 0:
            return at
    return end


def _is_joint(reading: Reading, place: int) -> bool:
    return any(reading.is_in(place, name) for name in ("that", "subordinators", "conjunctions"))


def _is_lead(reading: Reading, first: int, place: int) -> bool:
    """Tell whether nothing said stands before: "В свою очередь, по данным …"."""
    first += reading.matches(first, "connectives")
    return all(
        reading.is_in(n, "adverbs")
        or reading.is_in(n, "conjunctions")
        or not reading.words[n].is_word
        for n in range(first, place)
    )


def _part_begin(reading: Reading, place: int, first: int) -> int:
    """Return where the clause begins that a parenthesis interrupts or ends."""
    for at in range(place - 1, first, -1):
        if reading.is_in(at, "that"):
            return at + 1
        if reading.folded(at) == "," and reading.is_in(at + 1, "relatives"):
            return at + 1
    return first


def _named(reading: Reading, name: int, end: int) -> Words | None:
    """Return the noun phrase behind a preposition of source."""
    if name >= end:
        return None
    if reading.is_in(name, "pronouns") or reading.is_in(name, "accusatives"):
        return name, name + 1
    if reading.lexicon["adjective_endings"]:
        return name, _bulgarian_end(reading, name, end)
    stop = name
    while stop < end and (
        reading.quoted[stop] >= 0 or reading.folded(stop) not in {",", ";", *DASHES}
    ):
        stop += 1
    return (name, _behind_apposition(reading, stop, end)) if stop > name else None


def _behind_apposition(reading: Reading, comma: int, end: int) -> int:
    """Step over "…, близкого к президенту," behind the name of a source."""
    word = reading.folded(comma + 1)
    if comma >= end or not word.endswith(tuple(reading.lexicon["apposition_endings"]) or "\0"):
        return comma
    for at in range(comma + 1, min(end, comma + _APPOSITION)):
        if reading.folded(at) == ",":
            return at
    return comma


def _bulgarian_end(reading: Reading, name: int, end: int) -> int:
    """Return where a Bulgarian noun phrase ends: no comma stands between it and what is said."""
    at = name
    mentions = reading.mentions(name, min(name + 6, end))
    first = reading.words_of(mentions[0]) if mentions else None
    if first and first[0] <= name + 2:
        at = first[1]
        while at < end and _is_adjective(reading, at - 1) and _is_nominal(reading, at):
            at += 1
    else:
        at = _noun_end(reading, name, end)
    while at < end and (reading.is_in(at, "genitives") or reading.is_in(at, "attributes")):
        near = reading.mentions(at + 1, min(at + 3, end))
        at = reading.words_of(near[0])[1] if near else _noun_end(reading, at + 1, end)
    if reading.folded(at) in MARKS and reading.quotation_closed_at(at):
        at += 1
    return min(at, end)


def _is_adjective(reading: Reading, place: int) -> bool:
    return reading.folded(place).endswith(tuple(reading.lexicon["adjective_endings"]))


def _is_nominal(reading: Reading, place: int) -> bool:
    """Tell whether a word may go on a noun phrase: no preposition, no verb, no adverb."""
    return reading.words[place].is_word and not any(
        reading.is_in(place, name) for name in _NOT_NOMINAL
    )


def _noun_end(reading: Reading, at: int, end: int) -> int:
    """Return where adjectives and their noun end, or a name."""
    quotation = reading.quotation_opened_at(at)
    if quotation:
        return min(reading.place_of(quotation.end) + 1, end)
    if reading.is_capital(at):
        stop = at + 1
        while stop < end and reading.is_capital(stop) and stop - at < 2:
            stop += 1
        return stop
    while at + 1 < end and _is_adjective(reading, at) and _is_nominal(reading, at + 1):
        at += 1
    at += 1
    if at < end and reading.is_abbreviation(at):
        return _noun_end(reading, at + 1, end) if at + 1 < end else at + 1
    quotation = reading.quotation_opened_at(at) if at < end else None
    if quotation and reading.place_of(quotation.end) - at <= 4:
        return min(reading.place_of(quotation.end) + 1, end)
    while at < end and reading.is_capital(at) and reading.quoted[at] < 0:
        at += 1
    return min(at, end)
