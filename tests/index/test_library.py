"""The library keeps whole articles, says what is wrong in one line, and loses nothing."""

import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from index.database import FILE, PORTION, WAITING_LINES
from index.entries import Entry
from index.errors import EncoderMismatch, LibraryError, QuoteError
from index.library import Library, SentenceVectors
from index.people import person_key
from index.records import Article
from index.statements import Kind, Party, Statement
from tests.conftest import entry_of, toy_vector

CALL = entry_of("call", "Putin called Netanyahu.", "They spoke of Gaza.", "🐋 came up.")
FLOOD = entry_of("flood", "Реката преля.", "Няма загинали.", language="bg")
ORPHANS = {
    **{
        table: f"select count(*) from {table} where article not in (select key from articles)"
        for table in ("sentences", "passages", "statements")
    },
    "words": "select count(*) from words where rowid not in (select id from passages)",
    "unworded": "select count(*) from passages where id not in (select rowid from words)",
}


def passages_of(library: Library, article_id: str) -> list[int]:
    sentences = library.sentence_ids().tolist()
    ids = library.passages_of_sentences(sentences)
    return [
        found.id for found in library.passages(ids) if found.passage.span.article == article_id
    ]


def orphans(library: Library) -> dict[str, int]:
    return {name: library._value(sql) for name, sql in ORPHANS.items()}


class TestReadingAndWriting:
    def test_an_article_comes_back_as_it_went_in(self, library):
        published = datetime(2023, 10, 16, 18, 30, tzinfo=UTC)
        article = Article("a", "🐋 Една.", "Т", "О", "bg", "https://e.example/1", "Ана", published)
        entry = Entry.of(
            article,
            content_hash="h",
            sentences=[(0, 7)],
            vectors=toy_vector("x")[None],
            passages=[(0, 1)],
        )
        library.write([entry])
        assert library.article("a") == article
        assert library.content_hash("a") == "h"
        assert list(library.articles()) == [article]

    def test_a_sentence_that_an_edit_leaves_alone_keeps_its_first_id(self, library):
        library.write([CALL])
        [(call, _), (gaza, _), _] = library.first_ids("call")
        for added in ("They also spoke of Iran.", "And of Syria."):
            library.write(
                [entry_of("call", added, "They spoke of Gaza.", "Putin called Netanyahu.")]
            )
        [(newest, _), *kept] = library.first_ids("call")
        assert kept == [(gaza, "They spoke of Gaza."), (call, "Putin called Netanyahu.")]
        assert newest == library.sentence_ids()[0] > gaza

    def test_what_is_not_there_is_none(self, library):
        assert library.article("a") is None
        assert library.content_hash("a") is None
        assert library.sentences("a") == []
        assert library.encoder is None

    def test_sentences_are_the_slices_they_were(self, library):
        library.write([CALL, FLOOD])
        words = [library.words(sentence.span) for sentence in library.sentences("call")]
        assert words == ["Putin called Netanyahu.", "They spoke of Gaza.", "🐋 came up."]
        assert [sentence.ordinal for sentence in library.sentences("call")] == [0, 1, 2]

    def test_a_passage_holds_its_words_names_title_and_sentences(self, library):
        library.write([CALL])
        (passage,) = library.passages(passages_of(library, "call"))
        assert library.words(passage.passage.span) == CALL.article.text
        assert passage.language == "en"
        assert passage.stems.split() == ["putin", "netanyahu", "gaza", "came"]
        assert passage.title.split() == ["putin", "netanyahu"]
        assert [sentence.span for _, sentence in passage.sentences] == [
            sentence.span for sentence in library.sentences("call")
        ]

    def test_overlapping_passages_share_their_sentences(self, library):
        library.write([entry_of("a", "One.", "Two.", "Three.", passages=[(0, 2), (1, 3)])])
        one, two, three = library.sentence_ids().tolist()
        first, second = library.passages(passages_of(library, "a"))
        assert library.words(first.passage.span) == "One. Two."
        assert library.words(second.passage.span) == "Two. Three."
        assert [id_ for id_, _ in first.sentences] == [one, two]
        assert [id_ for id_, _ in second.sentences] == [two, three]
        assert library.passages_of_sentences([one]) == [first.id]
        assert sorted(library.passages_of_sentences([two])) == [first.id, second.id]

    def test_words_that_fold_to_nothing_are_not_kept(self, library):
        library.write([entry_of("a", "Река ﾞ.", language="bg")])
        (passage,) = library.passages(passages_of(library, "a"))
        assert passage.stems == "река"

    def test_vectors_come_back_in_half_precision_article_by_article(self, library):
        library.write([CALL, FLOOD])
        stored = SentenceVectors.joined(library.sentence_vectors())
        assert stored.languages == ["en", "en", "en", "bg", "bg"]
        assert stored.ids.tolist() == library.sentence_ids().tolist()
        given_vectors = np.concatenate([CALL.vectors, FLOOD.vectors]).astype(np.float32)
        assert np.array_equal(stored.vectors, given_vectors)
        (later,) = library.sentence_vectors(above=int(stored.articles[2]))
        assert later.ids.tolist() == stored.ids[3:].tolist()
        (english,) = library.sentence_vectors(language="en")
        assert english.ids.tolist() == stored.ids[:3].tolist()
        (earlier,) = library.sentence_vectors(upto=int(stored.articles[2]))
        assert earlier.ids.tolist() == stored.ids[:3].tolist()

    def test_vectors_come_in_portions_of_whole_articles(self, library, monkeypatch):
        monkeypatch.setattr("index.library.ARTICLES_AT_ONCE", 2)
        library.write([CALL, FLOOD, entry_of("b", "Вода.", language="bg")])
        parts = [*library.sentence_vectors()]
        assert [part.ids.tolist() for part in parts] == [[1, 2, 3, 4, 5], [6]]

    def test_statements_come_back_as_they_went_in(self, library):
        told = [
            Statement(
                ((0, 6), (9, 23)),
                Kind.MIXED,
                (7, 8),
                Party("Vladimir Putin", (0, 5)),
                Party("Netanyahu", None),
                ("TASS", "Reuters"),
                denied=True,
            ),
            Statement(((24, 42),), Kind.INDIRECT),
        ]
        library.write([replace(CALL, statements=told), FLOOD])
        assert library.statements("call") == told
        assert library.statements("flood") == []
        assert library.counts()["statements"] == 2
        library.remove(["call"])
        assert library.counts()["statements"] == 0

    def test_an_empty_library_has_no_vectors(self, library):
        assert SentenceVectors.joined(library.sentence_vectors()).vectors.shape == (0, 0)

    def test_counts_and_languages_most_frequent_first(self, library):
        library.write([CALL, FLOOD, entry_of("b", "Вода.", language="bg")])
        assert library.counts() == {
            "articles": 3,
            "sentences": 6,
            "passages": 3,
            "statements": 0,
        }
        assert library.languages() == {"bg": 2, "en": 1}

    def test_articles_are_listed_newest_first_and_undated_ones_last(self, library):
        dates = {"old": datetime(2020, 1, 1, tzinfo=UTC), "new": datetime(2024, 1, 1, tzinfo=UTC)}
        for name in ("undated", "old", "new"):
            entry = entry_of(name, "Water.")
            dated = replace(entry.article, published=dates.get(name))
            library.write([replace(entry, article=dated)])
        assert [article.id for article in library.articles()] == ["new", "old", "undated"]
        assert [article.id for article in library.articles(limit=1)] == ["new"]
        in_order = [article.id for article in library.articles(newest_first=False)]
        assert in_order == ["undated", "old", "new"]

    def test_the_numbers_of_sentences_and_vectors_must_agree(self):
        with pytest.raises(ValueError, match="call: 3 sentences, 1 vectors"):
            entry_of("call", "A.", "B.", "C.", vectors=toy_vector("x")[None])

    def test_more_ids_than_one_statement_takes_are_read_in_portions(self, library):
        library.write([CALL])
        sentences = library.sentence_ids().tolist()
        assert len(library.passages_of_sentences([*range(10, PORTION + 10), *sentences])) == 1


class TestChanging:
    def test_replacing_an_article_removes_all_that_was_derived_from_it(self, library):
        library.write([CALL, FLOOD])
        before = set(library.sentence_ids().tolist())
        library.write([entry_of("call", "The call was short.")])
        assert library.counts() == {"articles": 2, "sentences": 3, "passages": 2, "statements": 0}
        assert [library.words(s.span) for s in library.sentences("call")] == [
            "The call was short."
        ]
        assert library.word_counts("stems", ["gaza", "short"]) == {"short": 1}
        assert orphans(library) == dict.fromkeys(ORPHANS, 0)
        new = set(library.sentence_ids().tolist()) - before
        assert len(new) == 1
        assert min(new) > max(before)

    def test_removing_an_article_removes_all_of_it_and_nothing_else(self, library):
        library.write([CALL, FLOOD])
        assert library.remove(["call", "unknown", "call"]) == ["call"]
        assert library.article("call") is None
        assert library.counts() == {"articles": 1, "sentences": 2, "passages": 1, "statements": 0}
        assert library.match_words("gaza", 10) == []
        assert library.match_words('stems : "река"', 10) == passages_of(library, "flood")[:1]
        assert orphans(library) == dict.fromkeys(ORPHANS, 0)

    def test_words_of_a_removed_or_changed_article_are_not_given(self, library):
        library.write([CALL])
        span = library.sentences("call")[0].span
        library.write([entry_of("call", "Nobody called.")])
        with pytest.raises(QuoteError, match="call was quoted in version"):
            library.words(span)
        library.remove(["call"])
        with pytest.raises(QuoteError, match="call is no longer in the library"):
            library.words(span)

    def test_every_change_of_articles_has_a_generation_of_its_own(self, library):
        generations = [library.generation]
        for change in (
            lambda: library.write([CALL]),
            lambda: library.write([CALL]),
            lambda: library.remove(["call"]),
        ):
            change()
            generations.append(library.generation)
        assert generations == sorted(set(generations))

    def test_a_batch_is_stored_whole_or_not_at_all(self, library):
        library.write([FLOOD])
        generation = library.generation
        broken = replace(CALL, folded=[])  # one passage without words
        with pytest.raises(ValueError, match="zip"):
            library.write([entry_of("new", "Water."), broken])
        assert [article.id for article in library.articles()] == ["flood"]
        assert library.generation == generation

    def test_an_article_cannot_be_deleted_from_under_its_sentences(self, library):
        library.write([CALL])
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            library._db.execute("update sentences set article = 999")

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["write", "remove"]),
                st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
                st.integers(1, 4),
            ),
            max_size=8,
        )
    )
    def test_no_sequence_of_changes_leaves_orphans(self, changes):
        library = in_memory()
        expected: dict[str, int] = {}
        for kind, names, sentences in changes:
            if kind == "write":
                text = [f"Sentence {number}." for number in range(sentences)]
                said = [Statement(((0, 8),), Kind.DIRECT)] * sentences
                library.write([entry_of(name, *text, statements=said) for name in names])
                expected |= dict.fromkeys(names, sentences)
            else:
                assert library.remove(names) == [n for n in dict.fromkeys(names) if n in expected]
                expected = {name: n for name, n in expected.items() if name not in names}
        assert orphans(library) == dict.fromkeys(ORPHANS, 0)
        assert library.counts() == {
            "articles": len(expected),
            "sentences": sum(expected.values()),
            "passages": len(expected),
            "statements": sum(expected.values()),
        }
        assert library._value("select count(*) from words") == len(expected)
        library.close()


class TestTwoProcesses:
    def test_each_sees_what_the_other_writes(self, library):
        with Library.open(library.path.parent) as other:
            assert other.identity == library.identity
            library.write([CALL])
            assert other.article("call") == CALL.article
            assert other.generation == library.generation
            other.remove(["call"])
            assert library.article("call") is None
            assert library.generation == other.generation

    def test_those_that_start_together_make_one_library(self, tmp_path):
        with ThreadPoolExecutor(4) as pool:
            opened = list(pool.map(lambda _: Library.open(tmp_path, create=True), range(4)))
        assert len({library.identity for library in opened}) == 1
        for library in opened:
            library.close()

    def test_who_finds_another_making_the_library_waits_for_it(self, tmp_path):
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
        other.execute("begin immediate")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(Library.open, tmp_path, create=True)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
            other.execute("rollback")
            with waiting.result() as library:
                assert library.rows("pragma journal_mode") == [("wal",)]
        other.close()

    def test_nobody_waits_for_ever_for_a_library_to_be_made(self, tmp_path, monkeypatch):
        monkeypatch.setattr("index.database.BUSY_MS", 20)
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("begin immediate")
            with pytest.raises(LibraryError, match="another process is writing to it"):
                Library.open(tmp_path, create=True)

    def test_two_libraries_are_never_taken_for_each_other(self, library, tmp_path):
        with Library.open(tmp_path / "other", create=True) as other:
            assert other.identity != library.identity

    def test_a_writer_waits_only_so_long_for_another(self, library, monkeypatch):
        library.write([FLOOD])
        monkeypatch.setattr("index.database.BUSY_MS", 20)
        with Library.open(library.path.parent) as waiting:
            library._db.execute("begin immediate")
            with pytest.raises(LibraryError) as raised:
                waiting.write([CALL])
            assert str(raised.value) == (
                f"{library.path}: database is locked: another process is writing to it;"
                " try again when that is done"
            )
            library._db.execute("rollback")
            waiting.write([CALL])
            assert {article.id for article in library.articles()} == {"call", "flood"}

    def test_readers_do_not_wait_for_a_writer(self, library, monkeypatch):
        library.write([FLOOD])
        monkeypatch.setattr("index.database.BUSY_MS", 20)
        library._db.execute("begin immediate")
        with Library.open(library.path.parent) as reader:
            assert reader.article("flood") == FLOOD.article
        library._db.execute("rollback")


class TestWhatCanBeWrong:
    def test_without_a_library_the_cure_is_named(self, tmp_path):
        with pytest.raises(LibraryError) as raised:
            Library.open(tmp_path / "none")
        folder = tmp_path / "none"
        assert str(raised.value) == (
            f"there is no library in {folder}; make one with: citat ingest PATH"
        )
        assert not folder.exists()

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"This is a diary.\n" * 100, id="a-text"),
            pytest.param(b"SQLite format 3\0" + b"\xff" * 4000, id="garbage-behind-the-header"),
        ],
    )
    def test_a_file_that_is_no_library_is_named_and_left_as_it_is(self, tmp_path, content):
        path = tmp_path / FILE
        path.write_bytes(content)
        with pytest.raises(LibraryError) as raised:
            Library.open(tmp_path, create=True)
        assert str(raised.value).startswith(f"{path}: ")
        assert "move it away and ingest again" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert path.read_bytes() == content

    def test_damaged_pages_are_told(self, library):
        library.write([entry_of(f"a{number}", "Water. " * 500) for number in range(20)])
        library.close()
        content = bytearray(library.path.read_bytes())
        content[8192:] = b"\x55" * (len(content) - 8192)
        library.path.write_bytes(content)
        with (
            pytest.raises(LibraryError, match="the file is damaged or no library"),
            Library.open(library.path.parent) as damaged,
        ):
            list(damaged.articles())

    def test_a_folder_where_the_file_should_be_is_told(self, tmp_path):
        (tmp_path / FILE).mkdir()
        with pytest.raises(LibraryError, match="unable to open database file: check that"):
            Library.open(tmp_path)

    def test_a_file_where_the_folder_should_be_is_told(self, tmp_path):
        (tmp_path / "data").write_text("a file")
        with pytest.raises(LibraryError, match=r"cannot use the folder .*data: File exists"):
            Library.open(tmp_path / "data", create=True)

    def test_a_full_disk_loses_nothing_that_was_stored(self, library):
        library.write([FLOOD])
        pages = library._value("pragma page_count")
        library._db.execute(f"pragma max_page_count = {pages + 2}")
        large = [entry_of(f"large{number}", "Water rises. " * 2000) for number in range(5)]
        with pytest.raises(LibraryError) as raised:
            library.write(large)
        assert str(raised.value) == (
            f"{library.path}: database or disk is full: the disk is full;"
            " nothing stored is lost, make room and run again"
        )
        assert list(library.articles()) == [FLOOD.article]
        library._db.execute("pragma max_page_count = 1000000")
        library.write(large)
        assert library.counts()["articles"] == 6

    def test_any_other_error_of_the_database_is_a_bug_and_stays_one(self, library):
        with pytest.raises(sqlite3.OperationalError, match="syntax error"):
            library.match_words("AND AND", 1)


class TestItsEncoder:
    def test_a_library_belongs_to_the_encoder_of_its_first_article(self, library):
        library.claim_encoder("zero")
        assert library.encoder is None
        library.claim_encoder("one")
        library.write([CALL])
        assert library.encoder == "one"

    def test_an_emptied_library_may_change_its_encoder(self, library):
        library.claim_encoder("one")
        library.write([CALL])
        library.remove(["call"])
        library.claim_encoder("two")
        library.write([CALL])
        assert library.encoder == "two"

    def test_who_claimed_it_before_another_wrote_cannot_mix_vectors(self, library):
        with Library.open(library.path.parent) as other:
            other.claim_encoder("two")
            library.claim_encoder("one")
            library.write([CALL])
            with pytest.raises(EncoderMismatch):
                other.write([FLOOD])
        assert [article.id for article in library.articles()] == ["call"]

    def test_another_encoder_is_refused_with_both_names_and_the_cure(self, library):
        library.claim_encoder("one")
        library.write([CALL])
        with pytest.raises(EncoderMismatch) as raised:
            library.claim_encoder("two")
        assert str(raised.value) == (
            "this library was made with the encoder one, but two is configured;"
            " run `citat reindex` to encode it anew, or configure the former"
        )
        assert (raised.value.stored, raised.value.configured) == ("one", "two")
        assert library.encoder == "one"


class TestItsWords:
    def test_terms_are_counted_by_passages_and_column(self, library):
        library.write([CALL, entry_of("b", "Gaza, Gaza, Gaza.", title="Water")])
        assert library.word_counts("stems", ["gaza", "water", "none"]) == {"gaza": 2}
        assert library.word_counts("title", ["water"]) == {"water": 1}

    def test_matches_come_best_first(self, library):
        library.write(
            [
                entry_of("many", "Water.", "Salt and tea and bread and milk and honey."),
                entry_of("one", "Water."),
                entry_of("none", "Salt."),
            ]
        )
        matches = library.match_words("stems : (water)", 10)
        found = [stored.passage.span.article for stored in library.passages(matches)]
        assert found == ["one", "many"]
        assert library.match_words("stems : (water)", 1) == matches[:1]


def test_lines_recur_when_enough_other_articles_of_the_outlet_have_them(library):
    library.count_lines([("Herald", "Subscribe", name) for name in ("a", "b")])
    library.count_lines([("Herald", "Subscribe", "a"), ("Times", "Subscribe", "c")])
    assert library.recurring("Herald", ["Subscribe", "Other"], 2) == {"Subscribe"}
    assert library.recurring("Herald", ["Subscribe"], 3) == set()
    assert library.recurring("Times", ["Subscribe"], 2) == set()


def in_memory() -> Library:
    """Make a library that is gone when it is closed: hypothesis needs hundreds."""
    from pathlib import Path

    from index.migrations import migrations

    connection = sqlite3.connect(":memory:", isolation_level=None)
    db = Database(connection)
    db.execute("pragma foreign_keys = on")
    migrations.apply(db)
    db.execute(WAITING_LINES)
    return Library(Path("memory"), db)


class TestWhoSaysWhat:
    @pytest.fixture
    def said(self, library):
        """Four articles of one sentence each, by who speaks to whom in them."""

        def party(name):
            return Party(name, None) if name else None

        parties = {
            "old": ("Vladimir Putin", "Benjamin Netanyahu"),
            "new": ("Putin", None),
            "ally": ("Dmitry Peskov", None),
            "back": ("Benjamin Netanyahu", "Vladimir Putin"),
        }
        for year, (id_, (speaker, addressee)) in enumerate(parties.items(), 2001):
            told = Statement(((0, 4),), Kind.INDIRECT, None, party(speaker), party(addressee))
            entry = entry_of(id_, "It was said.", statements=[told])
            published = datetime(year, 1, 1, tzinfo=UTC)
            library.write([replace(entry, article=replace(entry.article, published=published))])
        return library

    @pytest.mark.parametrize(
        ("speakers", "addressees", "found"),
        [
            (["Putin"], [], ["new", "old"]),
            (["Vladimir Putin"], [], ["new", "old"]),
            (["Boris Putin"], [], ["new"]),
            (["Putin"], ["Netanyahu"], ["old"]),
            ([], ["Putin"], ["back"]),
            (["Putin", "Netanyahu"], [], ["back", "new", "old"]),
            (["Put"], [], []),
            ([], [], []),
        ],
    )
    def test_their_passages_are_found_newest_first(self, said, speakers, addressees, found):
        keys = ([person_key(name) for name in names] for names in (speakers, addressees))
        passages = said.passages(said.passages_said(*keys, limit=10))
        assert [passage.passage.span.article for passage in passages] == found

    def test_no_more_than_asked_for(self, said):
        assert len(said.passages_said([person_key("Putin")], [], 1)) == 1


def test_the_history_of_an_article_names_each_text_and_why_it_ended(library):
    edited = entry_of("call", "Putin called Netanyahu twice.")
    library.write([CALL])
    library.write([CALL])
    library.write([edited])
    library.remove(["call"], "withdrawn")
    library.write([CALL])
    history = library.history("call")
    versions = [CALL.article.version, edited.article.version, CALL.article.version]
    assert [one.version for one in history] == versions
    assert [one.reason for one in history] == ["changed", "withdrawn", None]
    assert [one.until is None for one in history] == [False, False, True]
