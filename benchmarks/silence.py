"""Set the threshold for silence: the curve of both errors over a set of questions.

    python benchmarks/silence.py QUESTIONS.jsonl --data DIR [--config FILE]

A line of QUESTIONS: {"question", "history"?, "answerable", "spans": [{"article"}, ...]}. For each
threshold: the share of answerable questions left unanswered, the share of unanswerable ones
answered, and the share of answerable ones whose first quote is from a right article. Suggested is
the threshold with the least sum of the two errors (Youden's index).
"""

import argparse
import json
from pathlib import Path

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from index.config import Config
from index.options import Options


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    arguments = parser.parse_args()
    options = Options(Config.read(arguments.config), arguments.data, as_json=False)
    everything = ChoiceSettings(threshold=-1.0)
    conversation = Conversation(options.searcher(), everything)
    answerable, unanswerable = [], []
    for line in arguments.questions.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        answer = conversation.ask(case["question"], case.get("history") or [])
        score = answer.quotes[0].score if answer.quotes else -1.0
        if case["answerable"]:
            right = {span["article"] for span in case["spans"]}
            found = bool(answer.quotes) and answer.quotes[0].article.id in right
            answerable.append((score, found))
        else:
            unanswerable.append(score)
    if not answerable or not unanswerable:
        missing = "unanswerable" if answerable else "answerable"
        parser.error(
            f"{arguments.questions} has no {missing} question; the curve needs both kinds"
        )
    best = (2.0, 0.0)
    print("threshold  refused  answered  first-right")
    for step in range(20, 100, 2):
        bar = step / 100
        refused = sum(score < bar for score, _ in answerable) / len(answerable)
        answered = sum(score >= bar for score in unanswerable) / len(unanswerable)
        correct = sum(found and score >= bar for score, found in answerable) / len(answerable)
        print(f"{bar:9.2f}  {refused:7.3f}  {answered:8.3f}  {correct:11.3f}")
        best = min(best, (refused + answered, bar))
    print(f"suggested threshold: {best[1]:.2f} (sum of both errors {best[0]:.3f})")


if __name__ == "__main__":
    main()
