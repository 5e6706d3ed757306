"""An inner product of two sparse vectors is the bm25() of SQLite's word index."""

import pytest

from index.milvus import words
from index.milvus.words import DIMENSIONS, passage_vector, question_vector
from tests.conftest import entry_of


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write(
        [
            entry_of("a", "Salt and salt of the sea.", "The Sea is salt.", title="Salt"),
            entry_of("b", "A ship leaves the Sea.", title="The ship and the salt"),
            entry_of("c", "Nobody saw Salt.", title="Nobody"),
            *(entry_of(f"d{number}", f"word{number} is here.") for number in range(9)),
        ]
    )
    return library


@pytest.mark.parametrize(
    ("stems", "names"),
    [
        pytest.param(["salt"], [], id="one"),
        pytest.param(["salt", "ship", "sea"], [], id="several"),
        pytest.param([], ["sea"], id="name"),
        pytest.param(["salt", "nobodi"], ["sea", "salt"], id="both"),
        pytest.param(["salt", "unheard"], [], id="unknown"),
    ],
)
def test_the_scores_are_those_of_sqlite(filled, monkeypatch, stems, names):
    rows = filled.rows("select rowid, stems, names, title from words")
    tokens = sum(len(column.split()) for _, *columns in rows for column in columns)
    monkeypatch.setattr(words, "AVERAGE_LENGTH", tokens / len(rows))
    counts = {
        term: len(
            filled.rows("select 1 from words where words match ?", f"{{stems title}} : {term}")
        )
        for term in stems
    }
    query = question_vector(counts, filled.word_counts("names", names), len(rows))
    scores = {}
    for id_, *columns in rows:
        passage = passage_vector(*columns)
        if query.keys() & passage.keys():
            scores[id_] = sum(query[key] * passage.get(key, 0) for key in query)
    known = [*map("{{stems title}} : {}".format, stems), *map("{{names}} : {}".format, names)]
    expected = filled.rows(
        "select rowid, -bm25(words, 1.0, 1.5, 0.5) from words where words match ?",
        " OR ".join(known),
    )
    assert scores == pytest.approx(dict(expected), rel=1e-4)


def test_a_stem_and_a_name_of_the_same_letters_are_two_things():
    assert not passage_vector("sea", "", "").keys() & passage_vector("", "sea", "").keys()


def test_tokens_are_numbers_that_milvus_takes():
    vector = passage_vector("a b c d", "e f", "g")
    assert len(vector) == 7
    assert all(0 <= dimension < DIMENSIONS for dimension in vector)
    assert all(weight > 0 for weight in vector.values())


def test_nothing_makes_an_empty_vector():
    assert passage_vector("", "", "") == {}
