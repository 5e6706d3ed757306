"""The phrases of a question, parted at its prepositions."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.questions.archive import Archive
from bot.questions.grammar import Grammar
from bot.questions.tokens import Token
from index.names import name_key

Run = tuple[int, int]
"""Tokens [start, end)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase: where its preposition begins, where its words begin and end, by token."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A phrase between two borders; `role` is that of the preposition before it."""

    role: str
    part: Part


@dataclass(slots=True)
class Phrases:
    """Parts the tokens of one question; tokens that are `taken` are borders."""

    tokens: Sequence[Token]
    grammar: Grammar
    archive: Archive
    taken: frozenset[int]
    passive: bool = False

    def segments(self, begin: int, *, is_open: bool = False) -> list[Segment]:
        """Return the phrases from a token to the end; what the question is about ends them."""
        segments: list[Segment] = []
        index = begin
        while index < len(self.tokens):
            if not self.is_content(index) and not self.role(index)[1]:
                index += 1
                continue
            role, length = self.role(index)
            start = index + length
            end = self._end_of_phrase(start)
            part = Part(index, start, end) if end > start else None
            if role == "to" and part and not self.may_be_told(part):
                role = "about"  # "to do", "to leave"
            if role == "about" and not is_open:
                end = self._end_of_topic(start)
                part = Part(index, start, end) if end > start else None
            if part:
                segments.append(Segment(role, part))
            index = max(end, start, index + 1)
        return segments

    def role(self, index: int) -> tuple[str, int]:
        """Return what the preposition here is for and its length; `` and 0 if there is none."""
        found = [
            (self.match(index, "markers", role), role)
            for role in ("source", "to", "about", "by", "breaks")
        ]
        length, role = max(found, key=lambda pair: pair[0])
        if index in self.taken:
            return "", 0
        return (role, length) if length else ("", 0)

    def is_content(self, index: int) -> bool:
        token = self.tokens[index]
        return index not in self.taken and token.is_word and not self._is_filler(token.lower)

    def _is_filler(self, word: str) -> bool:
        words = self.grammar.words
        return (
            word in words("words", "adverbs")
            or word in words("verbs", "auxiliaries")
            or word in words("verbs", "negations")
        )

    def _end_of_phrase(self, start: int) -> int:
        """Return where a noun phrase ends: at a preposition, a mark or a filler word."""
        index = start
        while index < len(self.tokens) and index not in self.taken:
            token = self.tokens[index]
            if not token.is_word and not self._is_within(index):
                break
            role, length = self.role(index)
            if length and not self._belongs(start, index, role):
                break
            owned = index > start and token.lower in self.grammar.words("words", "possessives")
            if token.is_word and self._is_filler(token.lower) and not owned:
                break
            index += 1
        return self.trimmed(start, index)

    def _is_within(self, index: int) -> bool:
        """Tell whether a mark does not end a phrase: "'s", quotation marks, "проф."."""
        text, before = self.tokens[index].text, self.tokens[index - 1].text
        return text in "'s’s\"'“”„«»()" or (text == "." and len(before) <= 4)

    def _belongs(self, start: int, index: int, role: str) -> bool:
        """Tell whether a preposition goes on with the phrase that began at `start`."""
        if index == start or (role == "by" and self.passive):
            return False
        word = self.tokens[index].lower
        last = self.tokens[index - 1].lower
        if last in self.grammar.words("words", "relational") and role in {"to", "about"}:
            return word == self.grammar.at("markers", "to").split()[0]
        if word in self.grammar.words("markers", "inside"):
            return True
        if role == "to" and self._is_marked(start) and not self.tokens[index - 1].is_name:
            return self.grammar.marks_addressee == "preposition"  # "в романа на X"
        if role == "breaks" and not any(t.is_name for t in self.tokens[start:index]):
            return self._names_after(index + 1) >= 3
        return False

    def _is_marked(self, start: int) -> bool:
        return start > 0 and self.role(start - 1)[1] > 0

    def _names_after(self, index: int) -> int:
        count = 0
        while index + count < len(self.tokens) and self.tokens[index + count].is_name:
            count += 1
        return count

    def _end_of_topic(self, start: int) -> int:
        """Return where the topic ends: at the end of the sentence or a mention of its listener."""
        index = start
        while index < len(self.tokens) and index not in self.taken:
            if self.tokens[index].text in "?!;":
                break
            role = self.role(index)[0] if index > start else ""
            if role == "source" or (role == "by" and self.passive):
                break
            if role == "to" and self._opens_listener(index):
                break
            index += 1
        return self.trimmed(start, index)

    def _opens_listener(self, index: int) -> bool:
        """Tell whether "to" behind a topic names who was spoken to, not what a noun needs."""
        after = index + self.role(index)[1]
        while after < len(self.tokens) and self.tokens[after].lower in self.grammar.words(
            "words", "articles"
        ):
            after += 1
        if after >= len(self.tokens):
            return False
        if self.tokens[after].lower in self.grammar.words("words", "listeners"):
            return True
        end = after + self._names_after(after)
        closes = end >= len(self.tokens) or end in self.taken or not self.tokens[end].is_word
        return end > after and closes and self._speaks((after, end))

    def _speaks(self, run: Run) -> bool:
        return self.archive.speaks(*self.keys(run))

    def keys(self, run: Run) -> list[str]:
        language = self.grammar.language
        return [name_key(token.lower, language) for token in self.tokens[run[0] : run[1]]]

    def trimmed(self, start: int, end: int) -> int:
        """Leave out marks, joints and fillers at the end of a phrase."""
        joints = self.grammar.words("markers", "and")
        while end > start and (
            (not self.tokens[end - 1].is_word and self.tokens[end - 1].text not in "'s’s\"”»)")
            or self.tokens[end - 1].lower in joints
            or self.tokens[end - 1].lower in self.grammar.words("words", "adverbs")
        ):
            end -= 1
        return end

    def without_articles(self, part: Part) -> Part:
        start = part.start
        while start < part.end - 1 and self.tokens[start].lower in self.grammar.words(
            "words", "articles"
        ):
            start += 1
        return Part(part.marker, start, part.end)

    def may_be_told(self, part: Part) -> bool:
        """Tell a person from "to do": somebody has a name, an article or a role."""
        if self.grammar.marks_addressee != "order":
            return True
        first = self.tokens[part.start]
        after_article = part.start > part.marker + 1 or (
            self.tokens[part.start - 1].lower in self.grammar.words("words", "articles")
        )
        listeners = self.grammar.words("words", "listeners") | self.grammar.words(
            "words", "objects"
        )
        return first.is_name or after_article or first.lower in listeners or self._ends_there(part)

    def _ends_there(self, part: Part) -> bool:
        return part.end - part.start <= 2 and all(
            self.role(i)[1] == 0 for i in range(part.start, part.end)
        )

    def match(self, index: int, *path: str) -> int:
        return self.grammar.match(self.tokens, index, *path)
