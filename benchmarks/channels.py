"""What each channel of a search says of each passage, to be weighed and folded anew.

A search computes two shares and a cosine for each passage that it brings and fuses them by
weights. Here they are computed once and fused by as many weights as are to be tried.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from math import inf, log

import numpy as np
import simplemma
from numpy.typing import NDArray

from benchmarks.tasks import DEPTH, DISCOUNTS
from index.folding import Word, stem, words
from index.languages import UNKNOWN
from index.library import Library, SentenceVectors, StoredPassage
from index.query import Query
from index.search import Searcher, SearchSettings
from index.vectors import in_context

Floats = NDArray[np.float64]
Ranking = Sequence[int]
"""Articles that were found, best first, by their number in the order of the library."""
Folding = Callable[[Word], Sequence[str]]
"""The tokens that a word is found by."""

TODAY = SearchSettings()
WORDS_WEIGHTS = (0.0, 0.2, 0.4, 0.8, 1.0, 1.2, 1.6)
NAMES_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.8)
WEIGHTS = [
    replace(TODAY, words_weight=by_words, names_weight=by_names)
    for by_words, by_names in product(WORDS_WEIGHTS, NAMES_WEIGHTS)
]
"""Only their ratio to the weight of dense changes a ranking, so that is left as it is."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions, with binary relevance."""

    ndcg10: float
    recall1: float
    recall5: float

    @classmethod
    def of(cls, rankings: Sequence[Ranking], relevant: Sequence[Collection[int]]) -> "Figures":
        """Compare rankings with what answers; an article that was not found is not ranked."""
        hits = np.zeros((len(rankings), DEPTH))
        for row, ranking, right in zip(hits, rankings, relevant, strict=True):
            first = ranking[:DEPTH]
            row[: len(first)] = [article in right for article in first]
        sizes = np.array([len(right) for right in relevant])
        ideal = np.cumsum(DISCOUNTS)[np.minimum(sizes, DEPTH) - 1]
        recall = np.cumsum(hits, axis=1) / sizes[:, None]
        return cls(
            float(np.mean(hits @ DISCOUNTS / ideal)),
            float(np.mean(recall[:, 0])),
            float(np.mean(recall[:, 4])),
        )


@dataclass(frozen=True, slots=True)
class Values:
    """Arrays of shape (questions, passages), but for `first`: where articles begin.

    Only what was `found` is ranked; `has_words` and `has_names` tell where a channel applies.
    """

    first: NDArray[np.int64]
    has_words: NDArray[np.bool_]
    has_names: NDArray[np.bool_]
    found: NDArray[np.bool_]
    dense: Floats
    words: Floats
    names: Floats

    @classmethod
    def of_search(cls, searcher: Searcher, queries: Sequence[Query]) -> "Values":
        """Take the values of what `Searcher.search` brings."""
        passages = stored_passages(searcher.library)
        columns = {stored.passage.span: n for n, stored in enumerate(passages)}
        found = np.zeros((len(queries), len(passages)), dtype=np.bool_)
        dense, by_words, by_names = np.zeros((3, *found.shape))
        for row, query in enumerate(queries):
            for hit in searcher.search(query, limit=len(passages)):
                at = row, columns[hit.passage.span]
                found[at] = True
                dense[at], by_words[at], by_names[at] = hit.dense, hit.words, hit.names
        first, _, has_names = _applying(queries, passages)
        # Words are compared by what they mean too, in any language.
        has_words = np.array([[bool(query.terms)] * len(passages) for query in queries])
        return cls(first, has_words, has_names, found, dense, by_words, by_names)

    @classmethod
    def of_all(cls, searcher: Searcher, queries: Sequence[Query]) -> "Values":
        """Compute the values of all passages, whether a search would bring them or not.

        Words are compared by their stems alone.
        """
        passages = stored_passages(searcher.library)
        stems = [{*stored.stems.split(), *stored.title.split()} for stored in passages]
        names = [set(stored.names.split()) for stored in passages]
        return cls(
            *_applying(queries, passages),
            np.ones((len(queries), len(passages)), dtype=np.bool_),
            _cosines(searcher.library, queries, passages),
            shares([query.terms for query in queries], stems),
            shares([query.names for query in queries], names),
        )

    def scores(self, settings: SearchSettings) -> Floats:
        """Return the fused scores, shape (questions, articles), -infinity for what is not found.

        The arithmetic is that of `Searcher.fused`; an article's score is its best passage's.
        """
        parts = (
            (settings.dense_weight, np.ones_like(self.found), self.dense),
            (settings.words_weight, self.has_words, self.words),
            (settings.names_weight, self.has_names, self.names),
        )
        total, summed = np.zeros((2, *self.found.shape))
        for weight, applies, values in parts:
            total += weight * applies
            summed += weight * applies * values
        mean = np.divide(summed, total, out=np.zeros_like(total), where=total > 0)
        best: Floats = np.maximum.reduceat(np.where(self.found, mean, -inf), self.first, axis=1)
        return best

    def ranked(self, settings: SearchSettings) -> list[Ranking]:
        """Return the first ten articles for each question; ties keep the order of articles."""
        scores = self.scores(settings)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        return [row[own[row] > -inf].tolist() for own, row in zip(scores, order, strict=True)]

    def folded(self, searcher: Searcher, queries: Sequence[Query], folding: Folding) -> "Values":
        """Return the same with words that are folded otherwise, in questions and passages."""
        passages = stored_passages(searcher.library)
        texts, titles = _texts(searcher.library, passages, folding)
        counts = Counter(chain.from_iterable(texts))
        terms = [
            {
                token: _rarity(counts[token], len(passages))
                for token in tokens(query.text, query.language, folding)
            }
            for query in queries
        ]
        whole = [text | title for text, title in zip(texts, titles, strict=True)]
        return replace(self, words=shares(terms, whole))


def stored_passages(library: Library) -> list[StoredPassage]:
    """Return all passages, article by article."""
    rows = library.rows("select id from passages order by id")
    return library.passages([id_ for (id_,) in rows])


def shares(weights: Sequence[Mapping[str, float]], held: Sequence[Collection[str]]) -> Floats:
    """Return the share of each question's weighted tokens among those each passage holds."""
    columns = {token: n for n, token in enumerate(dict.fromkeys(chain.from_iterable(weights)))}
    asked = np.zeros((len(weights), len(columns)))
    for row, weighed in zip(asked, weights, strict=True):
        row[[columns[token] for token in weighed]] = list(weighed.values())
    present = np.zeros((len(held), len(columns)))
    for row, passage in zip(present, held, strict=True):
        row[[columns[token] for token in passage if token in columns]] = 1
    total = asked.sum(axis=1, keepdims=True)
    share: Floats = asked @ present.T / np.where(total > 0, total, 1)
    return share


def tokens(text: str, language: str, folding: Folding) -> set[str]:
    """Return what the words of a text are found by."""
    return {token for word in words(text, language) for token in folding(word) if token}


def plain(word: Word) -> Sequence[str]:
    """Fold only case, accents and marks."""
    return [stem(word.lower, UNKNOWN)]


def lemma(word: Word) -> Sequence[str]:
    return [stem(simplemma.lemmatize(word.lower, lang=word.language).lower(), UNKNOWN)]


def five_letters(word: Word) -> Sequence[str]:
    return [stem(word.lower, UNKNOWN)[:5]]


def four_grams(word: Word) -> Sequence[str]:
    """Cut a word, with its ends marked, at every letter."""
    marked = f"<{stem(word.lower, UNKNOWN)}>"
    return [marked[n : n + 4] for n in range(max(len(marked) - 3, 1))]


def stem_and_four_grams(word: Word) -> Sequence[str]:
    return [word.stem, *four_grams(word)]


FOLDINGS: Mapping[str, Folding] = {
    "as it is": lambda word: [word.stem],
    "plain words": plain,
    "lemma of simplemma": lemma,
    "first five letters": five_letters,
    "4-grams": four_grams,
    "as it is, and 4-grams": stem_and_four_grams,
}


def _applying(
    queries: Sequence[Query], passages: Sequence[StoredPassage]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where articles begin, where words apply and where names do."""
    _, first = np.unique([stored.passage.span.article for stored in passages], return_index=True)
    asked = np.array([query.language if query.terms else "" for query in queries])
    has_words = asked[:, None] == np.array([stored.language for stored in passages])
    has_names = np.array([bool(query.names) for query in queries])
    return np.sort(first), has_words, np.repeat(has_names[:, None], len(passages), axis=1)


def _cosines(
    library: Library, queries: Sequence[Query], passages: Sequence[StoredPassage]
) -> Floats:
    """Return the cosine of each question with the nearest sentence of each passage."""
    stored = SentenceVectors.joined(library.sentence_vectors())
    columns = {int(id_): n for n, id_ in enumerate(stored.ids)}
    vectors = in_context(stored.vectors, stored.articles)
    cosines = np.stack([query.vector for query in queries]) @ vectors.T
    inside = [[columns[id_] for id_, _ in stored.sentences] for stored in passages]
    best: Floats = np.stack([cosines[:, rows].max(axis=1) for rows in inside], axis=1)
    return best.astype(np.float64)


def _texts(
    library: Library, passages: Sequence[StoredPassage], folding: Folding
) -> tuple[list[set[str]], list[set[str]]]:
    """Return the tokens of each passage and of its title, sentence by sentence as in ingest."""
    articles = {article.id: article for article in library.articles()}
    texts, titles = [], []
    for stored in passages:
        article = articles[stored.passage.span.article]
        found = (article.words(sentence.span) for _, sentence in stored.sentences)
        texts.append(
            set(chain.from_iterable(tokens(text, stored.language, folding) for text in found))
        )
        titles.append(tokens(article.title, stored.language, folding))
    return texts, titles


def _rarity(count: int, passages: int) -> float:
    """Weigh a token as `Searcher.parse` does."""
    return log(1 + (passages - count + 0.5) / (count + 0.5))
