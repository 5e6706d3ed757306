"""How much there is of what, and in which language: noted beside the rows that it follows from."""

from collections.abc import Iterator

from index.library import Library

_COUNTED = {
    "language": ("articles", "language"),
    "outlet": ("articles", "source"),
    "sentences": ("sentences", "''"),
    "passages": ("passages", "''"),
    "statements": ("statements", "''"),
}
"""The table whose rows each kind counts, and what tells them apart."""


def faults_in_tallies(library: Library) -> Iterator[str]:
    """Yield the kinds that are counted wrongly, and how many passages have a wrong language."""
    for kind, (table, name) in _COUNTED.items():
        noted = library.rows(
            "select name, count from tallies where kind = ? and count != 0 order by name", kind
        )
        if noted != library.rows(f"select {name}, count(*) from {table} group by 1 order by 1"):  # noqa: S608
            yield f"{kind} are counted wrongly"
    ((odd,),) = library.rows(
        "select count(*) from passages p join articles a on a.key = p.article"
        " where p.language != a.language"
    )
    if odd:
        yield f"{odd} passages are said to be in another language than their article"


def recount(library: Library) -> None:
    """Count anew, and give passages the language of their article."""
    with library.changing():
        library.rows("delete from tallies")
        for kind, (table, name) in _COUNTED.items():
            library.rows(
                f"insert into tallies select ?, {name}, count(*) from {table} group by 2",  # noqa: S608
                kind,
            )
        library.rows(
            "update passages set language = a.language from articles a"
            " where a.key = passages.article and a.language != passages.language"
        )
