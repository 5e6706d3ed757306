"""JSON lines become drafts one by one; a bad line costs nothing but itself."""

import io
import json
from datetime import UTC, datetime

import pytest

from index.errors import SourceError
from ingest import jsonl
from ingest.drafts import Draft, Skipped
from ingest.jsonl import begins_with_object, read_jsonl


def read(data: bytes):
    return list(read_jsonl(io.BufferedReader(io.BytesIO(data)), "a.jsonl"))


def test_every_field_is_kept_and_unknown_ones_are_ignored():
    record = {
        "id": "x-1",
        "url": "https://a.example/1",
        "title": " A title ",
        "source": "Кварц",
        "author": None,
        "published": "2024-04-29T10:15:00+00:00",
        "language": "bg",
        "text": "Текст.\n\nОще текст.",
        "score": float("nan"),
    }
    assert read(json.dumps(record).encode() + b"\n") == [
        Draft(
            origin="a.jsonl:1",
            text="Текст.\n\nОще текст.",
            id="x-1",
            url="https://a.example/1",
            title="A title",
            source="Кварц",
            published=datetime(2024, 4, 29, 10, 15, tzinfo=UTC),
            language="bg",
        )
    ]


def test_a_bad_line_is_skipped_with_its_number_and_the_rest_goes_on():
    found = read(b'{"text": "one"}\n\nnonsense\n\xef\xbb\xbf{"text": "two", "id": 7}')
    assert found == [
        Draft(origin="a.jsonl:1", text="one"),
        Skipped(
            "a.jsonl:3",
            "the line is not valid JSON: Expecting value: line 1 column 1 (char 0)",
        ),
        Draft(origin="a.jsonl:4", text="two", id="7"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"[1]", "the line is not a JSON object", id="no-object"),
        pytest.param(b"[" * 99_999, "the line is nested too deeply", id="deep"),
        pytest.param(b"{}", "text is missing", id="no-text"),
        pytest.param(b'{"text": 5}', "text should be a text, not int", id="text-a-number"),
        pytest.param(b'{"text": " \\n"}', "text is empty", id="blank-text"),
        pytest.param(
            b'{"text": "a", "title": []}', "title should be a text, not list", id="title"
        ),
        pytest.param(b'{"text": "a", "id": true}', "id should be a text, not bool", id="id"),
        pytest.param(b'{"text": "a", "id": 1.5}', "id should be a text, not float", id="float-id"),
        pytest.param(b"\x00" * 50, "is not text but binary data", id="nul-bytes"),
    ],
)
def test_each_fault_is_named(line, reason):
    (skipped,) = read(line)
    assert skipped.origin == "a.jsonl:1"
    assert skipped.reason.startswith(reason)


def test_lone_surrogates_and_bad_dates_do_no_harm():
    (draft,) = read(b'{"text": "a\\ud800b", "published": "soon", "id": ""}')
    assert (draft.text, draft.published, draft.id) == ("a\ud800b", None, None)


def test_lines_in_another_encoding_are_read():
    line = '{"text": "Няма да съборим моста, каза кметът."}'
    assert read(line.encode("cp1251"))[0].text == "Няма да съборим моста, каза кметът."


def test_a_line_beyond_the_bound_is_passed_over(monkeypatch):
    monkeypatch.setattr(jsonl, "LINE_BYTES", 40)
    long = b'{"text": "' + b"a" * 200 + b'"}'
    found = read(long + b'\n{"text": "b"}\n' + long)
    assert [type(item) for item in found] == [Skipped, Draft, Skipped]
    assert found[1].origin == "a.jsonl:2"
    assert "split it" in found[2].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\x1f\x8b\x08xyz", "binary data .gzip.", id="packed"),
        pytest.param('{"text": "a"}'.encode("utf-16"), "is in UTF-16", id="utf-16"),
    ],
)
def test_what_is_no_jsonl_at_all_is_one_error(data, reason):
    with pytest.raises(SourceError, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(b'\n \n{"text": "a"}\n', True, id="after-blank-lines"),
        pytest.param(b'{"text": "cut off in the midd', True, id="longer-than-the-look"),
        pytest.param(b"{curly} prose", False, id="prose"),
        pytest.param(b'{"text": broken}\nx', False, id="broken"),
        pytest.param(b"[1, 2]", False, id="array"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_jsonl_is_known_by_its_first_line(head, expected):
    assert begins_with_object(head) is expected
