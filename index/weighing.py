"""What found passages have of a question: how far each sentence meets its words and its names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.entries import year
from index.folding import words
from index.likeness import Likeness, WordLikeness
from index.query import Query
from index.records import Article, Hit, SentenceHit, Span

AROUND = 0.5
"""How far a name that stands elsewhere in the passage meets that of a question: "he said"."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a sentence or a title, folded; stems only in the question's language."""

    words: tuple[str, ...]
    stems: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(
        cls, text: str, language: str, more_names: Iterable[str] = (), *, stemmed: bool
    ) -> "_Text":
        found = list(words(text, language))
        names = (word.name for word in found if word.is_name)
        return cls(
            tuple(word.lower for word in found),
            frozenset(word.stem for word in found) if stemmed else frozenset(),
            frozenset(filter(None, (*names, *more_names))),
        )


def weighed(
    query: Query, hits: Sequence[Hit], articles: dict[str, Article], likeness: WordLikeness | None
) -> list[Hit]:
    """Return the hits with what they and their sentences meet of the question's words and names.

    A word is met by its stem in the question's language and, given a `likeness`, by words like it
    in any. What was changed or withdrawn a moment ago is left out.
    """
    current = [hit for hit in hits if _is_current(hit, articles)]
    texts: dict[str | Span, _Text] = {}
    for hit in current:
        article = articles[hit.passage.span.article]
        places: list[str | Span] = [article.id, *(one.sentence.span for one in hit.sentences)]
        for place in places:
            if place not in texts:
                stemmed = article.language == query.language
                texts[place] = _text(article, place, stemmed=stemmed)
    met = _met(query, list(texts.values()), likeness)
    rows = dict(zip(texts, met, strict=True))
    return [_weighed(query, hit, texts, rows) for hit in current]


def _is_current(hit: Hit, articles: dict[str, Article]) -> bool:
    article = articles.get(hit.passage.span.article)
    return article is not None and article.version == hit.passage.span.version


def _text(article: Article, place: str | Span, *, stemmed: bool) -> _Text:
    """Fold a sentence, or the title, for which the article's id stands, with its year."""
    if isinstance(place, Span):
        return _Text.of(article.words(place), article.language, stemmed=stemmed)
    return _Text.of(article.title, article.language, year(article), stemmed=stemmed)


def _met(
    query: Query,
    texts: Sequence[_Text],
    likeness: WordLikeness | None,
) -> Likeness:
    """Return how far texts meet the question's words, shape (texts, words)."""
    if likeness is None:
        met = np.zeros((len(texts), len(query.terms)), dtype=np.float32)
    else:
        met = likeness.met(query.asked, [text.words for text in texts])
    for row, text in zip(met, texts, strict=True):
        row[[one.name in text.names for one in query.asked]] = 1
        row[[stem in text.stems for stem in query.terms]] = 1
    return met


def _weighed(
    query: Query, hit: Hit, texts: dict[str | Span, _Text], met: dict[str | Span, Likeness]
) -> Hit:
    title = hit.passage.span.article
    places: list[str | Span] = [title, *(one.sentence.span for one in hit.sentences)]
    best = np.max([met[place] for place in places], axis=0)
    near = np.where([bool(one.name) for one in query.asked], AROUND * best, 0)
    asked = frozenset(query.names)

    def names(*places: str | Span) -> frozenset[str]:
        stand = set[str]().union(*(texts[place].names for place in places))
        return asked & stand

    around = names(*places)

    def weighed_sentence(one: SentenceHit) -> SentenceHit:
        own = np.maximum(met[title], met[one.sentence.span])
        return replace(
            one,
            words=query.met_share(own),
            names=names(title, one.sentence.span),
            words_around=query.met_share(np.maximum(own, near)),
            names_around=around,
        )

    return replace(
        hit,
        words=query.met_share(best),
        names=query.names_share(around),
        sentences=tuple(map(weighed_sentence, hit.sentences)),
    )
