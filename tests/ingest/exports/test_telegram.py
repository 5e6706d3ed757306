"""Exports of Telegram channels: posts are articles, whatever else is in the file."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from ingest.drafts import Draft, Skipped
from ingest.exports.telegram import read_telegram, usernames_beside

AT = datetime(2024, 1, 23, 8, 15, tzinfo=UTC)


def post(
    number: object = 7, text: object = "Мостът остава затворен.", **fields: object
) -> dict[str, Any]:
    moment = {"date": "2024-01-23T10:15:00", "date_unixtime": str(int(AT.timestamp()))}
    return {"id": number, "type": "message", **moment, "text": text, **fields}


def channel(*messages: object, kind: str = "public_channel", **fields: object) -> dict[str, Any]:
    return {"name": "Кварц", "type": kind, "id": 1234567890, "messages": messages, **fields}


def read(export: object, usernames: dict[str, str] | None = None) -> list[Any]:
    data = export if isinstance(export, bytes) else json.dumps(export).encode()
    return list(read_telegram(io.BytesIO(data), "result.json", usernames or {}))


def test_a_post_becomes_an_article_with_a_link():
    edited: dict[str, Any] = {"edited": "2024-01-23T11:00:00", "edited_unixtime": "1706000400"}
    assert read(channel(post(from_id="channel1234567890", views=5, **edited))) == [
        Draft(
            origin="result.json post 1234567890/7",
            text="Мостът остава затворен.",
            url="https://t.me/c/1234567890/7",
            source="Кварц",
            published=AT,
        )
    ]


@pytest.mark.parametrize("known_by", ["1234567890", "Кварц"])
def test_the_link_of_a_public_channel_needs_its_username(known_by):
    (draft,) = read(channel(post()), {known_by: "kvarts"})
    assert draft.url == "https://t.me/kvarts/7"


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({}, None),
        ({"forwarded_from": "Здравен куриер"}, "Здравен куриер"),
        ({"author": "Мила Ганева", "forwarded_from": None}, "Мила Ганева"),
    ],
)
def test_who_signed_or_was_forwarded_is_the_author(fields, author):
    assert [draft.author for draft in read(channel(post(**fields)))] == [author]


def test_what_is_no_post_is_left_out_and_counted():
    album = [post(8, "", photo="photos/8.jpg"), post(9, [], photo="photos/9.jpg")]
    service = {"id": 1, "type": "service", "action": "create_channel", "text": ""}
    draft, left_out = read(channel(service, post(), *album))
    assert isinstance(draft, Draft)
    assert left_out == Skipped(
        "result.json", "left out: posts without text (2), service messages (1)"
    )


def test_of_a_whole_account_only_channels_are_read():
    chats = [
        channel(post(1, "Hello, mother"), kind="personal_chat", name=None, id=2),
        channel(post(2, "Първа"), id=11),
        channel(post(2, "Втора"), kind="private_channel", name="Друг", id=12),
    ]
    one, two, left_out = read(
        {"about": "x", "contacts": {"list": [{"name": "x", "id": 3}]}, "chats": {"list": chats}}
    )
    assert (one.url, one.source) == ("https://t.me/c/11/2", "Кварц")
    assert (two.url, two.source, two.text) == ("https://t.me/c/12/2", "Друг", "Втора")
    assert left_out.reason == "left out: messages of chats that are no channels (1)"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.just("дума ")))
def test_a_text_is_the_same_however_its_format_cuts_it(pieces):
    cut = [{"type": "bold", "text": piece} if n % 2 else piece for n, piece in enumerate(pieces)]
    whole = "".join(pieces)
    texts = [
        [item.text for item in read(channel(message)) if isinstance(item, Draft)]
        for message in (post(text=whole), post(text=cut))
    ]
    assert texts == [[whole] if whole.strip() else []] * 2


def test_old_exports_give_the_time_of_a_clock():
    message = post()
    del message["date_unixtime"]
    (draft,) = read(channel(message))
    assert draft.published == datetime(2024, 1, 23, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["", "soon", "9" * 30, None])
def test_a_date_that_is_none_is_no_date(moment):
    (draft,) = read(channel(post(date=None, date_unixtime=moment)))
    assert draft.published is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is broken JSON; export it again", id="empty"),
        pytest.param(b"<html>", "is broken JSON; export it again", id="html"),
        pytest.param(b"\x00\x01", "is broken JSON; export it again", id="binary"),
        pytest.param(b'{"text": "a"}\n{"text": "b"}', "or name it .jsonl", id="json-lines"),
        pytest.param(b"[1, 2]", "is JSON, but holds no posts", id="other-json"),
        pytest.param(b'{"name": "a"}', "is JSON, but holds no posts", id="no-posts"),
        pytest.param(b"[" * 200_000, "is broken JSON; export it again", id="deep"),
        pytest.param(
            b'{"type":"public_channel","id":1,"messages":[' + b'{"a":[' * 9000,
            "is nested too deeply",
            id="deep-message",
        ),
    ],
)
def test_what_is_no_export_says_so(data, reason):
    with pytest.raises(SourceError, match=reason):
        read(data)


def test_a_text_without_end_takes_no_memory_without_end():
    with pytest.raises(SourceError, match="holds a part longer than 32 MiB"):
        read(b'{"name": "' + b"x" * 33 * 2**20)


@pytest.mark.parametrize("cut", [b"", b"tru", b'\xff"'], ids=["cut", "broken", "bad-bytes"])
def test_what_comes_before_a_break_is_kept(cut):
    whole = json.dumps(channel(post(1), post(2), post(3))).encode()
    at = whole.index(b'{"id": 3')
    drafts = read(whole[:at] + cut)
    assert [getattr(item, "url", None) for item in drafts[:2]] == [
        "https://t.me/c/1234567890/1",
        "https://t.me/c/1234567890/2",
    ]
    assert drafts[2] == Skipped(
        "result.json",
        "is broken JSON after post 1234567890/2; export it again to get the rest",
    )


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(post(text=5), id="number"),
        pytest.param(post(text=[5, None, {"text": []}]), id="odd-pieces"),
        pytest.param(post(number="x"), id="no-number"),
        pytest.param({"type": "message"}, id="nothing"),
    ],
)
def test_an_odd_message_costs_only_itself(message):
    drafts = read(channel(message, post()))
    assert [type(item) for item in drafts] == [Draft, Skipped]


@pytest.mark.parametrize("value", ["kvarts", "@kvarts", "https://t.me/kvarts"])
def test_usernames_stand_beside_the_export(tmp_path, value):
    (tmp_path / "channels.toml").write_text(f'1234567890 = "{value}"\n"Друг" = "drug_bg"\n')
    assert usernames_beside(tmp_path / "result.json") == {
        "1234567890": "kvarts",
        "Друг": "drug_bg",
    }
    assert usernames_beside(tmp_path / "sub" / "result.json") == {}


@pytest.mark.parametrize("text", ["a = [", 'a = "no name"', "a = 5", "\x00"])
def test_a_bad_file_of_usernames_says_so(tmp_path, text):
    (tmp_path / "channels.toml").write_text(text)
    with pytest.raises(SourceError, match=r"channels.toml beside it"):
        usernames_beside(tmp_path / "result.json")
