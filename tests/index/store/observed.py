"""All that can be observed of a store, and the same computed from the library."""

from typing import NamedTuple

import pytest

from index.library import Library
from index.milvus.rows import vectors_of
from index.store import Store
from tests.conftest import toy_vector

ROUNDED = 5e-3
"""How far a cosine of vectors in 8 bits is from the exact one."""
TEXTS, STEMS = ("river", "ship", "река"), ("river", "ship", "рек", "salt", "sleep")


class Seen(NamedTuple):
    """Counts by language, nearest by question and language, passages by word."""

    counts: dict[str, int]
    nearest: list[tuple[str, list[int], list[float]]]
    words: list[list[int]]


def seen(store: Store) -> Seen:
    nearest = [
        (near.language, near.ids.tolist(), near.scores.tolist())
        for text in TEXTS
        for near in sorted(store.nearest(toy_vector(text), 50), key=lambda near: near.language)
    ]
    words = [store.matching([stem], [], 50) for stem in STEMS]
    assert len(store) == sum(store.counts().values())
    return Seen(store.counts(), nearest, words)


def expected(library: Library) -> Seen:
    """The same, computed from the library with nothing in between."""
    languages = dict(
        library.rows(
            "select s.id, a.language from sentences s join articles a on a.key = s.article"
        )
    )
    ids, vectors = vectors_of(library, languages)
    nearest = []
    for text in TEXTS:
        scores = (vectors @ toy_vector(text)).tolist() if ids else []
        best = sorted(zip(scores, ids, strict=True), reverse=True)
        for language in sorted(set(languages.values())):
            of_it = [(score, id_) for score, id_ in best if languages[id_] == language]
            nearest.append((language, [id_ for _, id_ in of_it], [score for score, _ in of_it]))
    words = [
        [id_ for (id_,) in library.rows("select rowid from words where stems match ?", stem)]
        for stem in STEMS
    ]
    counts = {language: [*languages.values()].count(language) for language in languages.values()}
    return Seen(counts, nearest, words)


def same(found: Seen, wanted: Seen) -> None:
    """See to it that a store finds what it should; an engine may keep its vectors in 8 bits."""
    assert found.counts == wanted.counts
    assert len(found.nearest) == len(wanted.nearest)
    for (language, ids, scores), (of, exact_ids, exact) in zip(
        found.nearest, wanted.nearest, strict=True
    ):
        assert language == of
        assert scores == sorted(scores, reverse=True)
        assert dict(zip(ids, scores, strict=True)) == pytest.approx(
            dict(zip(exact_ids, exact, strict=True)), abs=ROUNDED
        )
    assert [sorted(ids) for ids in found.words] == [sorted(ids) for ids in wanted.words]
