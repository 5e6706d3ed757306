"""Haystack: the store in memory, kept as a file; BM25 and vectors joined by reciprocal ranks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.protocol import BEST, CANDIDATES, Find, Passage, TakeIn, speak


def taking_in(model: Path, store: Path) -> TakeIn:
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
    )

    embedder = SentenceTransformersDocumentEmbedder(
        model=str(model), backend="onnx", progress_bar=False
    )
    embedder.warm_up()
    documents = InMemoryDocumentStore(return_embedding=False)

    def take_in(passages: Sequence[Passage]) -> Mapping[str, float]:
        given = [Document(id=passage.id, content=passage.text) for passage in passages]
        documents.write_documents(embedder.run(documents=given)["documents"])
        store.mkdir(parents=True, exist_ok=True)
        documents.save_to_disk(str(store / "documents.json"))
        return {}

    return take_in


def finding(model: Path, store: Path) -> Find:
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersTextEmbedder,
    )

    documents = InMemoryDocumentStore.load_from_disk(str(store / "documents.json"))
    pipeline = Pipeline()
    embedder = SentenceTransformersTextEmbedder(
        model=str(model), backend="onnx", progress_bar=False
    )
    pipeline.add_component("embedder", embedder)
    pipeline.add_component(
        "near", InMemoryEmbeddingRetriever(document_store=documents, top_k=CANDIDATES)
    )
    pipeline.add_component(
        "words", InMemoryBM25Retriever(document_store=documents, top_k=CANDIDATES)
    )
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=BEST)
    pipeline.add_component("joiner", joiner)
    pipeline.connect("embedder.embedding", "near.query_embedding")
    pipeline.connect("near", "joiner")
    pipeline.connect("words", "joiner")

    def find(question: str) -> Sequence[str]:
        given = {"embedder": {"text": question}, "words": {"query": question}}
        return [document.id for document in pipeline.run(given)["joiner"]["documents"]]

    return find


if __name__ == "__main__":
    speak(taking_in, finding)
