"""What is understood of the gold questions, and what completing a follow-up is worth.

    python -m benchmarks.slots gold ../shared/eval/gold_dev.jsonl
    python -m benchmarks.slots canard ../shared/eval/canard/canard_dev

`gold` prints the slots of each question, to be read. `canard` ranks the answer sentences of CANARD
(Elgohary et al., 2019) by BM25 for its follow-ups as they were asked, with what came before, as
citat completes them, and as people rewrote them. The title of the article stands for the question
that opened the conversation: "What is known about TITLE?".
"""

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.questions.shown import shown
from bot.questions.understanding import understand
from index.folding import words

Question = Mapping[str, Any]

K1, B = 1.5, 0.75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=("gold", "canard"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--today", type=datetime.fromisoformat, default="2021-03-01T00:00+00:00")
    arguments = parser.parse_args()
    if arguments.task == "gold":
        print_gold(_lines(arguments.path), arguments.today)
    else:
        passages = _lines(arguments.path.with_suffix(".passages.jsonl"))
        print_canard(passages, _lines(arguments.path.with_suffix(".queries.jsonl")))


def print_gold(questions: Sequence[Question], today: datetime) -> None:
    """Print what each question was understood as."""
    for question in questions:
        history = question.get("history", ())
        understood = understand(question["question"], history, now=today)
        slots = understood.slots
        print(f"{question['id']:9} {' / '.join((*history, question['question']))}")
        if understood.was_changed:
            print(f"{'':9} = {slots.question}")
        act = slots.act or "-"
        print(f"{'':9} [{slots.language} {slots.wanted} {act}] {shown(slots, slots.language)}")


def print_canard(passages: Sequence[Question], questions: Sequence[Question]) -> None:
    """Print nDCG@10 x 100 for each way to ask a follow-up."""
    index = Bm25([passage["text"] for passage in passages])
    place = {passage["id"]: number for number, passage in enumerate(passages)}
    changed = [question for question in questions if question["changed"]]
    print(f"{'':28} all {len(questions):5} leaning {len(changed):5}")
    for name, ask in WAYS.items():
        scores = {
            q["id"]: _ndcg(index.rank(ask(q)), {place[i] for i in q["relevant"]})
            for q in questions
        }
        leaning = sum(scores[question["id"]] for question in changed) / len(changed)
        print(f"{name:28} {100 * sum(scores.values()) / len(scores):9.1f} {100 * leaning:13.1f}")


def _opening(question: Question) -> str:
    return f"What is known about {question['history'][0]}?"


def _earlier(question: Question) -> list[str]:
    """Return the questions before this one; every second turn is an answer."""
    return [_opening(question), *question["history"][2::2]]


def _completed(question: Question) -> str:
    return understand(question["text_raw"], _earlier(question), language="en").slots.question


WAYS: Mapping[str, Callable[[Question], str]] = {
    "as asked": lambda q: str(q["text_raw"]),
    "with the question before": lambda q: f"{_earlier(q)[-1]} {q['text_raw']}",
    "with three questions before": lambda q: " ".join((*_earlier(q)[-3:], q["text_raw"])),
    "with all questions before": lambda q: " ".join((*_earlier(q), q["text_raw"])),
    "with the title": lambda q: f"{q['history'][0]} {q['text_raw']}",
    "completed": _completed,
    "rewritten by people": lambda q: str(q["text"]),
}


class Bm25:
    """BM25 as Lucene counts it (Robertson and Zaragoza, 2009), over stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [[word.stem for word in words(text, "en")] for text in texts]
        mean = sum(map(len, tokens)) / len(tokens)
        self.weights: dict[str, dict[int, float]] = defaultdict(dict)
        for number, found in enumerate(tokens):
            length = K1 * (1 - B + B * len(found) / mean)
            for token, count in Counter(found).items():
                self.weights[token][number] = count / (count + length)
        self.size = len(texts)

    def rank(self, query: str, limit: int = 10) -> list[int]:
        """Return the numbers of the best texts."""
        scores: defaultdict[int, float] = defaultdict(float)
        for token in (word.stem for word in words(query, "en")):
            found = self.weights.get(token, {})
            rarity = math.log(1 + (self.size - len(found) + 0.5) / (len(found) + 0.5))
            for number, weight in found.items():
                scores[number] += rarity * weight
        return [
            number for number, _ in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        ][:limit]


def _ndcg(ranked: Sequence[int], relevant: set[int]) -> float:
    gains = [1 / math.log2(place + 2) for place in range(max(len(ranked), len(relevant)))]
    found = sum(gain for gain, number in zip(gains, ranked, strict=False) if number in relevant)
    return found / sum(gains[: min(len(relevant), 10)])


def _lines(path: Path) -> list[Question]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in re.split("\n", text) if line]


if __name__ == "__main__":
    main()
