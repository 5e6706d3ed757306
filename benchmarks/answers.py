"""Ask an archive many questions: every quote checked, and how long an answer takes.

    python benchmarks/answers.py QUESTIONS.jsonl --data DIR [--config FILE] [--count 1000]

Questions come from the file and, to fill up, from titles of the archive's articles and from their
sentences. Each quote must equal its slice of the stored article, begin and end where sentences do,
and not begin behind a negation, or the exit code is 1. Latency is of `Conversation.ask`
and `verified`, warm, one at a time, beside encoding the question alone in the same run.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from index.config import Config
from index.copies import NEGATIONS
from index.library import Library
from index.options import Options
from index.records import Article


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] * 1000


def faults(library: Library, quote: dict[str, Any]) -> list[str]:
    """Name what is wrong with a quote as programs get it."""
    article = library.article(quote["article"])
    if article is None or article.text[quote["start"] : quote["end"]] != quote["text"]:
        return ["not verbatim"]
    spans = [sentence.span for sentence in library.sentences(article.id)]
    found = []
    if quote["start"] not in {span.start for span in spans}:
        found.append("begins inside a sentence")
    if quote["end"] not in {span.end for span in spans}:
        found.append("ends inside a sentence")
    if is_negated(article, quote["start"]):
        found.append("begins behind a negation")
    return found


def is_negated(article: Article, start: int) -> bool:
    """Tell whether the word before, with no end of a sentence between, is a negation."""
    before = re.search(r"([^\W\d_]+)([^\w.!?…\n]*)$", article.text[max(0, start - 50) : start])
    return before is not None and before[1].lower() in NEGATIONS


def questions_of(file: Path, library: Library, count: int) -> list[str]:
    """Return the questions of a file, then titles, then sentences, drawn by a fixed seed."""
    lines = file.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    drawn = random.Random(1)
    articles = list(library.articles())
    titles = sorted({article.title for article in articles})
    questions += drawn.sample(titles, min(len(titles), max(count - len(questions), 0)))
    while articles and len(questions) < count:
        article = drawn.choice(articles)
        if sentences := library.sentences(article.id):
            questions.append(article.words(drawn.choice(sentences).span))
    return questions[:count]


def cold(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "citat", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    options = Options(Config.read(arguments.config), arguments.data, as_json=False)
    conversation = Conversation(options.searcher(), options.config.table("answer", ChoiceSettings))
    library = conversation.searcher.library
    questions = questions_of(arguments.questions, library, arguments.count)
    if not questions:
        parser.error(f"no question is in {arguments.questions}, and no article in the library")
    conversation.ask(questions[0])
    asking, encoding, quotes, silent = [], [], 0, 0
    wrong = Counter[str]()
    for question in questions:
        started = time.perf_counter()
        answer = conversation.verified(conversation.ask(question))
        asking.append(time.perf_counter() - started)
        started = time.perf_counter()
        conversation.searcher.encoder.encode_queries([question])
        encoding.append(time.perf_counter() - started)
        silent += answer.abstained
        for quote in answer.as_dict()["quotes"]:
            quotes += 1
            wrong.update(faults(library, quote))
    told = ", ".join(f"{count} {fault}" for fault, count in wrong.items()) or "none at fault"
    print(f"{len(questions)} questions, {silent} unanswered, {quotes} quotes: {told}")
    for name, values in (("answer", asking), ("query encoding alone", encoding)):
        print(
            f"{name}: p50 {percentile(values, 0.5):.1f} ms, p95 {percentile(values, 0.95):.1f} ms"
        )
    print(f"cold start: citat --help {min(cold('--help') for _ in range(3)):.2f} s", end=", ")
    ask = ["ask", questions[0], "--data", str(arguments.data)]
    if arguments.config:
        ask += ["--config", str(arguments.config)]
    print(f"citat ask {cold(*ask):.1f} s")
    return int(wrong.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
