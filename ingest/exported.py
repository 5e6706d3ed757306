"""Articles that `citat export` wrote: cleaned once, they are taken as they are."""

from dataclasses import dataclass

from index.languages import base_language
from index.records import Article, seal
from ingest.cleaning import canonical
from ingest.drafts import Draft


@dataclass(frozen=True, slots=True)
class Exported:
    """An article as it was stored, and the hash of what it had come from."""

    article: Article
    content_hash: str


def exported(draft: Draft) -> Exported | None:
    """Return what was exported; None if this is no such record, or one that was edited since.

    Its text was cleaned beside the other articles of its outlet. Cleaned again, beside others, it
    might lose more lines. What could not be stored otherwise is not stored by way of a seal.
    """
    if draft.sealed is None or draft.id is None or draft.title is None or draft.language is None:
        return None
    article = Article(
        draft.id,
        draft.text,
        draft.title,
        draft.source or "",
        draft.language,
        draft.url,
        draft.author,
        draft.published,
    )
    came_in = draft.sealed.content_hash
    if draft.sealed.seal != seal([*_fields(article), came_in]) or not _is_clean(article):
        return None
    return Exported(article, came_in)


def _fields(article: Article) -> list[str | None]:
    """Return what `index.keeping.export.FIELDS` names, up to the hash."""
    published = article.published.isoformat() if article.published else None
    said = (article.id, article.url, article.title, article.source, article.author)
    return [*said, published, article.language, article.text]


def _is_clean(article: Article) -> bool:
    lines = (article.id, article.title, article.source, article.author or "", article.url or "")
    return (
        article.text == canonical(article.text)
        and all(line == canonical(line) and "\n" not in line for line in lines)
        and (article.url or "https://").startswith(("http://", "https://"))
        and article.language == base_language(article.language)
    )
