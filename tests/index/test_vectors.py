"""The vector index holds what the library holds, however it came to know of it."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.library import Library, SentenceVectors
from index.vectors import VectorIndex, in_context
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
        stored = SentenceVectors.joined(filled.sentence_vectors())
        vectors = in_context(stored.vectors, stored.articles)
        for id_, language, vector in zip(stored.ids, stored.languages, vectors, strict=True):
            best = next(near for near in index.search(vector, 3) if near.language == language)
            assert best.ids[0] == id_
            assert best.scores[0] == pytest.approx(1.0, abs=1e-3)
            assert list(best.scores) == sorted(best.scores, reverse=True)

    def test_scores_are_cosines_with_the_query(self, filled):
        index = fresh(filled)
        stored = SentenceVectors.joined(filled.sentence_vectors())
        query = toy_vector("a question")
        expected = in_context(stored.vectors, stored.articles) @ query
        english = [language == "en" for language in stored.languages]
        scores = index.cosines(query, "en", stored.ids[english].tolist())
        assert [*scores] == stored.ids[english].tolist()
        assert [*scores.values()] == pytest.approx(expected[english], abs=1e-3)

    def test_languages_are_searched_apart(self, filled):
        by_language = {near.language: near for near in fresh(filled).search(toy_vector("x"), 4)}
        assert {language: len(near.ids) for language, near in by_language.items()} == {
            "en": 4,
            "bg": 4,
        }
        (bulgarian,) = filled.sentence_vectors(language="bg")
        assert {*by_language["bg"].ids} <= {*bulgarian.ids}

    def test_only_sentences_of_the_articles_asked_for_are_found(self, filled):
        river, ship, _ = (key for (key,) in filled.rows("select key from articles order by key"))
        (near,) = fresh(filled).search(toy_vector("x"), 50, {"en": np.array([ship])})
        assert (near.language, sorted(near.ids)) == ("en", [8, 9, 10])
        assert fresh(filled).search(toy_vector("x"), 50, {"de": np.array([river])}) == []

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

    def test_an_index_of_another_past_is_made_anew(self, filled, tmp_path, caplog):
        """As after restoring an older copy under a process that has the index open."""
        shutil.copytree(filled.path.parent, tmp_path / "copy")
        filled.write([entry_of("new", "Salt.")])
        index = fresh(filled)
        with Library.open(tmp_path / "copy") as copy:
            copy.write([entry_of("other", "Iron.")])
            copy.write([entry_of("third", "Tin.")])
            index.catch_up(copy)
            assert "does not fit the library" in caplog.text
            assert_equal(index, fresh(copy))
