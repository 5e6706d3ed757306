"""Ask an archive many questions: every quote checked, and how long an answer takes.

    python benchmarks/answers.py QUESTIONS.jsonl --data DIR [--config FILE] [--count 1000]

Questions come from the file and, to fill up, from titles of the archive's articles. Each quote
must equal its slice of the stored article, or the exit code is 1. Latency is of `Conversation.ask`
and `verified`, warm, one at a time, beside encoding the question alone in the same run.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from pathlib import Path

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from index.config import Config
from index.options import Options


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] * 1000


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
    lines = arguments.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    titles = sorted({article.title for article in library.articles()})
    questions += random.Random(1).sample(titles, min(len(titles), arguments.count))
    questions = questions[: arguments.count]
    if not questions:
        parser.error(f"no question is in {arguments.questions}, and no article in the library")
    if len(questions) < arguments.count:
        print(f"there are only {len(questions)} questions, not {arguments.count}")
    conversation.ask(questions[0])
    asking, encoding, quotes, wrong, silent = [], [], 0, 0, 0
    for question in questions:
        started = time.perf_counter()
        answer = conversation.verified(conversation.ask(question))
        asking.append(time.perf_counter() - started)
        started = time.perf_counter()
        conversation.searcher.encoder.encode_queries([question])
        encoding.append(time.perf_counter() - started)
        silent += answer.abstained
        for quote in answer.as_dict()["quotes"]:
            stored = library.article(quote["article"])
            quotes += 1
            wrong += stored is None or stored.text[quote["start"] : quote["end"]] != quote["text"]
    print(
        f"{len(questions)} questions, {silent} unanswered, {quotes} quotes, {wrong} not verbatim"
    )
    for name, values in (("answer", asking), ("query encoding alone", encoding)):
        print(
            f"{name}: p50 {percentile(values, 0.5):.1f} ms, p95 {percentile(values, 0.95):.1f} ms"
        )
    print(f"cold start: citat --help {min(cold('--help') for _ in range(3)):.2f} s", end=", ")
    ask = ["ask", questions[0], "--data", str(arguments.data)]
    if arguments.config:
        ask += ["--config", str(arguments.config)]
    print(f"citat ask {cold(*ask):.1f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
