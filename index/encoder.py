"""The sentence encoder behind one seam: texts in, unit vectors out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ConfigError, EncoderError

BUILT_IN = "built-in"
BUILT_IN_FOLDER = Path(__file__).parent / "builtin"
BACKENDS = ("auto", "onnx", "onnx-int8", "torch")
MEBIBYTE = 1 << 20

Vectors = NDArray[np.float32]
"""Unit vectors as rows: float32, shape (texts, dimension)."""


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The [encoder] table."""

    model: str = BUILT_IN
    backend: str = "auto"
    query_prompt: str = ""
    passage_prompt: str = ""
    batch_size: int = 32
    device: str = "cpu"
    threads: int = 0
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise ConfigError(
                f"[encoder] backend = {self.backend!r} should be one of {', '.join(BACKENDS)}"
            )
        if self.runs_on_onnx and self.device != "cpu":
            raise ConfigError(
                f"[encoder] backend = {self.backend!r} computes on the cpu;"
                f' for device = {self.device!r} set backend = "torch"'
            )
        if self.batch_size < 1 or self.threads < 0:
            raise ConfigError(
                f"[encoder] batch_size = {self.batch_size} should be at least 1"
                f" and threads = {self.threads} at least 0",
            )

    @property
    def runs_on_onnx(self) -> bool:
        """Whether ONNX Runtime computes, not PyTorch."""
        if self.backend == "auto":
            return self.model == BUILT_IN and self.device == "cpu"
        return self.backend != "torch"


class Encoder(Protocol):
    """What the library needs of a model; questions and passages may be prompted differently."""

    @property
    def identity(self) -> str:
        """Name that changes whenever the vectors would."""

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        """Return each word's mean word embedding, before any layer; of a word unknown, zeros."""


def load_encoder(settings: EncoderSettings) -> Encoder:
    """Load the configured model on the configured backend.

    Raises:
        EncoderError: there is no such folder or model, its files are damaged, or the backend
            cannot run it.
    """
    if not settings.runs_on_onnx:
        return SentenceEncoder.load(settings)
    from index.onnx_encoder import OnnxEncoder

    return OnnxEncoder.load(settings)


class SentenceEncoder:
    """Any sentence-transformers model on PyTorch, the built-in one included."""

    def __init__(self, model: Any, identity: str, settings: EncoderSettings) -> None:
        self._model = model
        self._settings = settings
        self.identity = identity
        self.dimension: int = model.get_embedding_dimension()

    @classmethod
    def load(cls, settings: EncoderSettings) -> "SentenceEncoder":
        """Load the configured model.

        Raises:
            EncoderError: there is no such folder or model, or its files are damaged.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if settings.threads:
            torch.set_num_threads(settings.threads)
        try:
            model = SentenceTransformer(
                folder_or_name(settings.model),
                device=settings.device,
                trust_remote_code=settings.trust_remote_code,
            )
        except Exception as error:  # any library below may raise anything for a broken model
            raise EncoderError(why_not_loaded(settings.model, error)) from error
        return cls(model, encoder_identity(settings), settings)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_query, texts, self._settings.query_prompt)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_document, texts, self._settings.passage_prompt)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text is cut into."""
        if not texts:
            return []
        pieces = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, verbose=False
        )
        return [len(ids) for ids in pieces["input_ids"]]

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        """Return each word's mean word embedding; zeros if the model has no such table."""
        import torch

        try:
            table = self._model[0].auto_model.get_input_embeddings().weight
        except (AttributeError, NotImplementedError):
            return np.zeros((len(words), self.dimension), dtype=np.float32)
        if not words:
            return np.zeros((0, table.shape[1]), dtype=np.float32)
        cut = self._model.tokenizer(list(words), add_special_tokens=False, verbose=False)
        used = sorted({piece for ids in cut["input_ids"] for piece in ids})
        rows = table.detach()[torch.tensor(used, device=table.device, dtype=torch.long)]
        places = {piece: row for row, piece in enumerate(used)}
        pieces = [[places[piece] for piece in ids] for ids in cut["input_ids"]]
        return mean_rows(rows.float().cpu().numpy(), pieces)

    def _encode(self, encode: Any, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: Vectors = encode(
            list(texts),
            prompt=prompt or None,
            batch_size=self._settings.batch_size,
            show_progress_bar=False,
            normalize_embeddings=True,
        )
        return vectors


def mean_rows(table: NDArray[Any], pieces: Sequence[Sequence[int]]) -> Vectors:
    """Return the mean of the rows of each word's pieces as unit vectors; of no pieces, zeros."""
    means = np.zeros((len(pieces), table.shape[1]), dtype=np.float32)
    cut = [number for number, ids in enumerate(pieces) if ids]
    if cut:
        ids = np.concatenate([pieces[number] for number in cut])
        first = np.cumsum([0] + [len(pieces[number]) for number in cut[:-1]])
        means[cut] = np.add.reduceat(table[ids].astype(np.float32), first)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    vectors: Vectors = np.divide(means, lengths, out=means, where=lengths > 0)
    return vectors


def encoder_identity(settings: EncoderSettings) -> str:
    """Name a configured encoder without loading it, so that a library can be checked at once.

    A folder is named by its files (names, sizes, first and last mebibytes), a model of a hub by
    its name. Prompts and integers change the vectors and so belong to it; PyTorch and ONNX
    Runtime in float32 give the same.
    """
    name = folder_or_name(settings.model)
    prompts = "".join(
        f" {kind}={prompt!r}"
        for kind, prompt in (
            ("query", settings.query_prompt),
            ("passage", settings.passage_prompt),
        )
        if prompt
    )
    digest = f"@{_folder_digest(Path(name))}" if Path(name).is_dir() else ""
    precision = " int8" if settings.backend == "onnx-int8" else ""
    return f"{settings.model}{digest}{precision}{prompts}"


def folder_or_name(model: str) -> str:
    return str(BUILT_IN_FOLDER) if model == BUILT_IN else model


def _folder_digest(folder: Path) -> str:
    digest = blake2b(digest_size=4)
    for path in sorted(path for path in folder.rglob("*") if _shapes_vectors(path)):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(MEBIBYTE))
            file.seek(max(path.stat().st_size - MEBIBYTE, 0))
            digest.update(file.read())
    return digest.hexdigest()


def _shapes_vectors(path: Path) -> bool:
    return path.suffix in {".json", ".safetensors", ".bin", ".model", ".txt", ".onnx"}


def why_not_loaded(model: str, error: Exception) -> str:
    """Return one line for the user."""
    if model == BUILT_IN or Path(model).exists():
        return f"cannot load the encoder in {folder_or_name(model)}: {error}"
    return (
        f"cannot load the encoder {model!r}: no such folder, and no model of that name could be"
        f" fetched or found in the cache ({type(error).__name__}); check the name and the"
        ' connection, or set model = "built-in"'
    )
