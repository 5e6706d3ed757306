"""The command that shows who says what to whom in the articles of a library."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from index.errors import LibraryError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import SQLite and lexicons, which `citat --help` has no use for
    from index.library import Library
    from index.records import Article
    from index.statements import Party, Statement


@click.command()
@click.argument("articles", nargs=-1, metavar="[ARTICLE]...")
@click.option("--jsonl", is_flag=True, help="A line of JSON for each article.")
@common_options
def statements(options: Options, articles: tuple[str, ...], *, jsonl: bool) -> None:
    """Show who says what to whom: in the articles of these ids, or in all.

    It reads Bulgarian, Russian, Ukrainian and English.
    """
    with options.library() as library:
        for article in _chosen(library, articles):
            found = library.statements(article.id)
            if jsonl or options.as_json:
                listed = [statement.as_dict() for statement in found]
                line = {"article": article.id, "language": article.language, "statements": listed}
                print_json(line, indent=None)
            elif found:
                _print(article, found)


def _chosen(library: "Library", ids: tuple[str, ...]) -> Iterator["Article"]:
    for id_ in ids or library.article_ids():
        article = library.article(id_)
        if article is not None:
            yield article
        elif ids:
            raise LibraryError(f"there is no article {id_!r}; `citat list` names them")


def _print(article: "Article", found: list["Statement"]) -> None:
    click.secho(f"{article.title}  {article.id}", bold=True)
    for statement in found:
        said = " […] ".join(article.text[start:end] for start, end in statement.content)
        told = f" → {_name(statement.addressee)}" if statement.addressee else ""
        denied = " denies" if statement.denied else ""
        click.echo(f"  {_name(statement.speaker)}{told}{denied}: {' '.join(said.split())}")


def _name(party: "Party | None") -> str:
    return party.name if party and party.name else "?"
