"""A backlog is shared with a Ray cluster: two nodes on loopback, one of which may die."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from citat import cli
from index.encoder import BUILT_IN_FOLDER
from index.library import Library
from ingest.fetch import FetchSettings
from ingest.pipeline import IngestSettings, Report, ingest
from ingest.sources import read

ROOT = Path(__file__).parents[2]
RAY = pytest.mark.skipif(
    find_spec("ray") is None or sys.platform != "linux",
    reason="needs Ray (pip install '.[ray]'), whose clusters are for Linux",
)
MOST, FEW, BATCH = 400, 12, 2
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "0123456789abcdef" * 2,
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # nodes speak on loopback only, as there
    "RAY_USAGE_STATS_ENABLED": "0",
}


class Nodes:
    """The process of `ray_nodes.py`, which starts in the folder `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "tests/ingest/ray_nodes.py"],
            cwd=home,
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self._heard()

    def tell(self, order: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        assert self._heard() == "done"

    def close(self) -> None:
        self._process.communicate()

    def _heard(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "no nodes are there"
        return line


@pytest.fixture(scope="module")
def nodes(tmp_path_factory) -> Iterator[Nodes]:
    nodes = Nodes(tmp_path_factory.mktemp("nodes"))
    yield nodes
    nodes.close()


@pytest.fixture(scope="module")
def articles(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("articles") / "news.jsonl"
    lines = (
        {
            "id": f"id{number}",
            "source": "Вестник",
            "text": f"Абонирайте се за нашия бюлетин\nМостът остава, заяви кметът Иван Петков. "
            f"{'Статия ' * (number % 7)}номер {number} разказва за моста и за реката. " * 4,
        }
        for number in range(MOST)
    )
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def few_articles(articles) -> Path:
    path: Path = articles.with_name("few.jsonl")
    lines = articles.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:FEW]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(f"[ingest]\nbatch_articles = {BATCH}\n", encoding="utf-8")
    return path


@pytest.fixture
def alone(articles, encoder, tmp_path) -> Callable[[int], list[object]]:
    """Tell what is in a library that one process has made of so many articles."""

    def make(number: int) -> list[object]:
        with Library.open(tmp_path / "alone", create=True) as library:
            ingest(
                islice(read(str(articles), FetchSettings()), number),
                library,
                encoder,
                Report(),
                settings=IngestSettings(batch_articles=BATCH),
                progress=lambda _: None,
            )
        return contents(tmp_path / "alone")

    return make


Start = Callable[..., subprocess.Popen[str]]


def run_python(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def start(config, tmp_path) -> Start:
    def run(articles: Path, address: str, config: Path = config) -> subprocess.Popen[str]:
        options = ["--data", tmp_path / "data", "--config", config, "--json", "--ray", address]
        return run_python("-m", "citat", "ingest", articles, *options, cwd=tmp_path)

    return run


def contents(data: Path) -> list[object]:
    queries = (
        "select key, id, text, language, version, content_hash from articles order by key",
        "select * from sentences order by id",
        "select * from passages order by id",
        "select rowid, stems, names, title from words order by rowid",
        "select * from statements order by id",
        "select * from outlet_lines order by 1, 2, 3",
        "select * from copy_bands order by 1, 2",
    )
    with Library.open(data) as library:
        return [library.rows(query) for query in queries]


def wait_for_first_batch(data: Path, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        if (data / "library.db").exists():
            with Library.open(data, create=True) as library:
                if library.counts()["articles"]:
                    return
        time.sleep(0.01)


HELD = """
import json, sys
from pathlib import Path
from index.encoder import EncoderSettings, load_encoder
from index.library import Library
from ingest.cluster import ray_crew
from ingest.fetch import FetchSettings
from ingest.pipeline import IngestSettings, Report, ingest
from ingest.sources import read

address, articles, data, batch = sys.argv[1:]
report, settings = Report(), IngestSettings(batch_articles=int(batch))

def drafts():
    coming = read(articles, FetchSettings())
    while len(report.nodes) < 2:
        yield next(coming)
    print("both have done something", file=sys.stderr, flush=True)
    sys.stdin.readline()
    for _ in range(10 * settings.batch_articles):
        yield next(coming)

with Library.open(Path(data), create=True) as library:
    encoder = load_encoder(EncoderSettings(threads=1))
    with ray_crew(address, EncoderSettings(), settings) as crew:
        ingest(
            drafts(),
            library,
            encoder,
            report,
            settings=settings,
            progress=lambda _: None,
            crew=crew,
        )
print(json.dumps(report.as_dict()))
"""
"""Takes articles in until two nodes have taken part, then some more when it is told to."""


@RAY
class TestNodes:
    def test_what_they_make_is_what_one_process_makes(
        self, start, few_articles, nodes, alone, tmp_path
    ):
        process = start(few_articles, nodes.address)
        stdout, stderr = process.communicate()
        assert process.returncode == 0, stderr
        report = json.loads(stdout)
        assert sum(report["nodes"].values()) == report["added"] == FEW
        assert contents(tmp_path / "data") == alone(FEW)

    def test_when_one_dies_the_other_does_its_work(self, articles, nodes, alone, tmp_path):
        data = tmp_path / "data"
        process = run_python("-c", HELD, nodes.address, articles, data, str(BATCH), cwd=tmp_path)
        assert process.stderr
        assert "both" in process.stderr.readline()
        nodes.tell("kill")
        stdout, stderr = process.communicate("go on\n")
        nodes.tell("add")
        assert process.returncode == 0, stderr
        assert "a worker is lost on the node" in stderr
        report = json.loads(stdout)
        assert len(report["nodes"]) == 2
        assert contents(data) == alone(report["added"])

    def test_an_interrupted_run_leaves_whole_batches_and_nodes_that_are_free(
        self, start, articles, nodes, alone, tmp_path
    ):
        process = start(articles, nodes.address)
        wait_for_first_batch(tmp_path / "data", process)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate()
        assert process.returncode == 1
        assert "run it again to go on" in stderr
        stored = json.loads(stdout)["added"]
        assert stored % BATCH == 0
        assert contents(tmp_path / "data") == alone(stored)

    def test_one_with_another_model_is_refused(self, start, few_articles, nodes, tmp_path):
        for folder, extra in ((tmp_path, "one"), (nodes.home, "other")):
            (folder / "model").mkdir()
            for path in BUILT_IN_FOLDER.iterdir():
                (folder / "model" / path.name).symlink_to(path)
            (folder / "model" / f"{extra}.txt").write_text("of this machine")
        config = tmp_path / "config.toml"
        config.write_text('[encoder]\nmodel = "model"\nbackend = "onnx"\n')
        process = start(few_articles, nodes.address, config=config)
        _, stderr = process.communicate()
        assert process.returncode == 1
        assert stderr.count("\n") == 1, stderr
        assert "has the encoder model@" in stderr

    def test_a_batch_over_which_workers_die_is_done_here(self, nodes):
        script = """
import os, sys
import ray
from ingest.cluster import Greeting, RayCrew
from ingest.deriving import Derived

class Mortal:
    def greet(self):
        return Greeting("there", "", "")
    def derive(self, batch):
        if batch == ["deadly"]:
            os._exit(1)
        return Derived([], 0, 0, 0, node=f"{batch} there")

ray.init(sys.argv[1], log_to_driver=False, logging_level="ERROR")
crew = RayCrew(ray, ray.remote(num_cpus=1)(Mortal).remote, 2, Greeting("", "", ""))
batches = [["first"], ["deadly"], ["last"]]
here = lambda batch: Derived([], 0, 0, 0, node=f"{batch} here")
print([derived.node for derived in crew.map(here, batches)], file=sys.stderr)
"""
        _, stderr = run_python("-c", script, nodes.address, cwd=ROOT).communicate()
        expected = str(["['first'] there", "['deadly'] here", "['last'] there"])
        assert expected in stderr


@RAY
def test_local_starts_a_cluster_of_this_machine(start, few_articles, alone, tmp_path):
    process = start(few_articles, "local")
    stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    assert sum(json.loads(stdout)["nodes"].values()) == FEW
    assert contents(tmp_path / "data") == alone(FEW)


class TestAddress:
    """What is no cluster is one line, within seconds."""

    @pytest.fixture
    def told(self, few_articles, tmp_path) -> Callable[[str], str]:
        def ask(address: str) -> str:
            command = ["ingest", str(few_articles), "--data", str(tmp_path), "--ray", address]
            result = CliRunner().invoke(cli, command)
            assert result.exit_code == 1
            assert result.stderr.count("\n") == 1
            return str(result.stderr)

        return ask

    @pytest.mark.parametrize("address", ["nowhere", "host:", ":6379", "ray://", "host:port"])
    def test_that_is_none(self, told, address):
        assert 'should be HOST:PORT, "auto" or "local"' in told(address)

    @pytest.mark.parametrize("address", ["127.0.0.1:9", "127.0.0.1:99999", "no.invalid:6379"])
    def test_where_nothing_is(self, told, address):
        assert f"there is no Ray cluster at {address}" in told(address)

    def test_where_something_else_is(self, told):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def serve() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"220 mail.example ESMTP\r\n")

            thread = threading.Thread(target=serve)
            thread.start()
            address = f"127.0.0.1:{server.getsockname()[1]}"
            assert f"what answers at {address} is no Ray cluster" in told(address)
            thread.join()

    def test_without_ray_names_the_extra(self, told, monkeypatch):
        monkeypatch.setitem(sys.modules, "ray", None)
        monkeypatch.setattr(os, "environ", dict(os.environ))
        assert "pip install 'citat[ray]'" in told("local")
