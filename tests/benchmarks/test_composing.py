"""Composed articles are new, whole, and like those that they are made of."""

import numpy as np
import pytest

from benchmarks.composing import NEARNESS, Composer
from index.entries import fold_passages


@pytest.fixture(scope="module")
def composer(archive, encoder):
    return Composer.of(archive, encoder)


@pytest.fixture(scope="module")
def entries(composer):
    return [composer.entry(number) for number in range(20)]


def test_the_same_number_gives_the_same_article(composer, entries):
    again = composer.entry(7)
    assert (again.article, again.sentences) == (entries[7].article, entries[7].sentences)
    assert np.array_equal(again.vectors, entries[7].vectors)


def test_no_two_are_the_same(entries):
    assert len({entry.article.text for entry in entries}) == len(entries)


def test_passages_hold_every_sentence(entries):
    for entry in entries:
        held = {n for first, last in entry.passages for n in range(first, last)}
        assert held == set(range(len(entry.sentences)))


def test_words_are_folded_as_they_are_written(entries):
    """Those that were folded once, in the text that they came from, and joined."""
    alike = [
        len({*one.stems.split()} & {*other.stems.split()}) / len({*other.stems.split()})
        for entry in entries
        for one, other in zip(
            entry.folded,
            fold_passages(entry.article, entry.sentences, entry.passages),
            strict=True,
        )
    ]
    assert np.mean(alike) > 0.98


def test_vectors_lie_about_as_far_from_real_ones_as_stated(composer, entries):
    for entry in entries:
        known = composer.vectors[entry.article.language]
        nearest = (entry.vectors.astype(np.float32) @ known.T).max(axis=1)
        assert np.linalg.norm(entry.vectors.astype(np.float32), axis=1) == pytest.approx(
            1, abs=1e-2
        )
        assert nearest.min() > NEARNESS - 0.15


def test_a_library_takes_them(library, encoder, entries):
    library.claim_encoder(encoder.identity)
    library.write(entries)
    for entry in entries:
        stored = [library.words(one.span) for one in library.sentences(entry.article.id)]
        assert stored == [entry.article.text[start:end] for start, end in entry.sentences]
        assert len(library.statements(entry.article.id)) == len(entry.statements)
