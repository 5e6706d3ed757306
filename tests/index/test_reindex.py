"""A library can change its encoder and its folding, whatever happens on the way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from index.encoder import EncoderSettings, SentenceEncoder, Vectors
from index.errors import EncoderMismatch
from index.library import Library, SentenceVectors
from index.reindex import reencode, refold
from index.search import Searcher
from index.statements import Kind, Party, Statement

STORY = [f"The river rose by {number} metres in the night." for number in range(6)]


class Stopped(Exception):
    pass


def stop_at_once(_: int) -> None:
    raise Stopped


@pytest.fixture(scope="module")
def tiny(tiny_model):
    return SentenceEncoder.load(EncoderSettings(model=str(tiny_model())))


@pytest.fixture
def river(library, encoder, encoded_entry, monkeypatch):
    """A library of six sentences, encoded anew four at a time."""
    monkeypatch.setattr("index.reindex.BATCH", 4)
    library.claim_encoder(encoder.identity)
    library.write([encoded_entry("river", *STORY)])
    return library


def vectors_are_of(library: Library, encoder) -> bool:
    in_order = library.articles(newest_first=False)
    expected = encoder.encode_passages(
        [library.words(s.span) for a in in_order for s in library.sentences(a.id)]
    )
    stored = SentenceVectors.joined(library.sentence_vectors()).vectors
    return stored.shape == expected.shape and np.allclose(stored, expected, atol=2e-3)


class WhileEncoding:
    """An encoder that lets something else happen in the middle of its first batch."""

    def __init__(self, encoder, event) -> None:
        self.encoder = encoder
        self.event = event
        self.identity = encoder.identity
        self.dimension = encoder.dimension
        self.count_tokens = encoder.count_tokens
        self.encode_queries = encoder.encode_queries
        self.word_vectors = encoder.word_vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if event := self.event:
            self.event = None
            event()
        vectors: Vectors = self.encoder.encode_passages(texts)
        return vectors


def test_all_vectors_become_those_of_the_new_encoder(river, tiny):
    steps: list[int] = []
    assert reencode(river, tiny, steps.append) == 6
    assert steps == [4, 2]
    assert river.encoder == tiny.identity
    assert vectors_are_of(river, tiny)


def test_until_all_are_there_readers_see_the_old_ones(river, encoder, tiny):
    searcher = Searcher(river, encoder)
    before = searcher.search(searcher.parse("the river"))
    generation = river.generation
    with pytest.raises(Stopped):
        reencode(river, tiny, stop_at_once)
    assert river.generation == generation
    assert river.encoder == encoder.identity
    assert vectors_are_of(river, encoder)
    with Library.open(river.path.parent) as other:
        again = Searcher(other, encoder)
        assert again.search(again.parse("the river")) == before


def test_an_interrupted_run_goes_on_where_it_stopped(river, tiny):
    with pytest.raises(Stopped):
        reencode(river, tiny, stop_at_once)
    assert reencode(river, tiny, lambda _: None) == 2
    assert vectors_are_of(river, tiny)


def test_pending_vectors_of_another_encoder_are_not_taken(river, tiny, tiny_model):
    other = SentenceEncoder.load(EncoderSettings(model=str(tiny_model(1))))
    with pytest.raises(Stopped):
        reencode(river, other, stop_at_once)
    assert reencode(river, tiny, lambda _: None) == 6
    assert vectors_are_of(river, tiny)


def test_articles_that_come_in_meanwhile_are_encoded_too(river, tiny, encoded_entry):
    new = encoded_entry("new", "The court acquitted him.")
    assert reencode(river, WhileEncoding(tiny, lambda: river.write([new])), lambda _: None) == 7
    assert vectors_are_of(river, tiny)


def test_articles_that_go_meanwhile_do_no_harm(river, tiny, encoded_entry):
    river.write([encoded_entry("new", "The court acquitted him.")])
    reencode(river, WhileEncoding(tiny, lambda: river.remove(["river"])), lambda _: None)
    assert vectors_are_of(river, tiny)
    assert river.counts()["sentences"] == 1


def test_an_empty_library_has_nothing_to_encode(library, tiny):
    library.claim_encoder("another")
    assert reencode(library, tiny, lambda _: None) == 0
    assert library.encoder is None


def test_a_searcher_with_the_old_encoder_says_so_and_one_with_the_new_finds(river, encoder, tiny):
    old = Searcher(river, encoder)
    old.parse("the river")
    reencode(river, tiny, lambda _: None)
    with pytest.raises(EncoderMismatch, match="run `citat reindex`"):
        old.parse("the river")
    new = Searcher(river, tiny)
    assert new.search(new.parse("the river"))


def test_words_are_folded_by_the_rules_of_this_version(river, encoded_entry):
    river.write([encoded_entry("съд", "Съдът го оправда.", "Той мълча.", language="bg")])
    folded = river.rows("select * from words order by rowid")
    river._db.execute("update words set stems = 'old', names = '', title = ''")
    generation = river.generation
    refold(river)
    assert river.rows("select * from words order by rowid") == folded
    assert river.word_counts("stems", ["old", "river"]) == {"river": 1}
    assert river.generation > generation


def test_whoever_writes_while_words_are_folded_waits_for_a_portion(
    river, encoded_entry, monkeypatch
):
    monkeypatch.setattr("index.reindex.PORTION", 1)
    river.write([encoded_entry("court", "The court acquitted him.")])
    with Library.open(river.path.parent) as other:

        def write(_):
            other.write([encoded_entry("new", "The bridge was closed.")])

        refold(river, write)
    assert river.word_counts("stems", ["bridg", "court", "river"])["bridg"] == 1


def test_a_portion_is_one_change(river, encoded_entry):
    river.write([encoded_entry("court", "The court acquitted him.")])
    before = river.generation
    refold(river)
    assert river.generation == before + 1


def test_the_keys_of_speakers_are_made_by_the_rules_of_this_version(river, encoded_entry):
    said = Statement(((0, 4),), Kind.DIRECT, speaker=Party("Vladimir Putin", None))
    river.write([replace(encoded_entry("word", "Yes."), statements=[said])])
    keys = river.rows("select speaker, addressee from statements")
    river._db.execute("update statements set speaker = 'old'")
    refold(river)
    assert river.rows("select speaker, addressee from statements") == keys
