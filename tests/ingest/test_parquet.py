"""Rows of Parquet become drafts one by one; what is none is said in one line."""

import io
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from index.errors import SourceError
from ingest.drafts import Draft, Skipped
from ingest.parquet import read_parquet


def written(**columns) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def read(data: bytes):
    return list(read_parquet(io.BytesIO(data), "a.parquet"))


def test_every_row_is_an_article_and_columns_of_other_names_are_not_read():
    data = written(
        text=["One.", "Two."],
        id=["x-1", None],
        published=["2024-04-29T10:15:00+00:00", None],
        score=[1.5, 2.5],
    )
    assert read(data) == [
        Draft(
            origin="a.parquet:1",
            text="One.",
            id="x-1",
            published=datetime(2024, 4, 29, 10, 15, tzinfo=UTC),
        ),
        Draft(origin="a.parquet:2", text="Two."),
    ]


def test_a_bad_row_is_skipped_and_the_rest_goes_on():
    assert read(written(text=[None, " ", "Three."])) == [
        Skipped("a.parquet:1", "text is missing"),
        Skipped("a.parquet:2", "text is empty"),
        Draft(origin="a.parquet:3", text="Three."),
    ]


def test_a_column_of_another_type_is_said_of_its_row():
    assert read(written(text=["One."], title=[7])) == [
        Skipped("a.parquet:1", "title should be a text, not int")
    ]
    assert read(written(text=[7])) == [Skipped("a.parquet:1", "text should be a text, not int")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "no Parquet", id="empty"),
        pytest.param(b"PAR1" + bytes(100), "no Parquet", id="nonsense"),
        pytest.param(written(text=["One."])[:-50], "no Parquet", id="cut-short"),
        pytest.param(written(title=["One."]), "no column named text", id="no-text"),
        pytest.param(written(text=pa.array([], pa.string())), "is empty", id="no-rows"),
    ],
)
def test_a_file_that_is_none_is_said_in_one_line(data, reason):
    with pytest.raises(SourceError, match=reason) as refused:
        read(data)
    assert "\n" not in str(refused.value)


def test_a_damaged_page_costs_the_rest_of_the_file():
    data = bytearray(written(text=[f"Article number {n} of many." for n in range(500)]))
    data[4:40] = bytes(36)
    with pytest.raises(SourceError, match="is damaged or no Parquet, after row 0"):
        read(bytes(data))


def test_a_group_of_rows_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr("ingest.parquet.MOST_GROUP_BYTES", 100)
    with pytest.raises(SourceError, match="write it in smaller ones"):
        read(written(text=["x" * 50, "y" * 51]))


def test_without_pyarrow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SourceError, match="pip install"):
        read(b"PAR1")
