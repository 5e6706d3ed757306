"""Stored statements by whose they are, and by when they were printed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from index.database import LibraryFile
from index.records import Article, Range, Span
from index.statements import Statement


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of an article: enough to choose it before the article is read."""

    id: int
    article: str
    language: str
    published: datetime | None
    statement: Statement

    @property
    def speaker(self) -> str:
        """The speaker's name as the article has it, `` if it names nobody."""
        return self.statement.names[0]

    @property
    def addressee(self) -> str:
        return self.statement.names[1]


def said_by(library: LibraryFile, surnames: Collection[str]) -> list[Said]:
    """Return what people of these surnames say, the newest first, what is undated last.

    Surnames are keys as `index.people.person_key` makes them of a surname alone.
    """
    sought = " or ".join(["s.speaker = ? or s.speaker > ? and s.speaker < ?"] * len(surnames))
    if not sought:
        return []
    rows = library.rows(
        "select s.id, a.id, a.language, a.published, s.told from statements s"  # noqa: S608
        f" join articles a on a.key = s.article where {sought}"  # no value is in it
        " order by datetime(a.published) desc nulls last, a.key, s.ordinal",
        *(bound for key in surnames for bound in (key, f"{key} ", f"{key}!")),
    )
    return [
        Said(
            id_,
            article,
            language,
            datetime.fromisoformat(published) if published else None,
            Statement.from_json(told),
        )
        for id_, article, language, published, told in rows
    ]


def speakers(library: LibraryFile) -> list[tuple[str, str]]:
    """Return the name of every statement's speaker with the language of its article."""
    return library.rows(
        "select json_extract(s.told, '$.speaker.name'), a.language from statements s"
        " join articles a on a.key = s.article where s.speaker != ''"
    )


def passages_of(library: LibraryFile, statements: Sequence[int]) -> list[int]:
    """Return the passages with a sentence that the content of these statements reaches into."""
    rows = library.rows_in(
        "select distinct p.id from statements s"
        " join sentences t on t.article = s.article"
        ' and t.start < s."end" and t."end" > s.start'
        " join passages p on p.article = s.article"
        " and t.ordinal between p.first and p.last where s.id in",
        statements,
    )
    return [id_ for (id_,) in rows]


def whole(sentences: Sequence[Range], article: Article, statement: Statement) -> Span:
    """Return the whole sentences that hold a statement, with its cue and whoever is named by it.

    Nothing less: before the content may stand "denied that", behind it "unless they pay".
    """
    reach = list(_reach(statement))
    held = [
        (start, end)
        for start, end in sentences
        if any(start < last and first < end for first, last in reach)
    ]
    return article.span(
        min(start for start, _ in [*held, *reach]), max(end for _, end in [*held, *reach])
    )


def _reach(statement: Statement) -> Iterator[Range]:
    yield statement.range
    if statement.cue is not None:
        yield statement.cue
    yield from (party.range for party in statement.parties if party.range is not None)
