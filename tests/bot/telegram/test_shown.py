"""What was shown where: known by its fingerprint, due when its article changes, forgotten."""

import contextlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer, Quote, Understood
from bot.shelf import key
from bot.telegram.judged import Fingerprint
from bot.telegram.render import Page, State, pages
from bot.telegram.shown import ShownMessages
from index.records import Article
from tests.conftest import entry_of

CHAT, USER, OTHER = -7, 7, 8
OPENED = "The mayor opened the bridge."
COST = "The bridge cost nine million."
RAIN = "It rained all day long."


@pytest.fixture
def library(library):
    library.write([entry_of("bridge", OPENED, COST), entry_of("rain", RAIN)])
    return library


@pytest.fixture
def shown(library):
    with ShownMessages.open(library.path.parent) as shown:
        yield shown


@pytest.fixture
def page(library):
    """Make the page that quotes these words."""

    def make(*texts, **more):
        quotes = tuple(quote(library, text, **more) for text in texts)
        return pages(Answer(Understood("?", "en"), quotes), "en", 9, title="What was asked")[0]

    return make


def quote(library, words, **more):
    [article] = [one for one in library.articles() if words in one.text]
    start = article.text.index(words)
    return Quote(article, article.span(start, start + len(words)), 1.0, **more)


def due(shown):
    return [shown.judged(id_) for id_, _ in shown.due()]


def states(judged):
    return [one.state for one in judged.verdicts]


@given(
    before=st.text("ab яش🐋\n", max_size=60),
    words=st.text("ab яش🐋\n", min_size=1, max_size=20),
    after=st.text("ab яش🐋\n", max_size=60),
    near=st.integers(0, 200),
)
def test_words_are_found_again_nearest_to_where_they_were(before, words, after, near):
    text = before + words + after
    places = [at for at in range(len(text)) if text.startswith(words, at)]
    found = Fingerprint.of(words).found_in(text, len(words), near)
    assert found in places
    assert abs(found - near) == min(abs(place - near) for place in places)


@given(text=st.text("abc", max_size=40), words=st.text("abcd", min_size=1, max_size=10))
def test_words_that_are_not_there_are_not_found(text, words):
    found = Fingerprint.of(words).found_in(text, len(words), 0)
    assert (found is None) == (words not in text)


def test_only_messages_that_quote_a_changed_article_are_due(library, shown, page):
    for number in range(1, 50):
        shown.note(CHAT, number, USER, page(RAIN))
    shown.note(CHAT, 50, USER, page(COST))
    assert shown.due() == []
    library.write([entry_of("bridge", OPENED)])
    [judged] = due(shown)
    assert judged.message.message == 50
    shown.settle(judged)
    assert shown.due() == []


def test_a_change_costs_the_library_one_look_into_an_index(library):
    plan = library.rows(
        "explain query plan update shown_quotes set due = 1 where article = ?", "a"
    )
    assert ["SEARCH" in row[-1] and "shown_quotes_article" in row[-1] for row in plan] == [True]


def test_no_words_of_a_quote_are_kept(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    for table in ("shown_messages", "shown_quotes"):
        for row in library.rows(f"select * from {table}"):
            assert "million" not in str(row)


def test_what_is_taken_in_again_unchanged_leaves_the_message_as_it_is(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    library.write([entry_of("bridge", OPENED, COST, title="Another title")])
    [judged] = due(shown)
    assert not judged.is_new
    assert states(judged) == [State.STANDING]


def test_moved_words_are_found_by_the_key_they_had(library, shown, page):
    before = quote(library, COST)
    shown.note(CHAT, 1, USER, page(COST))
    library.write([entry_of("bridge", COST)])
    [judged] = due(shown)
    shown.settle(judged)
    assert shown.moved(CHAT, 1, key(before)) == key(quote(library, COST))
    assert shown.moved(CHAT, 2, key(before)) is None
    library.remove(["bridge"])
    [judged] = due(shown)
    shown.settle(judged)
    assert shown.moved(CHAT, 1, key(before)) is None


def test_a_change_during_an_edit_is_looked_at_afterwards(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    library.write([entry_of("bridge", OPENED)])
    [judged] = due(shown)
    library.remove(["bridge"])
    shown.settle(judged)
    [judged] = due(shown)
    assert judged.is_new
    assert states(judged) == [State.WITHDRAWN]


def test_a_page_turned_during_an_edit_is_shown_again(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    library.write([entry_of("bridge", OPENED)])
    [judged] = due(shown)
    shown.note(CHAT, 1, USER, page(RAIN))
    shown.settle(judged)
    [again] = due(shown)
    assert again.is_new
    assert [piece.words for piece in again.page().pieces] == [RAIN]
    shown.settle(again)
    assert shown.due() == []


def test_an_edited_message_has_all_that_it_had_but_the_quotes_that_are_gone(library, shown, page):
    said = {"speaker": "Drew", "addressee": "Press", "via": "Agency", "also_in": ("rain", "gone")}
    whole = page(OPENED, COST, **said)
    shown.note(CHAT, 1, USER, whole)
    library.write([entry_of("bridge", OPENED)])
    [judged] = due(shown)
    html = judged.page().html
    kept, _, gone = whole.html.partition("\n\n<blockquote>The bridge cost")
    assert html.startswith(kept.replace("also in 2 more articles", "also in 1 more article"))
    assert "Drew → Press (via Agency)" in html
    assert gone not in html


def test_buttons_that_open_a_quote_follow_it(library, shown, page):
    old = {text: key(quote(library, text)) for text in (OPENED, COST)}
    rows = [[InlineKeyboardButton(text, callback_data=f"c:1:1:{old[text]}")] for text in old]
    shown.note(CHAT, 1, USER, page(*old), InlineKeyboardMarkup(rows))
    library.write([entry_of("bridge", "Corrected.", OPENED)])
    [judged] = due(shown)
    [[button]] = judged.buttons().inline_keyboard
    assert button.callback_data == f"c:1:1:{key(quote(library, OPENED))}"


def test_a_part_of_a_long_quote_is_followed_by_itself(library, shown):
    sentences = [f"Sentence number {number} of the long speech." for number in range(150)]
    library.write([entry_of("speech", *sentences)])
    quoted = quote(library, " ".join(sentences))
    parts = pages(Answer(Understood("?", "en"), (quoted,)), "en", 9)
    assert [len(part.pieces) for part in parts] == [1, 2]
    for number, part in enumerate(parts, start=1):
        shown.note(CHAT, number, USER, part)
    library.write([entry_of("speech", *sentences[:-1])])
    assert [judged.is_new for judged in due(shown)] == [False, True]


# Whose it is, and for how long


def test_what_was_shown_to_somebody_is_forgotten_with_what_others_were_asked_behind_it(
    library, shown, page
):
    shown.note(CHAT, 1, USER, page(COST))
    shown.note(CHAT, 2, OTHER, page(COST))
    shown.note(USER, 3, OTHER, page(COST))
    shown.forget(CHAT, USER)
    library.remove(["bridge"])
    judged = due(shown)
    assert [one.message.message for one in judged] == [2, 3]
    assert ["What was asked" in one.page().html for one in judged] == [False, True]


def test_what_was_shown_long_ago_goes(shown, page):
    now = datetime.now(UTC)
    shown.note(CHAT, 1, USER, page(COST), at=now - timedelta(days=8))
    shown.note(CHAT, 2, USER, page(COST), at=now - timedelta(days=6))
    assert shown.purge(now - timedelta(days=7)) == 1
    assert shown.rows("select message from shown_messages") == [(2,)]
    assert shown.rows("select count(*) from shown_quotes") == [(1,)]


def test_what_is_shown_anew_is_kept_as_long_again(shown, page):
    now = datetime.now(UTC)
    shown.note(CHAT, 1, USER, page(COST), at=now - timedelta(days=8))
    shown.note(CHAT, 1, USER, page(RAIN), at=now)
    assert shown.purge(now - timedelta(days=7)) == 0


def test_a_group_that_moves_takes_its_messages_along(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    shown.move(CHAT, CHAT - 1)
    library.remove(["bridge"])
    assert [chat for _, chat in shown.due()] == [CHAT - 1]


def test_a_page_without_quotes_is_not_noted(shown):
    shown.note(CHAT, 1, USER, Page("Nothing found.", "en", head="Nothing found."))
    assert shown.rows("select * from shown_messages") == []


def test_a_page_without_quotes_in_place_of_one_still_tells_of_it(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    shown.note(CHAT, 1, USER, Page("Nothing found.", "en", head="Nothing found."))
    library.remove(["bridge"])
    [judged] = due(shown)
    assert judged.page().html.startswith("Nothing found.\n\n<i>⚠ Withdrawn")


def test_another_process_that_writes_makes_messages_due_too(library, shown, page):
    shown.note(CHAT, 1, USER, page(COST))
    with contextlib.closing(sqlite3.connect(library.path)) as other, other:
        other.execute("delete from articles where id = 'bridge'")
    assert len(shown.due()) == 1


def test_a_hostile_source_stays_text(library, shown):
    article = Article("odd", "Odd words.", "<b>&", '<a href="x">', "en", url="https://x.example")
    entry = entry_of("odd", "Odd words.", source=article.source, title=article.title)
    library.write([replace(entry, article=article)])
    shown.note(
        CHAT,
        1,
        USER,
        pages(Answer(Understood("?", "en"), (quote(library, "Odd words."),)), "en", 3)[0],
    )
    library.remove(["odd"])
    [judged] = due(shown)
    assert "&lt;a href=&quot;x&quot;&gt;" in judged.page().html
