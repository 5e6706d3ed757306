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
from ingest.pipeline import article_id

LOCAL = FetchSettings(allow_private=True, timeout_seconds=5)
PAGE = (
    "<html><head><title>T</title></head><body><article><p>{}</p></article></body></html>".format(
        "Няма да съборим моста, каза кметът на града пред журналисти в сряда вечерта. " * 4
    )
)
ITEM = "<item><title>{0}</title><link>{0}.html</link><description>Short.</description></item>"

TELEGRAM = (
    '{"name": "T", "type": "public_channel", "id": 5, "messages":'
    ' [{"id": 7, "type": "message", "text": "Text."}]}'
)
WORDPRESS = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>'
    "<content:encoded>Text.</content:encoded><wp:status>publish</wp:status></item></channel></rss>"
)


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
        "settings.json": "{}",
        "e/result.json": TELEGRAM,
        "e/wordpress.xml": WORDPRESS,
        "e/old.doc": "an article, lost if nobody is told",
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
        ("e/old.doc", Skipped),
        ("e/result.json post 5/7", Draft),
        ("e/wordpress.xml entry 1", Draft),
    ]


def test_a_readme_that_is_named_is_meant(archive):
    assert read(archive / "README.md") == [Draft(origin=f"{archive}/README.md", text="no article")]


def test_an_unknown_ending_that_is_named_says_what_is_known(archive):
    (skipped,) = read(archive / "picture.png")
    assert skipped == Skipped(
        f"{archive}/picture.png",
        "has the ending '.png', which is not known;"
        " known are .txt, .md, .html, .htm, .jsonl, .xml, .rss, .atom,"
        " .pdf, .docx, .epub, .json, .warc, .warc.gz, .wacz",
    )


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "is empty", id="empty"),
        pytest.param("a.txt", b" \n\t", "is empty", id="blank"),
        pytest.param("a.jsonl", b"", "is empty", id="empty-jsonl"),
        pytest.param(
            "a.txt", b"%PDF-1.4", "is not text but binary data (PDF); name it .pdf", id="pdf"
        ),
        pytest.param("a.md", bytes(range(256)) * 9, "is not text but binary data", id="binary"),
        pytest.param("a.html", b"<html>", "has no article text", id="empty-page"),
        pytest.param("a.xml", b"<urlset><url/></urlset>", "is XML, but neither RSS", id="xml"),
        pytest.param("a.atom", b"<feed", "is XML, but neither", id="broken-xml"),
        pytest.param("a.pdf", PAGE.encode(), "is named as a PDF but is none", id="no-pdf"),
        pytest.param("a.docx", PAGE.encode(), "is a broken Word file", id="no-docx"),
        pytest.param("a.epub", PAGE.encode(), "is a broken EPUB file", id="no-epub"),
        pytest.param("a.json", b"[]", "is JSON, but holds no posts", id="other-json"),
        pytest.param("a.warc", PAGE.encode(), "is no web archive", id="no-warc"),
        pytest.param("A.WARC.GZ", PAGE.encode(), "is no web archive", id="no-packed-warc"),
        pytest.param("a.wacz", PAGE.encode(), "is a broken WACZ file", id="no-wacz"),
        pytest.param("a.DOC", b"x", "is a Word file of before 2007; save it as .docx", id="doc"),
        pytest.param("a.gz", b"x", "has the ending '.gz', which is not known", id="gz"),
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


def test_the_usernames_beside_an_export_make_its_links(archive):
    (archive / "e/channels.toml").write_text('5 = "tea_time"')
    (draft,) = read(archive / "e/result.json")
    assert draft.url == "https://t.me/tea_time/7"


def test_an_article_is_the_same_whether_it_comes_from_the_site_or_from_an_export(archive):
    url = "https://kvarts.example/most/"
    saved = archive / "c/page.html"
    saved.write_text(PAGE.replace("<head>", f"<head><link rel='canonical' href='{url}'>"))
    export = archive / "e/wordpress.xml"
    export.write_text(WORDPRESS.replace("<item>", f"<item><link>{url}</link>"))
    assert article_id(*read(saved)) == article_id(*read(export))


def test_an_export_larger_than_a_file_may_be_is_read(archive):
    (draft,) = read(archive / "e/wordpress.xml", FetchSettings(max_file_bytes=10))
    assert draft.text == "Text."


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
