"""Derive anew what comes from the articles: vectors by another model, words by newer rules."""

from collections.abc import Callable

from index.encoder import Encoder
from index.entries import fold_passages
from index.library import Library

BATCH = 1024


def refold(library: Library) -> None:
    """Fold words and names, those of speakers too, by the rules of this version."""
    with library.changing():
        library.replace_keys()
        for article_id in library.article_ids():
            article = library.article(article_id)
            if article is None:
                continue
            sentences, passages = library.ranges(article_id)
            folded = fold_passages(article, sentences, [reach for _, reach in passages])
            library.replace_words(zip((id_ for id_, _ in passages), folded, strict=True))


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
