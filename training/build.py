"""Write the encoder as a sentence-transformers folder: the English body and a file of new rows.

The word embeddings are stored in floats of 8 bits, all else in half precision, in shards; the
configuration says float32, so that the model is computed in float32 wherever it is loaded. The
folder is written beside and renamed into place.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from training.base import EMBEDDINGS, WIDTH, base_model
from training.text import folder_arguments

LONGEST = 256  # pieces of a text that are read, the two special ones included
SHARD_BYTES = 48_000_000
LARGEST_BYTES = 77 * 2**20  # of all weights together
LARGEST_FILE_BYTES = 48 * 2**20
CARD = Path(__file__).with_name("model_card.md")

MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {
        "idx": 2,
        "name": "2",
        "path": "2_Normalize",
        "type": "sentence_transformers.models.Normalize",
    },
]
SETTINGS: dict[str, Any] = {
    "modules.json": MODULES,
    "1_Pooling/config.json": {
        "word_embedding_dimension": WIDTH,
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    },
    "sentence_bert_config.json": {"max_seq_length": LONGEST, "do_lower_case": False},
    "config_sentence_transformers.json": {
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    },
    "tokenizer_config.json": {
        "tokenizer_class": "PreTrainedTokenizerFast",  # Bert's replaces our normaliser
        "model_max_length": LONGEST,
        "unk_token": "[UNK]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
    },
}


def grown_table(
    english: torch.Tensor, size: int, rows: list[int], values: NDArray[np.float32]
) -> torch.Tensor:
    """Word embeddings, shape (size, 384): English, with `values` (n, 384) at `rows` (n)."""
    if len(rows) != len(values):
        raise ValueError(f"{len(rows)} ids in rows.json but {len(values)} rows of values")
    table = torch.zeros(size, english.shape[1])
    table[: len(english)] = english
    table[rows] = torch.from_numpy(values)
    return table


def multilingual_model(work: Path, values: NDArray[np.float32]) -> Any:
    """The English body with the work folder's vocabulary and the given new rows."""
    rows = json.loads((work / "rows.json").read_text(encoding="utf-8"))
    model = base_model()
    english = model.get_input_embeddings().weight.data
    size = max(len(english), max(rows) + 1)
    table = grown_table(english, size, rows, values)
    model.set_input_embeddings(torch.nn.Embedding(size, WIDTH, padding_idx=0, _weight=table))
    model.config.vocab_size = size
    return model


def load_student(work: Path, name: str) -> Any:
    """The student in a file of the work folder: its rows (`.npy`) or all its weights."""
    if name.endswith(".npy"):
        return multilingual_model(work, np.load(work / name))
    rows = json.loads((work / "rows.json").read_text(encoding="utf-8"))
    model = multilingual_model(work, np.zeros((len(rows), WIDTH), np.float32))
    model.load_state_dict(load_file(work / name))
    return model


def save_student(model: Any, path: Path) -> None:
    """Write all weights beside, then into place, so that a file that is there is whole."""
    beside = path.with_suffix(".new")
    save_file(model.state_dict(), beside)
    beside.replace(path)


def write_folder(model: Any, tokenizer: Path, folder: Path) -> int:
    """Write the model beside `folder`, put it in its place; returns the bytes of its weights."""
    beside, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    for path in (beside, old):
        shutil.rmtree(path, ignore_errors=True)
    state = model.half().state_dict()
    state[EMBEDDINGS] = state[EMBEDDINGS].to(torch.float8_e4m3fn)
    model.save_pretrained(beside, state_dict=state, max_shard_size=SHARD_BYTES)
    config = json.loads((beside / "config.json").read_text(encoding="utf-8"))
    for name, content in {**SETTINGS, "config.json": {**config, "dtype": "float32"}}.items():
        path = beside / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    shutil.copyfile(tokenizer, beside / "tokenizer.json")
    shutil.copyfile(CARD, beside / "README.md")
    weights = list(beside.glob("*.safetensors"))
    for path in weights:
        path.chmod(0o644)  # safetensors writes them for the owner alone
    sizes = [path.stat().st_size for path in weights]
    size = sum(sizes)
    for bytes_, most in ((size, LARGEST_BYTES), (max(sizes), LARGEST_FILE_BYTES)):
        if bytes_ > most:
            raise ValueError(f"{beside}: {bytes_:,} bytes of weights, at most {most:,} allowed")
    if folder.exists():
        folder.replace(old)
    beside.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    return size


def main() -> None:
    parser = folder_arguments(__doc__)
    parser.add_argument("--student", default="rows_aligned.npy", help="in the work folder")
    parser.add_argument("--out", type=Path, default=Path("index/builtin"), help="model folder")
    arguments = parser.parse_args()
    model = load_student(arguments.work, arguments.student)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    size = write_folder(model, arguments.work / "tokenizer.json", arguments.out)
    print(f"{arguments.out}: {size / 2**20:.1f} MiB of weights, {model.config.vocab_size} rows")


if __name__ == "__main__":
    main()
