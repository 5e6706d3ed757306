"""An article ready to be stored: its sentences, their vectors, its passages, its folded words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import Vectors
from index.folding import words
from index.records import Article, Range
from index.statements import Statement


@dataclass(frozen=True, slots=True)
class FoldedPassage:
    """What the word index holds of one passage: tokens separated by blanks."""

    stems: str
    names: str
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One article with all that is derived from it.

    `sentences` are [start, end) in code points, `vectors` their unit vectors (float16, shape
    (sentences, dimension)), `passages` are [first, last) ordinals of sentences, `statements` are
    in the order of the text.
    """

    article: Article
    content_hash: str
    sentences: Sequence[Range]
    vectors: np.typing.NDArray[np.float16]
    passages: Sequence[Range]
    folded: Sequence[FoldedPassage]
    statements: Sequence[Statement] = ()

    @classmethod
    def of(
        cls,
        article: Article,
        *,
        content_hash: str,
        sentences: Sequence[Range],
        vectors: Vectors,
        passages: Sequence[Range],
        statements: Sequence[Statement] = (),
    ) -> "Entry":
        """Fold the words and check that the parts fit together.

        Raises:
            ValueError: the numbers of sentences and vectors differ.
        """
        if len(sentences) != len(vectors):
            raise ValueError(f"{article.id}: {len(sentences)} sentences, {len(vectors)} vectors")
        return cls(
            article,
            content_hash,
            sentences,
            vectors.astype(np.float16),
            passages,
            fold_passages(article, sentences, passages),
            statements,
        )


def fold_passages(
    article: Article, sentences: Sequence[Range], passages: Sequence[Range]
) -> list[FoldedPassage]:
    """Fold each passage; the title's names and the article's year count as said in each."""
    title_stems, title_names = fold(article.title, article.language)
    title_names += year(article)
    sentence_tokens = [fold(article.text[start:end], article.language) for start, end in sentences]
    folded = []
    for first, last in passages:
        stems = [stem for part, _ in sentence_tokens[first:last] for stem in part]
        names = [name for _, part in sentence_tokens[first:last] for name in part]
        folded.append(
            FoldedPassage(" ".join(stems), " ".join(names + title_names), " ".join(title_stems))
        )
    return folded


def year(article: Article) -> list[str]:
    """Return the year of publication: who asks about 2018 finds what was printed then."""
    return [str(article.published.year)] if article.published else []


def fold(text: str, language: str) -> tuple[list[str], list[str]]:
    """Return the stems of a text, and the keys of what is written as a name in it."""
    stems, names = [], []
    for word in words(text, language):
        if word.stem:
            stems.append(word.stem)
        if word.is_name and word.name:
            names.append(word.name)
    return stems, names
