"""Deriving on a Ray cluster: workers that hold the encoder take batches from one writer.

Each node brings its own citat and its own model, for it needs the packages below them anyway; a
worker says what it has, and one that would make other entries than this machine is refused.
"""

import os
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from index.encoder import EncoderSettings, encoder_identity, load_encoder
from index.errors import CitatError, ClusterError
from ingest.deriving import Batch, Derive, Derived, derive
from ingest.pipeline import IngestSettings

LOCAL_WORKERS = 2
"""Workers on the cluster of one machine that the address "local" starts."""
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
            else:
                self._settle(ref, *self._under_way.pop(ref), derive)

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
        wrong = replace(greeting, node="") != self._expected
        if wrong:
            raise ClusterError(_difference(greeting, self._expected))
        self._loads[worker] = 0

    def _settle(self, ref: Any, job: _Job, worker: Any, derive: Derive) -> None:
        if worker in self._loads:
            self._loads[worker] -= 1
        try:
            job.derived = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError:
            raise  # a bug, and here it would be the same
        except self._ray.exceptions.RayError:
            self._loads.pop(worker, None)
            self._ray.kill(worker)
            job.attempts += 1
            if job.attempts >= ATTEMPTS:
                job.derived = derive(job.batch)


@contextmanager
def ray_crew(address: str, encoder: EncoderSettings, ingest: IngestSettings) -> Iterator[RayCrew]:
    """Join a cluster; on leaving, end what was started there and nothing else.

    `address` is "local" for a cluster of this machine alone, "auto" for the one that this machine
    is a node of, or HOST:PORT of its head. There is a worker for each CPU, or as many CPUs as
    the encoder has threads; on "cuda", for each GPU.

    Raises:
        ClusterError: Ray is not installed, or there is no cluster there.
    """
    ray = _ray()
    _join(ray, address)
    try:
        cpus = encoder.threads or 1
        gpus = 1 if encoder.device.startswith("cuda") else 0
        there = ray.cluster_resources()
        wanted = int(there.get("GPU", 0) if gpus else there.get("CPU", 0) / cpus)
        if not wanted:
            raise ClusterError(
                f"no node of the Ray cluster {address} has "
                + ("a GPU" if gpus else f"{cpus} CPUs for the encoder's threads")
            )
        # What each worker has to itself it uses with so many threads.
        settings = replace(encoder, threads=cpus)
        remote = ray.remote(num_cpus=cpus, num_gpus=gpus, scheduling_strategy="SPREAD")(Worker)
        expected = Greeting("", code_identity(), encoder_identity(encoder))
        crew = RayCrew(ray, partial(remote.remote, settings, ingest), wanted, expected)
        yield crew
    finally:
        ray.shutdown()  # Ray ends the workers of who leaves


def _ray() -> Any:
    # Read when Ray is imported. It would report its use; it would try for minutes to reach a
    # cluster that refuses it; and it would warn of what it does with GPUs, which is nothing here.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "2")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.exceptions
    except ModuleNotFoundError as error:
        raise ClusterError("--ray needs Ray: pip install 'citat[ray]'") from error
    return ray


def _join(ray: Any, address: str) -> None:
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    if address not in {"local", "auto"}:
        _knock(address)
    try:
        if address == "local":
            ray.init("local", num_cpus=LOCAL_WORKERS, include_dashboard=False, **quiet)
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
