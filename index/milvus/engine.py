"""Milvus as this store uses it: three collections and what is asked of them.

Sentences and passages lie in a partition for each language, so that each has an index of its own
and a search in one never pays for another. A third collection holds one row: what has come in.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient

from index.encoder import Vectors
from index.milvus.connection import Connection
from index.milvus.rows import Row
from index.milvus.words import SparseVector
from index.store import Ids

SENTENCES, PASSAGES, STATE = "citat_sentences", "citat_passages", "citat_state"
FORMAT = 1
"""Grows when what is kept in the collections changes."""
GRAPH = {"M": 16, "efConstruction": 200, "sq_type": "SQ8"}
"""HNSW over 8-bit copies of the vectors: a third of the memory; the library has the exact ones."""
EXPLORED = 128
"""HNSW's ef: nodes of the graph that are looked at for one search."""
LOADING_S = 600.0
"""How long a released collection may take to be in memory again, or a new one to be sealed."""
MOST_IDS = 10_000
"""Ids in one call; Milvus takes 64 MB."""
_DEFAULT_PARTITION = "_default"


@dataclass(frozen=True, slots=True)
class State:
    """What an index holds: of which library and encoder, and how much of it.

    `generation` and `token` are those up to which removals have been followed, `newest` is the
    key of the last article that is in, `folded` the generation whose folded words are in.
    """

    library: str
    encoder: str
    dimension: int
    generation: int
    token: int
    folded: int
    newest: int = 0
    format: int = FORMAT


class Engine:
    """The collections of one archive; any thread may search them."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self.uri = connection.uri
        self.close = connection.close
        self._in_memory = False

    # What is there

    def state(self) -> State | None:
        """Return what the index holds, None if there is none.

        Of one of another format no more than that and its library is told.
        """
        if not self._load():
            return None
        rows = self._call(
            "query", STATE, filter="id == 0", output_fields=["value"], consistency_level="Strong"
        )
        if not rows:
            return None
        value = dict(rows[0]["value"])
        if value.get("format") != FORMAT or value.keys() != {
            field.name for field in fields(State)
        }:
            return State(str(value.get("library")), "", 0, -1, 0, 0, format=0)
        return State(**value)

    def note(self, state: State) -> None:
        """Store what the index holds from now on."""
        self._call("upsert", STATE, [{"id": 0, "value": asdict(state), "unused": [1.0, 0.0]}])

    def languages(self) -> list[str]:
        """Return the languages that there are partitions of."""
        names = self._call("list_partitions", SENTENCES)
        return sorted(name for name in names if name != _DEFAULT_PARTITION)

    def count(self, language: str | None = None) -> int:
        """Return how many sentences there are, of one language or of all."""
        (row,) = self._call(
            "query",
            SENTENCES,
            # Without a condition Milvus looks nothing up, and Milvus Lite counts all partitions.
            filter="id > 0" if language else "",
            output_fields=["count(*)"],
            partition_names=[language] if language else None,
            consistency_level="Strong",
        )
        return int(row["count(*)"])

    # Searching it

    def nearest(
        self, language: str, query: Vectors, limit: int, condition: str
    ) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the sentences nearest to a query, best first."""
        params = {"metric_type": "IP", "params": {"ef": max(EXPLORED, limit)}}
        return self._search(
            SENTENCES,
            language,
            data=[query],
            anns_field="vector",
            limit=limit,
            filter=condition,
            search_params=params,
        )

    def matching(self, language: str, query: SparseVector, limit: int) -> tuple[Ids, Vectors]:
        """Return ids and scores of the passages that match best, best first."""
        params = {"metric_type": "IP", "params": {}}
        return self._search(
            PASSAGES,
            language,
            data=[query],
            anns_field="words",
            limit=limit,
            search_params=params,
        )

    def _search(self, collection: str, language: str, **how: Any) -> tuple[Ids, Vectors]:
        (hits,) = self._call(
            "search", collection, partition_names=[language], output_fields=["id"], **how
        )
        ids = np.array([hit["id"] for hit in hits], dtype=np.int64)
        return ids, np.array([hit["distance"] for hit in hits], dtype=np.float32)

    # Changing it

    def make(self, dimension: int) -> None:
        """Make empty collections, in place of what an interrupted run may have left."""
        self.drop()
        self._create(
            SENTENCES,
            {
                "outlet": {"datatype": DataType.INT64},
                "published": {"datatype": DataType.INT64},
                "vector": {"datatype": DataType.FLOAT_VECTOR, "dim": dimension},
            },
            {
                "field_name": "vector",
                "index_type": "HNSW_SQ",
                "metric_type": "IP",
                "params": GRAPH,
            },
        )
        self._create(
            PASSAGES,
            {"words": {"datatype": DataType.SPARSE_FLOAT_VECTOR}},
            {"field_name": "words", "index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"},
        )
        self._create(
            STATE,
            {
                "value": {"datatype": DataType.JSON},
                # Milvus takes no collection without a vector.
                "unused": {"datatype": DataType.FLOAT_VECTOR, "dim": 2},
            },
            {"field_name": "unused", "index_type": "FLAT", "metric_type": "IP"},
        )

    def drop(self) -> None:
        """Remove the whole index; what it holds first, so that half of one is never trusted."""
        for collection in (STATE, PASSAGES, SENTENCES):
            self._call("drop_collection", collection)
        self._in_memory = False

    def add(self, collection: str, language: str, rows: Sequence[Row]) -> None:
        """Store rows, in place of those with the same ids."""
        if not self._call("has_partition", collection, language):
            self._call("create_partition", collection, language)
        if rows:
            self._call("upsert", collection, [*rows], partition_name=language)

    def remove(self, collection: str, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), MOST_IDS):
            self._call("delete", collection, ids=[*ids[start : start + MOST_IDS]])

    def settle(self) -> None:
        """Seal what has come in, so that its indexes are built."""
        for collection in (SENTENCES, PASSAGES):
            self._call("flush", collection, timeout_s=LOADING_S)

    def _create(self, collection: str, fields: dict[str, Row], index: Row) -> None:
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        for name, field in fields.items():
            schema.add_field(name, **field)
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index(**index)
        self._call("create_collection", collection, schema=schema, consistency_level="Session")
        # It is built as rows come in: there is nothing yet to wait for.
        self._call("create_index", collection, indexes, sync=False)

    def _load(self) -> bool:
        """See to it that the collections are in memory; tell whether they are there at all."""
        if not self._in_memory and self._call("has_collection", STATE):
            for collection in (SENTENCES, PASSAGES, STATE):
                self._call("load_collection", collection, timeout_s=LOADING_S)
            self._in_memory = True
        return self._in_memory
