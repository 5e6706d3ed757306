"""What is kept of the vector index on disk is the index as it was, or is not used at all."""

import json
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from index.library import Library
from index.local_store import LocalStore
from index.snapshots import Limits, newest, open_index, save
from index.vectors import VectorIndex
from tests.conftest import entry_of, toy_vector
from tests.index.test_vectors import (
    DIMENSION,
    RIVER,
    RIVER_BG,
    SHIP,
    assert_equal,
    found,
    fresh,
)

LARGE = Limits(lists_from=200, worth_saving=0.001)
"""A few hundred sentences are as many as a million are otherwise."""


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write([RIVER, SHIP, RIVER_BG])
    return library


@pytest.fixture
def large(library):
    """A library with enough sentences of a language for lists."""
    library.claim_encoder("toy")
    library.write([article(number) for number in range(60)])
    return library


def article(number, sentences=10, **how):
    return entry_of(f"a{number}", *(f"{number}, {n}." for n in range(sentences)), **how)


def snapshots(library: Library) -> list[str]:
    return sorted(path.name for path in library.path.parent.glob("*vectors-*"))


def files(library: Library) -> dict[str, int]:
    """Return the inodes of a snapshot's files by their names."""
    folder = library.path.parent / f"vectors-{library.generation}"
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


class TestSnapshots:
    def test_a_saved_index_is_mapped_as_it_was(self, filled):
        index = open_index(filled, DIMENSION)
        assert snapshots(filled) == [f"vectors-{filled.generation}"]
        again = open_index(filled, DIMENSION)
        assert again.unsaved == 0
        assert_equal(again, index)

    def test_a_mapped_index_catches_up(self, filled):
        open_index(filled, DIMENSION)
        filled.write([entry_of("ship", "One.")])
        assert_equal(open_index(filled, DIMENSION), fresh(filled))

    def test_a_newer_snapshot_takes_the_place_of_the_older(self, filled):
        save(fresh(filled), filled)
        filled.write([entry_of("new", "Salt.")])
        save(fresh(filled), filled)
        save(fresh(filled), filled)
        assert snapshots(filled) == [f"vectors-{filled.generation}"]

    def test_small_changes_do_not_write_a_snapshot(self, filled):
        open_index(filled, DIMENSION)
        before = snapshots(filled)
        filled.write([entry_of("new", "Salt.")])
        assert len(open_index(filled, DIMENSION)) == 16
        assert snapshots(filled) == before

    def test_an_empty_library_has_none(self, library):
        assert len(open_index(library, DIMENSION)) == 0
        assert snapshots(library) == []

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(shutil.rmtree, id="missing"),
            pytest.param(lambda folder: (folder / "en-0.faiss").unlink(), id="file-missing"),
            pytest.param(lambda folder: os.truncate(folder / "en-0.faiss", 60), id="truncated"),
            pytest.param(lambda folder: os.truncate(folder / "en-0.npy", 60), id="ids-truncated"),
            pytest.param(
                lambda folder: (folder / "en-0.faiss").write_bytes(b"\0" * 400), id="garbage"
            ),
            pytest.param(lambda folder: zero(folder / "en-0.faiss"), id="zeros-of-the-same-size"),
            pytest.param(lambda folder: (folder / "gone.npy").unlink(), id="removed-missing"),
            pytest.param(lambda folder: (folder / "manifest.json").unlink(), id="no-manifest"),
            pytest.param(
                lambda folder: (folder / "manifest.json").write_text("{"), id="half-a-manifest"
            ),
            pytest.param(
                lambda folder: (folder / "manifest.json").write_text("[]"), id="manifest-a-list"
            ),
            pytest.param(
                lambda folder: (folder / "manifest.json").write_bytes(b"\xff"),
                id="manifest-binary",
            ),
            pytest.param(
                lambda folder: change_manifest(folder, library="another"), id="other-library"
            ),
            pytest.param(
                lambda folder: change_manifest(folder, encoder="another"), id="other-encoder"
            ),
            pytest.param(lambda folder: change_manifest(folder, format=0), id="other-format"),
            pytest.param(lambda folder: change_manifest(folder, shards=3), id="no-shards"),
            pytest.param(lambda folder: change_manifest(folder, mark=[9, 1, 1, 0]), id="later"),
            pytest.param(lambda folder: change_manifest(folder, mark=[1, 2]), id="half-a-mark"),
            pytest.param(
                lambda folder: change_manifest(folder, mark=["", {}, 3, 0]), id="no-mark"
            ),
        ],
    )
    def test_a_damaged_or_foreign_one_is_made_anew(self, filled, damage):
        open_index(filled, DIMENSION)
        folder = filled.path.parent / f"vectors-{filled.generation}"
        damage(folder)
        assert_equal(open_index(filled, DIMENSION), fresh(filled))
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["library"] == filled.identity
        assert (folder / "en-0.faiss").stat().st_size > 400

    def test_one_of_another_past_is_made_anew(self, filled, tmp_path):
        """As after restoring an older copy of the library without its snapshots."""
        shutil.copytree(filled.path.parent, tmp_path / "copy")
        filled.write([entry_of("new", "Salt.")])
        save(fresh(filled), filled)
        with Library.open(tmp_path / "copy") as copy:
            name = f"vectors-{filled.generation}"
            shutil.copytree(filled.path.parent / name, copy.path.parent / name)
            assert_equal(open_index(copy, DIMENSION), fresh(copy))
            copy.write([entry_of("other", "Iron.")])
            copy.write([entry_of("third", "Tin.")])
            assert_equal(open_index(copy, DIMENSION), fresh(copy))

    def test_one_of_another_dimension_is_made_anew(self, filled):
        open_index(filled, DIMENSION)
        filled.remove(["river", "ship", "reka"])
        filled.write([entry_of("a", "Salt.", vectors=np.eye(1, 8, dtype=np.float32))])
        assert open_index(filled, 8).search(np.eye(1, 8, dtype=np.float32)[0], 1)[0].scores[0] == 1

    def test_a_process_killed_while_writing_leaves_a_usable_state(self, filled):
        index = open_index(filled, DIMENSION)
        folder = filled.path.parent
        half = folder / f".vectors-{filled.generation + 1}-{os.getpid()}"
        half.mkdir()
        (half / "en-0.faiss").write_bytes(b"half")
        assert_equal(open_index(filled, DIMENSION), index)
        filled.write([entry_of("new", "Salt.")])
        save(fresh(filled), filled)
        assert snapshots(filled) == [f"vectors-{filled.generation}"]
        assert_equal(open_index(filled, DIMENSION), fresh(filled))

    def test_where_none_can_be_written_the_index_works_all_the_same(self, filled, caplog):
        index = fresh(filled)
        blocked = filled.path.parent / f".vectors-{filled.generation}-{os.getpid()}"
        blocked.write_text("a file where the folder should be")
        with caplog.at_level(logging.WARNING):
            assert_equal(open_index(filled, DIMENSION), index)
        assert "no snapshot of the vector index was written" in caplog.text

    def test_other_files_beside_the_library_are_left_alone(self, filled):
        kept = [filled.path.parent / name for name in ("vectors-notes", "vectors-0.txt")]
        for path in kept:
            path.write_text("mine")
        save(fresh(filled), filled)
        assert [path.read_text() for path in kept] == ["mine", "mine"]

    def test_a_newer_one_is_adopted_from_another_process(self, filled, monkeypatch):
        monkeypatch.setattr("index.local_store.ADOPTED_FROM", 1)
        store = LocalStore.open(filled, DIMENSION)
        filled.write([entry_of("new", "Salt."), article(1)])
        store.catch_up()
        assert store.index.unsaved == 11
        with Library.open(filled.path.parent) as other:
            LocalStore.open(other, DIMENSION).save()
        filled.remove(["ship"])
        store.catch_up()
        assert store.index.unsaved == 3
        assert_equal(store.index, fresh(filled))


class TestLargeShards:
    @pytest.fixture(autouse=True)
    def more_lists_may_be_searched(self, monkeypatch):
        """A few hundred random vectors lie in no clusters."""
        monkeypatch.setattr("index.shards.MOST_PROBED", 0.7)

    def test_find_by_lists_what_looking_through_all_finds(self, large):
        index = open_index(large, DIMENSION, LARGE)
        (shard,) = index.shards["en"]
        assert shard.lists
        assert shard.lists.recall >= LARGE.recall
        queries = [toy_vector(f"question {n}") for n in range(50)]
        exact = fresh(large)
        met = [
            len({*index.search(query, 10)[0].ids} & {*exact.search(query, 10)[0].ids})
            for query in queries
        ]
        assert np.mean(met) >= 9.5
        for query in queries:
            (near,) = index.search(query, 10)
            assert exact.cosines(query, "en", near.ids) == pytest.approx(
                dict(zip(near.ids, near.scores, strict=True)), abs=1e-6
            )

    def test_have_no_lists_where_they_would_find_too_little(self, large):
        index = open_index(large, DIMENSION, Limits(lists_from=200, recall=1.01))
        assert index.shards["en"][0].lists is None
        assert_equal(index, fresh(large))

    def test_are_not_written_again_for_a_few_new_sentences(self, large):
        open_index(large, DIMENSION, LARGE)
        before = files(large)
        large.write([article(99, 5)])
        large.remove(["a7"])
        index = open_index(large, DIMENSION, LARGE)
        assert index.unsaved == 15
        save(index, large, LARGE)
        after = files(large)
        large_files = {name for name in before if name.startswith("en-0")}
        assert {name: after[name] for name in large_files} == {
            name: before[name] for name in large_files
        }
        assert "en-1.faiss" in after
        again = open_index(large, DIMENSION, LARGE)
        assert (again.unsaved, len(again)) == (0, 595)
        assert again.ids().tolist() == large.sentence_ids().tolist()

    def test_are_left_alone_where_a_start_catches_up_in_no_time(self, large):
        open_index(large, DIMENSION, LARGE)
        before = snapshots(large)
        large.write([article(99, 5)])
        save(open_index(large, DIMENSION, LARGE), large, replace(LARGE, worth_saving=0.01))
        assert snapshots(large) == before

    def test_take_in_what_has_become_a_share_of_them(self, large):
        open_index(large, DIMENSION, LARGE)
        large.write([article(number) for number in range(60, 70)])
        index = open_index(large, DIMENSION, LARGE)
        assert [len(shard.ids) for shard in index.shards["en"]] == [700]
        large.remove([f"a{number}" for number in range(20)])
        index = open_index(large, DIMENSION, LARGE)
        assert [len(shard.ids) for shard in index.shards["en"]] == [500]

    def test_removed_sentences_are_passed_over_at_once(self, large):
        index = open_index(large, DIMENSION, LARGE)
        query = toy_vector("3, 3.")
        large.remove(["a3"])
        index.catch_up(large)
        (near,) = index.search(query, 600)
        assert {*near.ids} <= {*large.sentence_ids()}

    @pytest.mark.parametrize("at_once", [0, 20_000], ids=["by-lists", "one-by-one"])
    def test_are_searched_within_some_articles(self, large, monkeypatch, at_once):
        monkeypatch.setattr("index.shards.AT_ONCE", at_once)
        index = open_index(large, DIMENSION, LARGE)
        keys = np.arange(5, 25)
        (near,) = index.search(toy_vector("x"), 10, {"en": keys})
        (exact,) = fresh(large).search(toy_vector("x"), 10, {"en": keys})
        assert near.ids.tolist() == exact.ids.tolist()


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens to a library and its snapshots, the index is that of a fresh start."""

    numbers = st.integers(0, 12)
    limits = Limits(lists_from=40, recall=1.0, worth_saving=0)
    folders: Iterator[Path]

    @initialize()
    def begin(self):
        self.folder = next(self.folders)
        self.library = Library.open(self.folder, create=True)
        self.library.claim_encoder("toy")
        self.index = VectorIndex(DIMENSION)
        self.copies = 0

    @rule(numbers=st.lists(numbers, min_size=1, unique=True), sentences=st.integers(1, 9))
    def write(self, numbers, sentences):
        languages = ("en", "en", "bg")
        self.library.write([article(n, sentences, language=languages[n % 3]) for n in numbers])

    @rule(numbers=st.lists(numbers, min_size=1, unique=True))
    def remove(self, numbers):
        self.library.remove([f"a{n}" for n in numbers])

    @rule()
    def catch_up(self):
        self.index.catch_up(self.library)

    @rule()
    def save(self):
        self.index.catch_up(self.library)
        save(self.index, self.library, self.limits)

    @rule()
    def reopen(self):
        self.library.close()
        self.library = Library.open(self.folder)
        self.index = open_index(self.library, DIMENSION, self.limits)

    @rule()
    def lose_what_is_in_memory(self):
        self.index = newest(self.library, DIMENSION) or VectorIndex(DIMENSION)

    @rule()
    def back_up(self):
        self.copies += 1
        self.library._db.execute("vacuum into ?", [str(self.folder / f"copy{self.copies}")])

    @rule()
    def restore(self):
        if self.copies:
            self.library.close()
            (self.folder / "library.db-wal").unlink(missing_ok=True)
            (self.folder / "library.db-shm").unlink(missing_ok=True)
            shutil.copy(self.folder / f"copy{self.copies}", self.folder / "library.db")
            self.library = Library.open(self.folder)

    @invariant()
    def equals_a_fresh_index(self):
        self.index.catch_up(self.library)
        exact = fresh(self.library)
        assert self.index.ids().tolist() == exact.ids().tolist()
        for text in ("1, 1.", "a question"):
            for mine, others in zip(found(self.index, text), found(exact, text), strict=True):
                assert mine[:2] == others[:2]
                assert mine[2] == pytest.approx(others[2], abs=1e-5)

    def teardown(self):
        self.library.close()


def test_any_history_ends_in_the_index_of_a_fresh_start(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("index.shards.FEWEST_PROBES", 1000)  # all lists: nothing is missed
    monkeypatch.setattr("index.shards.MOST_PROBED", 1000)
    AnyHistory.folders = iter(lambda: tmp_path_factory.mktemp("history"), None)
    run_state_machine_as_test(
        AnyHistory, settings=settings(max_examples=25, stateful_step_count=15, deadline=None)
    )


def change_manifest(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def zero(path):
    path.write_bytes(b"\0" * path.stat().st_size)
