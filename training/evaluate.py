"""The figures of the model card: XQuAD within and across languages, Tatoeba to English.

The tasks themselves are those of the evaluation folder's `score.py`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
from pathlib import Path
from types import ModuleType

QUESTIONS_AND_PASSAGES = (
    ("en", "en"),
    ("ru", "ru"),
    ("en", "ru"),
    ("ru", "en"),
    ("el", "el"),
    ("en", "el"),
    ("ar", "ar"),
    ("de", "de"),
    ("tr", "tr"),
    ("ro", "ro"),
)
TATOEBA = ("bul", "rus", "ukr", "mkd", "srp", "ell", "heb", "ara", "deu", "ron", "tur")


def load_scorer(folder: Path) -> ModuleType:
    """The module `score.py` of the evaluation folder."""
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{folder / 'score.py'} is missing: give its folder with --eval")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="index/builtin", help="folder of the model")
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"), help="its folder")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    score = load_scorer(arguments.eval)
    encode = score.sentence_transformer(arguments.model)
    for question, passage in QUESTIONS_AND_PASSAGES:
        if question == passage:
            found = score.xquad(encode, question)  # the published task: one row a question text
        else:
            found = score.xquad_cross(encode, question, passage)
        print(f"XQuAD {question} questions, {passage} passages: {found['ndcg10']:.1%}", flush=True)
    for language in TATOEBA:
        found = score.tatoeba(encode, language)
        print(
            f"Tatoeba {language}-eng: F1 {found['f1']:.1%}, right {found['acc']:.1%}", flush=True
        )


if __name__ == "__main__":
    main()
