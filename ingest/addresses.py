"""Addresses of articles: one page has many, and is one article."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|dc|msclk|y|tw|tt)clid|gbraid|wbraid|gclsrc|igshid|_openstat"
    r"|mc_[ce]id|at_(?:medium|campaign\w*|custom\w*)|cmpid|ns_\w+|ref_src|from_rss|xtor|spm",
    re.IGNORECASE,
)
"""Parameters that say where a reader comes from, and nothing of what is read."""

_AMP = frozenset({("amp", "1"), ("amp", ""), ("outputtype", "amp"), ("view", "amp")})
_AMP_PATH = re.compile(r"(?:/amp|\.amp(?=\.html?$|$))(?=$|\.html?$)", re.IGNORECASE)
_FRONT = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_INDEX = re.compile(r"/(?:index\.(?:html?|php))?$", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._"


def clean(url: str) -> str | None:
    """Return an address as it is asked for and shown, without tracking; None for what is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:  # brackets that hold no address, a port beyond all ports
        return None
    scheme, host = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not host or re.search(r"\s", host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port not in {None, _PORTS[scheme]}:
        netloc += f":{port}"
    wanted = [pair for pair in _query(parts.query) if not _TRACKING.fullmatch(pair[0])]
    query = parts.query if len(wanted) == len(_query(parts.query)) else urlencode(wanted)
    return urlunsplit((scheme, netloc, parts.path or "/", query, ""))


def joined(base: str, link: str) -> str:
    """Return an address that may be relative to another; "" for what is none."""
    try:
        return urljoin(base, link.strip())
    except ValueError:  # brackets that hold no address
        return ""


def key(url: str) -> str:
    """Return what all addresses of one page have in common; of an address that `clean` returned.

    Neither scheme, "www." and its kind, a slash at the end, AMP, nor the order of parameters.
    """
    parts = urlsplit(url)
    path = _AMP_PATH.sub("", _INDEX.sub("", quote(unquote(parts.path), safe=_SAFE)))
    pairs = (pair for pair in _query(parts.query) if (pair[0].lower(), pair[1]) not in _AMP)
    query = urlencode(sorted(pairs))
    return f"{site(url)}{_INDEX.sub('', path)}{'?' if query else ''}{query}"


def host(url: str) -> str:
    """Return the host that is asked, with the port if it is an unusual one."""
    return urlsplit(url).netloc


def site(url: str) -> str:
    """Return the host without the "www." or "m." that changes nothing."""
    return _FRONT.sub("", host(url))


def is_front_page(url: str) -> bool:
    """Say whether an address is that of a whole site."""
    parts = urlsplit(url)
    return not parts.query and not _INDEX.sub("", parts.path).strip("/")


def _query(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:  # more than anybody needs: left as they are
        return []
