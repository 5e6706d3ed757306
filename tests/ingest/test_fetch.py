"""Pages are fetched within bounds, and only from where it is allowed."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from index.errors import ConfigError, SourceError
from ingest.fetch import FetchSettings, Page, fetch, is_public

LOCAL = FetchSettings(allow_private=True, timeout_seconds=5)
HTML = b"<html><body><p>Hello</p></body></html>"


class _Site(BaseHTTPRequestHandler):
    """A small site whose pages misbehave as their names say."""

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/").replace("-", "_")
        with suppress(BrokenPipeError, ConnectionResetError):  # the reader had enough
            getattr(self, f"page_{name}", self.page_missing)()

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_hello(self) -> None:
        self.answer(HTML)

    def page_headers(self) -> None:
        self.answer(str(self.headers).encode(), content_type="text/plain")

    def page_missing(self) -> None:
        self.answer(b"", 404)

    def page_moved(self) -> None:
        self.answer(b"", 302, location="/hello?a=1#top")

    def page_loop(self) -> None:
        self.answer(b"", 302, location="/loop")

    def page_long_way(self) -> None:
        number = int(self.path.partition("?")[2] or 0)
        self.answer(b"", 302, location=f"/long-way?{number + 1}")

    def page_inwards(self) -> None:
        self.answer(b"", 302, location=f"http://127.0.0.2:{self.server.server_port}/hello")  # type: ignore[attr-defined]

    def page_elsewhere(self) -> None:
        self.answer(b"", 302, location="file:///etc/passwd")

    def page_picture(self) -> None:
        self.answer(b"\x89PNG", content_type="image/png")

    def page_big(self) -> None:
        self.answer(b"x" * (10 * 1024 * 1024 + 1))

    def page_bomb(self) -> None:
        self.answer(gzip.compress(b"x" * (11 * 1024 * 1024)), content_encoding="gzip")

    def page_packed_twice(self) -> None:
        self.answer(gzip.compress(gzip.compress(HTML)), content_encoding="gzip, gzip")

    def page_packed(self) -> None:
        self.answer(gzip.compress(HTML), content_encoding="gzip")

    def page_badly_packed(self) -> None:
        self.answer(b"no gzip", content_encoding="gzip")

    def page_cut(self) -> None:
        self.answer(HTML, content_length="1000")

    def page_slow(self) -> None:
        self.answer(b"")
        for _ in range(50):
            self.wfile.write(b" ")
            time.sleep(0.1)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site_root() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_page_comes_with_its_type_and_charset(site_root):
    assert fetch(f"{site_root}/hello", LOCAL) == Page(
        f"{site_root}/hello", HTML, "text/html", "utf-8"
    )


def test_redirects_are_followed_and_the_last_address_is_kept(site_root):
    assert fetch(f"{site_root}/moved", LOCAL).url == f"{site_root}/hello?a=1"


def test_packed_pages_are_unpacked(site_root):
    assert fetch(f"{site_root}/packed", LOCAL).data == HTML


def test_the_host_is_asked_by_its_name_at_the_address_that_was_checked(site_root):
    port = site_root.rpartition(":")[2]
    page = fetch(f"http://localhost:{port}/headers", LOCAL)
    assert f"Host: localhost:{port}\n" in page.data.decode()
    assert "citat" in page.data.decode()
    assert "cookie" not in page.data.decode().lower()


def test_a_password_in_an_address_is_not_kept(site_root):
    address = site_root.replace("//", "//user:secret@")
    assert fetch(f"{address}/hello", LOCAL).url == f"{site_root}/hello"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("missing", "answered 404 Not Found", id="status"),
        pytest.param("loop", "redirects in a loop, back to http://127.0.0.1", id="loop"),
        pytest.param("long-way", "redirects more than 5 times", id="many-redirects"),
        pytest.param("elsewhere", "leads to file:/+etc/passwd, which is not an http", id="scheme"),
        pytest.param("picture", "is not text but image/png", id="type"),
        pytest.param("big", "is larger than 10 MiB; raise max_bytes in .fetch.", id="big"),
        pytest.param("bomb", "is larger than 10 MiB", id="big-when-unpacked"),
        pytest.param("packed-twice", "is packed as gzip, gzip", id="packed-twice"),
        pytest.param("badly-packed", "cannot be read: ", id="badly-packed"),
        pytest.param("cut", "cannot be read: ", id="cut-off"),
    ],
)
def test_each_way_to_misbehave_is_one_clear_line(site_root, path, reason):
    with pytest.raises(SourceError, match=reason) as caught:
        fetch(f"{site_root}/{path}", LOCAL)
    assert "\n" not in str(caught.value)


def test_the_time_is_for_the_whole_page_however_it_drips(site_root):
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"did not answer in full within 0\.5 seconds"):
        fetch(f"{site_root}/slow", FetchSettings(allow_private=True, timeout_seconds=0.5))
    assert time.monotonic() - started < 3


def test_a_closed_port_refuses():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match="refuses connections"):
            fetch(f"http://127.0.0.1:{closed.getsockname()[1]}/", LOCAL)


def test_a_server_without_tls_is_not_trusted(site_root):
    with pytest.raises(SourceError, match="cannot be trusted"):
        fetch(site_root.replace("http:", "https:"), LOCAL)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param(
            "http://no-such-host.invalid/", "no-such-host.invalid, which is unknown", id="host"
        ),
        pytest.param(f"http://{'a' * 70}.example/", "which is unknown|not a valid", id="label"),
        pytest.param("http://[::1/", "is not a valid address", id="bracket"),
        pytest.param("http:///x", "is not an http or https address", id="no-host"),
    ],
)
def test_dead_and_invalid_addresses(address, reason):
    with pytest.raises(SourceError, match=reason):
        fetch(address, FetchSettings())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_private_addresses_are_refused_unless_allowed(host):
    with pytest.raises(SourceError, match=r"is a private address .*; set allow_private = true"):
        fetch(f"http://{host}/", FetchSettings())


def test_a_public_page_may_not_lead_to_a_private_address(site_root, monkeypatch):
    """As a server on the internet would try: here 127.0.0.1 passes for one of these."""
    monkeypatch.setattr("ingest.fetch.is_public", lambda address: address == "127.0.0.1")
    assert fetch(f"{site_root}/moved", FetchSettings()).data == HTML
    with pytest.raises(SourceError, match=r"127\.0\.0\.2 is a private address"):
        fetch(f"{site_root}/inwards", FetchSettings())


def test_a_name_that_has_a_private_address_among_others_is_refused(site_root, monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: both)
    with pytest.raises(SourceError, match=r"news\.example is a private address \(10\.0\.0\.1\)"):
        fetch("http://news.example/", FetchSettings())


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.1.1", "127.0.0.1", "169.254.169.254", "100.100.100.200", "168.63.129.16"),
        *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0"),
        *("fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_addresses_off_the_open_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_open_internet(address):
    assert is_public(address)


def test_proxies_of_the_environment_are_ignored(site_root, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert httpx.Client().trust_env
    assert fetch(f"{site_root}/hello", LOCAL).data == HTML


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("timeout_seconds", 0.0), ("timeout_seconds", float("nan"))),
        *(("max_bytes", 0), ("max_file_bytes", -1), ("max_redirects", -1)),
    ],
)
def test_bounds_that_let_nothing_through_are_refused(name, value):
    with pytest.raises(ConfigError, match=rf"\[fetch\] {name} = {value} should be"):
        FetchSettings(**{name: value})
