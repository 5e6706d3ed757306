"""Every kind of damage is found and named; what is derived is made anew, and nothing else."""

import json
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from click.testing import CliRunner

from citat import cli
from index.database import FILE
from index.encoder import Vectors
from index.keeping.repair import repair
from index.keeping.verify import Report, verify
from index.library import Library
from index.search import Searcher
from ingest.pipeline import IngestSettings, ingest
from ingest.pipeline import Report as Ingested
from tests.index.keeping.conftest import MAYOR, draft, overwrite_table

NAN = np.full(384, np.nan, dtype=np.float16).tobytes()
OTHER = (np.eye(1, 384, dtype=np.float16)).tobytes()
SENTENCE = "(select id from sentences order by id limit 1)"
PASSAGE = "(select id from passages order by id limit 1)"

DERIVED = [
    pytest.param(
        "vectors", f"update sentences set vector = x'00' where id = {SENTENCE}", id="cut"
    ),
    pytest.param(
        "vectors", f"update sentences set vector = zeroblob(768) where id = {SENTENCE}", id="zero"
    ),
    pytest.param(
        "vectors",
        f"update sentences set vector = x'{NAN.hex()}' where id = {SENTENCE}",
        id="not-a-number",
    ),
    pytest.param(
        "vectors",
        f"update sentences set vector = x'{OTHER.hex()}' where id = {SENTENCE}",
        id="of-other-words",
    ),
    pytest.param("words", f"delete from words where rowid = {PASSAGE}", id="no-words"),
    pytest.param(
        "words", f"update words set stems = 'whale' where rowid = {PASSAGE}", id="other-words"
    ),
    pytest.param(
        "words", "insert into words (rowid, stems) values (999, 'whale')", id="words-of-nothing"
    ),
    pytest.param(
        "words",
        f"update words_content set c0 = 'whale' where id = {PASSAGE}",
        id="words-that-the-index-does-not-know",
    ),
    pytest.param("speakers", "update statements set speaker = 'nobody'", id="other-speaker"),
    pytest.param(
        "copies", f"delete from copy_bands where sentence = {SENTENCE}", id="band-missing"
    ),
    pytest.param("copies", f"insert into copy_bands values (1, {SENTENCE})", id="band-too-many"),
    pytest.param("tallies", "update tallies set count = count + 1", id="counts"),
    pytest.param("tallies", "update passages set language = 'ru'", id="language-of-passages"),
    pytest.param(
        "file",
        "pragma foreign_keys = off; delete from articles where id = 'mayor';"
        " delete from words where rowid not in (select p.id from passages p"
        " join articles a on a.key = p.article)",
        id="rows-of-no-article",
    ),
]

TRUTH = [
    pytest.param(
        "articles",
        "update articles set text = replace(text, 'заяви', 'отрече')",
        id="text-changed",
    ),
    pytest.param("articles", "update articles set text = '' where id = 'mayor'", id="no-text"),
    pytest.param(
        "articles", "update articles set published = 'soon' where id = 'mayor'", id="no-date"
    ),
    pytest.param(
        "sentences", f'update sentences set "end" = 9999 where id = {SENTENCE}', id="leaves-text"
    ),
    pytest.param(
        "sentences", "update sentences set start = 0 where ordinal = 1", id="overlapping"
    ),
    pytest.param(
        "sentences", f'update sentences set "end" = start where id = {SENTENCE}', id="empty"
    ),
    pytest.param("sentences", "delete from sentences where ordinal = 0", id="sentence-missing"),
    pytest.param("sentences", "delete from sentences", id="no-sentences"),
    pytest.param("passages", "update passages set last = 99", id="passage-too-long"),
    pytest.param(
        "passages",
        f"delete from words where rowid = {PASSAGE}; delete from passages where id = {PASSAGE}",
        id="passage-missing",
    ),
    pytest.param("statements", "update statements set told = '{'", id="statement-unreadable"),
    pytest.param("statements", 'update statements set "end" = "end" + 1', id="statement-moved"),
    pytest.param(
        "statements",
        "update statements set told = replace(told, '[[', '[[9'), start = 9 || start",
        id="statement-leaves-text",
    ),
    pytest.param(
        "watches",
        "insert into watches (chat, topic, user, question, language, since, checked)"
        " values (1, 0, 1, '?', 'bg', 0, 9999)",
        id="checked-beyond-the-end",
    ),
    pytest.param(
        "watches",
        "insert into watches (chat, topic, user, question, language, since, checked)"
        " values (1, 0, 1, '?', 'bg', 0, 1); insert into deliveries (watch, article, version,"
        ' start, "end", language, quote, sentences, state)'
        " values (1, 'a', 'b', 0, 1, 'bg', '{', '[]', 'waiting')",
        id="delivery-unreadable",
    ),
    pytest.param("watches", "insert into former_words values ('a', 'b', 1)", id="former-words"),
]


class Counting:
    """An encoder that counts the sentences that it encodes."""

    def __init__(self, encoder) -> None:
        self.encoder = encoder
        self.identity = encoder.identity
        self.dimension = encoder.dimension
        self.count_tokens = encoder.count_tokens
        self.encode_queries = encoder.encode_queries
        self.word_vectors = encoder.word_vectors
        self.encoded = 0

    def encode_passages(self, texts) -> Vectors:
        self.encoded += len(texts)
        vectors: Vectors = self.encoder.encode_passages(texts)
        return vectors


def damage(data, script: str) -> None:
    with closing(sqlite3.connect(data / FILE)) as connection:
        connection.executescript(script)


@pytest.fixture
def check(data, encoder):
    """Check the library, repair it if asked to, and check again."""

    def run(*, repaired: bool = False, deep: bool = False) -> Report:
        with Library.open(data) as library:
            report = verify(library, encoder, lambda _: None, deep=deep)
            if repaired:
                repair(library, encoder, report, lambda _: None)
                return verify(library, encoder, lambda _: None, deep=deep)
            return report

    return run


def test_a_sound_library_has_nothing_wrong(check):
    report = check(deep=True)
    assert report.wrong == {}
    assert {part.value: checked for part, checked in report.checked.items()} == {
        "file": 1,
        "tallies": 1,
        "articles": 3,
        "sentences": 8,
        "vectors": 8,
        "copies": 8,
        "snapshot": 8,
        "passages": 5,
        "words": 5,
        "statements": 3,
        "speakers": 3,
    }


def test_the_sample_archive_has_nothing_wrong(archive, encoder):
    assert verify(archive, encoder, lambda _: None, deep=True).wrong == {}


@pytest.mark.parametrize(("part", "script"), DERIVED)
def test_what_is_derived_and_damaged_is_found_and_made_anew(check, data, part, script):
    damage(data, script)
    assert part in check().wrong
    assert check(repaired=True).wrong == {}


@pytest.mark.parametrize(("part", "script"), TRUTH)
def test_a_damaged_truth_is_found_and_stays_as_it_is(check, data, part, script):
    damage(data, script)
    assert part in check().wrong
    assert part in check(repaired=True).wrong


def test_a_damaged_snapshot_is_found_and_made_anew(check, data):
    check()
    (snapshot,) = data.glob("vectors-*/bg-0.faiss")
    stored = bytearray(snapshot.read_bytes())
    middle = len(stored) // 2
    stored[middle : middle + 512] = bytes(512)
    snapshot.write_bytes(stored)
    assert check().wrong.keys() == {"snapshot"}
    assert check(repaired=True).wrong == {}


def test_without_a_snapshot_damaged_vectors_are_found_and_made_anew(check, data):
    for snapshot in data.glob("vectors-*"):
        shutil.rmtree(snapshot)
    damage(data, f"update sentences set vector = x'00' where id = {SENTENCE}")
    assert check().wrong == {"vectors": 1, "snapshot": 1}
    assert check(repaired=True).wrong == {}


def test_a_file_that_is_damaged_is_told_in_one_report(check, data):
    overwrite_table(data, "statements")
    assert check().wrong["file"] > 0


def test_text_that_is_no_text_is_told_of_its_article(check, data):
    damage(data, "update articles set text = cast(x'ff41' as text) where id = 'mayor'")
    report = check()
    assert report.wrong["articles"] == 1
    assert "Could not decode" in report.examples["articles"][0].what


def test_a_value_of_another_type_is_told_of_its_article(check, data):
    damage(data, "update sentences set start = 'x' where ordinal = 1")
    report = check()
    assert report.examples["articles"][0].what == "the one in row 1: it holds 'x', which is no int"


def test_an_article_made_anew_is_the_same_and_no_news_to_anybody(check, data, encoder):
    """It keeps its text, its version and the first ids of its sentences, and is found again."""
    with Library.open(data) as library:
        before = (
            library.article("mayor"),
            library.first_ids("mayor"),
            library.content_hash("mayor"),
        )
    damage(data, "update sentences set vector = zeroblob(768)")
    assert check(repaired=True).wrong == {}
    with Library.open(data) as library:
        after = library.article("mayor"), library.first_ids("mayor"), library.content_hash("mayor")
        searcher = Searcher(library, encoder)
        hits = searcher.search(searcher.parse("защо е затворен мостът?"), limit=1)
        assert hits[0].passage.span.article == "mayor"
    assert after == before


def test_an_article_whose_text_is_damaged_is_taken_again_by_the_next_ingest(check, data, encoder):
    damage(data, "update articles set text = replace(text, 'заяви', 'отрече')")
    check(repaired=True)
    with Library.open(data) as library:
        ingest(
            [draft("mayor", MAYOR, source="Кварц", language="bg")],
            library,
            encoder,
            Ingested(),
            settings=IngestSettings(),
            progress=lambda _: None,
        )
        mended = library.article("mayor")
        assert mended
        assert mended.text == MAYOR
    assert check().wrong == {}


def test_an_article_whose_text_is_damaged_can_be_removed(check, data):
    damage(data, "update articles set text = text || '!' where id = 'mayor'")
    check(repaired=True)
    with Library.open(data) as library:
        assert library.remove(["mayor"]) == ["mayor"]
    assert check().wrong == {}


def test_what_changes_while_it_is_repaired_is_not_written_over(data, encoder):
    damage(data, "update sentences set vector = zeroblob(768)")
    with Library.open(data) as library:
        report = verify(library, encoder, lambda _: None)
        library.remove(["mayor"])
        repair(library, encoder, report, lambda _: None)
        assert library.article("mayor") is None
        assert verify(library, encoder, lambda _: None).wrong == {}


def test_only_a_sample_of_many_sentences_is_encoded(data, encoder, monkeypatch):
    monkeypatch.setattr("index.keeping.verify.SAMPLE", 2)
    counting = Counting(encoder)
    with Library.open(data) as library:
        verify(library, counting, lambda _: None)
        assert counting.encoded == 2
        verify(library, counting, lambda _: None, deep=True)
        assert counting.encoded == 2 + 8


@pytest.mark.usefixtures("encoder_loaded_once")
class TestCommand:
    def run(self, data, *options):
        return CliRunner().invoke(cli, ["verify", "--data", str(data), *options])

    def test_a_sound_library(self, data):
        run = self.run(data)
        assert run.exit_code == 0
        assert run.stdout.splitlines()[:3] == [
            "file                1 checked, all right",
            "tallies             1 checked, all right",
            "articles            3 checked, all right",
        ]

    def test_what_is_wrong_is_named_and_the_exit_status_says_so(self, data):
        damage(data, f"update sentences set vector = zeroblob(768) where id = {SENTENCE}")
        run = self.run(data)
        assert run.exit_code == 1
        assert "vectors             8 checked, 1 wrong\n" in run.stdout
        assert "  mayor: that of sentence 0 has length 0 and not 1\n" in run.stdout
        assert run.stderr == (
            "Error: 1 things are wrong: `citat verify --repair` makes anew what is derived\n"
        )

    def test_what_is_repaired_is_said(self, data):
        damage(data, f"update sentences set vector = zeroblob(768) where id = {SENTENCE}")
        run = self.run(data, "--repair", "--json")
        assert run.exit_code == 0
        assert json.loads(run.stdout)["vectors"] == {
            "checked": 8,
            "wrong": 1,
            "repaired": 1,
            "examples": [
                {"article": "mayor", "what": "that of sentence 0 has length 0 and not 1"}
            ],
        }
        assert self.run(data).exit_code == 0

    def test_what_cannot_be_repaired_says_what_to_do(self, data):
        damage(data, "update articles set text = text || '!' where id = 'mayor'")
        run = self.run(data, "--repair")
        assert run.exit_code == 1
        assert run.stderr == (
            "Error: 1 things are wrong: ingest the sources of these articles again,"
            " or restore a backup\n"
        )

    def test_an_empty_library_is_sound(self, tmp_path):
        Library.open(tmp_path, create=True).close()
        assert self.run(tmp_path).exit_code == 0
