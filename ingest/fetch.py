"""Pages and feeds over http(s): bounded in time, size and hops, off private networks."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType
from typing import Any

import httpx

from index.errors import ConfigError, SourceError

_NAT64 = IPv6Network("64:ff9b::/96")
_AZURE_METADATA = IPv4Address("168.63.129.16")  # answers inside virtual machines, though public
TEXT = re.compile(r"(text/.*|application/(.+\+)?xml|)")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_PLAIN_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """The [fetch] table: what is read from outside, how long and how much of it.

    `max_bytes` bounds a page or a feed, `max_file_bytes` a local file; JSON lines and exports are
    read part by part and know no bound. `timeout_seconds` is for a page as a whole, with all its
    redirects.
    """

    timeout_seconds: float = 20.0
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    allow_private: bool = False
    max_file_bytes: int = 50 * 1024 * 1024
    user_agent: str = "Mozilla/5.0 (compatible; citat)"

    def __post_init__(self) -> None:
        for name in ("timeout_seconds", "max_bytes", "max_file_bytes"):
            value = getattr(self, name)
            if not value > 0:
                raise ConfigError(f"[fetch] {name} = {value} should be above 0")
        if self.max_redirects < 0:
            raise ConfigError(
                f"[fetch] max_redirects = {self.max_redirects} should be 0 or more;"
                " 0 follows none",
            )


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered; `url` is where the redirects ended."""

    url: str
    data: bytes
    content_type: str
    charset: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address answered; `data` is empty unless `status` is a success.

    `location` is where it redirects to, if it does.
    """

    url: str
    status: int
    headers: httpx.Headers
    location: str | None = None
    data: bytes = b""
    content_type: str = ""
    charset: str | None = None

    @property
    def reason(self) -> str:
        """The status in words: "answered 404 Not Found"."""
        return f"answered {self.status} {httpx.codes.get_reason_phrase(self.status)}".rstrip()


class Unreachable(SourceError):
    """A host gives no whole answer, which says nothing of the page that was asked for."""


def fetch(url: str, settings: FetchSettings) -> Page:
    """Get a page or a feed.

    Raises:
        SourceError: it cannot be had; the message does not repeat the address.
    """
    return asyncio.run(_page(url, settings))


async def ask(
    url: str,
    settings: FetchSettings,
    *,
    headers: Mapping[str, str] = NO_HEADERS,
    types: re.Pattern[str] = TEXT,
) -> Answer:
    """Ask an address once, without following where it leads; `types` are read, no others.

    Raises:
        Unreachable: there is no whole answer, or none in time.
        SourceError: the answer is refused: it is too large, say, or from a private network.
    """
    async with _in_time(settings):
        return await _hop(httpx.URL(url), settings, headers, types)


async def _page(url: str, settings: FetchSettings) -> Page:
    async with _in_time(settings):
        answer = await _follow(httpx.URL(url), settings)
    if not 200 <= answer.status < 300:
        raise SourceError(answer.reason)
    return Page(answer.url, answer.data, answer.content_type, answer.charset)


@asynccontextmanager
async def _in_time(settings: FetchSettings) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unreachable(
            f"did not answer in full within {settings.timeout_seconds:g} seconds;"
            " try again later or raise timeout_seconds in [fetch]",
        ) from error
    except httpx.InvalidURL as error:
        raise SourceError(f"is not a valid address: {error}") from error
    except httpx.HTTPError as error:
        raise Unreachable(_why(error)) from error


async def _follow(url: httpx.URL, settings: FetchSettings) -> Answer:
    seen = {url}
    for _ in range(settings.max_redirects + 1):
        answer = await _hop(url, settings, NO_HEADERS, TEXT)
        if answer.location is None:
            return answer
        url = httpx.URL(answer.location)
        if url in seen:
            raise SourceError(f"redirects in a loop, back to {url}")
        seen.add(url)
    raise SourceError(
        f"redirects more than {settings.max_redirects} times; give the final address,"
        " or raise max_redirects in [fetch]",
    )


async def _hop(
    url: httpx.URL, settings: FetchSettings, headers: Mapping[str, str], types: re.Pattern[str]
) -> Answer:
    if url.scheme not in {"http", "https"} or not url.host:
        raise SourceError(f"leads to {url}, which is not an http or https address")
    addresses = await _addresses(url, settings)
    # A client each: connections are pooled by address, and two hosts may share one.
    async with httpx.AsyncClient(
        headers=headers, verify=_tls(), trust_env=False, timeout=settings.timeout_seconds
    ) as client:
        response = await _first_answer(client, url, addresses, settings)
        try:
            if response.has_redirect_location:
                return _answer(response, url, location=str(url.join(response.headers["location"])))
            if not response.is_success:
                return _answer(response, url)
            return await _read(response, url, settings, types)
        finally:
            await response.aclose()


def _answer(response: httpx.Response, url: httpx.URL, **read: Any) -> Answer:
    clean = str(url.copy_with(userinfo=b"", fragment=None))
    return Answer(clean, response.status_code, response.headers, **read)


async def _first_answer(
    client: httpx.AsyncClient, url: httpx.URL, addresses: list[str], settings: FetchSettings
) -> httpx.Response:
    """Connect to the checked addresses in turn, not to the name, which may change meanwhile."""
    for address in addresses[:-1]:
        try:
            return await client.send(_request(client, url, address, settings), stream=True)
        except httpx.ConnectError:
            continue
    return await client.send(_request(client, url, addresses[-1], settings), stream=True)


def _request(
    client: httpx.AsyncClient, url: httpx.URL, address: str, settings: FetchSettings
) -> httpx.Request:
    return client.build_request(
        "GET",
        url.copy_with(host=address),
        headers={
            "Host": url.netloc.decode("ascii"),
            "User-Agent": settings.user_agent,
            "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, text/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
        },
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


async def _addresses(url: httpx.URL, settings: FetchSettings) -> list[str]:
    """Resolve a host; all its addresses must be public, not only the first."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.raw_host.decode("ascii"), None, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(
            f"leads to the host {url.host}, which is unknown; check the spelling and the network",
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not settings.allow_private and not is_public(address):
            raise SourceError(
                f"{url.host} is a private address ({address});"
                " set allow_private = true in [fetch] to allow it",
            )
    return addresses


def is_public(address: str) -> bool:
    """Say whether an IP address, and any IPv4 address inside it, is of the open internet."""
    ip = ip_address(address)
    return all(
        part.is_global and not (part.is_multicast or part.is_reserved or part == _AZURE_METADATA)
        for part in _embedded(ip) or (ip,)
    )


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 address that an IPv6 one is translated to on its way, if it is."""
    if isinstance(ip, IPv4Address):
        return ()
    translated = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
    inside = ip.ipv4_mapped or ip.sixtofour or translated
    return () if inside is None else (inside,)


async def _read(
    response: httpx.Response, url: httpx.URL, settings: FetchSettings, types: re.Pattern[str]
) -> Answer:
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not types.fullmatch(content_type):
        raise SourceError(f"is not text but {content_type}; give the address of a page or a feed")
    if response.headers.get("content-encoding", "").strip().lower() not in _PLAIN_ENCODINGS:
        raise SourceError(f"is packed as {response.headers['content-encoding']}, unasked")
    data = bytearray()
    async for chunk in _bounded(response, settings.max_bytes):
        data += chunk
    return _answer(
        response,
        url,
        data=bytes(data),
        content_type=content_type,
        charset=response.charset_encoding,
    )


async def _bounded(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    """Yield the unpacked body; a piece of 64 KiB is unpacked at a time, so bombs stay small."""
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > limit:
            raise SourceError(
                f"is larger than {limit / 2**20:.3g} MiB; raise max_bytes in [fetch] to read it",
            )
        yield chunk


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _why(error: BaseException) -> str:
    """Say what stands behind an error of httpx, which often says only that it failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return "refuses connections; check the address, or try again later"
        if isinstance(cause, ssl.SSLError):
            return f"cannot be trusted: {cause.reason or cause}".replace("_", " ").lower()
        cause = cause.__cause__ or cause.__context__
    return f"cannot be read: {str(error) or type(error).__name__}"
