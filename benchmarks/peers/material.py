"""What every system is asked: the same questions over the same passages.

The passages are the 240 Russian ones of XQuAD (Artetxe et al. 2020) among passages of news in
eight languages: paragraphs of an article, joined until they are as long as those of XQuAD.
"""

import json
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fusion import xquad_passages, xquad_questions
from benchmarks.tasks import EvaluationError

READ = "ru"
"""The language of the passages that are sought, ISO 639-1."""
ASKED = ("ru", "en")
SHORTEST, LONGEST = 550, 1800
"""Characters of a passage of news; those of XQuAD have 860 on average."""

Asked = tuple[str, Collection[str]]
"""A question and the ids of the passages that answer it."""


@dataclass(frozen=True, slots=True)
class Material:
    """Passages, each after its id, and questions by their language."""

    passages: Sequence[tuple[str, str]]
    questions: dict[str, Sequence[Asked]]


def material(
    evaluation: Path, articles: Path, passages: int, questions_each: int | None = None
) -> Material:
    """Return so many passages, those of XQuAD among them, in an order drawn by chance.

    Of the questions in each language all are asked, or so many drawn by chance.

    Raises:
        EvaluationError: a file is missing, or the articles have too few passages.
    """
    sought = [(f"xquad-{n:03}", text) for n, text in enumerate(xquad_passages(evaluation, READ))]
    questions = {
        language: _questions(evaluation, language, [id_ for id_, _ in sought], questions_each)
        for language in ASKED
    }
    dice = random.Random(1)
    drawn = [*sought, *_drawn(articles, max(passages - len(sought), 0), dice)]
    dice.shuffle(drawn)
    return Material(drawn, questions)


def as_lines(passages: Sequence[tuple[str, str]]) -> str:
    """Return a line of JSON for each passage: {"id", "text"}."""
    return "".join(
        json.dumps({"id": id_, "text": text}, ensure_ascii=False) + "\n" for id_, text in passages
    )


def _questions(
    evaluation: Path, language: str, ids: Sequence[str], count: int | None
) -> Sequence[Asked]:
    asked = xquad_questions(evaluation, language, READ)
    answers = [{ids[number] for number in numbers} for numbers in asked.relevant]
    pairs = [*zip(asked.texts, answers, strict=True)]
    return pairs if count is None else random.Random(1).sample(pairs, min(count, len(pairs)))


def _drawn(articles: Path, count: int, dice: random.Random) -> list[tuple[str, str]]:
    if not count:
        return []
    found = [*_news(articles)]
    if len(found) < count:
        raise EvaluationError(f"{articles} has {len(found)} passages; --passages asks for {count}")
    return dice.sample(found, count)


def _news(articles: Path) -> Iterator[tuple[str, str]]:
    """Yield the passages of all articles; what is too short at the end or too long is left out."""
    if not articles.exists():
        raise EvaluationError(f"{articles} is not there; name the articles with --articles")
    with articles.open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            number, text = 0, ""
            for paragraph in article["text"].split("\n\n"):
                text = f"{text}\n\n{paragraph}".strip()
                if len(text) >= SHORTEST:
                    if len(text) <= LONGEST:
                        yield f"{article['id']}-{number}", text
                    number, text = number + 1, ""
