"""Statements by whose they are: found by surname, the newest first, shown in whole sentences."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index.people import person_key
from index.said import passages_of, said_by, speakers, whole
from index.statements import Kind, Party, Statement
from tests.conftest import entry_of

TEXT = (
    "The talks were long.",
    "Merkel denied that Britain would pay.",
    "Nobody else spoke.",
    "“We will wait”, she said.",
)
STORY = entry_of("story", *TEXT)


def statement(speaker, words, cue=None, by=None):
    text = STORY.article.text

    def found(part):
        return (text.index(part), text.index(part) + len(part))

    party = Party(speaker, found(by) if by else None)
    return Statement((found(words),), Kind.INDIRECT, found(cue) if cue else None, party)


def dated(id_, day, *told):
    entry = entry_of(id_, *TEXT, statements=told)
    published = day and datetime(2018, 3, day, tzinfo=UTC)
    return replace(entry, article=replace(entry.article, published=published))


DENIAL = statement("Angela Merkel", "Britain would pay", cue="denied", by="Merkel")


def test_the_newest_come_first_and_undated_ones_last(library):
    library.write(
        [dated("undated", None, DENIAL), dated("old", 1, DENIAL), dated("new", 2, DENIAL)]
    )
    found = said_by(library, {person_key("Меркель")})
    assert [one.article for one in found] == ["new", "old", "undated"]
    assert {one.speaker for one in found} == {"Angela Merkel"}
    assert {one.addressee for one in found} == {""}


def test_others_of_a_surname_that_begins_alike_are_not_found(library):
    library.write([dated("one", 1, statement("Merkelova", "Nobody else spoke."))])
    assert said_by(library, {person_key("Merkel")}) == []
    assert said_by(library, set()) == []


def test_every_statement_names_its_speaker(library):
    nobody = replace(DENIAL, speaker=None)
    library.write([dated("one", 1, DENIAL, nobody, DENIAL)])
    assert speakers(library) == [("Angela Merkel", "en")] * 2


def test_passages_are_those_that_hold_the_content(library):
    entry = entry_of("story", *TEXT, passages=[(0, 2), (1, 3), (2, 4)], statements=[DENIAL])
    library.write([entry])
    (found,) = said_by(library, {"mrkl"})
    texts = [
        library.words(one.passage.span)
        for one in library.passages(passages_of(library, [found.id]))
    ]
    assert texts == [" ".join(TEXT[:2]), " ".join(TEXT[1:3])]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        pytest.param(DENIAL, TEXT[1], id="a-denial-before-the-content"),
        pytest.param(
            statement("Merkel", "We will wait", cue="she said"), TEXT[3], id="a-cue-behind-it"
        ),
        pytest.param(
            statement("Merkel", "Nobody else spoke.", cue="denied"),
            " ".join(TEXT[1:3]),
            id="a-cue-in-another-sentence",
        ),
        pytest.param(
            statement("Merkel", "Nobody else spoke.", by="Merkel"),
            " ".join(TEXT[1:3]),
            id="a-speaker-in-another-sentence",
        ),
        pytest.param(
            statement("Merkel", "would pay. Nobody else"), " ".join(TEXT[1:3]), id="two-sentences"
        ),
    ],
)
def test_a_statement_is_shown_in_whole_sentences_with_its_cue(told, shown):
    span = whole(STORY.sentences, STORY.article, told)
    assert STORY.article.words(span) == shown
