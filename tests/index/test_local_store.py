"""Words lead to passages at a bounded cost: what is frequent counts only together."""

import numpy as np
import pytest

from index.local_store import LocalStore
from index.records import Scope
from tests.conftest import entry_of, toy_vector

DIMENSION = 16


@pytest.fixture
def store(library, monkeypatch):
    """Twenty articles of the bridge, every fourth of the mayor, one of them of a heron."""
    monkeypatch.setattr("index.local_store.MOST_SCORED", 4)
    library.claim_encoder("toy")
    library.write(
        [
            entry_of(f"a{n}", f"The bridge {'mayor' if n % 4 == 0 else ''} {'heron' * (n == 8)}.")
            for n in range(20)
        ]
    )
    return LocalStore.open(library, DIMENSION)


def articles(store, stems, names=()):
    passages = store._library.passages(store.matching(stems, names, 40))
    return {stored.passage.span.article for stored in passages}


def test_a_rare_word_is_looked_for_alone(store):
    assert articles(store, ["heron"]) == {"a8"}


def test_frequent_words_are_looked_for_where_two_stand_together(store):
    assert articles(store, ["bridg", "mayor"]) == {"a4", "a8", "a12", "a16"}


def test_what_is_rare_counts_wherever_it_stands(store):
    assert articles(store, ["heron", "bridg"]) == {"a8"}
    assert articles(store, ["heron", "bridg", "mayor"]) >= {"a8", "a16"}


def test_of_one_frequent_word_the_newest_passages_are_taken(store):
    assert articles(store, ["bridg"]) == {"a16", "a17", "a18", "a19"}


def test_where_little_matches_everything_is_looked_through(store, monkeypatch):
    monkeypatch.setattr("index.local_store.MOST_SCORED", 1000)
    assert len(articles(store, ["bridg", "mayor", "heron"])) == 20


@pytest.mark.parametrize("tokens", [[], ["nothing"]], ids=["none", "unknown"])
def test_without_words_that_are_there_nothing_matches(store, tokens):
    assert articles(store, tokens) == set()


def test_words_are_counted_anew_when_something_has_changed(store):
    store._library.write([entry_of("new", "Another heron.")])
    assert articles(store, ["heron"]) == {"a8", "new"}


def test_sentences_are_found_within_an_outlet(store):
    store._library.write([entry_of("wire", "The bridge.", source="Courier")])
    store.catch_up()
    (near,) = store.nearest(toy_vector("x"), 5, Scope(source="Courier"))
    (stored,) = store._library.passages(store._library.passages_of_sentences(near.ids.tolist()))
    assert stored.passage.span.article == "wire"
    assert store.nearest(toy_vector("x"), 5, Scope(source="Nobody")) == []
    assert store.cosines(toy_vector("x"), {"en": near.ids.tolist()}) == pytest.approx(
        dict(zip(near.ids.tolist(), near.scores, strict=True)), abs=1e-6
    )
    assert isinstance(near.ids, np.ndarray)


def test_an_index_that_no_longer_fits_is_opened_anew(store, caplog):
    """As when a bot runs on while `citat reindex` encodes everything again."""
    library = store._library
    ids = library.sentence_ids().tolist()
    library.start_reencoding("another")
    library.add_pending(ids, np.stack([toy_vector(f"other {id_}") for id_ in ids]))
    assert library.finish_reencoding()
    assert store.catch_up() == len(ids)
    (near,) = store.nearest(toy_vector("other 7"), 3)
    assert near.ids[0] == 7
