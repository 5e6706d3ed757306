"""How a question finds passages: nearest sentences and matching words, fused.

Both channels take candidates from each language apart, so that a large language cannot crowd out a
small one. Words count by their stems within the question's language and, in the best passages, by
what they mean in any; names in every script. A passage's score is the weighted mean of what
applies to it.
"""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from index.encoder import Encoder
from index.errors import ConfigError, EncoderMismatch
from index.folding import Word, stopwords, words
from index.languages import detect
from index.library import Library, StoredPassage
from index.likeness import AskedWord, WordLikeness
from index.people import is_role
from index.query import Query
from index.records import ANYWHERE, Hit, Range, Scope, SentenceHit, without_surrogates
from index.store import Store, StoreSettings, open_store
from index.weighing import weighed

HEADLINE = 3
"""With more words than these, all in capitals, a question is written like an English headline."""


class Channel(StrEnum):
    """Which way a question is searched."""

    DENSE = "dense"
    WORDS = "words"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The [search] table: weights of the channels, and how many candidates they bring.

    The words of the best are read again, to be compared by what they mean too: of `reread`
    passages, or of as many as are asked for.
    """

    dense_weight: float = 1.0
    words_weight: float = 1.0
    names_weight: float = 0.2
    sentences_per_language: int = 30
    word_matches: int = 40
    common_share: float = 0.1
    reread: int = 30

    def __post_init__(self) -> None:
        if min(self.sentences_per_language, self.word_matches, self.reread) < 1:
            raise ConfigError(
                "[search] sentences_per_language, word_matches and reread should be at least 1",
            )
        if min(self.dense_weight, self.words_weight, self.names_weight) < 0:
            raise ConfigError("[search] weights should not be negative")


@dataclass(slots=True)
class Searcher:
    """Finds passages of one library, for one thread at a time; sees what other processes add."""

    library: Library
    encoder: Encoder
    settings: SearchSettings = field(default_factory=SearchSettings)
    likeness: WordLikeness | None = None
    storing: StoreSettings = field(default_factory=StoreSettings)
    _store: Store | None = None
    _passages: int = 0
    _languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.likeness = self.likeness or WordLikeness(self.encoder)

    def refresh(self) -> Store:
        """Catch up with the library.

        Raises:
            EncoderMismatch: it has been encoded anew with another model.
        """
        store = self._store
        if store is not None and store.generation == self.library.generation:
            return store
        self._check_encoder()
        if store is None:  # may take long, while others write
            store = open_store(self.storing, self.library, self.encoder.dimension)
        with self.library.steady():
            self._check_encoder()
            store.catch_up()
            self._passages = self.library.counts()["passages"]
            self._languages = tuple(self.library.languages())
        self._store = store
        return store

    def _check_encoder(self) -> None:
        if self.library.encoder not in {None, self.encoder.identity}:
            raise EncoderMismatch(str(self.library.encoder), self.encoder.identity)

    def parse(self, text: str, language: str | None = None, *, aside: str = "") -> Query:
        """Encode a question and weigh its words and names by how rare they are here.

        What is said `aside`, like the verb of "what did he say", is not looked for as a word.
        """
        self.refresh()
        text = without_surrogates(text)
        language = language or detect(text, {*self._languages, "en", "bg", "ru"})
        beside = {word.stem for word in words(aside, language)}
        found = [word for word in words(text, language) if word.stem]
        found = [word for word in found if word.stem not in beside] or found
        stem_counts = self.library.word_counts("stems", {word.stem for word in found})
        name_counts = self.library.word_counts("names", {word.name for word in found if word.name})
        named = [word for word in found if _is_name(word, text, found, stem_counts, name_counts)]
        unknown = [
            (word.start, word.end)
            for word in named
            if not name_counts.get(word.name) and not stem_counts.get(word.stem)
            if not is_role(word.lower)
        ]
        if not unknown and language in self._languages:
            unknown = [*self._strangers(text, named)]
        return Query(
            text,
            language,
            self.encoder.encode_queries([text])[0],
            {word.stem: self._rarity(stem_counts.get(word.stem, 0)) for word in found},
            {word.name: self._rarity(name_counts.get(word.name, 0)) for word in named},
            _asked(found, named),
            tuple(text[word.start : word.end] for word in named),
            tuple(text[start:end] for start, end in unknown),
        )

    def _strangers(self, text: str, named: Sequence[Word]) -> Iterator[Range]:
        """Yield the full names of whom no passage names in full, as [start, end) of the text.

        Only where the archive has the question's language: "United Nations" is translated.
        """
        for run in _full_names(text, named):
            if not self.library.stand_together(word.name for word in run):
                yield run[0].start, run[-1].end

    def search(
        self,
        query: Query,
        *,
        limit: int = 100,
        channel: Channel = Channel.BOTH,
        besides: Sequence[int] = (),
        within: Collection[str] | None = None,
        scope: Scope = ANYWHERE,
    ) -> list[Hit]:
        """Return the passages nearest to a question, best first.

        Args:
            query: The question.
            limit: Passages that are returned at most.
            channel: Which way to search.
            besides: Ids of passages that are ranked with those that the channels find.
            within: Ids of the articles that may be found; None for any.
            scope: Where they were published, and when.
        """
        with self.library.steady():  # what comes in meanwhile has no vectors in the store
            store = self.refresh()
            ids = dict.fromkeys(besides)
            if channel is not Channel.WORDS:
                ids |= dict.fromkeys(self._nearest(store, query, scope))
            if channel is not Channel.DENSE:
                ids |= dict.fromkeys(self._matching(store, query))
            passages = self.library.passages([*ids])
            if scope:
                found_in = {each.passage.span.article for each in passages}
                allowed = self.library.those_in(scope, [*found_in])
                within = allowed if within is None else allowed.intersection(within)
            if within is not None:
                passages = [each for each in passages if each.passage.span.article in within]
            best = _best_first(self._hits(store, query, passages, channel))
            found = best[: max(limit, self.settings.reread)]
            articles = self.library.articles_of({hit.passage.span.article for hit in found})
        alike = channel is Channel.BOTH
        hits = weighed(query, found, articles, self.likeness if alike else None)

        def scored(hit: Hit) -> Hit:
            language = articles[hit.passage.span.article].language
            return self._scored(query, hit, channel, has_words=alike or language == query.language)

        return _best_first(map(scored, hits))[:limit]

    def _nearest(self, store: Store, query: Query, scope: Scope) -> list[int]:
        found = store.nearest(query.vector, self.settings.sentences_per_language, scope)
        sentences = [int(id_) for neighbours in found for id_ in neighbours.ids]
        return self.library.passages_of_sentences(sentences)

    def _matching(self, store: Store, query: Query) -> list[int]:
        """Return passages by BM25; what stands everywhere would only cost time."""
        most = max(20, self.settings.common_share * self._passages)
        least_rarity = self._rarity(int(most))
        stems = [term for term, rarity in query.terms.items() if rarity >= least_rarity]
        names = [name for name, rarity in query.names.items() if rarity >= least_rarity]
        return store.matching(stems, names, self.settings.word_matches)

    def _hits(
        self,
        store: Store,
        query: Query,
        passages: Sequence[StoredPassage],
        channel: Channel,
    ) -> Iterator[Hit]:
        """Yield passages as hits by what is stored of them; sentences with their cosines alone."""
        of_language = defaultdict[str, set[int]](set)
        for stored in passages:
            of_language[stored.language].update(id_ for id_, _ in stored.sentences)
        cosines = store.cosines(query.vector, of_language)
        for stored in passages:
            near = (SentenceHit(sentence, cosines[id_]) for id_, sentence in stored.sentences)
            sentences = sorted(near, key=lambda one: -one.score)
            hit = Hit(
                stored.passage,
                score=0.0,
                dense=sentences[0].score,
                words=query.words_share({*stored.stems.split(), *stored.title.split()}),
                names=query.names_share(stored.names.split()),
                sentences=tuple(sentences),
            )
            yield self._scored(query, hit, channel, has_words=stored.language == query.language)

    def _scored(self, query: Query, hit: Hit, channel: Channel, *, has_words: bool) -> Hit:
        score = self.fused(
            query,
            dense=hit.dense if channel is not Channel.WORDS else None,
            words=hit.words if has_words and channel is not Channel.DENSE else None,
            names=hit.names if channel is not Channel.DENSE else None,
        )
        return replace(hit, score=score)

    def fused(
        self, query: Query, *, dense: float | None, words: float | None, names: float | None
    ) -> float:
        """Return the weighted mean of the channels that apply."""
        parts = []
        if dense is not None:
            parts.append((self.settings.dense_weight, dense))
        if words is not None and query.terms:
            parts.append((self.settings.words_weight, words))
        if names is not None and query.names:
            parts.append((self.settings.names_weight, names))
        total = sum(weight for weight, _ in parts)
        return sum(weight * value for weight, value in parts) / total if total else 0.0

    def _rarity(self, count: int) -> float:
        """Return the inverse document frequency in the form of BM25 (Robertson, Spärck Jones)."""
        return math.log(1 + (max(self._passages - count, 0) + 0.5) / (count + 0.5))


def _best_first(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage.span))


def _asked(found: Sequence[Word], named: Sequence[Word]) -> tuple[AskedWord, ...]:
    """Return one word of each stem, a name if there is one among them."""
    asked: dict[str, AskedWord] = {}
    for word in found:
        name = word.name if word in named else ""
        if word.stem not in asked or (name and not asked[word.stem].name):
            asked[word.stem] = AskedWord(word.lower, name, word.is_number)
    return tuple(asked.values())


def _is_name(
    word: Word,
    text: str,
    others: Sequence[Word],
    stem_counts: Mapping[str, int],
    name_counts: Mapping[str, int],
) -> bool:
    """Tell a name by its capital, or by its use in the archive where capitals say nothing."""
    if word.is_number or not word.name:
        return word.is_number
    telling = word.capital and not _begins_sentence(text, word.start)
    headline = len(others) > HEADLINE and all(other.capital for other in others)
    silent = headline or text.isupper()
    if telling and not silent:
        return True
    if word.capital or not any(other.capital for other in others):
        return name_counts.get(word.name, 0) > stem_counts.get(word.stem, 0)
    return False


def _full_names(text: str, named: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield names of several words, without titles and what begins a sentence with a capital."""
    run: list[Word] = []
    for word in named:
        if run and word.start != run[-1].end + 1:
            yield from [run] if len(run) > 1 else []
            run = []
        if word.capital and not _begins_sentence(text, word.start) and _is_of_a_name(word):
            run.append(word)
    yield from [run] if len(run) > 1 else []


def _is_of_a_name(word: Word) -> bool:
    return not (word.is_number or is_role(word.lower) or word.lower in stopwords(word.language))


def _begins_sentence(text: str, start: int) -> bool:
    return not re.search(r"[^\W_]", re.split(r"[.!?…]", text[:start])[-1])
