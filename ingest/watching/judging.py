"""Whether a page still is the article that it was: much of what a site answers is not."""

import re
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise
from urllib.parse import urljoin

from index.errors import SourceError
from index.records import Article
from ingest import encodings, formats
from ingest.addresses import clean, is_front_page, site
from ingest.drafts import Draft
from ingest.fetch import Answer
from ingest.pages import read_page
from ingest.watching.documents import leads_to_login

STUB = 0.5
"""A text that has lost more than this share of its length is a stub, not a new version."""
ALIKE = 0.2
"""The share of word pairs in common from which two texts are versions of one."""

_NOT_FOUND = re.compile(
    r"\b404\b|not found|no longer (?:exists?|available)|does not exist|не (?:е )?намерена?"
    r"|не съществува|не найдена?|не существует|не знайдено|не існує|nicht gefunden"
    r"|introuvable|no encontrada",
    re.IGNORECASE,
)
_NOT_FOUND_LENGTH = 600
"""Characters of a page that says so; a longer one is an article about it."""


def read_article(answer: Answer, asked: str) -> Draft:
    """Read the article of a page that was asked for under an address.

    Its address is the canonical one that the page states, if that can be believed.

    Raises:
        SourceError: there is none, or another than was asked for.
    """
    refuse_elsewhere(answer.url, asked)
    text = formats.decoded(answer.data, answer.charset or encodings.declaration(answer.data))
    draft = read_page(text, answer.url, answer.url)
    if len(draft.text) < _NOT_FOUND_LENGTH and _NOT_FOUND.search(f"{draft.title} {draft.text}"):
        raise SourceError("says that it is not found")
    own = clean(answer.url)
    stated = clean(urljoin(answer.url, draft.url or ""))
    if stated is not None and is_front_page(stated) and not is_front_page(answer.url):
        raise SourceError("says that it is the front page of its site")
    believed = stated is not None and site(stated) == site(answer.url)
    return replace(draft, url=stated if believed else own)


def refuse_elsewhere(url: str, asked: str) -> None:
    """Refuse where redirects have led to, if no article stands there.

    Raises:
        SourceError: it is a login page, or the front page of a site.
    """
    if leads_to_login(url) and not leads_to_login(asked):
        raise SourceError("leads to a login page")
    if is_front_page(url) and not is_front_page(asked):
        raise SourceError("leads to the front page of its site")


def refuse_another(draft: Draft, text: str, stored: Article) -> None:
    """Refuse what a page says now, if that is no new version of its article.

    Raises:
        SourceError: it is a stub of it, or another text.
    """
    if len(text) < STUB * len(stored.text):
        raise SourceError(
            "is much shorter than the stored article, which stands: a stub or a paywall, it seems"
        )
    if draft.title != stored.title and not alike(text, stored.text):
        raise SourceError("holds another text than the stored article, which stands")


def alike(one: str, other: str) -> bool:
    """Say whether two texts are versions of one, by the pairs of words they share."""
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) >= ALIKE * min(len(pairs), len(others))


def fingerprint(draft: Draft) -> str:
    """Return a hash of what a reader sees of an article."""
    seen = f"{draft.title}\n{draft.text}"
    return blake2b(seen.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _pairs(text: str) -> set[tuple[str, str]]:
    words = re.findall(r"\w+", text.lower())
    return set(pairwise(words))
