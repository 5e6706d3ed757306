"""Which addresses Telegram makes links of, and how it writes them (td's `LinkManager`)."""

import re
from urllib.parse import quote

_TG = re.compile(r"tg:(?://)?([^/?#]*)(/?)(.*)", re.IGNORECASE | re.DOTALL)
_USER = re.compile(r"tg:(?://)?user\?(?:.*&)?id=(\d+)", re.IGNORECASE)
_HTTP = re.compile(
    r"""(?>(?:(?P<scheme>[^:/?\#]*)://)?)
    (?:(?P<user>[^/?\#@]*)@)?
    (?P<host>\[[0-9a-f:.]+\]|[^/?\#:\[\]]*)
    (?::(?P<port>[^/?\#]*))?
    (?P<rest>[/?\#].*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class BadLink(ValueError):
    """No link can be made of an address; the message is td's reason."""


def checked_link(address: str) -> str:
    """Return the address as Telegram keeps it: http, https or tg, a dot in the host.

    Raises:
        BadLink: it is none of these.
    """
    tg = _TG.fullmatch(address)
    return _tg_link(*tg.groups()) if tg else _http_link(address)


def linked_user(address: str) -> int | None:
    """Return the user of a `tg://user?id=` address."""
    found = _USER.fullmatch(address)
    return int(found[1]) if found else None


def _tg_link(host: str, slash: str, rest: str) -> str:
    if not re.fullmatch(r"[\w-]+", host, re.ASCII):
        raise BadLink("Unallowed characters in URL host")
    return f"tg://{host.lower()}{slash}{rest}"


def _http_link(address: str) -> str:
    parts = _HTTP.fullmatch(address)
    if parts is None:
        raise BadLink("Wrong IPv6 address specified in the URL")
    scheme = (parts["scheme"] or "http").lower()
    if scheme not in {"http", "https"}:
        raise BadLink("Unsupported URL protocol")
    port = parts["port"]
    if port is not None and not re.fullmatch(r"[1-9]\d{0,4}", port):
        raise BadLink("Wrong port number specified in the URL")
    host = parts["host"].lower()
    if not host:
        raise BadLink("URL host is empty")
    if re.search(r"[\x00-\x20]", host):
        raise BadLink("Disallowed character in URL host")
    if "." not in host and not host.startswith("["):
        raise BadLink("Wrong HTTP URL")
    rest = parts["rest"] or "/"
    rest = re.sub(r"[\x00-\x20]", lambda found: quote(found[0]), rest)
    return (
        f"{scheme}://"
        + (f"{parts['user']}@" if parts["user"] else "")
        + host
        + (f":{port}" if port else "")
        + (rest if rest.startswith("/") else f"/{rest}")
    )
