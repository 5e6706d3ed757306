"""Addresses that may become links: those of the web, and nothing that a click would run."""

from urllib.parse import urlsplit


def domain(url: str) -> str:
    """Return the host of an http(s) address without its "www.", `` for what is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # "http://[" and its like
        return ""
    return host.removeprefix("www.") if parts.scheme in {"http", "https"} else ""
