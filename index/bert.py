"""A sentence-transformers folder with a BERT in it, read without PyTorch."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError

_NUMPY = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I64": np.int64}

WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"

Weights = dict[str, NDArray[Any]]
"""Tensors by name, in the precision of the files or a wider one."""


@dataclass(frozen=True, slots=True)
class Bert:
    """A BERT with mean pooling: what is to be known of it beside its weights."""

    body: Path
    """The folder of its weights and its tokenizer."""
    dimension: int
    layers: int
    heads: int
    epsilon: float
    longest: int
    """Word pieces of the longest text, the marks around it included; the rest is cut off."""
    query_prompt: str
    passage_prompt: str

    @classmethod
    def read(cls, folder: Path) -> "Bert":
        """Read the settings in a folder.

        Raises:
            EncoderError: there is another kind of model in it.
            OSError, ValueError, KeyError: a file is missing or damaged.
        """
        modules = _json(folder / "modules.json")
        kinds = [module["type"].rpartition(".")[2] for module in modules]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            raise EncoderError(_unfit(folder, f"its modules are {', '.join(kinds)}"))
        body = folder / modules[0]["path"]
        config = _json(body / "config.json")
        pooling = _json(folder / modules[1]["path"] / "config.json")
        text = _json(body / "sentence_bert_config.json")
        for reason in _differences(config, pooling, text):
            raise EncoderError(_unfit(folder, reason))
        longest = text.get("max_seq_length") or _json(body / "tokenizer_config.json").get(
            "model_max_length", config["max_position_embeddings"]
        )
        prompts = _prompts(folder / "config_sentence_transformers.json")
        return cls(
            body=body,
            dimension=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
            longest=min(longest, config["max_position_embeddings"]),
            query_prompt=prompts.get("query") or "",
            passage_prompt=prompts.get("document") or "",
        )

    def weights(self) -> Weights:
        """Read all tensors.

        Raises:
            OSError, ValueError, SafetensorError: a file is missing or damaged.
        """
        index = self.body / "model.safetensors.index.json"
        files = (
            set(_json(index)["weight_map"].values()) if index.exists() else ["model.safetensors"]
        )
        return {name: tensor for file in files for name, tensor in _tensors(self.body / file)}


def _tensors(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the tensors of a safetensors file; floats that NumPy has no type for are widened."""
    import ml_dtypes
    from safetensors import deserialize

    widened = {
        "F8_E4M3": (ml_dtypes.float8_e4m3fn, np.float16),
        "BF16": (ml_dtypes.bfloat16, np.float32),
    }
    for name, stored in deserialize(path.read_bytes()):  # type: ignore[no-untyped-call]
        kind = stored["dtype"]
        narrow, wide = widened.get(kind) or (_NUMPY[kind], _NUMPY[kind])
        values = np.frombuffer(stored["data"], dtype=narrow).astype(wide, copy=False)
        yield name, values.reshape(stored["shape"])


def _differences(
    config: dict[str, Any], pooling: dict[str, Any], text: dict[str, Any]
) -> Iterator[str]:
    """Name what `bert_graph` would compute otherwise than sentence-transformers."""
    kind, activation = config.get("model_type"), config.get("hidden_act")
    if kind != "bert":
        yield f"its body is of the type {kind}"
    if activation != "gelu":
        yield f"its activation is {activation}"
    if config.get("position_embedding_type", "absolute") != "absolute":
        yield "its positions are not absolute"
    modes = pooling.get("pooling_mode") or [
        key for key, on in pooling.items() if key.startswith("pooling_mode_") and on
    ]
    if modes not in ("mean", ["mean"], ["pooling_mode_mean_tokens"]):
        yield f"its pooling is {modes}"
    if not pooling.get("include_prompt", True):
        yield "its pooling leaves the prompt out"
    if text.get("do_lower_case"):
        yield "its texts are made lower case before they are cut into pieces"


def _unfit(folder: Path, reason: str) -> str:
    return (
        f"ONNX Runtime runs only a BERT with mean pooling here, but in {folder} {reason};"
        ' set backend = "torch" under [encoder]'
    )


def _prompts(path: Path) -> dict[str, str | None]:
    prompts: dict[str, str | None] = _json(path).get("prompts", {}) if path.exists() else {}
    return prompts


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
