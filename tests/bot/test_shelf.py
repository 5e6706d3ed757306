"""The archive as it stands: quotes by their keys, and the outlets."""

import re
from datetime import UTC, datetime

import pytest

from bot import shelf
from bot.answer import Quote
from index.records import Article
from tests.conftest import entry_of


def quote_of(article, words):
    start = article.text.index(words)
    return Quote(article, article.span(start, start + len(words)), 1.0)


def test_every_quote_is_found_again_by_its_key(conversation):
    answer = conversation.ask("what did Putin tell Netanyahu?")
    assert answer
    for quote in answer.quotes:
        context = conversation.context(shelf.key(quote))
        assert context
        assert (context.quote.span, context.quote.text) == (quote.span, quote.text)
        assert re.fullmatch(r"\w{1,36}", shelf.key(quote), re.ASCII)


def test_a_quote_found_again_has_its_speaker_where_there_is_but_one(conversation, archive):
    quotes = conversation.ask("what did Putin tell Netanyahu?").quotes
    for quote in quotes:
        context = conversation.context(shelf.key(quote))
        said = [
            one
            for one in archive.statements(quote.article.id)
            if one.overlaps((quote.span.start, quote.span.end))
        ]
        names = {one.speaker.name if one.speaker else None for one in said}
        assert context
        assert context.quote.speaker in {*names, None}
        assert context.quote.speaker is None or len(names) == 1


def test_what_is_changed_or_withdrawn_is_not_found(library):
    library.write([entry_of("a", "The bridge is closed.", "It opens in May.")])
    key = shelf.key(quote_of(library.article("a"), "It opens in May."))
    assert shelf.recalled(library, key)
    library.write([entry_of("a", "The bridge is open.")])
    assert shelf.recalled(library, key) is None
    library.remove(["a"])
    assert shelf.recalled(library, key) is None


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("nonsense", id="no-key"),
        pytest.param("{version}_0_0", id="empty-range"),
        pytest.param("{version}_5_2", id="backwards"),
        pytest.param("{version}_0_99999", id="beyond-the-end"),
        pytest.param("{version}_0_999999999999", id="endless"),
        pytest.param("0123456789abcdef_0_4", id="another-text"),
    ],
)
def test_a_key_that_names_nothing_finds_nothing(library, key):
    library.write([entry_of("a", "The bridge is closed.")])
    version = library.article("a").version
    assert shelf.recalled(library, key.format(version=version)) is None


def test_outlets_are_counted_and_dated(library):
    for number, day in enumerate((3, 1, 2)):
        library.write([entry_of(f"h{number}", f"Herald story {number}.")])
        library._db.execute(
            "update articles set published = ? where id = ?",
            [datetime(2024, 1, day, 12, tzinfo=UTC).isoformat(), f"h{number}"],
        )
    library.write([entry_of("p", "A story of the Post.", source="Post")])
    assert shelf.outlets(library) == [
        shelf.Outlet("Herald", 3, datetime(2024, 1, 3, 12, tzinfo=UTC)),
        shelf.Outlet("Post", 1, None),
    ]


def test_the_same_words_at_two_places_have_two_keys():
    article = Article("a", "Yes. No. Yes.", "T", "S", "en")
    first = Quote(article, article.span(0, 4), 1.0)
    last = Quote(article, article.span(9, 13), 1.0)
    assert shelf.key(first) != shelf.key(last)


def test_of_two_outlets_with_one_text_the_one_that_was_shown_is_recalled(library):
    for outlet in ("first", "second"):
        library.write([entry_of(outlet, "The bridge is closed.", source=outlet)])
    quote = quote_of(library.article("second"), "The bridge is closed.")
    for outlet in ("first", "second"):
        recalled = shelf.recalled(library, shelf.key(quote), outlet)
        assert recalled
        assert recalled.article.source == outlet
    assert shelf.recalled(library, shelf.key(quote), "withdrawn since")
