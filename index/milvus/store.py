"""The store on Milvus: sentences by HNSW, passages by sparse vectors, cosines from the library.

What Milvus finds only says where to look: the library passes over ids that it no longer has, so
nothing that was withdrawn is found, even while Milvus is behind.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from filelock import FileLock, Timeout

from index.changes import Mark, mark, removed_since
from index.encoder import Vectors
from index.errors import StoreError
from index.library import Library
from index.milvus.connection import Connection
from index.milvus.engine import FORMAT, PASSAGES, SENTENCES, Engine, State
from index.milvus.rows import Keys, condition, cosines, passages, sentences, steps
from index.milvus.words import question_vector
from index.records import ANYWHERE, Scope
from index.store import Neighbours, StoreSettings

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Languages that are searched at the same time."""
LOCK = "store.lock"
Found = TypeVar("Found")


class MilvusStore:
    """A `Store` on Milvus: one process at a time brings it up to date, any number search it."""

    def __init__(self, library: Library, engine: Engine, dimension: int) -> None:
        self.engine = engine
        self._library = library
        self._dimension = dimension
        self._generation = -1
        self._count: int | None = None  # asked once for each generation, as each question asks
        self._languages: Sequence[str] = ()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="milvus")

    @classmethod
    def connect(cls, settings: StoreSettings, library: Library, dimension: int) -> "MilvusStore":
        """Connect without looking at what is there.

        Raises:
            StoreError: there is no answer.
        """
        connection = Connection.open(settings, library.path.parent)
        return cls(library, Engine(connection), dimension)

    @classmethod
    def open(cls, settings: StoreSettings, library: Library, dimension: int) -> "MilvusStore":
        """Connect and catch up with the library; where there is no index yet, make it.

        Raises:
            StoreError: there is no answer, or the index there is of something else.
        """
        store = cls.connect(settings, library, dimension)
        try:
            store.catch_up(refolded=True)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def generation(self) -> int:
        return self._generation

    def __len__(self) -> int:
        if self._count is None:
            self._count = self.engine.count()
        return self._count

    def counts(self) -> dict[str, int]:
        counts = {language: self.engine.count(language) for language in self._languages}
        return {language: count for language, count in counts.items() if count}

    def catch_up(
        self, progress: Callable[[int], None] = lambda _: None, *, refolded: bool = False
    ) -> int:
        """Come up to the present state of the library; return how many sentences changed.

        While another process does so, this one goes on with what is there.

        Args:
            progress: Called with the number of sentences that each step has brought.
            refolded: Whether to bring all words again if they have been folded anew. That is not
                for a question that waits: until it is done, older words find most passages.

        Raises:
            StoreError: Milvus fails, or the index there is of something else.
        """
        state, now = self.engine.state(), mark(self._library)
        changed = 0
        if state is None or not _is_at(state, now, refolded=refolded):
            try:
                with FileLock(self._library.path.parent / LOCK, timeout=0):
                    changed = self._follow(now, progress, refolded=refolded)
            except Timeout:
                log.info("another process is bringing Milvus up to date")
            state = self.engine.state()
        if state is None:
            raise StoreError(
                f"another process is making the index in Milvus at {self.engine.uri};"
                " try again when it is done"
            )
        if misfit := self.misfit(state):
            raise StoreError(misfit)
        self._generation, self._languages = state.generation, self.engine.languages()
        self._count = None
        return changed

    def misfit(self, state: State) -> str | None:
        """Return why an index cannot be brought up to date, and what to do; None if it can."""
        uri, library = self.engine.uri, self._library
        anew = f"make it anew: citat migrate --to {uri}"
        if state.library != library.identity:
            return (
                f"Milvus at {uri} holds the index of another library; name another database in"
                " [store] uri (http://HOST:PORT/DATABASE), or replace what is there: citat migrate"
                f" --to {uri} --replace"
            )
        if state.format != FORMAT:
            return f"the index in Milvus at {uri} was made by another version of citat; {anew}"
        encoder = library.encoder or state.encoder
        if (state.encoder or encoder, state.dimension) != (encoder, self._dimension):
            return (
                f"the index in Milvus at {uri} was made with the encoder {state.encoder}, the"
                f" library has {encoder}; {anew}"
            )
        if removed_since(library, _mark_of(state)) is None:
            return f"the index in Milvus at {uri} is not of this state of the library; {anew}"
        return None

    def nearest(self, query: Vectors, limit: int, scope: Scope = ANYWHERE) -> list[Neighbours]:
        where = condition(scope)

        def found_in(language: str) -> Neighbours:
            return Neighbours(language, *self.engine.nearest(language, query, limit, where))

        return [near for near in self._in_each_language(found_in) if len(near.ids)]

    def cosines(self, query: Vectors, ids: Mapping[str, Collection[int]]) -> dict[int, float]:
        """Read the vectors from the library: it is nearer than Milvus, and exact."""
        return cosines(self._library, query, [*chain.from_iterable(ids.values())])

    def matching(self, stems: Sequence[str], names: Sequence[str], limit: int) -> list[int]:
        counts = self._library.word_counts
        in_titles = counts("title", {*stems})
        in_texts = counts("stems", {*stems})
        query = question_vector(
            {stem: max(in_texts.get(stem, 0), in_titles.get(stem, 0)) for stem in stems},
            counts("names", {*names}),
            self._library.counts()["passages"],
        )
        if not query:
            return []
        found = self._in_each_language(
            lambda language: self.engine.matching(language, query, limit)
        )
        scored = (
            (-float(score), int(id_))
            for ids, scores in found
            for id_, score in zip(ids, scores, strict=True)
        )
        return [id_ for _, id_ in sorted(scored)]

    def save(self) -> None:
        """Milvus keeps what it is given."""

    def close(self) -> None:
        self._pool.shutdown()
        self.engine.close()

    def _in_each_language(self, search: Callable[[str], Found]) -> list[Found]:
        return [*self._pool.map(search, self._languages)]

    def _follow(self, now: Mark, progress: Callable[[int], None], *, refolded: bool) -> int:
        """Remove what is gone and add what is new, in steps that may be repeated.

        What is left out by an interruption is brought by the next call: rows are stored under
        their ids, and the state is noted after what it tells of.
        """
        state = self.engine.state() or self._make(now)
        gone = removed_since(self._library, _mark_of(state))
        if gone is None or self.misfit(state):
            return 0
        self.engine.remove(SENTENCES, gone.sentences.tolist())
        self.engine.remove(PASSAGES, gone.passages.tolist())
        if refolded and state.folded != now.folded:
            for keys in steps(self._library, upto=state.newest):
                self._add_passages(keys)
            state = replace(state, folded=now.folded)
        changed = len(gone.sentences)
        for keys in steps(self._library, state.newest):
            step = self._add(keys)
            state = replace(state, newest=keys[1])
            self.engine.note(state)
            progress(step)
            changed += step
        self.engine.note(
            replace(
                state,
                encoder=self._library.encoder or "",
                generation=now.generation,
                token=now.token,
                newest=max(state.newest, now.article),
            )
        )
        return changed

    def _add(self, keys: Keys) -> int:
        """Bring some articles; return how many sentences they have."""
        new = sentences(self._library, keys)
        for language, rows in new.items():
            self.engine.add(SENTENCES, language, rows)
            self.engine.add(PASSAGES, language, [])  # they have partitions in common
        self._add_passages(keys)
        return sum(map(len, new.values()))

    def _add_passages(self, keys: Keys) -> None:
        for language, rows in passages(self._library, keys).items():
            self.engine.add(PASSAGES, language, rows)

    def _make(self, now: Mark) -> State:
        """Make an index without articles."""
        library = self._library
        state = State(
            library.identity,
            library.encoder or "",
            self._dimension,
            now.generation,
            now.token,
            now.folded,
        )
        self.engine.make(self._dimension)
        self.engine.note(state)
        return state


def _is_at(state: State, now: Mark, *, refolded: bool) -> bool:
    at = (state.generation, state.token) == (now.generation, now.token)
    return at and state.newest >= now.article and (state.folded == now.folded or not refolded)


def _mark_of(state: State) -> Mark:
    return Mark(state.generation, state.token, state.newest, state.folded)
