"""Which sentences of the found passages are quoted: whole ones, each claim once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answer import Quote
from bot.sought import Fit, Sought
from index.copies import same_words
from index.entries import fold
from index.folding import Word, words
from index.people import may_be_same
from index.query import Query
from index.records import Article, Hit, Sentence, SentenceHit, Span
from index.search import Searcher
from index.statements import Statement
from index.weighing import AROUND

ANYBODY = Sought()
FEWEST_WORDS = 4
"""A shorter sentence ("Nord Stream 2.") says nothing by itself; it can only be a neighbour."""


FIGURE = re.compile(r"\d+")
UNNAMED = 3
"""How many times worse it is that the speaker is not even named than that another may speak."""

NAMED = 0.3
"""How far a speaker's name is met where the speaker is only spoken of, or named nearby."""
GROWTH = (1, 1, -1)
"""A quote grows by two sentences behind the best one, where news is explained, and one before."""


@dataclass(frozen=True, slots=True)
class ChoiceSettings:
    """The [answer] table."""

    threshold: float = 0.55
    quotes: int = 12
    quotes_per_article: int = 2
    passages: int = 30
    sentence_share: float = 0.5
    quote_length: int = 500
    neighbour_margin: float = 0.3
    speaker_weight: float = 0.04
    figure_weight: float = 0.05
    across_languages: float = 0.03
    question_limit: int = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted; `own` is its score without anything around it."""

    article: Article
    sentence: Sentence
    score: float
    own: float
    statements: tuple[Statement, ...]  # that have a part of their content in the sentence

    @property
    def place(self) -> "Place":
        return self.article.id, self.sentence.ordinal


Place = tuple[str, int]
"""An article and the ordinal of one of its sentences."""


def choose(
    searcher: Searcher,
    query: Query,
    hits: Sequence[Hit],
    settings: ChoiceSettings,
    sought: Sought = ANYBODY,
    leads: Callable[[Candidate], bool] = lambda _: True,
) -> list[Quote]:
    """Return quotes of whole sentences, best first; the same words are quoted once.

    The best sentence is quoted with its neighbours as far as they are nearly as good: who spoke
    often stands in one sentence and what was said in the next, as a lead tells what happened and
    what follows it where and why. What those say who are sought counts for more than what stands
    near their name; what they were told is no answer to what they said. No quote is built on a
    sentence that does not lead.
    """
    found = candidates(
        searcher, query, hits[: settings.passages], settings, sought, query.certainty
    )
    taken: set[Place] = set()
    per_article: Counter[str] = Counter()
    quotes: list[Quote] = []
    for best in sorted(found.values(), key=lambda candidate: -candidate.score):
        if len(quotes) >= settings.quotes:
            break
        article = best.article
        if len(article.words(best.sentence.span).split()) < FEWEST_WORDS:
            continue
        if best.place in taken or per_article[article.id] >= settings.quotes_per_article:
            continue
        if not leads(best):
            continue
        run = _grown(best, found, taken, settings, sought)
        taken.update(candidate.place for candidate in run)
        per_article[article.id] += 1
        span = article.span(run[0].sentence.span.start, run[-1].sentence.span.end)
        quote = quoted(query, article, span, best.score, best.statements, sought)
        shown = next((n for n, other in enumerate(quotes) if is_copy(quote, other)), None)
        if shown is None:
            quotes.append(quote)
        else:
            quotes[shown] = quotes[shown].with_copies([article.id])
    return quotes


def is_copy(one: Quote, other: Quote) -> bool:
    """Tell whether two quotes are the same words, as far as copies go."""
    return one.article.language == other.article.language and same_words(one.text, other.text)


def quoted(
    query: Query,
    article: Article,
    span: Span,
    score: float,
    statements: Sequence[Statement],
    sought: Sought,
) -> Quote:
    """Return words of an article as a quote, with whoever speaks in the best of the statements."""
    marks = tuple(marked(query, article, article.words(span)))
    said = _shown(statements, sought, article.language)
    if said is None:
        return Quote(article, span, score, marks)
    return Quote(
        article,
        span,
        score,
        marks,
        speaker=said.speaker.name if said.speaker else None,
        addressee=said.addressee.name if said.addressee else None,
        via=said.agencies,
    )


def candidates(
    searcher: Searcher,
    query: Query,
    hits: Sequence[Hit],
    settings: ChoiceSettings,
    sought: Sought,
    certainty: float = 1.0,
) -> dict[Place, Candidate]:
    """Score each sentence of the passages: the mean of the passage's score and its own.

    What is missing of what is sought is taken off that, and all is less the less is certain. What
    is said in another language than the question's comes out lower by its nature.
    """
    articles = _articles(searcher, hits)
    share, speaker = settings.sentence_share, sought.names
    scored: dict[Place, Candidate] = {}
    for hit in hits:
        found = articles.get(hit.passage.span.article)
        if found is None or found.article.version != hit.passage.span.version:
            continue  # it was changed or withdrawn a moment ago
        for sentence in hit.sentences:
            place, language = (found.article.id, sentence.sentence.ordinal), found.article.language
            statements = found.statements_in(sentence.sentence)
            fit = sought.best(statements, language)
            if fit is Fit.REVERSED:
                continue
            said = _words_said(query, sentence, speaker, speaks=fit >= Fit.SPEAKER)
            own, around = _own_scores(searcher, query, language, sentence, statements, said)
            score = share * around + (1 - share) * hit.score
            score -= _shortfall(query, found.article, sentence, fit, settings, sought)
            score += settings.across_languages * (language != query.language)
            score *= certainty
            if place not in scored or scored[place].score < score:
                scored[place] = Candidate(
                    found.article, sentence.sentence, score, own * certainty, statements
                )
    return scored


@dataclass(frozen=True, slots=True)
class _Found:
    """An article, and who says what in it."""

    article: Article
    statements: Sequence[Statement]

    def statements_in(self, sentence: Sentence) -> tuple[Statement, ...]:
        """Return the statements that have a part of their content in a sentence."""
        reach = sentence.span.start, sentence.span.end
        return tuple(one for one in self.statements if one.overlaps(reach))


def _articles(searcher: Searcher, hits: Sequence[Hit]) -> dict[str, _Found]:
    ids = list(dict.fromkeys(hit.passage.span.article for hit in hits))
    statements = searcher.library.statements_of(ids)
    articles = searcher.library.articles_of(ids)
    return {id_: _Found(article, statements[id_]) for id_, article in articles.items()}


def _own_scores(
    searcher: Searcher,
    query: Query,
    language: str,
    hit: SentenceHit,
    statements: Sequence[Statement],
    said: tuple[float, float],
) -> tuple[float, float]:
    """Score a sentence by itself, and with the names around it, which count by half.

    Who speaks in it or is spoken to counts as named there; `said` is what of the words it meets.
    """
    parties = {
        key
        for said in statements
        for party in said.parties
        for key in fold(party.name or "", language)[1]
    }
    own = query.names_share(hit.names | parties)
    around = (own + query.names_share(hit.names_around | parties)) / 2
    words, words_around = said
    return (
        searcher.fused(query, dense=hit.score, words=words, names=own),
        searcher.fused(query, dense=hit.score, words=words_around, names=around),
    )


def _words_said(
    query: Query, hit: SentenceHit, speaker: frozenset[str], *, speaks: bool
) -> tuple[float, float]:
    """Return the shares of the question's words that a sentence meets, by itself and in place.

    The name of whoever is asked to speak is met where that person speaks, named or not; where it
    is only mentioned, it tells little: "X, head of the institute, came" is no answer of X.
    """
    if not speaker:
        return hit.words, hit.words_around
    whole = query.words_named(speaker)
    named, around = (
        query.words_named(speaker & hit.names),
        query.words_named(speaker & hit.names_around),
    )
    said = whole if speaks else NAMED * around
    return (
        min(1.0, hit.words - named + said),
        min(1.0, hit.words_around - named - AROUND * (around - named) + said),
    )


def _shortfall(
    query: Query,
    article: Article,
    hit: SentenceHit,
    fit: Fit,
    settings: ChoiceSettings,
    sought: Sought,
) -> float:
    """Return what is to be taken off a sentence's score for what it lacks of what is sought."""
    lacking = 0.0
    if sought.speakers and fit < Fit.SPEAKER:
        surnames = sought.surnames.intersection(query.names)
        unnamed = surnames and not surnames & hit.names_around
        lacking += settings.speaker_weight * (UNNAMED if unnamed else 1)
    if sought.figure:
        figures = set(FIGURE.findall(article.words(hit.sentence.span)))
        lacking += settings.figure_weight * figures.issubset(FIGURE.findall(query.text))
    return lacking


def _grown(
    best: Candidate,
    candidates: Mapping[Place, Candidate],
    taken: set[Place],
    settings: ChoiceSettings,
    sought: Sought,
) -> list[Candidate]:
    """Return the sentence with those behind and before it, where these are nearly as good."""
    run = [best]
    for step in GROWTH:
        edge = run[-1] if step > 0 else run[0]
        place = (best.article.id, edge.sentence.ordinal + step)
        neighbour = candidates.get(place)
        if neighbour is None or place in taken:
            continue
        longer = [*run, neighbour] if step > 0 else [neighbour, *run]
        length = longer[-1].sentence.span.end - longer[0].sentence.span.start
        near = neighbour.own >= best.own - settings.neighbour_margin
        if near and length <= settings.quote_length and not _others_speak(best, neighbour, sought):
            run = longer
    return run


def _others_speak(best: Candidate, neighbour: Candidate, sought: Sought) -> bool:
    """Tell whether words of others, or to others, would come under the names that are shown."""
    language = best.article.language
    said = _shown(best.statements, sought, language)
    shown = said.keys(language) if said else ("", "")
    return any(
        name and other and not may_be_same(name, other)
        for one in neighbour.statements
        for name, other in zip(shown, one.keys(language), strict=True)
    )


def _shown(statements: Sequence[Statement], sought: Sought, language: str) -> Statement | None:
    """Return the statement whose speaker is named under a quote: that of whom is sought.

    None where several speak and nobody is sought: one name would stand for the words of all.
    """
    said = max(statements, key=lambda one: sought.fit(one, language), default=None)
    if said is None or sought.fit(said, language) >= Fit.SPEAKER:
        return said
    speaker = said.keys(language)[0]
    others = (one.keys(language)[0] for one in statements)
    agree = all(may_be_same(other, speaker) for other in others if other and speaker)
    return said if agree else None


def marked(query: Query, article: Article, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words and names of the question stand."""

    def is_asked(word: Word) -> bool:
        if article.language == query.language and word.stem in query.terms:
            return True
        return word.is_name and word.name in query.names

    return ((word.start, word.end) for word in words(text, article.language) if is_asked(word))
