"""Which sentences of the found passages are quoted: whole ones, each claim once."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answer import Quote
from index.entries import fold, year
from index.folding import Word, words
from index.records import Article, Hit, Sentence, SentenceHit
from index.search import Query, Searcher

FEWEST_WORDS = 4
"""A shorter sentence ("Nord Stream 2.") says nothing by itself; it can only be a neighbour."""


@dataclass(frozen=True, slots=True)
class ChoiceSettings:
    """The [answer] table."""

    threshold: float = 0.64
    quotes: int = 12
    quotes_per_article: int = 2
    passages: int = 40
    sentence_share: float = 0.4
    quote_length: int = 500
    neighbour_margin: float = 0.2
    question_limit: int = 1000


@dataclass(frozen=True, slots=True)
class _Candidate:
    article: Article
    sentence: Sentence
    score: float

    @property
    def place(self) -> "_Place":
        return self.article.id, self.sentence.ordinal


_Place = tuple[str, int]


def choose(
    searcher: Searcher, query: Query, hits: Sequence[Hit], settings: ChoiceSettings
) -> list[Quote]:
    """Return quotes of whole sentences, best first; the same words are quoted once.

    The best sentence is quoted with its neighbours as far as they are nearly as good: who spoke
    often stands in one sentence and what was said in the next.
    """
    candidates = _candidates(searcher, query, hits[: settings.passages], settings)
    taken: set[_Place] = set()
    per_article: Counter[str] = Counter()
    quotes: dict[str, Quote] = {}
    for best in sorted(candidates.values(), key=lambda candidate: -candidate.score):
        if len(quotes) >= settings.quotes:
            break
        article = best.article
        if len(article.words(best.sentence.span).split()) < FEWEST_WORDS:
            continue
        if best.place in taken or per_article[article.id] >= settings.quotes_per_article:
            continue
        run = _grown(best, candidates, taken, settings)
        taken.update(candidate.place for candidate in run)
        per_article[article.id] += 1
        quote = _quote(query, run, best.score)
        same = " ".join(re.findall(r"\w+", quote.text)).casefold()
        shown = quotes.setdefault(same, quote)
        if article.id not in {shown.article.id, *shown.also_in}:
            quotes[same] = replace(shown, also_in=(*shown.also_in, article.id))
    return list(quotes.values())


def _candidates(
    searcher: Searcher, query: Query, hits: Sequence[Hit], settings: ChoiceSettings
) -> dict[_Place, _Candidate]:
    """Score each sentence of the passages: the mean of the passage's score and its own."""
    articles = _articles(searcher, hits)
    share = settings.sentence_share
    own: dict[_Place, float] = {}
    scored: dict[_Place, _Candidate] = {}
    for hit in hits:
        found = articles.get(hit.passage.span.article)
        if found is None or found.article.version != hit.passage.span.version:
            continue  # it was changed or withdrawn a moment ago
        for sentence in hit.sentences:
            place = (found.article.id, sentence.sentence.ordinal)
            if place not in own:
                own[place] = _own_score(searcher, query, found, sentence)
            score = share * own[place] + (1 - share) * hit.score
            if place not in scored or scored[place].score < score:
                scored[place] = _Candidate(found.article, sentence.sentence, score)
    return scored


@dataclass(frozen=True, slots=True)
class _Titled:
    """An article with the words of its title and its year: they count as said in each sentence."""

    article: Article
    stems: frozenset[str]
    names: frozenset[str]


def _articles(searcher: Searcher, hits: Sequence[Hit]) -> dict[str, _Titled]:
    found = {}
    for article_id in dict.fromkeys(hit.passage.span.article for hit in hits):
        article = searcher.library.article(article_id)
        if article is not None:
            stems, names = fold(article.title, article.language)
            found[article_id] = _Titled(
                article, frozenset(stems), frozenset(names + year(article))
            )
    return found


def _own_score(searcher: Searcher, query: Query, found: _Titled, hit: SentenceHit) -> float:
    article = found.article
    stems, names = fold(article.words(hit.sentence.span), article.language)
    same_language = article.language == query.language
    return searcher.fused(
        query,
        dense=hit.score,
        words=query.words_share(found.stems.union(stems)) if same_language else None,
        names=query.names_share(found.names.union(names)),
    )


def _grown(
    best: _Candidate,
    candidates: Mapping[_Place, _Candidate],
    taken: set[_Place],
    settings: ChoiceSettings,
) -> list[_Candidate]:
    """Return the sentence with the next and the one before it, where these are nearly as good."""
    run = [best]
    for step in (1, -1):
        place = (best.article.id, best.sentence.ordinal + step)
        neighbour = candidates.get(place)
        if neighbour is None or place in taken:
            continue
        longer = sorted([*run, neighbour], key=lambda candidate: candidate.sentence.ordinal)
        length = longer[-1].sentence.span.end - longer[0].sentence.span.start
        near = neighbour.score >= best.score - settings.neighbour_margin
        if near and length <= settings.quote_length:
            run = longer
    return run


def _quote(query: Query, run: Sequence[_Candidate], score: float) -> Quote:
    article = run[0].article
    span = article.span(run[0].sentence.span.start, run[-1].sentence.span.end)
    return Quote(article, span, score, tuple(_marks(query, article, article.words(span))))


def _marks(query: Query, article: Article, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words and names of the question stand."""

    def is_asked(word: Word) -> bool:
        if article.language == query.language and word.stem in query.terms:
            return True
        return word.is_name and word.name in query.names

    return ((word.start, word.end) for word in words(text, article.language) if is_asked(word))
