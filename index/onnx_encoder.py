"""Encoding on ONNX Runtime: a BERT on a CPU faster than by PyTorch, and without loading that."""

import os
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.bert import WORD_EMBEDDINGS, Bert, Weights
from index.encoder import (
    EncoderSettings,
    Vectors,
    encoder_identity,
    folder_or_name,
    mean_rows,
    why_not_loaded,
)
from index.errors import EncoderError


class OnnxEncoder:
    """A BERT with mean pooling in a folder, the built-in one included."""

    def __init__(
        self,
        session: Any,
        embeddings: NDArray[Any],
        tokenizer: Any,
        bert: Bert,
        settings: EncoderSettings,
    ) -> None:
        self._session = session
        self._embeddings = embeddings
        self._input = session.get_inputs()[0].name
        self._tokenizer = tokenizer
        self._longest = bert.longest - tokenizer.num_special_tokens_to_add(is_pair=False)
        self._query_prompt = settings.query_prompt or bert.query_prompt
        self._passage_prompt = settings.passage_prompt or bert.passage_prompt
        self._batch_size = settings.batch_size
        self.identity = encoder_identity(settings)
        self.dimension = bert.dimension

    @classmethod
    def load(cls, settings: EncoderSettings) -> "OnnxEncoder":
        """Load the configured model.

        Raises:
            EncoderError: there is no such folder, its files are damaged, it holds another kind of
                model, or a package is missing.
        """
        folder = Path(folder_or_name(settings.model))
        if not folder.is_dir():
            raise EncoderError(
                f"[encoder] backend = {settings.backend!r} runs the model of a folder, and"
                f' {settings.model!r} is none; set backend = "torch"'
            )
        try:
            bert = Bert.read(folder)
            tokenizer = _tokenizer(bert.body / "tokenizer.json")
            weights = bert.weights()
            session = _session(bert, weights, settings)
            embeddings = weights[WORD_EMBEDDINGS]
        except EncoderError:
            raise
        except ModuleNotFoundError as error:
            package = str(error.name).partition(".")[0]
            raise EncoderError(
                f"[encoder] backend = {settings.backend!r} needs the package {package};"
                f' pip install {package}, or set backend = "torch"'
            ) from error
        except Exception as error:  # any library below may raise anything for a broken model
            raise EncoderError(why_not_loaded(settings.model, error)) from error
        return cls(session, embeddings, tokenizer, bert, settings)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._query_prompt + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._passage_prompt + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text is cut into."""
        return [len(encoding.ids) for encoding in self._cut(texts)]

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        """Return each word's mean word embedding, before any layer; of a word unknown, zeros."""
        return mean_rows(self._embeddings, [encoding.ids for encoding in self._cut(words)])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows, ids in self._batches(texts):
            vectors[rows] = self._session.run(None, {self._input: ids})[0]
        return vectors

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
        """Yield row numbers and word pieces of texts that are equally long: none is padded."""
        pieces = [self._marked(encoding) for encoding in self._cut(texts)]

        def length(row: int) -> int:
            return len(pieces[row])

        for _, rows in groupby(sorted(range(len(texts)), key=length), key=length):
            while batch := list(islice(rows, self._batch_size)):
                yield batch, np.array([pieces[row] for row in batch], dtype=np.int64)

    def _cut(self, texts: Sequence[str]) -> list[Any]:
        encodings: list[Any] = self._tokenizer.encode_batch_fast(
            list(texts), add_special_tokens=False
        )
        return encodings

    def _marked(self, encoding: Any) -> list[int]:
        encoding.truncate(self._longest)
        ids: list[int] = self._tokenizer.post_process(encoding).ids
        return ids


def _tokenizer(path: Path) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    # Files may ask for a length of their own; counting and cutting here need the whole text.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _session(bert: Bert, weights: Weights, settings: EncoderSettings) -> Any:
    # Official builds report use to Microsoft and keep an identifier of the machine unless this is
    # set before they are imported (Privacy.md of microsoft/onnxruntime).
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    from index.bert_graph import bert_graph

    graph, tensors = bert_graph(bert, weights, int8=settings.backend == "onnx-int8")
    options = onnxruntime.SessionOptions()
    # The graph is fused as it is; and the runtime's MatMulIntegerToFloatFusion, given a scale for
    # each row and a bias, was seen to give wrong vectors (1.32).
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # A number, for else threads are bound to cores that a container may not use.
    options.intra_op_num_threads = settings.threads or _usable_cores()
    # Waiting threads would take the cores from whatever else runs on a small machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_external_initializers(
        list(tensors),
        [onnxruntime.OrtValue.ortvalue_from_numpy(each) for each in tensors.values()],
    )
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
