"""Which words of a clause name its subject: the speaker, when the verb is one of saying."""

from collections.abc import Sequence

from ingest.people.people import Mention
from ingest.statements.clauses import DASHES, FINAL, MARKS, Reading, Words
from ingest.statements.cues import Cue, Governs
from ingest.statements.datives import is_dative

_CLAUSE = 60
_PHRASE = 25
_NAME = 5
_TITLE = 5
_NAMED = frozenset({"full name", "name"})
_NEVER = frozenset({"place", "document"})


def before(reading: Reading, cue: int, first: int) -> Words | None:
    """Return the subject that stands before a verb in its clause, from word `first` on.

    A relative pronoun is returned as itself; `antecedent` says whom it means.
    """
    place = _over_verb_group(reading, cue, first)
    if reading.folded(place - 1) in {",", ")"} and place - 1 > first:
        begin = _clause_begin(reading, place - 1, first, whole=True)
        return opening(reading, begin, place - 1)
    begin = _clause_begin(reading, place, first)
    if begin < place and reading.is_in(begin, "relatives") and begin > first:
        return begin, begin + 1
    if reading.is_preposition(begin) and reading.is_in(begin + 1, "relatives"):
        return _subject_in(reading, begin + 2, place) or opening(reading, first, begin - 1)
    return _subject_in(reading, begin, place)


def after(reading: Reading, cue: int, end: int, *, far: bool = False) -> Words | None:
    """Return the subject that follows a verb in its clause, before word `end`.

    `far`: it may stand behind a comma, as in "заявил в среду, 3 мая, министр …".
    """
    place = reading.skip(cue + 1, end, "adverbs", "auxiliaries", "datives", "accusatives")
    stop = phrase_end(reading, place, end)
    place = _over_listener(reading, place, stop)
    found = _following(reading, place, stop)
    if found is None and is_plural(reading, cue) and reading.is_in(place, "source_prepositions"):
        mentions = reading.mentions(place + 1, stop)
        return reading.words_of(mentions[0]) if mentions else (place + 1, stop)
    if found is None and far and stop < end and reading.folded(stop) in {",", "("}:
        begin = stop + 1
        while found is None and begin < end:
            stop = phrase_end(reading, begin, end)
            if begin < stop and not opens_clause(reading, begin):
                found = _following(reading, begin, stop) if _names(reading, begin, stop) else None
            begin = stop + 1
    return found


def _names(reading: Reading, first: int, end: int) -> bool:
    """Tell whether a phrase may name somebody: no date, and not small letters alone."""
    if reading.words[first].folded[:1].isdigit():
        return False
    return bool(reading.mentions(first, end)) or any(
        reading.is_capital(n) for n in range(first, end)
    )


def opening(reading: Reading, first: int, end: int) -> Words | None:
    """Return the first noun phrase of a clause that no preposition governs.

    A name behind a parenthesis goes before its title: "лидерът на партията (ПНВ) Иван Петров".
    """
    while first < end:
        stop = first
        while stop < end and not _is_border(reading, stop):
            stop += 1
        if not opens_clause(reading, first) or stop == end:
            found = _subject_in(reading, first, stop, first_of_all=True)
            if found:
                return _behind_parenthesis(reading, stop, end) or found
        first = stop + 1
    return None


def _behind_parenthesis(reading: Reading, opened: int, end: int) -> Words | None:
    """Return the name that follows a short parenthesis."""
    if reading.folded(opened) != "(":
        return None
    for closed in range(opened + 1, min(opened + _NAME, end)):
        if reading.folded(closed) == ")" and reading.is_capital(closed + 1):
            stop = closed + 2
            while stop < end and reading.is_capital(stop):
                stop += 1
            return closed + 1, stop
    return None


def antecedent(reading: Reading, relative: int, first: int) -> Words | None:
    """Return the noun phrase that a relative pronoun goes back to."""
    place = relative
    while (
        place > first
        and not reading.words[place - 1].is_word
        and (reading.folded(place - 1) not in MARKS)
    ):
        place -= 1
    begin = _clause_begin(reading, place, first)
    mentions = [m for m in reading.mentions(begin, place) if m.kind not in _NEVER]
    if mentions:
        return reading.words_of(mentions[-1])
    name = _last_name(reading, begin, place)
    if name and name[1] == place:
        return name
    return (max(begin, place - 2), place) if begin < place else None


def phrase_end(reading: Reading, place: int, end: int) -> int:
    """Return where a phrase stops that begins at a place, at `end` at the latest."""
    stop, limit = place, min(end, place + _PHRASE)
    while stop < limit and not ends_phrase(reading, stop):
        stop += 1
    return stop


def ends_phrase(reading: Reading, place: int) -> bool:
    """Tell whether a noun phrase behind a verb cannot hold this word."""
    if reading.quoted[place] >= 0:
        return False
    word = reading.folded(place)
    if word in FINAL:
        return not reading.is_abbreviation(place)
    if word in {",", ":", "(", ")"} or word in DASHES:
        return True
    if reading.is_in(place, "conjunctions"):
        return not _joins_names(reading, place)
    quotation = reading.quotation_opened_at(place)
    if quotation:
        return len(reading.text[quotation.start : quotation.end].split()) > _NAME
    return any(
        reading.is_in(place, name) for name in ("that", "to", "relatives", "subordinators")
    ) or bool(reading.matches(place, "carriers"))


def governed(reading: Reading, place: int, begin: int) -> bool:
    """Tell whether a noun phrase is the object of a preposition, with adjectives between."""
    for at in range(place - 1, max(begin, place - 4) - 1, -1):
        word = reading.words[at]
        if reading.is_preposition(at) or reading.is_in(at, "genitives"):
            return not _is_of_title(reading, at, place, begin)
        if word.capital or (not word.is_word and word.folded not in MARKS and word.folded != "."):
            return False
    return False


def _is_of_title(reading: Reading, preposition: int, name: int, begin: int) -> bool:
    """Tell whether a preposition narrows down the role before a name: "министър на труда X"."""
    if any(reading.is_role(n) for n in range(preposition + 1, name)):
        return False
    for at in range(preposition - 1, max(begin, preposition - _TITLE) - 1, -1):
        if reading.is_role(at):
            return not governed(reading, at, begin)
        if reading.is_preposition(at) or not reading.words[at].is_word:
            return False
    return False


def is_plural(reading: Reading, place: int) -> bool:
    return reading.folded(place).endswith(tuple(reading.lexicon["plurals"]) or "\0")


def _over_verb_group(reading: Reading, cue: int, first: int) -> int:
    """Step back over auxiliaries, adverbs and the pronouns that cling to a verb."""
    place = reading.skip(cue, first, "auxiliaries", "adverbs", "clitics")
    length = 0
    for words in (2, 3, 4):
        if place - words >= first and reading.matches(place - words, "connectives") == words:
            length = words
    return reading.skip(place - length, first, "auxiliaries", "adverbs")


def _clause_begin(reading: Reading, place: int, first: int, *, whole: bool = False) -> int:
    """Return where the clause begins that ends at a place; `whole`: commas do not begin it."""
    begin = place
    while begin > first and place - begin < _CLAUSE:
        at = begin - 1
        if reading.quoted[at] >= 0 or reading.folded(at) == ")":
            begin = _over(reading, at, first)
            continue
        if reading.folded(at) in {":", ";", "!", "?", "…"} or reading.is_in(at, "that"):
            break
        if not whole and (
            reading.folded(at) in {",", *DASHES}
            or reading.is_in(at, "subordinators")
            or (reading.is_in(at, "conjunctions") and not _joins_names(reading, at))
        ):
            break
        if (
            whole
            and reading.folded(at) == ","
            and (reading.is_in(begin, "contrasts") or reading.is_in(begin, "subordinators"))
        ):
            break
        begin = at
    return begin


def _over(reading: Reading, at: int, first: int) -> int:
    """Step back over a quotation or a parenthesis that ends at a word."""
    if reading.folded(at) != ")":
        return at
    for opened in range(at - 1, max(first, at - _PHRASE) - 1, -1):
        if reading.folded(opened) == "(":
            return opened
    return at


def _joins_names(reading: Reading, conjunction: int) -> bool:
    """Tell whether a conjunction joins two names, and does not begin a clause."""
    return reading.is_capital(conjunction + 1) and (
        reading.is_capital(conjunction - 1) or reading.folded(conjunction - 1) in MARKS
    )


def _is_border(reading: Reading, place: int) -> bool:
    return reading.quoted[place] < 0 and (
        reading.folded(place) in {",", ":", "(", ";"} or reading.folded(place) in DASHES
    )


def opens_clause(reading: Reading, place: int) -> bool:
    return any(reading.is_in(place, name) for name in ("relatives", "subordinators", "that", "if"))


def _subject_in(
    reading: Reading, begin: int, end: int, *, first_of_all: bool = False
) -> Words | None:
    """Return the noun phrase among words [begin, end) that no preposition governs."""
    begin, end = _trimmed(reading, begin, end)
    if begin >= end:
        return None
    found = [
        reading.words_of(mention)
        for mention in _free(reading, begin, end)
        if mention.kind != "document"
    ]
    if found:
        return found[0] if first_of_all else found[-1]
    if not reading.is_preposition(begin):
        return begin, min(end, begin + _PHRASE)
    return _behind_prepositions(reading, begin, end)


def _free(reading: Reading, begin: int, end: int) -> list[Mention]:
    """Return the mentions among words [begin, end) that no preposition governs."""
    found, floor = [], begin
    for mention in reading.mentions(begin, end):
        first, last = reading.words_of(mention)
        conjunction = last - first == 1 and reading.is_in(first, "conjunctions")
        if conjunction or _is_listener(reading, mention):
            continue
        if not governed(reading, first, floor):
            found.append(mention)
        floor = last
    return found


def _trimmed(reading: Reading, begin: int, end: int) -> Words:
    while begin < end and (
        (not reading.words[begin].is_word and reading.folded(begin) not in MARKS)
        or reading.is_in(begin, "conjunctions")
        or reading.is_in(begin, "adverbs")
        or reading.is_in(begin, "that")
    ):
        begin += 1
    begin += reading.matches(begin, "connectives") if begin < end else 0
    while (
        end > begin
        and not reading.words[end - 1].is_word
        and (reading.folded(end - 1) not in MARKS | {")"})
    ):
        end -= 1
    return begin, end


def _behind_prepositions(reading: Reading, begin: int, end: int) -> Words | None:
    """Return the noun phrase behind adverbial phrases: "в четверг компания", "В Кремле"."""
    name = _last_name(reading, begin, end)
    if name and name[1] == end and not governed(reading, name[0], begin):
        return name
    last = max(n for n in range(begin, end) if reading.is_preposition(n))
    if end - last > 2 and not reading.folded(end - 2)[:1].isdigit():
        return name if name and name[1] == end and name[0] > last + 1 else (end - 1, end)
    return None


def of_institution(reading: Reading, cue: int, first: int) -> Words | None:
    """Return who speaks in "В Кремле заявили", "От партията съобщиха": no subject at all."""
    place = _over_verb_group(reading, cue, first)
    begin, end = _trimmed(reading, _clause_begin(reading, place, first), place)
    if not reading.is_in(begin, "source_prepositions") or begin + 1 >= end:
        return None
    mentions = reading.mentions(begin + 1, end)
    return reading.words_of(mentions[0]) if mentions else (begin + 1, end)


def _over_listener(reading: Reading, place: int, stop: int) -> int:
    """Step over the dative before the subject: "сообщила агентству пресс-служба"."""
    if place >= stop or not is_dative(reading, place):
        return place
    mentions = reading.mentions(place, stop)
    named = mentions and reading.words_of(mentions[0])[0] == place
    listens = reading.lexicon.begins(reading.folded(place), "listeners")
    behind = reading.words_of(mentions[0])[1] if named else place + 1
    return behind if (named or listens) and behind < stop else place


def _following(reading: Reading, place: int, stop: int) -> Words | None:
    """Return the subject of the words [place, stop) behind a verb."""
    if stop <= place:
        return None
    if reading.is_preposition(place):
        return _behind_circumstance(reading, place, stop)
    mentions = reading.mentions(place, stop)
    cut = place + 1
    while cut < stop and not reading.is_preposition(cut):
        cut += 1
    near = [m for m in mentions if m.range[0] < reading.words[cut - 1].end]
    chosen = next((m for m in near if not _is_listener(reading, m)), None)
    if chosen and reading.words_of(chosen)[0] > place + 1:
        people = [m for m in near if m.kind == "person" and m.form in _NAMED]
        chosen = people[-1] if people else chosen
    elif name := titled(reading, place, mentions):
        chosen = name
    return reading.words_of(chosen) if chosen else (place, cut)


def titled(reading: Reading, place: int, mentions: Sequence[Mention]) -> Mention | None:
    """Return the name behind a role that is narrowed down: "директор по кадрам Иван Петров"."""
    for mention in mentions:
        name = reading.words_of(mention)[0]
        if mention.kind == "person" and mention.form in _NAMED and not is_dative(reading, name):
            prepositions = (n for n in range(place, name) if reading.is_preposition(n))
            first = next(prepositions, None)
            if first is not None and _is_of_title(reading, first, name, place):
                return mention
    return None


def _is_listener(reading: Reading, mention: Mention) -> bool:
    """Tell whether a mention is the object pronoun before the subject: "каза му Мей"."""
    place = reading.words_of(mention)[0]
    return mention.form == "pronoun" and not reading.is_in(place, "pronouns")


def _behind_circumstance(reading: Reading, place: int, stop: int) -> Words | None:
    """Return who stands behind "в интервю за Билд" in "каза в интервю за Билд Мей"."""
    found = [
        reading.words_of(mention)
        for mention in _free(reading, place, stop)
        if mention.kind not in {"place", "document", "medium"}
    ]
    if found:
        return found[-1]
    name = _last_name(reading, place, stop)
    if name and name[0] > place + 1 and not governed(reading, name[0], place):
        return name
    return None


def _last_name(reading: Reading, begin: int, end: int) -> Words | None:
    """Return the last run of words with capitals."""
    stop = end
    while stop > begin and not reading.words[stop - 1].capital:
        stop -= 1
    start = stop
    while start > begin and stop - start < _NAME and reading.words[start - 1].capital:
        start -= 1
    return (start, stop) if start < stop else None


def is_light(reading: Reading, place: int) -> bool:
    """Tell whether a noun behind the verb is its object: "изрази увереност"."""
    return reading.lexicon.begins(reading.folded(place), "light")


def of_object(reading: Reading, place: int, cue: Cue, first: int) -> Words | None:
    """Return the subject of the verb whose object a call is: "X оказа натиск върху Y да"."""
    verb = place - 1
    if not cue.is_any(Governs.CALL) or verb <= first or reading.is_preposition(verb):
        return None
    return before(reading, verb, first)


def possessor(reading: Reading, place: int, cue: Cue, end: int) -> Words | None:
    """Return whose statement a noun is: "обещанието ѝ", "заява Нафтогазу"."""
    if not cue.is_any(Governs.NOUN):
        return None
    if reading.is_in(place + 1, "possessives"):
        return place + 1, place + 2
    start = place + 1 + reading.is_in(place + 1, "genitives")
    stop = phrase_end(reading, start, end)
    mentions = reading.mentions(start, stop)
    if mentions:
        return reading.words_of(mentions[0])
    return (start, stop) if start < stop else None
