"""Drafts in, articles stored: cleaned, derived from and written in batches.

A batch is one transaction, so a process killed at any moment leaves whole batches behind, and
the next run finds them unchanged and goes on with the very same next batch.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from hashlib import blake2b
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from index.encoder import Encoder
from index.errors import ConfigError, SourceError
from index.languages import UNKNOWN, base_language, detect
from index.library import Library
from index.records import Article
from ingest.boilerplate import drop_lines, drop_related_links, recurring_candidates
from ingest.cleaning import canonical
from ingest.deriving import Batch, Crew, Derived, Prepared, derive
from ingest.drafts import Draft, Skipped
from ingest.exported import exported
from ingest.sentences import split

PIPELINE = 4
"""Grows when the same draft would be stored otherwise, so that a new run takes it again."""
RECURRING = 3
"""In so many articles of one outlet at least stands a line that is furniture of its pages"""
RECURRING_ONE_IN = 5
"""... and in one article of so many; a saying that comes back now and then is not."""
TITLE_LENGTH = 150


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """The [ingest] table."""

    passage_tokens: int = 160
    passage_overlap: int = 1
    batch_articles: int = 64

    def __post_init__(self) -> None:
        for name, least in (("passage_tokens", 16), ("passage_overlap", 0), ("batch_articles", 1)):
            value = getattr(self, name)
            if value < least:
                raise ConfigError(f"[ingest] {name} = {value} should be {least} or more")


@dataclass(slots=True)
class Report:
    """What a run did, counted while it goes."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    sentences: int = 0
    passages: int = 0
    statements: int = 0
    encoding_seconds: float = 0.0
    statement_seconds: float = 0.0
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)
    nodes: dict[str, int] = field(default_factory=dict)
    """Articles by the machine of a cluster that derived from them."""

    @property
    def seen(self) -> int:
        return self.added + self.updated + self.unchanged + len(self.skipped)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def ingest(  # noqa: PLR0913
    drafts: Iterable[Draft | Skipped],
    library: Library,
    encoder: Encoder,
    report: Report,
    *,
    settings: IngestSettings,
    progress: Callable[[Report], None],
    crew: Crew | None = None,
) -> Report:
    """Store every draft that is new or has changed; one bad draft never stops the rest.

    The report is filled while it goes, so that it is true even if the run is interrupted. What
    needs the library is done here and in order, whoever is in the crew.

    Raises:
        LibraryError: the library cannot be written; what the report counts is stored.
        ClusterError: the crew can do no more; as above.
    """
    library.claim_encoder(encoder.identity)
    here = partial(
        derive,
        encoder=encoder,
        passage_tokens=settings.passage_tokens,
        passage_overlap=settings.passage_overlap,
    )
    started = time.perf_counter()

    def tell() -> None:
        report.seconds = time.perf_counter() - started
        progress(report)

    batches = _batches(drafts, library, settings, report, tell)
    for derived in crew.map(here, batches) if crew else map(here, batches):
        library.write(derived.entries)
        _count(derived, report)
        tell()
    tell()
    return report


def article_of(draft: Draft) -> Article:
    """Clean a draft and fill in what it does not say.

    Raises:
        SourceError: nothing readable is left.
    """
    text = drop_related_links(canonical(draft.text))
    detected = detect(text)
    if detected == UNKNOWN:
        raise SourceError("there are no words in it")
    stated = base_language(draft.language or "")
    return Article(
        id=article_id(draft),
        text=text,
        title=_line(draft.title) or _title_from(text, detected),
        source=_line(draft.source) or _outlet(draft),
        language=detected if stated == UNKNOWN else stated,
        url=_url(draft.url),
        author=_line(draft.author) or None,
        published=draft.published,
    )


def article_id(draft: Draft) -> str:
    """Return the id given, else one that is the same whenever the same source is read again."""
    if given := _line(draft.id):
        return given
    if url := _url(draft.url):
        return f"{_host(url)}-{_digest(url)}"
    path = Path(draft.origin)
    if _is_file(path):
        return f"{path.name.split('.')[0]}-{_digest(str(path.resolve()))}"
    return f"text-{_digest(draft.text)}"


def content_hash(draft: Draft, settings: IngestSettings) -> str:
    """Return the hash of all that came in, and of the way it is treated."""
    treatment = (PIPELINE, settings.passage_tokens, settings.passage_overlap)
    parts = {**asdict(draft), "origin": "", "treatment": treatment}
    del parts["sealed"]
    return _digest(repr(sorted(parts.items())), size=16)


def _batches(
    drafts: Iterable[Draft | Skipped],
    library: Library,
    settings: IngestSettings,
    report: Report,
    tell: Callable[[], None],
) -> Iterator[Batch]:
    """Yield what is to be stored; count what is not."""
    seen = dict[str, str]()
    outlets = Counter(library.outlets())
    batch: list[Prepared] = []
    for draft in drafts:
        prepared = (
            draft if isinstance(draft, Skipped) else _prepare(draft, library, settings, seen)
        )
        if isinstance(prepared, Skipped):
            report.skipped.append(prepared)
        elif prepared is None:
            report.unchanged += 1
        else:
            batch.append(prepared)
        if len(batch) >= settings.batch_articles:
            yield _without_furniture(batch, library, outlets)
            batch = []
        else:
            tell()
    if batch:
        yield _without_furniture(batch, library, outlets)


def _prepare(
    draft: Draft, library: Library, settings: IngestSettings, seen: dict[str, str]
) -> Prepared | Skipped | None:
    """Return None for an article that is stored just so."""
    whole = exported(draft)
    id_ = article_id(draft)
    hash_ = whole.content_hash if whole else content_hash(draft, settings)
    if id_ in seen:
        return Skipped(draft.origin, f"the id {id_} was already used by {seen[id_]}")
    seen[id_] = draft.origin
    stored = library.content_hash(id_)
    if stored == hash_:
        return None
    try:
        article = whole.article if whole else article_of(draft)
    except SourceError as error:
        return Skipped(draft.origin, str(error))
    return Prepared(article, hash_, known=stored is not None, cleaned=whole is not None)


def _count(derived: Derived, report: Report) -> None:
    entries = derived.entries
    report.updated += derived.known
    report.added += len(entries) - derived.known
    report.sentences += sum(len(entry.sentences) for entry in entries)
    report.passages += sum(len(entry.passages) for entry in entries)
    report.statements += sum(len(entry.statements) for entry in entries)
    report.encoding_seconds += derived.encoding_seconds
    report.statement_seconds += derived.statement_seconds
    if derived.node:
        report.nodes[derived.node] = report.nodes.get(derived.node, 0) + len(entries)


def _without_furniture(batch: Batch, library: Library, outlets: Counter[str]) -> Batch:
    """Drop lines that recur across articles of one outlet, in this batch and before it."""
    outlets.update(prepared.article.source for prepared in batch if not prepared.known)
    candidates = [
        [] if prepared.cleaned else recurring_candidates(prepared.article.text)
        for prepared in batch
    ]
    library.count_lines(
        [
            (prepared.article.source, line, prepared.article.id)
            for prepared, lines in zip(batch, candidates, strict=True)
            for line in lines
        ]
    )
    cleaned = []
    for prepared, lines in zip(batch, candidates, strict=True):
        article = prepared.article
        enough = max(RECURRING, ceil(outlets[article.source] / RECURRING_ONE_IN))
        recurring = library.recurring(article.source, lines, enough)
        text = drop_lines(article.text, recurring) if recurring else article.text
        changed = text != article.text
        cleaned.append(
            replace(prepared, article=replace(article, text=text)) if changed else prepared
        )
    return cleaned


def _title_from(text: str, language: str) -> str:
    """Return the first line if it is short, else the first sentence, cut at a word if need be."""
    line = text.split("\n", 1)[0]
    if len(line) > TITLE_LENGTH:
        start, end = split(line, language)[0]
        line = line[start:end]
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _line(text: str | None) -> str:
    return " ".join(canonical(text or "").split())


def _url(url: str | None) -> str | None:
    """Return an address that can be opened; anything else that is called one is none."""
    line = _line(url)
    try:
        parts = urlsplit(line)
    except ValueError:  # brackets that hold no address, say
        return None
    return line if parts.scheme in {"http", "https"} and parts.hostname else None


def _outlet(draft: Draft) -> str:
    if url := _url(draft.url):
        return _host(url)
    return Path(draft.origin.rsplit(":", 1)[0]).name.split(".")[0] or "text"


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, say
        return False


def _digest(text: str, size: int = 8) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
