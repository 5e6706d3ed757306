"""The connection to Milvus: calls that end in bounded time, and errors in one line."""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import grpc
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from index.errors import StoreError
from index.store import StoreSettings

TOKEN_VARIABLE = "CITAT_STORE_TOKEN"  # noqa: S105 - the variable's name, no secret
_OPTIONS = {"grpc.use_local_subchannel_pool": 1}
"""A server that was down is tried again by the next call, not after gRPC's growing pauses."""
_LATE = ("deadline", "timeout", "timed out")
_FULL = ("quota", "exceed", "memory", "disk", "no space")
_REFUSED = ("auth", "permission", "token", "password")

for _noisy in ("pymilvus", "milvus_lite"):
    # Their tracebacks say what is raised here in one line.
    logging.getLogger(_noisy).setLevel(logging.CRITICAL + 1)


class Connection:
    """A server, or a folder of Milvus Lite; any thread may use it."""

    def __init__(self, client: Any, uri: str, timeout_s: float, folder: str = "") -> None:
        self.uri = uri
        self._client = client
        self._timeout_s = timeout_s
        self._folder = folder

    @classmethod
    def open(cls, settings: StoreSettings, beside: Path) -> "Connection":
        """Connect to a server, or to a folder *.db, which lies `beside` unless it is absolute.

        Raises:
            StoreError: there is no answer in time, or the folder cannot be used.
        """
        token, timeout_s = os.environ.get(TOKEN_VARIABLE, ""), settings.timeout_seconds
        if "://" in settings.uri:
            uri = _without_password(settings.uri)
            with _told(uri, timeout_s):
                client = MilvusClient(
                    settings.uri, token=token, timeout=timeout_s, grpc_options=_OPTIONS
                )
            return cls(client, uri, timeout_s)
        folder = str(beside / Path(settings.uri).expanduser())
        with _told(folder, timeout_s):
            client = MilvusClient(folder, timeout=timeout_s)
        _hold(folder)
        return cls(client, folder, timeout_s, folder)

    def call(
        self, method: str, *args: object, timeout_s: float | None = None, **named: object
    ) -> Any:
        """Call a method of `pymilvus.MilvusClient`.

        Raises:
            StoreError: Milvus is down, slow, full or refuses it.
        """
        limit = timeout_s or self._timeout_s
        with _told(self.uri, limit):
            return getattr(self._client, method)(*args, timeout=limit, **named)

    def close(self) -> None:
        self._client.close()
        if self._folder:
            _release(self._folder)


_held, _holding = Counter[str](), Lock()


def _hold(folder: str) -> None:
    with _holding:
        _held[folder] += 1


def _release(folder: str) -> None:
    """Let other processes use a folder again when its last connection here is closed."""
    from milvus_lite.server_manager import server_manager_instance

    with _holding:
        _held[folder] -= 1
        if not _held[folder]:
            server_manager_instance.release_server(folder)


@contextmanager
def _told(uri: str, timeout_s: float) -> Iterator[None]:
    """Turn Milvus's errors into one line that says what to do."""
    try:
        yield
    except MilvusException as error:
        raise StoreError(_line(uri, timeout_s, error.code, error.message)) from error
    except grpc.RpcError as error:
        code = error.code() if isinstance(error, grpc.Call) else error
        raise StoreError(_line(uri, timeout_s, code, str(code))) from error


def _line(uri: str, timeout_s: float, code: object, message: str) -> str:
    message = " ".join(message.split())
    said = message.lower()
    if "connecting to server" in said or "unavailable" in f"{code} {said}".lower():
        return (
            f"Milvus at {uri} cannot be reached within {timeout_s:g} s; start it, or correct"
            " [store] uri. The library is whole without it"
        )
    if any(word in f"{code} {said}".lower() for word in _LATE):
        return (
            f"Milvus at {uri} did not answer within {timeout_s:g} s; try again, or raise [store]"
            " timeout_seconds. Nothing stored is lost"
        )
    if "open local milvus failed" in said:
        return (
            f"{uri} cannot be used: another process has it open (Milvus Lite serves one; several"
            " need a server), or it is no folder of Milvus Lite"
        )
    if any(word in said for word in _REFUSED):
        return f"Milvus at {uri} refuses to let citat in; set {TOKEN_VARIABLE} to user:password"
    if any(word in said for word in _FULL):
        return (
            f"Milvus at {uri} is full ({message}); give it room and run again, nothing stored is"
            " lost"
        )
    return f"Milvus at {uri} refused: {message}"


def _without_password(uri: str) -> str:
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
