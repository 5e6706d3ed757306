"""Who speaks, to whom, and about what: the phrases of a question around its verb of saying.

English shows the parts by order ("did X tell Y"), Bulgarian by prepositions ("каза X на Y"),
Russian and Ukrainian by case ("сказал X Y-у"). Where that leaves it open, what the archive knows
decides whether two names side by side are one person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.questions.archive import Archive
from bot.questions.grammar import ACTS, Grammar
from bot.questions.phrases import Part, Phrases, Run, Segment
from bot.questions.slots import Act, Wanted
from bot.questions.tokens import Token

_NOMINATIVE = tuple("бвгґджзклмнпрстфхцчшщ")
"""The ends of men's names in the nominative; whoever is spoken to has another case."""
_FARTHEST = 6
"""How many tokens may stand before the question word: "по думите на Мей кога …"."""


@dataclass(slots=True)
class Parts:
    """What the tokens of a question are for; each part is filled once."""

    wanted: Wanted = Wanted.NONE
    asking: Run | None = None
    act: Act | None = None
    cue: Run | None = None
    speaker: Part | None = None
    addressee: Part | None = None
    topic: Part | None = None


def find_parts(
    tokens: Sequence[Token],
    grammar: Grammar,
    archive: Archive,
    taken: frozenset[int] = frozenset(),
) -> Parts:
    """Find the parts of a question; tokens that are `taken` (a period, an outlet) are borders."""
    phrases = Phrases(tokens, grammar, archive, taken)
    return _Finder(tokens, grammar, archive, phrases).parts()


@dataclass(slots=True)
class _Finder:
    tokens: Sequence[Token]
    grammar: Grammar
    archive: Archive
    phrases: Phrases

    def parts(self) -> Parts:
        parts = Parts()
        begin = self._question(parts)
        cue = self._cue(begin)
        self.phrases.passive = cue is not None and self._is_passive(begin, cue)
        if cue is None:
            segments = self.phrases.segments(begin, is_open=True)
            if not self._by_source(parts, segments):
                self._noun(parts, begin)
        else:
            parts.cue = (cue, cue + 1)
            parts.act = ACTS[self.grammar.verbs[self.tokens[cue].lower]]
            self._around(parts, begin, cue, self.phrases.segments(cue + 1))
        self._topic(parts, begin)
        return parts

    # The question word and the verb

    def _question(self, parts: Parts) -> int:
        """Pass "and", "tell me" and the question word; return where the question goes on."""
        index = 0
        while index < len(self.tokens):
            passed = max(self.phrases.match(index, key) for key in ("openers", "instead", "leads"))
            if not passed and self.tokens[index].is_word:
                break
            index += passed or 1
        first = index
        for asking in range(index, min(index + _FARTHEST, len(self.tokens))):
            parts.wanted, length = self.grammar.wanted(self.tokens, asking)
            if length:
                parts.asking = (asking, asking + length)
                self.phrases.taken |= set(range(*parts.asking))
                return asking + length if asking == first else first
            if self.tokens[asking].lower in self.grammar.verbs:
                break
        return first

    def _cue(self, begin: int) -> int | None:
        """Return the first verb that reports."""
        for index in range(begin, len(self.tokens)):
            if index in self.phrases.taken or self.tokens[index].lower not in self.grammar.verbs:
                continue
            before = self.tokens[index - 1].lower if index else ""
            if before not in self.grammar.words("words", "articles") | {"'s", "’s"}:
                return index
        return None

    # Who and to whom

    def _by_source(self, parts: Parts, segments: Sequence[Segment]) -> bool:
        """Take the speaker from "according to X"; the rest is what the question is about."""
        for segment in segments:
            if segment.role == "source":
                parts.speaker = self.phrases.without_articles(segment.part)
                parts.act = Act.SAID
                return True
        return False

    def _noun(self, parts: Parts, begin: int) -> None:
        """Read "X's opinion of Y", "мнението на X за Y", "мнение X о Y"."""
        for index in range(begin, len(self.tokens)):
            kind = self.grammar.nouns.get(self.tokens[index].lower)
            if kind is None or index in self.phrases.taken:
                continue
            segments = self.phrases.segments(index + 1)
            speaker = self._owner_before(begin, index)
            if speaker is None and segments and self._is_owner(segments[0]):
                speaker, segments = segments[0].part, segments[1:]
            if speaker is not None:
                parts.cue, parts.act = (index, index + 1), ACTS[kind]
                self._owned(parts, kind, speaker, segments)
                return

    def _owner_before(self, begin: int, noun: int) -> Part | None:
        """Return the X of "X's opinion"."""
        end = noun - 1
        if end <= begin or self.tokens[end].lower not in {"'s", "’s"}:
            return None
        start = end
        while (
            start > begin
            and self.phrases.is_content(start - 1)
            and not self.phrases.role(start - 1)[1]
        ):
            start -= 1
        return self.phrases.without_articles(Part(start, start, end)) if start < end else None

    def _owned(self, parts: Parts, kind: str, speaker: Part, segments: Sequence[Segment]) -> None:
        parts.speaker = speaker
        if self.grammar.marks_addressee == "case":
            parts.speaker, parts.addressee = self._by_case(speaker, "dative")
        first = segments[0].role if segments else ""
        if kind == "answer" or (first == "to" and kind == "say"):
            self._addressed(parts, segments, needs_name=True)
        parts.topic = next((s.part for s in segments if s.role == "about"), None)

    def _is_owner(self, segment: Segment) -> bool:
        of = self.grammar.words("nouns", "of")
        if not of:
            return segment.role == "" and self.tokens[segment.part.start].is_name
        marker = self.tokens[segment.part.marker].lower
        return segment.part.marker < segment.part.start and marker in of

    def _around(self, parts: Parts, begin: int, cue: int, segments: Sequence[Segment]) -> None:
        kind = self.grammar.verbs[self.tokens[cue].lower]
        before = self._before(begin, cue)
        bare = self._bare_after(cue, segments)
        for segment in segments:
            if segment.role == "source" and before is None and bare is None:
                parts.speaker = segment.part
        if self.phrases.passive:
            self._passive(parts, before, bare, segments)
        elif kind == "judge":
            self._judged(parts, before, bare)
        elif self.grammar.marks_addressee == "case":
            self._cased(parts, kind, before, bare, cue)
        else:
            self._ordered(parts, kind, before, bare)
        if parts.speaker is None and before is None and segments and segments[0].role == "by":
            parts.speaker = segments[0].part  # "казаха от Кремъл"
        if kind != "judge":
            self._addressed(parts, segments)
        for segment in segments:
            if segment.role == "about" and parts.topic is None and segment.part != parts.addressee:
                parts.topic = segment.part

    def _before(self, begin: int, cue: int) -> Part | None:
        """Return the noun phrase before the verb: behind the auxiliary, if there is one."""
        start = self._subject_from(begin, cue)
        while start < cue and not self.phrases.is_content(start):
            start += 1
        end = cue
        while end > start and not self.phrases.is_content(end - 1):
            end -= 1
        if end <= start or self.phrases.role(start)[0] in {"breaks", "about", "source"}:
            return None
        marker = self.phrases.match(start, "markers", "to")
        if marker and start + marker < end:
            return Part(start, start + marker, end)
        return self.phrases.without_articles(Part(start, start, end))

    def _subject_from(self, begin: int, cue: int) -> int:
        """Return where a subject can begin: in English behind "did", elsewhere "what deal"."""
        if self.grammar.marks_addressee == "order":
            auxiliaries = self.grammar.words("verbs", "auxiliaries")
            for index in range(max(begin - 1, 0), cue - 1):
                if self.tokens[index].lower in auxiliaries:
                    return index + 1
            return begin
        which = begin > 0 and self.tokens[begin - 1].lower in self.grammar.words("asking", "which")
        of_noun = begin < cue - 1 and not self.tokens[begin].is_name
        return begin + 1 if which and of_noun else begin

    def _bare_after(self, cue: int, segments: Sequence[Segment]) -> Part | None:
        """Return the noun phrase right behind the verb, if no preposition opens it."""
        if not segments or segments[0].role:
            return None
        part = segments[0].part
        between = range(cue + 1, part.marker)
        if any(i in self.phrases.taken or self.tokens[i].text in ",:" for i in between):
            return None
        infinitives = tuple(self.grammar.words("verbs", "infinitives"))
        return (
            None
            if self.tokens[part.start].lower.endswith(infinitives)
            else (self.phrases.without_articles(part))
        )

    def _is_passive(self, begin: int, cue: int) -> bool:
        if self.tokens[cue].lower not in self.grammar.words("verbs", "participles"):
            return False
        if self.grammar.marks_addressee != "order":
            return True
        passives = self.grammar.words("verbs", "passives")
        return any(token.lower in passives for token in self.tokens[max(begin - 1, 0) : cue])

    def _passive(
        self,
        parts: Parts,
        before: Part | None,
        bare: Part | None,
        segments: Sequence[Segment],
    ) -> None:
        if self.grammar.marks_addressee == "case":
            for piece in (*self._pieces(before), *self._pieces(bare)):
                if self._marked(piece, "dative") and parts.addressee is None:
                    parts.addressee = piece
                elif parts.speaker is None:
                    parts.speaker = piece
            return
        parts.addressee = before if before and self._is_told(before) else None
        for segment in segments:
            if segment.role == "by" and parts.speaker is None:
                parts.speaker = self.phrases.without_articles(segment.part)

    def _is_told(self, before: Part) -> bool:
        return (
            self.phrases.role(before.marker)[0] == "to" or self.grammar.marks_addressee == "order"
        )

    def _judged(self, parts: Parts, before: Part | None, bare: Part | None) -> None:
        """Take the speaker of an opinion; what it is on is no addressee."""
        if parts.wanted is Wanted.WHO and before is None:
            return
        if before is not None:
            parts.speaker = before
        elif bare is not None and self.grammar.marks_addressee != "order":
            parts.speaker = self._split_by_archive(bare)[0]

    def _ordered(self, parts: Parts, kind: str, before: Part | None, bare: Part | None) -> None:
        """Read English and Bulgarian: the subject first, then the object."""
        takes_object = kind in self.grammar.words("verbs", "bare")
        if before is not None and self.phrases.role(before.marker)[0] == "to":  # "на Y каза X"
            parts.addressee, before = before, None
        if before is not None:
            parts.speaker = before
            if takes_object and parts.wanted is not Wanted.WHOM:
                parts.addressee = bare
        elif self.grammar.marks_addressee == "order" or parts.wanted is Wanted.WHO:
            parts.addressee = bare if takes_object else parts.addressee
        elif bare is not None:
            parts.speaker = bare
            if takes_object and parts.wanted is not Wanted.WHOM:
                parts.speaker, second = self._split_by_archive(bare)
                parts.addressee = parts.addressee or second

    def _cased(
        self, parts: Parts, kind: str, before: Part | None, bare: Part | None, cue: int
    ) -> None:
        """Read Russian and Ukrainian: the case tells, else the order does."""
        case = "accusative" if kind in self.grammar.words("verbs", "accusative") else "dative"
        if parts.wanted is Wanted.WHO and before is None:
            parts.addressee = bare
        elif before is not None and bare is not None:
            swapped = self._marked(before, case) and not self._marked(bare, case)
            swapped = swapped and case == "dative"
            parts.speaker, parts.addressee = (bare, before) if swapped else (before, bare)
        elif before is not None:
            parts.speaker, parts.addressee = self._one(before, case, cue)
        elif bare is not None:
            speaker, addressee = self._by_case(bare, case)
            if addressee is None:
                speaker, addressee = self._one(bare, case, cue)
            parts.speaker, parts.addressee = speaker, addressee

    def _one(self, part: Part, case: str, cue: int) -> tuple[Part | None, Part | None]:
        """Tell who a single noun phrase is: behind a verb in the plural, who was spoken to."""
        plural = self.tokens[cue].lower.endswith(("ли", "ют", "ят", "ють", "ять"))
        if plural and case == "dative" and self._marked(part, case):
            return None, part
        speaker, addressee = self._split_by_archive(part)
        last = self.tokens[addressee.end - 1].lower if addressee else ""
        if case == "dative" and last.endswith(_NOMINATIVE):
            return part, None  # "министр Франции Оливье Веран": who is told has another ending
        return speaker, addressee

    def _by_case(self, part: Part, case: str) -> tuple[Part | None, Part | None]:
        """Part two names side by side where the case of the words changes."""
        marks = [self.grammar.has_ending(self.tokens[i].lower, case) for i in _range(part)]
        rises = [i + 1 for i, (left, right) in enumerate(pairwise(marks)) if right and not left]
        if rises and (case == "dative" or len(marks) > 1):
            border = part.start + rises[-1]
            if case == "dative" or self._is_other_person(border):
                return _cut(part, border)
        if case == "dative" and any(marks) and not all(marks):
            border = part.start + marks.index(False)
            lower = not any(self.tokens[i].is_name for i in range(part.start, border))
            border += 1 if lower and border + 1 < part.end else 0
            addressee, speaker = _cut(part, border)
            return speaker, addressee
        return part, None

    def _is_other_person(self, border: int) -> bool:
        """Tell whether an accusative may begin here: behind a name, or a whole full name."""
        left = self.tokens[border - 1]
        return left.is_name and not self._are_one(border - 1, border)

    def _are_one(self, left: int, right: int) -> bool:
        return self.archive.knows(*self.phrases.keys((left, right + 1))) > 0

    def _split_by_archive(self, part: Part) -> tuple[Part, Part | None]:
        """Part two names side by side that the archive knows, but never together."""
        for border in range(part.start + 1, part.end):
            left, right = border - 1, border
            if not (self.tokens[left].is_name and self.tokens[right].is_name):
                continue
            if left > part.start and self.phrases.role(left - 1)[1]:
                continue  # "the head of the service in Lombardy Giulio Gallera"
            known = all(self.archive.knows(*self.phrases.keys((i, i + 1))) for i in (left, right))
            if known and not self._are_one(left, right):
                first, second = _cut(part, border)
                return first, second
        return part, None

    def _pieces(self, part: Part | None) -> list[Part]:
        """Return the pieces of a phrase in which the case stays the same."""
        if part is None:
            return []
        borders = [part.start]
        for index in range(part.start + 1, part.end):
            left, right = self._cases(index - 1), self._cases(index)
            if left != right and not left & right:
                borders.append(index)
        return [Part(a, a, b) for a, b in pairwise([*borders, part.end])]

    def _cases(self, index: int) -> set[str]:
        word = self.tokens[index].lower
        return {case for case in ("dative", "instrumental") if self.grammar.has_ending(word, case)}

    def _marked(self, part: Part, case: str) -> bool:
        return any(self.grammar.has_ending(self.tokens[i].lower, case) for i in _range(part))

    def _addressed(
        self, parts: Parts, segments: Sequence[Segment], *, needs_name: bool = False
    ) -> None:
        """Take the addressee from a preposition: "to X", "на X", "перед X"."""
        if parts.addressee is not None or parts.wanted is Wanted.WHOM:
            return
        for segment in segments:
            part = self.phrases.without_articles(segment.part)
            named = any(self.tokens[i].is_name for i in _range(part))
            if (
                segment.role == "to"
                and (named or not needs_name)
                and self.phrases.may_be_told(part)
            ):
                parts.addressee = part
                return

    # What about

    def _topic(self, parts: Parts, begin: int) -> None:
        """Let what no other part takes be the topic, from its first word to its last."""
        if parts.topic is not None:
            return
        used = {i for part in (parts.speaker, parts.addressee) if part for i in _whole(part)}
        used |= set(range(*parts.cue)) if parts.cue else set()
        free = [
            i
            for i in range(begin, len(self.tokens))
            if i not in used and i not in self.phrases.taken
        ]
        runs: list[list[int]] = []
        for index in free:
            if runs and index == runs[-1][-1] + 1:
                runs[-1].append(index)
            else:
                runs.append([index])
        pieces = [piece for run in runs if (piece := self._piece(run)) is not None]
        if pieces:
            parts.topic = max(pieces, key=lambda piece: piece.end - piece.start)

    def _piece(self, run: Sequence[int]) -> Part | None:
        start, end = run[0], self.phrases.trimmed(run[0], run[-1] + 1)
        while start < end and not self.phrases.is_content(start):
            start += 1
        articles = self.grammar.words("words", "articles")
        if all(self.tokens[index].lower in articles for index in range(start, end)):
            return None
        length = self.phrases.role(start)[1] if start < end else 0
        return Part(start, start + length, end) if start + length < end else None


def _range(part: Part) -> range:
    return range(part.start, part.end)


def _whole(part: Part) -> range:
    return range(part.marker, part.end)


def _cut(part: Part, border: int) -> tuple[Part, Part]:
    return Part(part.marker, part.start, border), Part(border, border, part.end)
