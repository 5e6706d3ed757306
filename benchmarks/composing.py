"""Articles composed of the sentences of a library, to make one that is many times as large.

A composed article takes the title, the outlet and the date of a real one and as many sentences as
it has, in runs of two to four neighbours from articles of the same language. In each sentence a
quarter of the words are replaced by others of the language, drawn as often as they stand in it:
passages and sentences are new, and the words are as frequent as in the original. A sentence's
vector is moved by the difference of two others of its language, scaled so that the cosine with
the original is about `NEARNESS`, so that vectors scatter in the directions in which real ones do.
What is not new: there are no words that the original does not have.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice

import numpy as np

from index.encoder import Encoder, Vectors
from index.entries import Entry, FoldedPassage, fold, year
from index.folding import words
from index.library import Library, SentenceVectors
from index.records import Article, Range
from index.statements import Party, Statement
from ingest.passages import group
from ingest.pipeline import IngestSettings

REPLACED = 0.25
NEARNESS = 0.85


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a sentence: where it stands, and what the word index holds of it."""

    start: int
    end: int
    surface: str
    stem: str
    name: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A real sentence with all that is stored of it, `row` in the table of vectors."""

    text: str
    words: Sequence[_Word]
    said: Sequence[Statement]
    tokens: int
    row: int


@dataclass(slots=True)
class Composer:
    """Composes articles; the same numbers give the same articles, in whatever order."""

    articles: dict[str, list[Article]]
    sources: dict[str, list[list[_Source]]]
    vocabulary: dict[str, list[_Word]]
    vectors: dict[str, Vectors]
    languages: Sequence[str]
    settings: IngestSettings

    @classmethod
    def of(cls, library: Library, encoder: Encoder) -> "Composer":
        """Read a library; its words are folded here once."""
        articles = defaultdict[str, list[Article]](list)
        sources = defaultdict[str, list[list[_Source]]](list)
        rows = defaultdict[str, list[np.ndarray]](list)
        stored = SentenceVectors.joined(library.sentence_vectors())
        vector_of = {int(id_): n for n, id_ in enumerate(stored.ids)}
        ids = _ids_by_article(library)
        for article in library.articles(newest_first=False):
            language, said = article.language, library.statements(article.id)
            spans = [(one.span.start, one.span.end) for one in library.sentences(article.id)]
            texts = [article.text[start:end] for start, end in spans]
            first = len(rows[language])
            rows[language] += [stored.vectors[vector_of[id_]] for id_ in ids[article.id]]
            articles[language].append(article)
            sources[language].append(
                [
                    _Source(
                        text,
                        _words(text, language),
                        [one for one in said if span[0] <= one.range[0] < span[1]],
                        tokens,
                        first + n,
                    )
                    for n, (text, span, tokens) in enumerate(
                        zip(texts, spans, encoder.count_tokens(texts), strict=True)
                    )
                ]
            )
        return cls(
            dict(articles),
            dict(sources),
            {
                language: [word for of_one in found for one in of_one for word in one.words]
                for language, found in sources.items()
            },
            {language: np.stack(found) for language, found in rows.items()},
            [language for language, found in articles.items() for _ in found],
            IngestSettings(),
        )

    def entry(self, number: int) -> Entry:
        """Compose the article of a number."""
        dice = random.Random(number)
        language = dice.choice(self.languages)
        model = dice.choice(self.articles[language])
        length = len(dice.choice(self.sources[language]))
        chosen = [*islice(self._runs(language, dice), length)]
        texts, folded = zip(*(self._changed(one, language, dice) for one in chosen), strict=True)
        spans = [*_placed(texts)]
        article = replace(model, id=f"composed-{number}", text=" ".join(texts), url=None)
        passages = group(
            [one.tokens for one in chosen],
            self.settings.passage_tokens,
            self.settings.passage_overlap,
        )
        return Entry(
            article,
            f"composed-{number}",
            spans,
            self._vectors([one.row for one in chosen], language, number),
            passages,
            [*_folded(article, passages, folded)],
            [
                _said(one, span)
                for source, span in zip(chosen, spans, strict=True)
                for one in source.said
            ],
        )

    def _runs(self, language: str, dice: random.Random) -> Iterator[_Source]:
        while True:
            source = dice.choice(self.sources[language])
            at = dice.randrange(len(source))
            yield from source[at : at + dice.randint(2, 4)]

    def _changed(
        self, source: _Source, language: str, dice: random.Random
    ) -> tuple[str, tuple[list[str], list[str]]]:
        """Return the text with other words in it, and its stems and names."""
        parts, at = [], 0
        stems, names = [], []
        for old in source.words:
            new = dice.choice(self.vocabulary[language]) if dice.random() < REPLACED else old
            parts += [source.text[at : old.start], new.surface]
            at = old.end
            stems += [new.stem] * bool(new.stem)
            names += [new.name] * bool(new.name)
        return "".join(parts) + source.text[at:], (stems, names)

    def _vectors(
        self, rows: Sequence[int], language: str, number: int
    ) -> np.typing.NDArray[np.float16]:
        dice = np.random.default_rng(number)
        known = self.vectors[language]
        one, other = dice.integers(len(known), size=(2, len(rows)))
        moved = known[one] - known[other]
        moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        mixed = known[rows] + np.sqrt(1 / NEARNESS**2 - 1) * moved
        unit = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        halves: np.typing.NDArray[np.float16] = unit.astype(np.float16)
        return halves


def _ids_by_article(library: Library) -> dict[str, list[int]]:
    ids = defaultdict[str, list[int]](list)
    for article, id_ in library.rows(
        "select a.id, s.id from sentences s join articles a on a.key = s.article"
        " order by s.article, s.ordinal"
    ):
        ids[article].append(id_)
    return ids


def _words(text: str, language: str) -> list[_Word]:
    return [
        _Word(
            word.start,
            word.end,
            text[word.start : word.end],
            word.stem,
            word.name if word.is_name else "",
        )
        for word in words(text, language)
    ]


def _placed(texts: Sequence[str]) -> Iterator[Range]:
    """Yield where the texts stand when they are joined by blanks."""
    for end, text in zip(accumulate(len(text) + 1 for text in texts), texts, strict=True):
        yield end - 1 - len(text), end - 1


def _folded(
    article: Article,
    passages: Sequence[Range],
    folded: Sequence[tuple[list[str], list[str]]],
) -> Iterator[FoldedPassage]:
    """Yield what `index.entries.fold_passages` returns, of words that were folded before."""
    title_stems, title_names = fold(article.title, article.language)
    for first, last in passages:
        stems = [stem for part, _ in folded[first:last] for stem in part]
        names = [name for _, part in folded[first:last] for name in part]
        yield FoldedPassage(
            " ".join(stems),
            " ".join(names + title_names + year(article)),
            " ".join(title_stems),
        )


def _said(statement: Statement, span: Range) -> Statement:
    """Return the statement as if it were the whole of a sentence."""
    speaker, addressee = (
        Party(party.name, None) if party else None
        for party in (statement.speaker, statement.addressee)
    )
    return replace(statement, content=(span,), cue=None, speaker=speaker, addressee=addressee)
