"""What an index derived from a library asks: what has been removed since it last looked."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from index import database
from index.changes import mark, removed_since
from index.library import Library
from index.reindex import refold
from tests.conftest import entry_of

SHIP = entry_of("ship", "It leaves.", "It is full.")
RIVER = entry_of("river", "It rises.")


@pytest.fixture
def filled(library):
    library.write([SHIP, RIVER])
    return library


def gone(library, seen):
    removed = removed_since(library, seen)
    return None if removed is None else (removed.sentences.tolist(), removed.passages.tolist())


def test_nothing_is_gone_where_nothing_has_changed(filled):
    assert gone(filled, mark(filled)) == ([], [])


def test_what_is_added_is_of_an_article_with_a_higher_key_than_the_mark(filled):
    seen = mark(filled)
    filled.write([entry_of("new", "Salt.")])
    assert gone(filled, seen) == ([], [])
    (added,) = filled.sentence_vectors(above=seen.article)
    assert added.ids.tolist() == [4]
    assert mark(filled).article == seen.article + 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda library: library.remove(["ship"]), id="removed"),
        pytest.param(lambda library: library.write([entry_of("ship", "No.")]), id="replaced"),
    ],
)
def test_what_is_removed_is_told(filled, change):
    seen = mark(filled)
    change(filled)
    assert gone(filled, seen) == ([1, 2], [1])


def test_what_came_and_went_is_told_too(filled):
    seen = mark(filled)
    filled.write([entry_of("new", "Salt.")])
    filled.remove(["new"])
    assert gone(filled, seen) == ([4], [3])


def test_a_change_that_fails_leaves_no_trace(filled):
    seen = mark(filled)
    with pytest.raises(ValueError, match="zip"):
        filled.write([replace(SHIP, folded=[])])  # a passage without words
    assert mark(filled) == seen
    assert gone(filled, seen) == ([], [])


def test_a_copy_that_has_grown_differently_is_another_library(filled, tmp_path):
    """As many changes were made in both, so generations and ids are the same numbers."""
    shutil.copytree(filled.path.parent, tmp_path / "copy")
    with Library.open(tmp_path / "copy") as copy:
        shared = mark(filled)
        filled.write([entry_of("new", "Salt.")])
        copy.write([entry_of("other", "Iron.")])
        assert mark(filled).generation == mark(copy).generation
        assert gone(copy, mark(filled)) is None
        assert gone(copy, shared) == ([], [])


def test_a_state_that_is_still_to_come_is_of_another_library(filled, tmp_path):
    shutil.copytree(filled.path.parent, tmp_path / "copy")
    filled.remove(["ship"])
    with Library.open(tmp_path / "copy") as copy:
        assert gone(copy, mark(filled)) is None


def test_after_a_change_of_everything_the_log_says_nothing(filled):
    seen = mark(filled)
    filled.start_reencoding("another")
    ids = filled.sentence_ids().tolist()
    filled.add_pending(ids, np.eye(len(ids), 16, dtype=np.float32))
    assert filled.finish_reencoding()
    assert gone(filled, seen) is None
    assert gone(filled, mark(filled)) == ([], [])


@pytest.mark.parametrize(("removals", "generations"), [(2, 100), (100, 3)])
def test_the_log_does_not_grow_for_ever(filled, monkeypatch, removals, generations):
    monkeypatch.setattr(database, "PRUNE_EVERY", 1)
    monkeypatch.setattr(database, "KEPT_REMOVALS", removals)
    monkeypatch.setattr(database, "KEPT_GENERATIONS", generations)
    long_ago = mark(filled)
    for _ in range(5):
        filled.write([SHIP])
    recent = mark(filled)
    filled.write([SHIP])
    assert gone(filled, long_ago) is None
    assert gone(filled, recent) == ([12, 13], [7])
    assert len(filled.rows("select * from removed_sentences")) < 10


def test_how_much_there_is_is_known_without_counting(filled):
    filled.write(
        [entry_of("ship", "One.", "Two.", "Three."), entry_of("reka", "А.", language="bg")]
    )
    filled.remove(["river"])
    assert filled.counts() == {
        table: filled._value(f"select count(*) from {table}")
        for table in ("articles", "sentences", "passages", "statements")
    }
    assert filled.languages() == {"bg": 1, "en": 1}
    assert filled.outlets() == {"Herald": 2}


def test_words_folded_anew_are_told_apart_from_what_comes_and_goes(filled):
    """Vectors stay what they were: only an index of words has to look again."""
    seen = mark(filled)
    refold(filled)
    assert mark(filled).folded == mark(filled).generation > seen.folded
    assert gone(filled, seen) == ([], [])
