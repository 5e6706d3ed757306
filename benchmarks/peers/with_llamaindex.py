"""LlamaIndex: vectors in FAISS, words in bm25s with a Russian stemmer, joined by their ranks.

The stemmer and the stop-words are those of the passages that are sought, for it takes one
language; on loading, the retriever forgets them, so that they are named again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.protocol import BEST, CANDIDATES, Find, Passage, TakeIn, speak

LANGUAGE = "russian"
BATCH = 32
"""Texts that are encoded at once, instead of 10."""


def taking_in(model: Path, store: Path) -> TakeIn:
    import faiss
    import Stemmer
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.retrievers.bm25 import BM25Retriever
    from llama_index.vector_stores.faiss import FaissVectorStore

    encoder = HuggingFaceEmbedding(
        str(model), device="cpu", backend="onnx", embed_batch_size=BATCH
    )
    size = len(encoder.get_query_embedding("size"))

    def take_in(passages: Sequence[Passage]) -> Mapping[str, float]:
        nodes = [TextNode(id_=passage.id, text=passage.text) for passage in passages]
        vectors = FaissVectorStore(faiss.IndexFlatIP(size))
        storage = StorageContext.from_defaults(vector_store=vectors)
        index = VectorStoreIndex(nodes, storage_context=storage, embed_model=encoder)
        index.storage_context.persist(str(store / "vectors"))
        stemmer = Stemmer.Stemmer(LANGUAGE)
        words = BM25Retriever.from_defaults(nodes=nodes, stemmer=stemmer, language=LANGUAGE)
        words.persist(str(store / "words"))
        return {}

    return take_in


def finding(model: Path, store: Path) -> Find:
    import bm25s
    import Stemmer
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.retrievers.bm25 import BM25Retriever
    from llama_index.vector_stores.faiss import FaissVectorStore

    encoder = HuggingFaceEmbedding(str(model), device="cpu", backend="onnx")
    vectors = FaissVectorStore.from_persist_dir(str(store / "vectors"))
    storage = StorageContext.from_defaults(
        vector_store=vectors, persist_dir=str(store / "vectors")
    )
    index = load_index_from_storage(storage, embed_model=encoder)
    words = BM25Retriever(
        existing_bm25=bm25s.BM25.load(str(store / "words"), load_corpus=True),
        stemmer=Stemmer.Stemmer(LANGUAGE),
        similarity_top_k=CANDIDATES,
    )
    fused = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=CANDIDATES), words],
        llm=MockLLM(),  # it writes no further questions, but one has to be there
        mode="reciprocal_rerank",
        num_queries=1,
        similarity_top_k=BEST,
        use_async=False,
    )

    def find(question: str) -> Sequence[str]:
        return [found.node.node_id for found in fused.retrieve(question)]

    return find


if __name__ == "__main__":
    speak(taking_in, finding)
