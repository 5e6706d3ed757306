"""Evaluation sets: small ones of our own, and the real ones where they are."""

import json
from pathlib import Path

import pytest

PETS = {
    "de": (
        "Wer schläft 1?",
        "Wann wird gegessen 1?",
        "Wer bellt 2?",
        "Die Katze 1.",
        "Der Hund 2.",
    ),
    "en": ("Who sleeps 1?", "When is dinner 1?", "Who barks 2?", "The cat 1.", "The dog 2."),
    "ru": ("Кто спит 1?", "Когда едят 1?", "Кто лает 2?", "Кошка 1.", "Собака 2."),
}


SHARED = Path(__file__).parents[3] / "shared" / "eval"


@pytest.fixture
def shared_sets() -> Path:
    """The sets themselves, which are not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the evaluation sets in ../shared/eval are not here")
    return SHARED


@pytest.fixture(scope="session")
def evaluation_folder(tmp_path_factory) -> Path:
    """Sets in which a digit tells what belongs together."""
    folder: Path = tmp_path_factory.mktemp("evaluation") / "sets"
    for part in ("xquad", "lareqa", "tatoeba_laser"):
        (folder / part).mkdir(parents=True)
    for language, (sleeps, dinner, barks, cat, dog) in PETS.items():
        paragraphs = [
            {"context": cat, "qas": [_question("a", sleeps), _question("b", dinner)]},
            {"context": dog, "qas": [_question("c", barks)]},
        ]
        content = {"data": [{"title": "Pets", "paragraphs": paragraphs}]}
        (folder / "xquad" / f"xquad.{language}.json").write_text(json.dumps(content))
    queries, passages = [], []
    for language in ("en", "ru"):
        _, _, barks, cat, dog = PETS[language]
        queries.append({"lang": language, "text": barks, "relevant": ["en:dog", "ru:dog"]})
        passages += [
            {"id": f"{language}:{name}", "lang": language, "title": "Pets", "text": text}
            for name, text in (("cat", cat), ("dog", dog))
        ]
    _write_lines(folder / "lareqa" / "xquad_r.queries.jsonl", map(json.dumps, queries))
    _write_lines(folder / "lareqa" / "xquad_r.passages.jsonl", map(json.dumps, passages))
    _write_lines(folder / "tatoeba_laser" / "tatoeba.bul-eng.bul", ["Котка 1.", "Куче 2."])
    _write_lines(folder / "tatoeba_laser" / "tatoeba.bul-eng.eng", ["A cat 1.", "A dog 2."])
    return folder


def _question(key, text) -> dict[str, str]:
    return {"id": key, "question": text}


def _write_lines(path, lines) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
