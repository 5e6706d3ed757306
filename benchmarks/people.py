"""Who is meant: are the speakers and addressees of annotated statements named rightly?

Every mention is resolved alone: its range and the names of the speakers before it are given, so
that what finding statements gets wrong does not count here. Run it as

    python -m benchmarks.people GOLD ARTICLES SCORER [--errors]

with annotated statements and articles as JSON lines, and the scorer whose `same_name` decides.
"""

import argparse
import importlib.util
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ingest.people.people import Mention, People

ROLES = ("speaker", "addressee")


class Answer(NamedTuple):
    """A mention of the gold, how it was resolved, and whether that is right."""

    article: str
    language: str
    role: str
    form: str
    kind: str
    mentioned: str
    expected: str
    resolved: str | None
    right: bool


def main() -> None:
    """Print the accuracy by language and by form of mention."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--errors", action="store_true", help="print what was resolved wrongly")
    arguments = parser.parse_args()
    gold = [json.loads(line) for line in arguments.gold.open(encoding="utf-8")]
    wanted = {article["article"] for article in gold}
    texts = {
        article["id"]: article["text"]
        for article in map(json.loads, arguments.articles.open(encoding="utf-8"))
        if article["id"] in wanted
    }
    same_name = _same_name(arguments.scorer)
    answers = [
        answer
        for article in gold
        for answer in _answers(article, texts[article["article"]], same_name)
    ]
    for role in ROLES:
        _report(role, [answer for answer in answers if answer.role == role])
    print(f"{_speed(gold, texts):.2f} ms for 3,000 characters")
    for answer in answers if arguments.errors else ():
        if not answer.right:
            print(*answer[:-1], sep=" | ")


def _answers(
    article: dict[str, Any], text: str, same_name: Callable[[str | None, str | None], bool]
) -> Iterator[Answer]:
    people = People.of(text, article["language"])
    before: list[str] = []
    for statement in article["statements"]:
        for role in ROLES:
            expected, place = statement[f"{role}_name"], statement[role]
            if not (expected and place):
                continue
            mention = people.mention_at(*place)
            known = [*before, statement["speaker_name"]] if role == "addressee" else before
            resolved = people.resolve(mention, list(filter(None, known))) if mention else None
            yield Answer(
                article["article"],
                article["language"],
                role,
                _form(mention),
                statement["speaker_type"] if role == "speaker" else "",
                text[slice(*place)],
                expected,
                resolved,
                same_name(expected, resolved),
            )
        if statement["speaker_name"]:
            before.append(statement["speaker_name"])


def _form(mention: Mention | None) -> str:
    return mention.form if mention else "(not found)"


def _same_name(scorer: Path) -> Callable[[str | None, str | None], bool]:
    spec = importlib.util.spec_from_file_location("scorer", scorer)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{scorer}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    same: Callable[[str | None, str | None], bool] = module.same_name
    return same


def _report(role: str, answers: list[Answer]) -> None:
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for answer in answers:
        for group in ("all", answer.language, answer.form, answer.kind):
            counts[group][answer.right] += 1
    print(f"{role:16}{'mentions':>9}{'right':>7}{'share':>7}")
    for group, count in sorted(counts.items(), key=lambda item: item[0] != "all"):
        total = count.total()
        print(f"  {group or 'n/a':14}{total:9}{count[True]:7}{count[True] / total:7.3f}")


def _speed(gold: list[dict[str, Any]], texts: dict[str, str]) -> float:
    """Return the milliseconds that 3,000 characters take, the words being loaded."""
    letters = sum(map(len, texts.values()))
    started = time.process_time()
    for article in gold:
        People.of(texts[article["article"]], article["language"])
    return (time.process_time() - started) / letters * 3_000 * 1_000


if __name__ == "__main__":
    main()
