"""Encode a library anew with another model; an interrupted run goes on where it stopped."""

from collections.abc import Callable

from index.encoder import Encoder
from index.library import Library

BATCH = 1024


def reindex(library: Library, encoder: Encoder, progress: Callable[[int], None]) -> int:
    """Encode every sentence; readers keep the old vectors until all new ones are there.

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
