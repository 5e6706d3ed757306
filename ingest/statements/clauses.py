"""An article read word by word: sentences that quotations hold together, and what is quoted."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest import sentences
from ingest.people.lexicon import lexicon as people_lexicon
from ingest.people.people import Mention, People
from ingest.statements.cues import Cue, Lexicon
from ingest.statements.marks import Quotation, quotations
from ingest.statements.words import Word, words

DASHES = frozenset("-–—―")
FINAL = frozenset(".!?…;")
MARKS = frozenset("«»„“”\"‹›'")

Words = tuple[int, int]
"""Words [first, end) of an article, by number."""
_ABBREVIATION = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words [first, end) of the article; `opens` tells whether a paragraph begins here."""

    first: int
    end: int
    opens: bool


@dataclass(frozen=True)
class Reading:
    """What the rules look at: words, sentences, quotations and people of one article.

    `quoted[n]` is the number of the quotation that word n stands in, its marks not included,
    or -1; `cues` are the reporting words by their place.
    """

    text: str
    lexicon: Lexicon
    people: People
    words: list[Word]
    quotations: list[Quotation]
    quoted: list[int]
    sentences: list[Sentence]
    cues: dict[int, Cue] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, lexicon: Lexicon, people: People) -> "Reading":
        found, marks = words(text), quotations(text)
        cues = {
            place: cue
            for place, word in enumerate(found)
            if word.is_word and (cue := lexicon.cue(word.folded))
        }
        divided = _sentences(text, lexicon.language, found, marks)
        quoted = _quoted(found, marks)
        return cls(text, lexicon, people, found, marks, quoted, divided, cues)

    def folded(self, place: int) -> str:
        return self.words[place].folded if 0 <= place < len(self.words) else ""

    def is_in(self, place: int, name: str) -> bool:
        return (
            0 <= place < len(self.words) and self.words[place].folded in self.lexicon.lists[name]
        )

    def is_role(self, place: int) -> bool:
        """Tell whether a word is a noun for somebody: министър, директор."""
        noun = people_lexicon(self.lexicon.language).noun(self.folded(place))
        return noun is not None and noun.kind == "person"

    def is_preposition(self, place: int) -> bool:
        """Tell whether a word is a preposition, and not short for something: "в. „Труд“"."""
        return self.is_in(place, "prepositions") and self.folded(place + 1) != "."

    def is_capital(self, place: int) -> bool:
        return 0 <= place < len(self.words) and self.words[place].capital

    def matches(self, place: int, name: str) -> int:
        """Return how many words the phrase of a list has that begins here, 0 if none does."""
        for phrase in self.lexicon.phrases[name].get(self.folded(place), ()):
            if all(self.folded(place + n) == word for n, word in enumerate(phrase)):
                return len(phrase)
        return 0

    def skip(self, place: int, stop: int, *names: str) -> int:
        """Return the first word from `place` on, or back to `stop`, that is in none of the lists.

        Going back, the place returned is the one behind that word.
        """
        if stop >= place:
            while place < stop and any(self.is_in(place, name) for name in names):
                place += 1
        else:
            while place > stop and any(self.is_in(place - 1, name) for name in names):
                place -= 1
        return place

    def quotation_opened_at(self, place: int) -> Quotation | None:
        """Return the quotation whose opening mark this is."""
        return self._quotation(place, lambda q: q.outer[0], lambda word: word.start)

    def quotation_closed_at(self, place: int) -> Quotation | None:
        """Return the quotation whose closing mark this is."""
        found = self._quotation(place, lambda q: q.outer[1], lambda word: word.end)
        return found if found and found.closed else None

    def _quotation(
        self, place: int, mark: Callable[[Quotation], int], edge: Callable[[Word], int]
    ) -> Quotation | None:
        if self.folded(place) not in MARKS:
            return None
        offset = edge(self.words[place])
        position = bisect_left(self.quotations, offset, key=mark)
        if position == len(self.quotations) or mark(self.quotations[position]) != offset:
            return None
        return self.quotations[position]

    def is_abbreviation(self, place: int) -> bool:
        """Tell whether a full stop belongs to the short word before it: "ген.", "в.", "С."."""
        before = self.words[place - 1]
        return (
            self.folded(place) == "."
            and before.is_word
            and before.end - before.start <= _ABBREVIATION
            and before.end == self.words[place].start
        )

    def place_of(self, offset: int) -> int:
        """Return the first word that ends behind an offset of the text."""
        return bisect_left(self.words, offset + 1, key=lambda word: word.end)

    def span(self, first: int, end: int) -> tuple[int, int]:
        return self.words[first].start, self.words[end - 1].end

    def mentions(self, first: int, end: int) -> list[Mention]:
        """Return the mentions of people that overlap words [first, end)."""
        if first >= end:
            return []
        start, stop = self.span(first, end)
        known = self.people.mentions
        position = bisect_left(known, start + 1, key=lambda mention: mention.range[1])
        found = []
        while position < len(known) and known[position].range[0] < stop:
            found.append(known[position])
            position += 1
        return found

    def words_of(self, mention: Mention) -> Words:
        start, end = mention.range
        first = self.place_of(start)
        return first, max(bisect_left(self.words, end, key=lambda word: word.start), first + 1)


def _quoted(found: list[Word], marks: list[Quotation]) -> list[int]:
    quoted, number = [], 0
    for word in found:
        while number < len(marks) and marks[number].end <= word.start:
            number += 1
        inside = number < len(marks) and marks[number].start <= word.start
        quoted.append(number if inside else -1)
    return quoted


def _sentences(
    text: str, language: str, found: list[Word], marks: list[Quotation]
) -> list[Sentence]:
    """Return the sentences, those joined that one quotation runs through."""
    spans: list[tuple[int, int]] = []
    number = 0
    for start, end in sentences.split(text, language):
        while number < len(marks) and marks[number].outer[1] <= start:
            number += 1
        if spans and number < len(marks) and marks[number].start < start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    made: list[Sentence] = []
    first = ended = 0
    for start, end in spans:
        place = bisect_left(found, end, lo=first, key=lambda word: word.start)
        if place > first:
            made.append(Sentence(first, place, not made or "\n" in text[ended:start]))
        first, ended = place, end
    return made
