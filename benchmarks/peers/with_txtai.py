"""txtai: one index of vectors (FAISS) and one of words (BM25), with its own weights.

On ONNX Runtime it pads each batch to its longest text and does not sort them; so they come sorted.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.protocol import BEST, Find, Passage, TakeIn, speak

LONGEST = 256
"""Word pieces of the longest text, as the encoder has it."""
GRAPH = "onnx/model.onnx"


def taking_in(model: Path, store: Path) -> TakeIn:
    from txtai import Embeddings

    embeddings = Embeddings(
        path=str(model / GRAPH),
        tokenizer=str(model / "tokenizer.json"),
        maxlength=LONGEST,
        hybrid=True,
    )
    embeddings.batchtransform([""])  # loads it

    def take_in(passages: Sequence[Passage]) -> Mapping[str, float]:
        by_length = sorted(passages, key=lambda passage: len(passage.text))
        embeddings.index((passage.id, passage.text, None) for passage in by_length)
        embeddings.save(str(store))
        return {}

    return take_in


def finding(_: Path, store: Path) -> Find:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(store))

    def find(question: str) -> Sequence[str]:
        return [id_ for id_, _ in embeddings.search(question, BEST)]

    return find


if __name__ == "__main__":
    speak(taking_in, finding)
