"""A small archive of statements: two namesakes, a wire report in three outlets, two languages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from index.encoder import Encoder
from index.entries import Entry
from index.library import Library
from index.records import Range
from index.statements import Kind, Party, Statement
from tests.conftest import entry_of

SOFIA = timezone(timedelta(hours=3))
WIRE = (
    "Mayor Ivan Kolev said that the old bridge over the river would not come down before May.",
    "The council will vote again in spring.",
)


@dataclass(frozen=True)
class Told:
    """A statement by its words, which the story holds."""

    speaker: str | None
    words: str
    cue: str | None = None
    addressee: str | None = None
    kind: Kind = Kind.INDIRECT
    via: tuple[str, ...] = ()
    denied: bool = False


@dataclass(frozen=True)
class Story:
    """An article of plain sentences, and who says what in it."""

    id: str
    published: datetime | None
    sentences: Sequence[str]
    told: Sequence[Told] = ()
    language: str = "en"

    def entry(self, encoder: Encoder) -> Entry:
        vectors = encoder.encode_passages(self.sentences)
        plain = entry_of(self.id, *self.sentences, language=self.language, vectors=vectors)
        statements = tuple(self._statement(told) for told in self.told)
        entry = entry_of(
            self.id,
            *self.sentences,
            language=self.language,
            vectors=vectors,
            statements=statements,
        )
        article = replace(
            plain.article,
            published=self.published,
            source=f"{self.id}.example",
            url=f"https://{self.id}.example/story",
        )
        return replace(entry, article=article)

    def _statement(self, told: Told) -> Statement:
        return Statement(
            (self._range(told.words),),
            told.kind,
            self._range(told.cue) if told.cue else None,
            Party(told.speaker, None) if told.speaker else None,
            Party(told.addressee, None) if told.addressee else None,
            told.via,
            told.denied,
        )

    def _range(self, words: str) -> Range:
        text = " ".join(self.sentences)
        return text.index(words), text.index(words) + len(words)


def day(number: int, hour: int = 12) -> datetime:
    """Return a moment in March 2018."""
    return datetime(2018, 3, number, hour, tzinfo=UTC)


BRIDGE = Told("Ivan Kolev", "the old bridge over the river would not come down before May")
STORIES = (
    Story("first", day(1), WIRE, [replace(BRIDGE, via=("Quartz",))]),
    Story("second", day(3), WIRE, [BRIDGE]),
    Story("undated", None, WIRE, [BRIDGE]),
    Story(
        "council",
        day(5),
        (
            "Kolev denied that the council had sold the tram depot to a builder.",
            "“The tram stays,” he told Maria Deneva, who leads the drivers’ union.",
            "A passenger said the tram was late.",
            "The tram needs no depot, Kolev went on.",
        ),
        [
            Told("Kolev", "the council had sold the tram depot", cue="denied", denied=True),
            Told("Ivan Kolev", "“The tram stays,”", "told", "Maria Deneva", Kind.DIRECT),
            Told("a passenger", "the tram was late"),
            Told("Ivan Kolev", "The tram needs no depot"),
        ],
    ),
    Story(
        "drivers",
        datetime(2018, 3, 8, 0, 30, tzinfo=SOFIA),
        (
            "Шофьорите на трамвая ще стачкуват, ако депото бъде продадено, каза Мария Денева.",
            "Денева каза на Иван Колев, че мостът не я интересува.",
        ),
        [
            Told("Мария Денева", "Шофьорите на трамвая ще стачкуват"),
            Told("Мария Денева", "мостът не я интересува", "Денева каза", "Иван Колев"),
        ],
        "bg",
    ),
    Story(
        "namesake",
        day(9),
        ("The singer Lena Koleva said that she had never crossed the old bridge.",),
        [Told("Lena Koleva", "she had never crossed the old bridge")],
    ),
)


def fill(library: Library, encoder: Encoder, stories: Sequence[Story] = STORIES) -> Path:
    """Write the stories, and return the folder of the library."""
    library.claim_encoder(encoder.identity)
    library.write([story.entry(encoder) for story in stories])
    folder: Path = library.path.parent
    return folder
