"""Whatever is wrong with Milvus is one line that says what to do, in bounded time."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import grpc
import numpy as np
import pytest
from filelock import FileLock
from milvus_lite.adapter.grpc.server import start_server_in_thread
from pymilvus.grpc_gen import common_pb2, milvus_pb2, milvus_pb2_grpc

from index.errors import CitatError, ConfigError, StoreError
from index.library import Library
from index.milvus.engine import Engine
from index.milvus.store import LOCK, MilvusStore
from index.search import Searcher
from index.store import StoreSettings, open_store
from tests.conftest import entry_of
from tests.index.store.observed import expected, same, seen

SHIP = entry_of("ship", "A ship leaves.", "It comes back.")


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write([SHIP])
    return library


def told(settings: StoreSettings, library: Library) -> str:
    with pytest.raises(StoreError) as error:
        open_store(settings, library, 16)
    assert "\n" not in str(error.value)
    return str(error.value)


class TestReaching:
    def test_nobody_answers(self, filled):
        with socket.create_server(("127.0.0.1", 0)) as free:
            uri = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert told(StoreSettings(uri, 2), filled) == (
            f"Milvus at {uri} cannot be reached within 2 s; start it, or correct [store] uri."
            " The library is whole without it"
        )

    def test_somebody_listens_and_never_answers(self, filled):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
            assert "cannot be reached within 0.5 s" in told(StoreSettings(uri, 0.5), filled)

    def test_no_such_host(self, filled):
        settings = StoreSettings("http://no-such-host.invalid:19530", 2)
        assert "no-such-host.invalid:19530 cannot be reached" in told(settings, filled)

    @pytest.mark.parametrize(
        "uri", ["milvus", "htp://host:1", "http://", "http://host:99999", "http://host:port", "/x"]
    )
    def test_a_misspelt_uri_is_no_setting(self, uri):
        with pytest.raises(ConfigError, match=r"\[store\] uri = .* should be http://HOST:PORT"):
            StoreSettings(uri)

    @pytest.mark.parametrize(
        "uri", ["", "milvus.db", "/srv/news/milvus.db", "https://u:p@milvus.example:443/news"]
    )
    def test_a_uri_that_is_one(self, uri):
        assert StoreSettings(uri).uri == uri

    def test_a_timeout_is_more_than_nothing(self):
        with pytest.raises(ConfigError, match="timeout_seconds"):
            StoreSettings(timeout_seconds=0)

    def test_a_password_is_never_shown(self, filled):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        line = told(StoreSettings(f"http://root:secret@127.0.0.1:{port}/news", 1), filled)
        assert "secret" not in line
        assert f"http://127.0.0.1:{port}/news" in line

    def test_without_the_extra(self, filled, monkeypatch):
        for module in [*sys.modules]:
            if module.startswith("index.milvus.") or module.split(".")[0] == "pymilvus":
                monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, "pymilvus", None)
        assert told(StoreSettings("http://127.0.0.1:1"), filled) == (
            "[store] uri needs Milvus's client (pymilvus is missing): pip install '.[milvus]'"
            " in citat's repository"
        )

    def test_what_was_down_is_found_again(self, filled, tmp_path):
        folder = str(tmp_path / "lite.db")
        server, database, port = start_server_in_thread(folder)
        settings = StoreSettings(f"http://127.0.0.1:{port}", 5)
        store = open_store(settings, filled, 16)
        server.stop(grace=0).wait()
        database.close()
        filled.write([entry_of("salt", "Salt.")])
        with pytest.raises(StoreError, match="cannot be reached"):
            store.catch_up()
        server, database, _ = start_server_in_thread(folder, port=port)
        reopened = open_store(settings, filled, 16)
        assert store.catch_up() == 0
        same(seen(store), expected(filled))
        for each in (store, reopened):
            each.close()
        server.stop(grace=0).wait()
        database.close()


class TestTakingTurns:
    """One process at a time brings an index up to date; nobody waits for it."""

    def test_another_goes_on_with_what_is_there(self, milvus, filled):
        store = open_store(milvus, filled, 16)
        before = seen(store)
        filled.write([entry_of("salt", "Salt.")])
        with FileLock(filled.path.parent / LOCK):
            assert store.catch_up() == 0
            assert store.generation < filled.generation
            assert seen(store) == before
        assert store.catch_up() == 1
        same(seen(store), expected(filled))
        store.close()

    def test_nothing_is_there_yet(self, milvus, filled):
        with FileLock(filled.path.parent / LOCK):
            assert "another process is making the index" in told(milvus, filled)


class TestFolders:
    def test_a_file_is_no_folder(self, filled):
        path = filled.path.parent / "milvus.db"
        path.write_text("mine")
        line = told(StoreSettings("milvus.db"), filled)
        assert line.startswith(f"{path} cannot be used: another process has it open")
        assert path.read_text() == "mine"

    def test_nowhere(self, filled):
        assert "no-such/milvus.db" in told(StoreSettings("no-such/milvus.db"), filled)

    def test_one_process_at_a_time(self, filled):
        script = (
            "import sys; from pymilvus import MilvusClient; MilvusClient(sys.argv[1]);"
            " print('open', flush=True); sys.stdin.read()"
        )
        folder = filled.path.parent / "milvus.db"
        with subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout
            assert other.stdout.readline() == "open\n"
            assert "another process has it open" in told(StoreSettings("milvus.db"), filled)
        store = open_store(StoreSettings("milvus.db"), filled, 16)
        same(seen(store), expected(filled))
        store.close()

    def test_two_stores_of_one_process_share_it(self, filled):
        one = open_store(StoreSettings("milvus.db"), filled, 16)
        other = open_store(StoreSettings("milvus.db"), filled, 16)
        one.close()
        same(seen(other), expected(filled))
        other.close()


class Refusing(milvus_pb2_grpc.MilvusServiceServicer):  # type: ignore[misc]
    """A server that lets everybody in, and answers all else in one way, late perhaps."""

    def __init__(self, reason: str, delay_s: float) -> None:
        self._status = common_pb2.Status(code=9 if reason else 0, reason=reason)
        self._delay_s = delay_s

    def Connect(self, request, context):  # noqa: N802 - the protocol's name
        return milvus_pb2.ConnectResponse(status=common_pb2.Status())

    def DescribeCollection(self, request, context):  # noqa: N802
        time.sleep(self._delay_s)
        return milvus_pb2.DescribeCollectionResponse(status=self._status)

    def HasCollection(self, request, context):  # noqa: N802
        time.sleep(self._delay_s)
        return milvus_pb2.BoolResponse(status=self._status)


@pytest.fixture
def refusing() -> Iterator[Callable[..., StoreSettings]]:
    servers = []

    def start(reason: str = "", delay_s: float = 0) -> StoreSettings:
        server = grpc.server(ThreadPoolExecutor(4))
        milvus_pb2_grpc.add_MilvusServiceServicer_to_server(Refusing(reason, delay_s), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return StoreSettings(f"http://127.0.0.1:{port}", 1)

    yield start
    for server in servers:
        server.stop(grace=0).wait()


class TestRefusing:
    def test_slow(self, refusing, filled):
        line = told(refusing(delay_s=3), filled)
        assert "did not answer within 1 s; try again, or raise [store] timeout_seconds" in line

    @pytest.mark.parametrize(
        ("reason", "line"),
        [
            ("quota exceeded[reason=disk quota exceeded]", "is full (quota exceeded[reason=disk"),
            (
                "memory quota exceeded\n please allocate more",
                "is full (memory quota exceeded please",
            ),
            (
                "auth check failure, please check username",
                "set CITAT_STORE_TOKEN to user:password",
            ),
            ("something\nelse", "refused: something else"),
        ],
    )
    def test_what_it_says_is_passed_on_in_one_line(self, refusing, filled, reason, line):
        assert line in told(refusing(reason), filled)

    def test_the_library_is_as_it_was(self, refusing, filled):
        told(refusing("disk quota exceeded"), filled)
        store = open_store(StoreSettings(), filled, 16)
        same(seen(store), expected(filled))


class TestOtherThings:
    """An index that is not of this library, encoder or version is never searched."""

    @pytest.fixture
    def engine(self, milvus, filled) -> Iterator[Engine]:
        store = MilvusStore.open(milvus, filled, 16)
        yield store.engine
        store.close()

    def change(self, engine: Engine, **values: object) -> None:
        state = engine.state()
        assert state
        engine.note(replace(state, **values))  # type: ignore[arg-type]

    def test_another_library(self, engine, milvus, filled, tmp_path):
        with Library.open(tmp_path / "other", create=True) as other:
            other.claim_encoder("toy")
            other.write([entry_of("salt", "Salt.")])
            assert told(milvus, other) == (
                f"Milvus at {milvus.uri} holds the index of another library; name another database"
                " in [store] uri (http://HOST:PORT/DATABASE), or replace what is there: citat"
                f" migrate --to {milvus.uri} --replace"
            )
        same(seen(open_store(milvus, filled, 16)), expected(filled))

    def test_another_version_of_citat(self, engine, milvus, filled):
        self.change(engine, format=0)
        assert told(milvus, filled).endswith(
            f"another version of citat; make it anew: citat migrate --to {milvus.uri}"
        )

    def test_another_encoder(self, engine, milvus, filled):
        self.change(engine, encoder="e5")
        line = told(milvus, filled)
        assert "made with the encoder e5, the library has toy; make it anew" in line

    def test_another_dimension(self, engine, milvus, filled):
        with pytest.raises(StoreError, match="make it anew"):
            open_store(milvus, filled, 8)

    @pytest.mark.parametrize("values", [{"token": 1}, {"generation": 99}], ids=str)
    def test_another_past(self, engine, milvus, filled, values):
        """A library restored from an older copy, that has grown otherwise since."""
        self.change(engine, **values)
        assert "is not of this state of the library; make it anew" in told(milvus, filled)

    def test_a_library_encoded_anew(self, engine, milvus, filled):
        filled.start_reencoding("e5")
        filled.add_pending(filled.sentence_ids().tolist(), np.eye(2, 16, dtype=np.float32))
        assert filled.finish_reencoding()
        assert "made with the encoder toy, the library has e5" in told(milvus, filled)

    def test_a_question_meets_the_same_line(self, encoder, milvus, filled):
        searcher = Searcher(filled, encoder, storing=replace(milvus, uri="http://127.0.0.1:1"))
        with pytest.raises(CitatError):
            searcher.refresh()
