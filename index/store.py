"""The seam between the library and the engine that searches it.

The truth stays in the library. A store is derived from it, catches up with it whenever it has
changed, and may be thrown away at any time: it says which sentences and passages to look at, and
everything that is weighed or shown of them is read from the library.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.errors import ConfigError, StoreError
from index.library import Library
from index.records import ANYWHERE, Scope

if TYPE_CHECKING:  # it is an extra
    from index.milvus.store import MilvusStore

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The [store] table: "" for the files beside the library, or where Milvus is.

    A server is named as http://HOST:PORT or http://HOST:PORT/DATABASE, an embedded one by a
    folder whose name ends in .db.
    """

    uri: str = ""
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.uri and not _names_milvus(self.uri):
            raise ConfigError(
                f"[store] uri = {self.uri!r} should be http://HOST:PORT, https://HOST:PORT,"
                ' a folder that ends in .db, or ""'
            )
        if self.timeout_seconds <= 0:
            raise ConfigError(
                f"[store] timeout_seconds = {self.timeout_seconds} should be more than 0"
            )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest sentences of one language, best first; scores are cosines.

    They are rounded where a store keeps vectors in few bits; `Store.cosines` are not.
    """

    language: str
    ids: Ids
    scores: NDArray[np.float32]


class Store(Protocol):
    """Finds sentences by their vectors in context (`index.vectors.in_context`), passages by words.

    One thread at a time. A sentence or passage keeps what it is under its id: whatever changes in
    an article gets new ids.
    """

    @property
    def generation(self) -> int:
        """The generation of the library that it has caught up with; -1 before the first time."""

    def __len__(self) -> int:
        """Return the number of sentences."""

    def counts(self) -> dict[str, int]:
        """Return the number of sentences of each language."""

    def catch_up(self) -> int:
        """Come up to the present state of the library; return how many sentences changed.

        Call it inside `Library.steady` where the state must be that of other readings.
        """

    def nearest(self, query: Vectors, limit: int, scope: Scope = ANYWHERE) -> list[Neighbours]:
        """Return the sentences nearest to a query (shape (dimension,)), for each language."""

    def cosines(self, query: Vectors, ids: Mapping[str, Collection[int]]) -> dict[int, float]:
        """Return the cosines of sentences with a query by their ids, given by language."""

    def matching(self, stems: Sequence[str], names: Sequence[str], limit: int) -> list[int]:
        """Return the passages that match any of these tokens best by BM25, so many a language.

        Stems are looked for in texts and titles, names among names (`index.entries.fold`).
        """

    def save(self) -> None:
        """Keep what would take long to derive again."""

    def close(self) -> None:
        """Let go of files and connections; the library stays open."""


def open_store(settings: StoreSettings, library: Library, dimension: int) -> Store:
    """Open the store of a library and catch up with it; vectors have so many dimensions.

    Raises:
        StoreError: the engine fails, holds something else, or is not installed.
    """
    if settings.uri:
        return milvus().open(settings, library, dimension)
    from index.local_store import LocalStore

    return LocalStore.open(library, dimension)


def milvus() -> "type[MilvusStore]":
    """Return the store on Milvus.

    Raises:
        StoreError: it is not installed.
    """
    try:
        from index.milvus.store import MilvusStore
    except ModuleNotFoundError as error:
        raise StoreError(
            f"[store] uri needs Milvus's client ({error.name} is missing):"
            " pip install '.[milvus]' in citat's repository"
        ) from error
    return MilvusStore


def _names_milvus(uri: str) -> bool:
    if "://" not in uri:
        return uri.endswith(".db")
    try:
        parts = urlsplit(uri)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False
