"""Derive anew what comes from the articles: vectors by another model, words by newer rules."""

from collections.abc import Callable

from index.encoder import Encoder
from index.entries import fold_passages
from index.library import Library

BATCH = 1024
"""Sentences encoded in one step."""
PORTION = 64
"""Articles folded in one transaction."""


def refold(library: Library, progress: Callable[[int], None] = lambda _: None) -> None:
    """Fold words and names, those of speakers too, by the rules of this version.

    Articles are done a portion at a time, so that whoever writes meanwhile waits for one portion;
    an interrupted run is begun again. `progress` is called with the number of articles in each.
    """
    ids = library.article_ids()
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        with library.changing():
            library.replace_keys(portion)
            for article in library.articles_of(portion).values():
                sentences, passages = library.ranges(article.id)
                folded = fold_passages(article, sentences, [reach for _, reach in passages])
                library.replace_words(zip((id_ for id_, _ in passages), folded, strict=True))
        progress(len(portion))


def reencode(library: Library, encoder: Encoder, progress: Callable[[int], None]) -> int:
    """Encode every sentence; readers keep the old vectors until all new ones are there.

    An interrupted run goes on where it stopped.

    Args:
        library: The library to change.
        encoder: The model it will belong to.
        progress: Called with the number of sentences encoded by each step.

    Returns:
        How many sentences were encoded in this run.
    """
    library.start_reencoding(encoder.identity)
    done = 0
    while True:
        rows = library.unencoded(BATCH)
        if not rows and library.finish_reencoding():
            return done
        ids, texts = zip(*rows, strict=True) if rows else ((), ())
        library.add_pending(ids, encoder.encode_passages(texts))
        done += len(rows)
        progress(len(rows))
