"""A question as it is asked becomes the whole question that is searched, and its slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.questions.archive import Archive, NoArchive
from bot.questions.followups import FollowUp, follow_up
from bot.questions.grammar import LANGUAGES, grammar
from bot.questions.latin import Restored, restore
from bot.questions.only import Only
from bot.questions.reading import read
from bot.questions.slots import Slot, Slots
from bot.questions.tokens import Token, tokenise
from bot.questions.typos import Correction, corrected, corrections
from index.languages import detect

_SHORT = 4
"""So few words do not tell a language by their letters."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a question; `slots.question` is what is searched.

    `restored` is set where it was Cyrillic in Latin letters, `corrections` are the names that
    were taken for others, `follows` is set where it leans on the question before.
    """

    asked: str
    slots: Slots
    restored: Restored | None = None
    corrections: tuple[Correction, ...] = ()
    follows: FollowUp | None = None

    @property
    def was_changed(self) -> bool:
        """Tell whether something else is searched than what was typed."""
        return self.slots.question != self.asked

    def without(self, *slots: Slot) -> "Understanding":
        """Return the same with these filters dropped, as far as they can be."""
        dropped = [slot for slot in self.slots.droppable() if slot in slots]
        return replace(self, slots=self.slots.without(*dropped))

    def only(self, chosen: Only) -> "Understanding":
        """Return the same narrowed to what was chosen beside its words."""
        return replace(self, slots=chosen.narrowed(self.slots))


def understand(
    asked: str,
    history: Sequence[str] = (),
    archive: Archive | None = None,
    *,
    language: str | None = None,
    now: datetime | None = None,
) -> Understanding:
    """Understand a question; `history` are those before it as they were typed, oldest first."""
    archive = archive or NoArchive()
    earlier: list[Slots] = []
    for question in history:
        earlier.append(_understand(question, earlier, archive, None, now).slots)
    return _understand(asked, earlier, archive, language, now)


def _understand(
    asked: str,
    earlier: Sequence[Slots],
    archive: Archive,
    language: str | None,
    now: datetime | None,
) -> Understanding:
    restored = restore(asked, archive)
    text = restored.text if restored else asked
    spoken = language or (restored.language if restored else _language(text, earlier, archive))
    made = corrections(text, spoken, archive)
    slots = read(corrected(text, made), spoken, archive, now)
    follows = follow_up(slots, earlier, archive)
    if follows is not None:
        slots = replace(read(follows.whole, spoken, archive, now), besides=follows.besides)
    return Understanding(asked, slots, restored, tuple(made), follows)


def _language(text: str, earlier: Sequence[Slots], archive: Archive) -> str:
    """Return the language of a question; a short one is taken for the language before it."""
    detected = detect(text, {*LANGUAGES, *archive.languages()})
    tokens = [token for token in tokenise(text) if token.is_word]
    if earlier and len(tokens) <= _SHORT:
        candidates = (earlier[-1].language, detected, *LANGUAGES)
        return next((code for code in candidates if _opens(tokens, code)), detected)
    if detected in LANGUAGES:  # "что" is Russian, whatever the letters of the names behind it say
        return next((code for code in (detected, *LANGUAGES) if _asks(tokens, code)), detected)
    return detected


def _opens(tokens: Sequence[Token], language: str) -> bool:
    """Tell whether a follow-up may begin so in this language."""
    places = (
        ("leads",),
        ("instead",),
        ("markers", "about"),
        ("markers", "to"),
        ("markers", "source"),
    )
    rules = grammar(language)
    return _asks(tokens, language) or any(rules.match(tokens, 0, *place) for place in places)


def _asks(tokens: Sequence[Token], language: str) -> bool:
    """Tell whether a question word of this language stands first."""
    return grammar(language).wanted(tokens, 0)[1] > 0
