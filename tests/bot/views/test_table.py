"""A view as comma-separated values: what goes in comes out, and nothing is computed."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answer import Quote
from bot.views.request import Kind, Request
from bot.views.table import COLUMNS, guarded, table, unguarded
from bot.views.view import Item, View
from index.records import Article
from index.statements import Kind as Manner

cells = st.text(st.one_of(st.sampled_from("=+-@'\"\t\r\n ,;＝"), st.characters(codec="utf-8")))


def item_of(text: str, line: str = "", **known) -> Item:
    article = Article("a", text, line, line, "en", url="https://a.example")
    quote = Quote(article, article.span(0, len(text)), 0.71234, speaker=line, addressee=line)
    return replace(Item(replace(quote, also_in=("b", "c"))), **known)


def rows(view: View) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(view), newline="")))


@example(text="=1+1", line="'=1+1")
@example(text='a "quoted"\r\nline', line="\n")
@given(text=cells.filter(bool), line=cells)
def test_what_goes_in_comes_out(text, line):
    view = View(Request(Kind.SAID, "x"), "en", (item_of(text, line),))
    (row,) = rows(view)
    assert {name: unguarded(row[name]) for name in ("text", "title", "speaker")} == {
        "text": text,
        "title": line,
        "speaker": line,
    }
    assert not any(
        cell.lstrip(" '")[:1] in {*"=+-@"} - {""} and cell[0] != "'"
        for cell in row.values()
        if cell
    )


@given(text=cells)
def test_a_guard_is_taken_off_again(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "'=1"]
)
def test_what_a_spreadsheet_would_compute_is_behind_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "words", "— Ще видим", "'tis", "1 = 1", "„-“"])
def test_words_are_left_as_they_are(text):
    assert guarded(text) == text


def test_the_columns_are_those_of_the_machine_interface():
    view = View(Request(Kind.SAID, "x"), "en", (item_of("Words.", "L", manner=Manner.DIRECT),))
    (row,) = rows(view)
    assert tuple(row) == COLUMNS
    assert set(COLUMNS) == set(view.items[0].as_dict())
    assert (row["kind"], row["denied"], row["via"]) == ("direct", "False", "")
    assert (row["start"], row["end"], row["score"], row["also_in"]) == ("0", "6", "0.7123", "b; c")
    assert row["link"] == "https://a.example#:~:text=Words."


def test_people_are_counted_in_a_column_before_the_others():
    view = View(Request(Kind.WHO, topic="x"), "en", (item_of("Words.", count=7),))
    (row,) = rows(view)
    assert tuple(row) == ("statements", *COLUMNS)
    assert row["statements"] == "7"


def test_lines_end_as_rfc_4180_has_it_and_the_header_is_always_there():
    assert table(View(Request(Kind.SAID, "x"), "en")) == ",".join(COLUMNS) + "\r\n"
