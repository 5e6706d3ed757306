"""Making anew what is derived and wrong; what is not derived is only marked."""

from collections.abc import Callable

from index.encoder import Encoder
from index.entries import Entry
from index.keeping.checks import Part
from index.keeping.tallies import recount
from index.keeping.vector_index import make_anew
from index.keeping.verify import Report
from index.library import Library


def repair(
    library: Library, encoder: Encoder, report: Report, progress: Callable[[int], None]
) -> None:
    """Make anew what `report` finds wrong, as far as it is derived.

    An article is written again whole, so that whatever follows the library sees the change. One
    that has lost its text, sentences, passages or statements stays as it is, but the next
    `citat ingest` of its source takes it again. An interrupted run loses nothing.

    Raises:
        LibraryError: the library cannot be written.
    """
    if report.wrong[Part.FILE]:
        library.mend_tables()
    if report.wrong[Part.FILE] or report.wrong[Part.TALLIES]:
        recount(library)
    if report.wrong[Part.WORDS]:
        library.rebuild_words()
    for id_, derived in report.articles.items():
        if derived:
            _renew(library, encoder, id_)
        else:
            library.forget_source(id_)
        progress(1)
    if report.wrong[Part.SNAPSHOT] or report.wrong[Part.VECTORS]:
        make_anew(library, encoder.dimension)


def _renew(library: Library, encoder: Encoder, id_: str) -> None:
    """Write an article again, with all that is derived from it, unless it changes meanwhile."""
    with library.steady():
        article, came_in = library.article(id_), library.content_hash(id_)
        sentences, passages = library.ranges(id_)
        statements = library.statements(id_)
    if article is None or came_in is None:
        return
    entry = Entry.of(
        article,
        content_hash=came_in,
        sentences=sentences,
        vectors=encoder.encode_passages([article.text[start:end] for start, end in sentences]),
        passages=[reach for _, reach in passages],
        statements=statements,
    )
    with library.changing():
        if library.content_hash(id_) == came_in:
            library.write([entry])
