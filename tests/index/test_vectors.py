"""The vector index holds what the library holds, however it came to know of it."""

import json
import logging
import os
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.library import Library
from index.vectors import VectorIndex, in_context, open_index, save
from tests.conftest import entry_of, toy_vector

DIMENSION = 16
RIVER = entry_of("river", *[f"The river rises by {number} metres." for number in range(7)])
SHIP = entry_of("ship", *[f"Ship {number} leaves." for number in range(3)])
RIVER_BG = entry_of("reka", *[f"Реката е {number} метра." for number in range(5)], language="bg")


def fresh(library: Library) -> VectorIndex:
    index = VectorIndex(DIMENSION)
    index.catch_up(library)
    return index


def assert_equal(one: VectorIndex, other: VectorIndex) -> None:
    assert one.generation == other.generation
    assert one.ids().tolist() == other.ids().tolist()
    assert one.shards.keys() == other.shards.keys()
    for text in ("river", "ship", "река"):
        for mine, others in zip(found(one, text), found(other, text), strict=True):
            assert mine == others


def found(index: VectorIndex, text: str) -> list[tuple[str, list[int], list[float]]]:
    return sorted(
        (found.language, found.ids.tolist(), np.round(found.scores, 6).tolist())
        for found in index.search(toy_vector(text), 50)
    )


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write([RIVER, SHIP, RIVER_BG])
    return library


class TestSearching:
    def test_each_sentence_finds_itself_first_at_cosine_one(self, filled):
        """The law that a nearest-neighbour index must keep before all others."""
        index = fresh(filled)
        stored = filled.sentence_vectors()
        vectors = in_context(stored.vectors, stored.articles)
        for id_, language, vector in zip(stored.ids, stored.languages, vectors, strict=True):
            best = next(near for near in index.search(vector, 3) if near.language == language)
            assert best.ids[0] == id_
            assert best.scores[0] == pytest.approx(1.0, abs=1e-3)
            assert list(best.scores) == sorted(best.scores, reverse=True)

    def test_scores_are_cosines_with_the_query(self, filled):
        index = fresh(filled)
        stored = filled.sentence_vectors()
        query = toy_vector("a question")
        expected = in_context(stored.vectors, stored.articles) @ query
        english = [language == "en" for language in stored.languages]
        scores = index.scores(query, "en", stored.ids[english].tolist())
        assert scores == pytest.approx(expected[english], abs=1e-3)

    def test_languages_are_searched_apart(self, filled):
        by_language = {near.language: near for near in fresh(filled).search(toy_vector("x"), 4)}
        assert {language: len(near.ids) for language, near in by_language.items()} == {
            "en": 4,
            "bg": 4,
        }
        all_of = dict(zip(filled.sentence_ids(), filled.sentence_vectors().languages, strict=True))
        assert {all_of[id_] for id_ in by_language["bg"].ids} == {"bg"}

    def test_an_empty_index_finds_nothing(self, library):
        index = fresh(library)
        assert index.search(toy_vector("x"), 5) == []
        assert len(index) == 0
        assert index.ids().tolist() == []


class TestContext:
    def test_a_sentence_alone_keeps_its_vector(self):
        vector = toy_vector("alone")[None]
        assert in_context(vector, np.array([1])) == pytest.approx(vector, abs=1e-6)

    def test_neighbours_draw_a_vector_towards_them(self):
        vectors = np.eye(3, dtype=np.float32)
        mixed = in_context(vectors, np.array([1, 1, 1]))
        assert mixed[0, 0] > mixed[0, 1] == mixed[0, 2] > 0

    @given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
    def test_articles_are_never_mixed(self, lengths, seed):
        """An article's vectors are the same alone and among others."""
        articles = np.repeat(np.arange(len(lengths)), lengths)
        vectors = np.random.default_rng(seed).standard_normal((len(articles), 8), np.float32)
        together = in_context(vectors, articles)
        assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
        for article in range(len(lengths)):
            rows = articles == article
            assert together[rows] == pytest.approx(
                in_context(vectors[rows], articles[rows]), abs=1e-6
            )


class TestCatchingUp:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda library: library.write([entry_of("new", "Salt.")]), id="added"),
            pytest.param(
                lambda library: library.write([entry_of("river", "It fell.", "All slept.")]),
                id="replaced",
            ),
            pytest.param(lambda library: library.remove(["ship"]), id="removed"),
            pytest.param(lambda library: library.remove(["reka"]), id="last-of-its-language"),
            pytest.param(
                lambda library: library.remove(["river", "ship", "reka"]), id="all-removed"
            ),
        ],
    )
    def test_equals_a_fresh_build(self, filled, change):
        index = fresh(filled)
        change(filled)
        assert index.catch_up(filled) > 0
        assert_equal(index, fresh(filled))

    def test_many_changes_at_once_equal_a_fresh_build(self, filled):
        index = fresh(filled)
        filled.remove(["ship"])
        filled.write([SHIP, entry_of("zwei", "Das Schiff.", language="de")])
        filled.write([entry_of("river", "It fell.")])
        index.catch_up(filled)
        assert_equal(index, fresh(filled))
        assert set(index.shards) == {"en", "bg", "de"}

    def test_tells_how_many_sentences_changed(self, filled):
        index = fresh(filled)
        assert index.catch_up(filled) == 0
        filled.write([entry_of("ship", "One.", "Two.")])
        assert index.catch_up(filled) == 3 + 2

    def test_an_index_that_lacks_old_sentences_is_made_anew(self, filled, caplog):
        index = fresh(filled)
        index._remove(filled.sentence_ids()[:2])
        filled.write([entry_of("new", "Salt.")])
        index.catch_up(filled)
        assert "does not fit the library" in caplog.text
        assert_equal(index, fresh(filled))


class TestSnapshots:
    def snapshots(self, library: Library) -> list[str]:
        return sorted(path.name for path in library.path.parent.glob("*vectors-*"))

    def test_a_saved_index_is_loaded_as_it_was(self, filled):
        index = open_index(filled, DIMENSION)
        assert self.snapshots(filled) == [f"vectors-{filled.generation}"]
        assert_equal(open_index(filled, DIMENSION), index)

    def test_a_loaded_index_catches_up(self, filled):
        open_index(filled, DIMENSION)
        filled.write([entry_of("ship", "One.")])
        assert_equal(open_index(filled, DIMENSION), fresh(filled))

    def test_a_newer_snapshot_takes_the_place_of_the_older(self, filled):
        save(fresh(filled), filled)
        filled.write([entry_of("new", "Salt.")])
        save(fresh(filled), filled)
        save(fresh(filled), filled)
        assert self.snapshots(filled) == [f"vectors-{filled.generation}"]

    def test_small_changes_do_not_write_a_snapshot(self, filled):
        open_index(filled, DIMENSION)
        before = self.snapshots(filled)
        filled.write([entry_of("new", "Salt.")])
        assert len(open_index(filled, DIMENSION)) == 16
        assert self.snapshots(filled) == before

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(shutil.rmtree, id="missing"),
            pytest.param(lambda folder: (folder / "en.faiss").unlink(), id="file-missing"),
            pytest.param(lambda folder: os.truncate(folder / "en.faiss", 60), id="truncated"),
            pytest.param(
                lambda folder: (folder / "en.faiss").write_bytes(b"\0" * 400), id="garbage"
            ),
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
            pytest.param(lambda folder: change_manifest(folder, languages=3), id="no-languages"),
            pytest.param(lambda folder: change_manifest(folder, generation=99), id="from-later"),
            pytest.param(
                lambda folder: change_manifest(folder, generation="1"), id="generation-a-text"
            ),
        ],
    )
    def test_a_damaged_or_foreign_one_is_made_anew(self, filled, damage):
        expected = open_index(filled, DIMENSION)
        folder = filled.path.parent / f"vectors-{filled.generation}"
        damage(folder)
        assert_equal(open_index(filled, DIMENSION), expected)
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["library"] == filled.identity
        assert (folder / "en.faiss").stat().st_size > 400

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
        (half / "en.faiss").write_bytes(b"half")
        assert_equal(open_index(filled, DIMENSION), index)
        filled.write([entry_of("new", "Salt.")])
        save(fresh(filled), filled)
        assert self.snapshots(filled) == [f"vectors-{filled.generation}"]
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


def change_manifest(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
