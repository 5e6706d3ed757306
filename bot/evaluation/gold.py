"""What answers a case, looked up in the library: its articles and where its sentences stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answer import Quote
from bot.evaluation.cases import Case, Problem
from index.errors import SourceError
from index.languages import UNKNOWN
from index.library import Library
from index.records import Article, Span

COVERED = 0.5
"""Share of a sentence's characters that a quote of it has to show."""
LOOKED_UP = 5
"""Words of a sentence, its longest, by which the articles that may hold it are looked up."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """An answering sentence and its bare words, by which copies in other articles are known."""

    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class Gold:
    """Articles and sentences any of which answers; `language` is that of the first article.

    `wrong` are places that do not answer; without an article they are all that is known.
    """

    articles: frozenset[str]
    sentences: tuple[Sentence, ...]
    language: str
    wrong: tuple[Sentence, ...] = ()

    def has_article(self, quote: Quote) -> bool:
        """Tell whether a quote, or another article that it names as a copy, is of these."""
        return not self.articles.isdisjoint({quote.article.id, *quote.also_in})

    def has_sentence(self, quote: Quote) -> bool:
        """Tell whether a quote shows at least half of one of the sentences."""
        return any(_shows(quote, sentence) for sentence in self.sentences)

    def has_wrong(self, quote: Quote) -> bool:
        """Tell whether a quote shows at least half of something that does not answer."""
        return any(_shows(quote, sentence) for sentence in self.wrong)


def locate_all(
    cases: Iterable[Case], library: Library
) -> tuple[dict[Case, Gold | None], list[Problem]]:
    """Find what answers each case, None for a case that says nothing does.

    The cases for which the library lacks it are the problems.
    """
    located, problems = dict[Case, Gold | None](), list[Problem]()
    for case in cases:
        try:
            located[case] = None if case.unanswerable else locate(case, library)
        except SourceError as error:
            problems.append(Problem(case.line, str(error)))
    return located, problems


def locate(case: Case, library: Library) -> Gold:
    """Find what answers a case and what does not.

    Words of which no article is named are meant wherever they stand.

    Raises:
        SourceError: the library lacks an article, or words stand in none of them.
    """
    articles = [found for given in case.articles for found in _named(given, library)]
    if not case.articles:
        articles = [found for quote in case.quotes for found in _holding(quote, library)]
    sentences = [found for quote in case.quotes for found in _places(quote, articles)]
    wrong = [found for text in case.wrong for found in _places(text, _holding(text, library))]
    return Gold(
        frozenset(article.id for article in articles),
        tuple(sentences),
        articles[0].language if articles else UNKNOWN,
        tuple(wrong),
    )


def _named(given: str, library: Library) -> list[Article]:
    """Return the article of an id, or those of an address; it may open at a sentence."""
    found = library.article(given)
    if found is not None:
        return [found]
    address = re.sub(r"#?:~:text=.*", "", given)
    rows = library.rows("select id from articles where url in (?, ?) order by key", given, address)
    articles = _articles(rows, library)
    if not articles:
        raise SourceError(f"the library has no article {given!r}; `citat list` names them")
    return articles


def _holding(quote: str, library: Library) -> list[Article]:
    words = sorted(set(quote.split()), key=len)[-LOOKED_UP:]
    holds_all = " and ".join("instr(text, ?)" for _ in words)
    rows = library.rows(f"select id from articles where {holds_all} order by key", *words)  # noqa: S608
    pattern = _pattern(quote)
    return [article for article in _articles(rows, library) if pattern.search(article.text)]


def _articles(rows: Sequence[tuple[str]], library: Library) -> list[Article]:
    found = (library.article(id_) for (id_,) in rows)
    return [article for article in found if article is not None]


def _places(quote: str, articles: Sequence[Article]) -> list[Sentence]:
    pattern, words = _pattern(quote), _bare_words(quote)
    found = [
        Sentence(article.span(match.start(), match.end()), words)
        for article in articles
        for match in pattern.finditer(article.text)
    ]
    if not found:
        names = ", ".join(article.id for article in articles) or "any article"
        short = quote if len(quote) <= 60 else f"{quote[:60]}…"
        raise SourceError(f"these words do not stand in {names}: {short!r}")
    return found


def _pattern(quote: str) -> re.Pattern[str]:
    """Match the words with any blanks between them: pages and spreadsheets break lines anew."""
    return re.compile(r"\s+".join(map(re.escape, quote.split())))


def _shows(quote: Quote, sentence: Sentence) -> bool:
    span = sentence.span
    if (quote.span.article, quote.span.version) == (span.article, span.version):
        shown = min(quote.span.end, span.end) - max(quote.span.start, span.start)
        return shown >= COVERED * len(span)
    return (
        span.article in quote.also_in and f" {sentence.words} " in f" {_bare_words(quote.text)} "
    )


def _bare_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).casefold()
