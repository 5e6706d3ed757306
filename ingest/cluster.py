"""Deriving on a Ray cluster: workers that hold the encoder take batches from one writer.

Each node brings its own citat and its own model, for it needs the packages below them anyway; a
worker says what it has, and one that would make other entries than this machine is refused.
"""

import logging
import os
import secrets
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.encoder import EncoderSettings, encoder_identity, load_encoder
from index.errors import CitatError, ClusterError
from ingest.deriving import Batch, Derive, Derived, derive
from ingest.pipeline import IngestSettings

log = logging.getLogger(__name__)

LOCAL_WORKERS = 2
"""Workers on the cluster of one machine that the address "local" starts."""
MOST_WORKERS = 32
"""One process that cleans and writes keeps no more of them busy."""
BATCHES_EACH = 2
"""Batches that a worker has at once, so that it need not wait for the next."""
AHEAD_EACH = 3
"""Batches on their way for each worker, those included that wait for an earlier one."""
ATTEMPTS = 3
"""Workers that may die over one batch, or at their start; then it is done here, or given up."""
CONNECT_SECONDS = 10
WORKER_SECONDS = 300
"""How long to wait for any worker: for a free CPU, and for the encoder to be loaded."""
SHAPING = ("PyStemmer", "simplemma")
"""Packages of other hands whose version can be seen in what is stored."""
HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
HTTP2_SETTINGS = 4


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker says when it is ready."""

    node: str
    code: str
    encoder: str


class Worker:
    """Holds the encoder on a node."""

    def __init__(self, encoder: EncoderSettings, ingest: IngestSettings) -> None:
        self._settings = encoder
        self._ingest = ingest
        self._node = ""
        self._derive: Derive | None = None

    def greet(self) -> Greeting:
        """Load the encoder.

        Raises:
            EncoderError: this node cannot load it.
        """
        import ray

        context = ray.get_runtime_context()
        encoder = load_encoder(self._settings)
        self._node = f"{socket.gethostname()}/{context.get_node_id()[:8]}"
        self._derive = partial(
            derive,
            encoder=encoder,
            passage_tokens=self._ingest.passage_tokens,
            passage_overlap=self._ingest.passage_overlap,
        )
        return Greeting(self._node, code_identity(), encoder.identity)

    def derive(self, batch: Batch) -> Derived:
        if self._derive is None:
            raise RuntimeError("a worker greets first")
        return replace(self._derive(batch), node=self._node)


@dataclass(slots=True, eq=False)
class _Job:
    batch: Batch
    attempts: int = 0
    derived: Derived | None = None


class RayCrew:
    """Workers on a cluster: they are asked for at once, and whoever is lost is replaced.

    Ray would restart them by itself, and wait without end where the room for one is gone. Here
    its batches go to those that are left meanwhile.
    """

    def __init__(self, ray: Any, new_worker: Any, wanted: int, expected: Greeting) -> None:
        self._ray = ray
        self._new_worker = new_worker
        self._wanted = wanted
        self._expected = expected
        self._starting: dict[Any, Any] = {}
        self._loads: dict[Any, int] = {}
        self._nodes: dict[Any, str] = {}
        self._under_way: dict[Any, tuple[_Job, Any]] = {}
        self._stillborn = 0

    def map(self, derive: Derive, batches: Iterable[Batch]) -> Iterator[Derived]:
        """Yield what comes of each batch, in their order.

        Raises:
            ClusterError: no worker can be had.
        """
        jobs, coming, more = deque[_Job](), iter(batches), True
        while True:
            room = more and len(jobs) < self._wanted * AHEAD_EACH
            self._listen(derive, wait=not room)
            while jobs and (done := jobs[0].derived):
                jobs.popleft()
                yield done
            if room:
                batch = next(coming, None)
                more = batch is not None
                if batch is not None:
                    jobs.append(_Job(batch))
            if not (jobs or more):
                return
            self._hand_out(jobs)

    def _hand_out(self, jobs: Iterable[_Job]) -> None:
        """Give what nobody has to who has least, the earliest first."""
        while len(self._starting) + len(self._loads) < self._wanted:
            worker = self._new_worker()
            self._starting[worker.greet.remote()] = worker
        taken = {id(job) for job, _ in self._under_way.values()}
        for job in jobs:
            if job.derived or id(job) in taken:
                continue
            worker = min(self._loads, key=self._loads.__getitem__, default=None)
            if worker is None or self._loads[worker] >= BATCHES_EACH:
                return
            self._loads[worker] += 1
            self._under_way[worker.derive.remote(job.batch)] = job, worker

    def _listen(self, derive: Derive, *, wait: bool) -> None:
        """Take what has come since, and if nothing has, wait for it."""
        refs = [*self._under_way, *self._starting]
        if not refs:
            return
        # Whoever works is waited for however long it takes: Ray says when its node is gone.
        patience = None if self._under_way else WORKER_SECONDS
        heard, _ = self._ray.wait(
            refs, num_returns=1 if wait else len(refs), timeout=patience if wait else 0
        )
        if wait and not heard:
            raise ClusterError(
                f"the Ray cluster has not started a worker in {WORKER_SECONDS} seconds;"
                " `ray status` tells whether it has a free CPU"
            )
        for ref in heard:
            if ref in self._starting:
                self._greeted(ref, self._starting.pop(ref))
            elif ref in self._under_way:
                self._settle(ref, derive)

    def _greeted(self, ref: Any, worker: Any) -> None:
        try:
            greeting = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, CitatError):
                raise ClusterError(f"on the node {error.ip}: {error.cause}") from error
            raise
        except self._ray.exceptions.RayError as error:
            self._stillborn += 1
            if self._stillborn >= ATTEMPTS:
                raise ClusterError(f"workers on the Ray cluster die: {_reason(error)}") from error
            return
        if replace(greeting, node="") != self._expected:
            raise ClusterError(_difference(greeting, self._expected))
        self._loads[worker], self._nodes[worker] = 0, greeting.node
        self._stillborn = 0

    def _settle(self, ref: Any, derive: Derive) -> None:
        job, worker = self._under_way[ref]
        try:
            job.derived = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError:
            raise  # a bug, and here it would be the same
        except self._ray.exceptions.RayError:
            self._lose(worker, derive)
        else:
            del self._under_way[ref]
            self._loads[worker] -= 1

    def _lose(self, worker: Any, derive: Derive) -> None:
        """Let others do what a worker had; it died, if over anything, over the first of it."""
        log.warning("a worker is lost on the node %s; others go on", self._nodes[worker])
        self._ray.kill(worker)
        del self._loads[worker]
        had = [(ref, job) for ref, (job, whose) in self._under_way.items() if whose is worker]
        for ref, _ in had:
            del self._under_way[ref]
        _, first = had[0]
        first.attempts += 1
        if first.attempts >= ATTEMPTS:
            first.derived = derive(first.batch)


@contextmanager
def ray_crew(address: str, encoder: EncoderSettings, ingest: IngestSettings) -> Iterator[RayCrew]:
    """Join a cluster; on leaving, end what was started there and nothing else.

    `address` is "local" for a cluster of this machine alone, "auto" for the one that this machine
    is a node of, or HOST:PORT of its head. There is a worker for each CPU, or as many CPUs as
    the encoder has threads; on "cuda", for each GPU.

    Raises:
        ClusterError: Ray is not installed, or there is no cluster there.
    """
    if address not in {"local", "auto"}:
        _knock(address)
    ray = _ray(local=address == "local")
    # Where our JSON goes, Ray would print pages of its own when a node dies.
    with (
        TemporaryDirectory(prefix="citat", ignore_cleanup_errors=True) as folder,
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
    ):
        _join(ray, address, folder)
        try:
            yield _crew(ray, address, encoder, ingest)
        finally:
            ray.shutdown()  # Ray ends the workers of who leaves


def _crew(ray: Any, address: str, encoder: EncoderSettings, ingest: IngestSettings) -> RayCrew:
    cpus = encoder.threads or 1
    gpus = 1 if encoder.device.startswith("cuda") else 0
    there = ray.cluster_resources()
    wanted = min(int(there.get("GPU", 0) if gpus else there.get("CPU", 0) / cpus), MOST_WORKERS)
    if not wanted:
        raise ClusterError(
            f"no node of the Ray cluster {address} has "
            + ("a GPU" if gpus else f"{cpus} CPUs for the encoder's threads")
        )
    worker = ray.remote(num_cpus=cpus, num_gpus=gpus, scheduling_strategy="SPREAD")(Worker)
    # A worker has so many CPUs to itself.
    new_worker = partial(worker.remote, replace(encoder, threads=cpus), ingest)
    expected = Greeting("", code_identity(), encoder_identity(encoder))
    return RayCrew(ray, new_worker, wanted, expected)


def _ray(*, local: bool) -> Any:
    # Read when Ray is imported. It would report its use, hold back what it prints until the very
    # end, warn of GPUs that are not there, and try for minutes to join a dead cluster.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if local:  # on loopback, by Ray's switch for systems where it has no more, and locked
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    else:
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "1")  # each takes up to 45 seconds
    try:
        import ray
        import ray.exceptions
    except ModuleNotFoundError as error:
        raise ClusterError("--ray needs Ray: pip install 'citat[ray]'") from error
    return ray


def _join(ray: Any, address: str, folder: str) -> None:
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    try:
        if address == "local":  # in a folder of its own, or "auto" elsewhere would mean it
            cluster = {"num_cpus": LOCAL_WORKERS, "include_dashboard": False, "_temp_dir": folder}
            ray.init("local", **cluster, **quiet)
        else:
            ray.init(address, **quiet)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ClusterError(
            f"cannot join the Ray cluster {address}: {_reason(error)}; this machine too has to be"
            " a node of it (ray start --address=HOST:PORT), with the same Python and Ray, and"
            " with its token if it has one (RAY_AUTH_MODE=token)"
        ) from error


def _knock(address: str) -> None:
    """Make sure that something speaks HTTP/2 at an address, as Ray does: it would try for long.

    Raises:
        ClusterError: nothing does, or the address is none.
    """
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdigit()):
        raise ClusterError(f'--ray {address!r} should be HOST:PORT, "auto" or "local"')
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as door:
            door.sendall(HTTP2_HELLO)
            speaks = door.recv(9)[3:4] == bytes([HTTP2_SETTINGS])
    except (OSError, OverflowError) as error:
        raise ClusterError(f"there is no Ray cluster at {address}: {error}") from error
    if not speaks:
        raise ClusterError(f"what answers at {address} is no Ray cluster")


@cache
def code_identity() -> str:
    """Name the code that derives, and the packages of others that show in what it stores."""
    digest = blake2b(digest_size=4)
    root = Path(__file__).parent.parent
    for package in ("index", "ingest"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
                digest.update(path.read_bytes())
    packages = (f"{name} {version(name)}" for name in SHAPING)
    return ", ".join([f"citat {version('citat')} ({digest.hexdigest()})", *packages])


def _difference(there: Greeting, here: Greeting) -> str:
    if there.code != here.code:
        one, other = there.code, here.code
    else:
        one, other = f"the encoder {there.encoder}", f"the encoder {here.encoder}"
    return (
        f"the node {there.node} has {one}, and this machine {other}; install the same on both,"
        " for else the library would not be what one machine makes of it"
    )


def _reason(error: Exception) -> str:
    """Return the last line of an error, where Ray says what it was."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
