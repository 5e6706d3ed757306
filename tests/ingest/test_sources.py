"""Whatever is named is read or skipped with a reason; nothing stops the rest."""

import io
import os
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingest import sources
from ingest.drafts import Draft, Skipped
from ingest.fetch import FetchSettings

LOCAL = FetchSettings(allow_private=True, timeout_seconds=5)
PAGE = (
    "<html><head><title>T</title></head><body><article><p>{}</p></article></body></html>".format(
        "Няма да съборим моста, каза кметът на града пред журналисти в сряда вечерта. " * 4
    )
)
ITEM = "<item><title>{0}</title><link>{0}.html</link><description>Short.</description></item>"


def read(target: object, settings: FetchSettings = LOCAL) -> list[Any]:
    return list(sources.read(str(target), settings))


@pytest.fixture
def archive(tmp_path):
    """A folder with an article of each format, and things that are none."""
    files = {
        "b.txt": "Text b.",
        "a.md": "# Title\n\nText a.",
        "c/page.html": PAGE,
        "c/many.jsonl": '{"text": "one"}\nbroken\n{"text": "two"}\n',
        "d/feed.rss": f"<rss><channel><title>F</title>{ITEM.format('x')}</channel></rss>",
        "README.md": "no article",
        "c/license.txt": "no article",
        "LICENSE-MIT.txt": "no article",
        ".hidden.txt": "no article",
        ".git/a.txt": "no article",
        "picture.png": "no article",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_whole_and_in_order(archive):
    found = [(item.origin.removeprefix(f"{archive}/"), type(item)) for item in read(archive)]
    assert found == [
        ("a.md", Draft),
        ("b.txt", Draft),
        ("c/many.jsonl:1", Draft),
        ("c/many.jsonl:2", Skipped),
        ("c/many.jsonl:3", Draft),
        ("c/page.html", Draft),
        ("d/feed.rss entry 1", Draft),
    ]


def test_a_readme_that_is_named_is_meant(archive):
    assert read(archive / "README.md") == [Draft(origin=f"{archive}/README.md", text="no article")]


def test_an_unknown_ending_that_is_named_says_what_is_known(archive):
    (skipped,) = read(archive / "picture.png")
    assert skipped == Skipped(
        f"{archive}/picture.png",
        "has the ending '.png', which is not known;"
        " known are .txt, .md, .html, .htm, .jsonl, .parquet, .xml, .rss, .atom",
    )


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "is empty", id="empty"),
        pytest.param("a.txt", b" \n\t", "is empty", id="blank"),
        pytest.param("a.jsonl", b"", "is empty", id="empty-jsonl"),
        pytest.param("a.txt", b"%PDF-1.4", "is not text but binary data (PDF)", id="pdf"),
        pytest.param("a.md", bytes(range(256)) * 9, "is not text but binary data", id="binary"),
        pytest.param("a.html", b"<html>", "has no article text", id="empty-page"),
        pytest.param("a.xml", b"<urlset><url/></urlset>", "is XML, but neither RSS", id="xml"),
        pytest.param("a.atom", b"<feed", "is XML, but neither", id="broken-xml"),
        pytest.param("a.rss", b"<rss><<", "is a feed without entries", id="broken-feed"),
    ],
)
def test_bad_files_are_skipped_with_a_reason(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    (skipped,) = read(path)
    assert isinstance(skipped, Skipped)
    assert skipped.origin == str(path)
    assert skipped.reason.startswith(reason)


def test_a_huge_file_is_not_even_decoded(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024 + 1)
    (skipped,) = read(path)
    assert skipped.reason == (
        "is larger than 50 MiB; split it, or raise max_file_bytes in [fetch]"
    )


@pytest.mark.parametrize("name", ["missing.txt", "missing"])
def test_a_path_that_is_not_there_is_skipped(tmp_path, name):
    (skipped,) = read(tmp_path / name)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("cannot be read: ")


def test_what_cannot_be_a_path_is_skipped():
    assert read("a\0b.txt") == [Skipped("a\0b.txt", "is not a path: embedded null byte")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_odd_things_in_a_folder_stop_nothing(tmp_path):
    (tmp_path / "broken.txt").symlink_to("nowhere")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "a.txt").write_text("Text.")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    assert read(tmp_path) == [
        Skipped(f"{tmp_path}/broken.txt", "cannot be read: No such file or directory"),
        Draft(origin=f"{tmp_path}/folder.txt/a.txt", text="Text."),
        Skipped(f"{tmp_path}/pipe.txt", "is not a regular file; pipe it into `citat ingest -`"),
    ]


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read every folder")
def test_a_folder_without_rights_is_skipped(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    assert read(tmp_path) == [Skipped(f"{tmp_path}/closed", "cannot be listed: Permission denied")]


def test_a_folder_that_goes_away_while_it_is_read_is_skipped(tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    for name in ("b", "c"):
        (tmp_path / name).mkdir()
    reading = sources.read(str(tmp_path), LOCAL)
    assert isinstance(next(reading), Draft)
    (tmp_path / "b").rmdir()
    assert list(reading) == [
        Skipped(f"{tmp_path}/b", "cannot be listed: No such file or directory")
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            b'\n{"text": "one"}\n{"text": "two"}\n',
            [
                Draft(origin="standard input:2", text="one"),
                Draft(origin="standard input:3", text="two"),
            ],
            id="jsonl",
        ),
        pytest.param(
            b"Just text.\n", [Draft(origin="standard input", text="Just text.\n")], id="text"
        ),
        pytest.param(b"", [Skipped("standard input", "is empty")], id="empty"),
    ],
)
def test_standard_input_is_json_lines_or_one_text(monkeypatch, data, expected):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read("-") == expected
    assert not sys.stdin.buffer.closed


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def files_site(tmp_path) -> Iterator[str]:
    handler = partial(_Files, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_page_is_read_from_its_address(files_site, tmp_path):
    (tmp_path / "a.html").write_bytes(
        PAGE.replace("<head>", '<head><meta charset="windows-1251">').encode("cp1251")
    )
    (draft,) = read(f"{files_site}/a.html")
    assert draft.url == draft.origin == f"{files_site}/a.html"
    assert draft.text.startswith("Няма да съборим моста, каза кметът")


def test_a_plain_text_is_read_from_its_address(files_site, tmp_path):
    (tmp_path / "a.txt").write_text("Just text.")
    url = f"{files_site}/a.txt"
    assert read(url) == [Draft(origin=url, text="Just text.", url=url)]


def test_short_entries_of_a_feed_are_read_from_their_pages(files_site, tmp_path):
    feed = f"<rss version='2.0'><channel><title>F</title>{ITEM.format('a')}{ITEM.format('b')}"
    (tmp_path / "feed.xml").write_text(f"{feed}</channel></rss>")
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    draft, skipped = read(f"{files_site}/feed.xml")
    assert isinstance(draft, Draft)
    assert draft.url == f"{files_site}/a.html"
    assert draft.text.startswith("Няма да съборим моста")
    assert skipped == Skipped(f"{files_site}/b.html", "answered 404 Not Found")


def test_a_dead_address_is_skipped():
    (skipped,) = read("http://127.0.0.1:9/feed.xml", FetchSettings())
    assert skipped == Skipped(
        "http://127.0.0.1:9/feed.xml",
        "127.0.0.1 is a private address (127.0.0.1);"
        " set allow_private = true in [fetch] to allow it",
    )
