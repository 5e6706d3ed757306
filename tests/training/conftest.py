"""An English model small enough to be made on the spot, and text to teach it Bulgarian."""

import gzip
import string
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from training.base import BEGIN, END, MASK, PAD, UNKNOWN, WIDTH

SPECIAL = (PAD, *(f"[unused{i}]" for i in range(4)), UNKNOWN, BEGIN, END, MASK)
WORDS = ("the", "cat", "dog", "sleeps", "eats", "and", "runs", "barks", "house")


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory) -> Path:
    """A folder like that of all-MiniLM-L6-v2, with one layer and a few words."""
    folder: Path = tmp_path_factory.mktemp("base")
    letters = [*string.ascii_lowercase, *(f"##{c}" for c in string.ascii_lowercase), *".,:!?'"]
    vocabulary = {piece: i for i, piece in enumerate([*SPECIAL, *letters, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}",
        special_tokens=[(word, vocabulary[word]) for word in (BEGIN, END)],
    )
    tokenizer.add_special_tokens([PAD, UNKNOWN, BEGIN, END, MASK])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=12,
        intermediate_size=64,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def base(tiny_base: Path, monkeypatch) -> Path:
    """The tiny model as the one to start from."""
    monkeypatch.setenv("BASE_MODEL", str(tiny_base))
    return tiny_base


@pytest.fixture
def write_rows():
    """Write rows of text as a gzipped file of the training text."""

    def write(path: Path, *rows: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)

    return write
