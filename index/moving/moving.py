"""From one store to another: made from the library, which stays where it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import LibraryError, StoreError
from index.library import Library
from index.store import Store, StoreSettings, milvus

if TYPE_CHECKING:  # it is an extra
    from index.milvus.store import MilvusStore

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Moved:
    """A store that holds the whole library, and how many sentences this run has brought to it."""

    store: Store
    brought: int


def move(
    library: Library,
    settings: StoreSettings,
    to: str,
    *,
    anew: bool = False,
    progress: Callable[[int], None],
) -> Moved:
    """Make or bring up to date the store named `to`, an uri or "local".

    An interrupted run goes on where it stopped. An index of this library that cannot be brought
    up to date is made anew; one of another library only with `anew`.

    Raises:
        LibraryError: there is nothing in the library.
        StoreError: Milvus fails, or holds the index of another library.
    """
    dimension = _dimension(library)
    if to == LOCAL:
        from index.local_store import LocalStore

        local = LocalStore.open(library, dimension)
        local.save()
        return Moved(local, len(local))
    store = milvus().connect(replace(settings, uri=to), library, dimension)
    try:
        _make_room(store, library, anew=anew)
        brought = store.catch_up(progress, refolded=True)
        store.engine.settle()
    except BaseException:
        store.close()
        raise
    return Moved(store, brought)


def _make_room(store: "MilvusStore", library: Library, *, anew: bool) -> None:
    """Drop an index that cannot be brought up to date.

    Raises:
        StoreError: it is of another library, and nobody said that it may go.
    """
    state = store.engine.state()
    misfit = store.misfit(state) if state else None
    if state and misfit and state.library != library.identity and not anew:
        raise StoreError(misfit)
    if misfit or anew:
        store.engine.drop()


def _dimension(library: Library) -> int:
    rows = library.rows("select length(vector) / 2 from sentences limit 1")  # of 16 bits each
    if not rows:
        raise LibraryError("the library is empty; there is nothing to move")
    dimension: int = rows[0][0]
    return dimension
