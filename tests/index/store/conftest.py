"""The stores that keep one contract: local, Milvus Lite, and a Milvus server if there is one."""

import os
from collections.abc import Callable, Iterator

import pytest

from index.library import Library
from index.milvus.connection import Connection
from index.milvus.engine import Engine
from index.milvus.store import MilvusStore
from index.store import Store, StoreSettings, open_store

DIMENSION = 16
SERVER_VARIABLE = "CITAT_TEST_MILVUS"
"""The uri of a server whose collections named citat_* may be dropped."""


@pytest.fixture(scope="module")
def lite(tmp_path_factory) -> Iterator[str]:
    """The uri of Milvus Lite as a server in this process."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    folder = tmp_path_factory.mktemp("milvus") / "lite.db"
    server, database, port = start_server_in_thread(str(folder))
    yield f"http://127.0.0.1:{port}"
    server.stop(grace=0).wait()
    database.close()


@pytest.fixture
def milvus(request, lite, tmp_path) -> Iterator[StoreSettings]:
    """Milvus without an index."""
    settings = StoreSettings(uri=lite)
    yield settings
    empty(settings, tmp_path)


@pytest.fixture(params=["local", "milvus-lite", "milvus-server"])
def settings(request, tmp_path) -> Iterator[StoreSettings]:
    """Where each store is, in its turn."""
    if request.param == "local":
        yield StoreSettings()
        return
    if request.param == "milvus-lite":
        uri = request.getfixturevalue("lite")
    elif not (uri := os.environ.get(SERVER_VARIABLE, "")):
        pytest.skip(f"{SERVER_VARIABLE} names no Milvus server")
    found = StoreSettings(uri=uri)
    empty(found, tmp_path)
    yield found
    empty(found, tmp_path)


@pytest.fixture
def open_it(settings, library) -> Iterator[Callable[..., Store]]:
    """Open the store of the library of this test, or of another one."""
    opened: list[Store] = []

    def open_one(of: Library = library, dimension: int = DIMENSION) -> Store:
        opened.append(open_store(settings, of, dimension))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


def empty(settings: StoreSettings, folder) -> None:
    engine = Engine(Connection.open(settings, folder))
    engine.drop()
    engine.close()


def engine_of(store: Store) -> Engine:
    assert isinstance(store, MilvusStore)
    return store.engine
