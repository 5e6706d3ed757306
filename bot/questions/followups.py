"""What a question that leans on an earlier one asks as a whole: decided by rules over the slots.

"And about Gaza?" puts another topic into the earlier question, "а Байден?" another speaker,
"when?" another question word; "what did he say about it?" takes the person and the topic from it.
Everything else of the earlier question carries over. "Who else?" asks for anybody but its speaker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.questions.archive import Archive
from bot.questions.grammar import Grammar, grammar
from bot.questions.shown import days
from bot.questions.slots import Act, Phrase, Slot, Slots, Wanted
from bot.questions.tokens import Token, tokenise
from index.names import name_key

_LONGEST = 6
"""A follow-up that is a phrase has no more words."""

_BOUND = {Wanted.WHO, Wanted.NUMBER}
"""What is asked for is a part of the sentence, so that no other word can stand for it."""

_ABOUT_WORDS = {"about", "за", "про", "насчёт", "насчет", "щодо", "до"}
"""What follows "what about" may be a topic as well as a person."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The whole question that a follow-up was taken for, and the slots that carried over.

    `besides` are the names of those who are left out: it asks who else speaks.
    """

    whole: str
    carried: tuple[Slot, ...]
    besides: tuple[str, ...] = ()


def follow_up(asked: Slots, earlier: Sequence[Slots], archive: Archive) -> FollowUp | None:
    """Return what a question asks behind earlier ones, oldest first; None if it stands alone."""
    if not earlier:
        return None
    completion = _Completion(asked, earlier, archive)
    whole = completion.whole()
    if whole is None:
        return None
    return FollowUp(whole, tuple(completion.carried(whole)), completion.besides())


class _Completion:
    def __init__(self, asked: Slots, earlier: Sequence[Slots], archive: Archive) -> None:
        self.asked = asked
        self.earlier = earlier
        self.before = earlier[-1]
        self.archive = archive
        self.rules: Grammar = grammar(asked.language)
        self.tokens = tokenise(asked.question)
        self.lead, self.begin = self._opening()
        self.words = [token for token in self.tokens[self.begin :] if token.is_word]

    def whole(self) -> str | None:
        if not self.words:
            return None
        if self._is_question_word():
            return self._with_asking()
        if self._is_phrase():
            return self._with_phrase()
        return self._with_context()

    def carried(self, whole: str) -> Iterator[Slot]:
        """Yield the slots of the earlier question that the whole one takes from it."""
        for slot in self.before.filled():
            dated = slot is Slot.PERIOD and self._when() in whole
            if dated or str(self.before.words(slot)) in whole:
                yield slot

    def besides(self) -> tuple[str, ...]:
        """Return the names of those whose words are not asked for again."""
        if self._asks_for_others():
            return (*self.before.besides, *self.before.names(Slot.SPEAKER))
        if not self._is_question_word() and not self._is_phrase():
            return ()
        named = _keys(self.asked.question, self.asked.language)
        names = self.before.besides
        return tuple(name for name in names if not named & _keys(name, self.before.language))

    def _opening(self) -> tuple[str, int]:
        """Return how the question is tied to an earlier one and where it goes on."""
        lead, index = "", 0
        while index < len(self.tokens):
            for kind in ("instead", "leads"):
                if length := self.rules.match(self.tokens, index, kind):
                    lead, index = kind, index + length
                    break
            else:
                break
        return lead, index

    # "when?", "who else?"

    def _is_question_word(self) -> bool:
        asking = self.asked.asking
        if asking is None:
            return False
        adverbs = self.rules.words("words", "adverbs") | self.rules.words("words", "things")
        rest = (token for token in self.words if not asking.start <= token.start < asking.end)
        return all(token.lower in adverbs for token in rest)

    def _with_asking(self) -> str:
        start = self.words[0].start
        word = self.asked.question[start:].rstrip(" ?!.…")
        if self.asked.wanted is Wanted.WHO and self.before.act:
            return self._framed("who")
        if self.asked.language != self.before.language and self.before.speaker and self.before.act:
            # What is asked for stands first in the frames of every language.
            return f"{word[0].upper()}{word[1:]} {self._framed('said').partition(' ')[2]}"
        earlier, asked = self.before.asking, self.before.question
        if (
            earlier is None
            or self.before.wanted in _BOUND
            or self.asked.language != self.before.language
        ):
            return f"{word}: {asked}"
        first = word[0].upper() if asked[earlier.start].isupper() else word[0]
        return asked[: earlier.start] + first + word[1:] + asked[earlier.end :]

    def _asks_for_others(self) -> bool:
        """Tell whether "who else" is asked, or simply "who?" of what somebody has said."""
        if self.asked.wanted is not Wanted.WHO:
            return False
        if self._is_question_word():
            return self.before.act is not None
        others = self.rules.words("words", "others")
        return any(word.lower in others for word in self.words)

    # "and about Gaza?", "а Байден?"

    def _is_phrase(self) -> bool:
        if self.asked.cue or self.asked.asking or len(self.words) > _LONGEST:
            return False
        if self.lead or self.rules.match(self.tokens, self.begin, "markers", "about"):
            return True
        closed = self.asked.question.rstrip().endswith("?")
        told = self.asked.period is not None or self.asked.outlet is not None
        return closed and (told or all(word.is_name for word in self.words)) and not self._asks()

    def _asks(self) -> bool:
        """Tell "Was it?" from a name: a question may begin with its verb."""
        return self.words[0].lower in self.rules.words("verbs", "auxiliaries")

    def _with_phrase(self) -> str:
        slot, phrase = self._replaced()
        whole = self._with_slot(slot, phrase)
        if self.rules.words("words", "possessives") & {word.lower for word in self.words}:
            whole = self._beside(whole, self._person())
        return whole

    def _replaced(self) -> tuple[Slot, Phrase]:
        """Return the slot that a phrase fills in the earlier question."""
        for slot in (Slot.OUTLET, Slot.PERIOD):
            found = self.asked.phrase(slot)
            if found is not None:
                return slot, found
        start, end = self.words[0].start, self.words[-1].end
        for slot, role in (
            (Slot.TOPIC, "about"),
            (Slot.SPEAKER, "source"),
            (Slot.ADDRESSEE, "to"),
        ):
            length = self.rules.match(self.tokens, self.begin, "markers", role)
            if length and self.begin + length < len(self.tokens):
                return slot, Phrase(start, self.tokens[self.begin + length].start, end)
        return self._bare_slot(), Phrase(start, start, end)

    def _bare_slot(self) -> Slot:
        """Tell what a name without a preposition replaces."""
        if self.before.speaker is None:
            return Slot.TOPIC
        names = [word for word in self.words if word.is_name]
        keys = [name_key(word.lower, self.asked.language) for word in names]
        if keys and self.archive.speaks(*keys):
            return self._case_slot()
        before = self.tokens[self.begin - 1].lower if self.begin else ""
        if self.lead == "instead" and before in _ABOUT_WORDS:
            return Slot.TOPIC
        return self._case_slot()

    def _case_slot(self) -> Slot:
        told = self.before.addressee is not None and self.rules.marks_addressee == "case"
        dative = all(self.rules.has_ending(word.lower, "dative") for word in self.words)
        return Slot.ADDRESSEE if told and dative else Slot.SPEAKER

    def _with_slot(self, slot: Slot, phrase: Phrase) -> str:
        """Return the earlier question with this slot filled anew."""
        asked, old = self.before.question, self.before.phrase(slot)
        value = phrase.of(self.asked.question)
        if self.asked.language != self.before.language:
            return self._framed("said", {slot: value})
        if old is not None and (self.before.act or slot is not Slot.TOPIC):
            marked = phrase.start < phrase.value and old.start < old.value
            start = old.start if marked else old.value
            new = self.asked.question[phrase.start : phrase.end] if marked else value
            return asked[:start] + new + asked[old.end :]
        if slot is Slot.TOPIC and phrase.start == phrase.value and self.before.act:
            new = self._frame("topic", value).strip()
        else:
            new = self.asked.question[phrase.start : phrase.end]
        body = asked.rstrip(" ?!.…")
        return f"{body} {new}{asked[len(body) :]}"

    # "what did he say about it?"

    def _with_context(self) -> str | None:
        """Return a clause with its pronouns resolved; None if it needs nothing from before."""
        swaps = dict(self._swaps())
        question = self.asked.question
        for token in sorted(swaps, key=lambda token: -token.start):
            question = question[: token.start] + swaps[token] + question[token.end :]
        if swaps:
            left = self._points_back(frozenset(swaps))
            return self._beside(question, self._topic()) if left else question
        bare_answer = self.asked.act is Act.ANSWERED and self.asked.topic is None
        leans = self.lead or (bare_answer and self.asked.addressee is None)
        if self._points_back(frozenset()) or (leans and not self._is_complete()):
            return self._beside(question, self._topic())
        return None

    def _swaps(self) -> Iterator[tuple[Token, str]]:
        person, topic = self._person(), self._topic()
        named = False
        for index, token in enumerate(self.tokens):
            if index < self.begin:
                continue
            named = named or (token.is_name and index > self.begin)
            if self._is(token, "subjects") and person and not named:
                yield token, person
            elif self._is_whole_topic(token):
                it = not self._is(token, "objects") or self.rules.marks_addressee != "order"
                meant = (topic if self.before.act else None) if it else person
                if meant:
                    yield token, meant
            elif self._is_possessive(index) and person and not named:
                yield token, f"{person}'s"
            elif self._is(token, "objects") and person and not named:
                yield token, person

    def _is_whole_topic(self, token: Token) -> bool:
        topic = self.asked.topic
        alone = topic is not None and (topic.value, topic.end) == (token.start, token.end)
        return alone and any(
            self._is(token, kind) for kind in ("things", "demonstratives", "objects")
        )

    def _is_possessive(self, index: int) -> bool:
        """Tell whether an English "his" or "her" stands before a noun."""
        if self.rules.marks_addressee != "order" or index + 1 >= len(self.tokens):
            return False
        after = self.tokens[index + 1]
        function = self.rules.words("markers", "breaks") | self.rules.words("markers", "about")
        noun = after.is_word and after.lower not in function | self.rules.words("markers", "to")
        return noun and self._is(self.tokens[index], "possessives")

    def _points_back(self, resolved: frozenset[Token]) -> bool:
        """Tell whether another pronoun stands for what the question does not hold."""
        kinds = ("things", "demonstratives", "objects", "subjects", "possessives")
        first = next((i for i, word in enumerate(self.words) if i and word.is_name), None)
        words = self.words[:first]
        topic = self.asked.topic
        return any(
            self._is(word, kind)
            and word not in resolved
            and not ((when := self.asked.phrase(Slot.PERIOD)) and _within(word, when))
            and (kind != "demonstratives" or self._is_whole_topic(word) or topic is None)
            for word in words
            for kind in kinds
        ) or any(self._is_whole_topic(word) and word not in resolved for word in self.words)

    def _is_complete(self) -> bool:
        asked = self.asked
        marker = asked.question[asked.topic.start : asked.topic.value] if asked.topic else ""
        about = tuple(marker.lower().split()) in self.rules.phrases("markers", "about")
        return asked.speaker is not None and (about or asked.addressee is not None)

    def _is(self, token: Token, kind: str) -> bool:
        return token.lower in self.rules.words("words", kind)

    # What carries over

    def _person(self) -> str | None:
        """Return who was spoken of last: the speaker, else the first name of a question."""
        for slots in reversed(self.earlier):
            names = slots.names(Slot.SPEAKER)
            person = names[0] if names else slots.words(Slot.SPEAKER) or _first_name(slots)
            if person:
                return person
        return None

    def _topic(self) -> str | None:
        """Return what the earlier question was about, without what was put beside it."""
        topic = self.before.words(Slot.TOPIC) or self.before.words(Slot.SPEAKER)
        return topic.split(" (")[0] if topic else None

    @staticmethod
    def _beside(question: str, context: str | None) -> str:
        if not context or context in question:
            return question
        body = question.rstrip(" ?!.…")
        return f"{body} ({context}){question[len(body) :]}"

    def _framed(self, frame: str, filled: dict[Slot, str] | None = None) -> str:
        """Return a question of the slots in the language of the follow-up."""
        slots = {slot: str(self.before.words(slot)) for slot in self.before.filled()}
        new = filled or {}
        slots |= new
        if frame == "said" and (Slot.SPEAKER not in slots or not self.before.act):
            return f"{self.before.question} {self.asked.question}"
        text = self.rules.at("frames", frame).format(speaker=slots.get(Slot.SPEAKER))
        for slot in (Slot.ADDRESSEE, Slot.TOPIC):
            if slot in slots:
                text += self._frame(slot.value, slots[slot])
        text += f" {new[Slot.PERIOD]}" if Slot.PERIOD in new else self._when()
        outlet = new.get(Slot.OUTLET) or (self.before.outlet and self.before.outlet.source)
        return text + (self._frame("outlet", outlet) if outlet else "") + "?"

    def _when(self) -> str:
        """Return the period of the earlier question as the language of the follow-up has it."""
        period = self.before.period
        if period is None:
            return ""
        if period.phrase is not None and self.asked.language == self.before.language:
            return f" {self.before.question[period.phrase.start : period.phrase.end]}"
        first, _, last = days(period).partition(" – ")
        if last == "…":
            return self._frame("since", first)
        if first == "…":
            return self._frame("until", last)
        if (first[4:], last) == ("-01-01", f"{first[:4]}-12-31"):
            return self._frame("year", first[:4])
        return f" {days(period)}"

    def _frame(self, name: str, value: str) -> str:
        return self.rules.at("frames", name).format(value)


def _keys(text: str, language: str) -> set[str]:
    return {name_key(token.lower, language) for token in tokenise(text) if token.is_name}


def _within(token: Token, phrase: Phrase) -> bool:
    return phrase.start <= token.start < phrase.end


def _first_name(slots: Slots) -> str | None:
    tokens = tokenise(slots.question)
    start = next((i for i, token in enumerate(tokens) if i and token.is_name), None)
    if start is None:
        return None
    end = start
    while end < len(tokens) and tokens[end].is_name:
        end += 1
    return slots.question[tokens[start].start : tokens[end - 1].end]
