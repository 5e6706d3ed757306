"""How a question finds passages: nearest sentences and matching words, fused.

Both channels take candidates from each language apart, so that a large language cannot crowd out a
small one. Words count within the question's language, names in every script. A passage's score is
the weighted mean of what applies to it.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from index.encoder import Encoder, Vectors
from index.errors import ConfigError, EncoderMismatch
from index.folding import Word, words
from index.languages import detect
from index.library import Library, StoredPassage
from index.records import Hit, SentenceHit, without_surrogates
from index.vectors import VectorIndex, open_index


class Channel(StrEnum):
    """Which way a question is searched."""

    DENSE = "dense"
    WORDS = "words"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The [search] table: weights of the channels and how many candidates each brings."""

    dense_weight: float = 1.0
    words_weight: float = 0.8
    names_weight: float = 0.3
    sentences_per_language: int = 30
    word_matches: int = 40
    common_share: float = 0.1

    def __post_init__(self) -> None:
        if self.sentences_per_language < 1 or self.word_matches < 1:
            raise ConfigError(
                "[search] sentences_per_language and word_matches should be at least 1",
            )
        if min(self.dense_weight, self.words_weight, self.names_weight) < 0:
            raise ConfigError("[search] weights should not be negative")


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched. `terms` and `names` weigh each token by its rarity (IDF)."""

    text: str
    language: str
    vector: Vectors
    terms: Mapping[str, float]
    names: Mapping[str, float]
    surfaces: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def words_share(self, stems: Collection[str]) -> float:
        """Return the share of the question's words, weighted by rarity, among these stems."""
        return _share(self.terms, stems)

    def names_share(self, keys: Collection[str]) -> float:
        """Return the share of the question's names among these keys."""
        return _share(self.names, keys)


@dataclass(slots=True)
class Searcher:
    """Finds passages of one library; sees what other processes add to it."""

    library: Library
    encoder: Encoder
    settings: SearchSettings = field(default_factory=SearchSettings)
    _index: VectorIndex | None = None
    _passages: int = 0
    _languages: tuple[str, ...] = ()

    def refresh(self) -> VectorIndex:
        """Catch up with the library.

        Raises:
            EncoderMismatch: it has been encoded anew with another model.
        """
        index = self._index
        if index is not None and index.generation == self.library.generation:
            return index
        with self.library.steady():
            if self.library.encoder not in {None, self.encoder.identity}:
                raise EncoderMismatch(str(self.library.encoder), self.encoder.identity)
            self._passages = self.library.counts()["passages"]
            self._languages = tuple(self.library.languages())
            if index is None:
                index = open_index(self.library, self.encoder.dimension)
            else:
                index.catch_up(self.library)
        self._index = index
        return index

    def parse(self, text: str, language: str | None = None) -> Query:
        """Encode a question and weigh its words and names by how rare they are here."""
        self.refresh()
        text = without_surrogates(text)
        language = language or detect(text, {*self._languages, "en", "bg", "ru"})
        found = [word for word in words(text, language) if word.stem]
        stem_counts = self.library.word_counts("stems", {word.stem for word in found})
        name_counts = self.library.word_counts("names", {word.name for word in found if word.name})
        named = [word for word in found if _is_name(word, text, found, stem_counts, name_counts)]
        unknown = [
            word
            for word in named
            if not name_counts.get(word.name) and not stem_counts.get(word.stem)
        ]
        return Query(
            text,
            language,
            self.encoder.encode_queries([text])[0],
            {word.stem: self._rarity(stem_counts.get(word.stem, 0)) for word in found},
            {word.name: self._rarity(name_counts.get(word.name, 0)) for word in named},
            tuple(text[word.start : word.end] for word in named),
            tuple(text[word.start : word.end] for word in unknown),
        )

    def search(
        self,
        query: Query,
        *,
        limit: int = 100,
        channel: Channel = Channel.BOTH,
        besides: Sequence[int] = (),
    ) -> list[Hit]:
        """Return the passages nearest to a question, best first.

        `besides` are ids of passages that are ranked with those that the channels find.
        """
        with self.library.steady():  # what comes in meanwhile has no vectors in the index
            index = self.refresh()
            ids = dict.fromkeys(besides)
            if channel is not Channel.WORDS:
                ids |= dict.fromkeys(self._nearest(index, query))
            if channel is not Channel.DENSE:
                ids |= dict.fromkeys(self._matching(query))
            passages = self.library.passages([*ids])
        hits = [self._hit(index, query, passage, channel) for passage in passages]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.span))[:limit]

    def _nearest(self, index: VectorIndex, query: Query) -> list[int]:
        found = index.search(query.vector, self.settings.sentences_per_language)
        sentences = [int(id_) for neighbours in found for id_ in neighbours.ids]
        return self.library.passages_of_sentences(sentences)

    def _matching(self, query: Query) -> list[int]:
        """Return passages by BM25; what stands everywhere would only cost time."""
        most = max(20, self.settings.common_share * self._passages)
        least_rarity = self._rarity(int(most))
        stems = [term for term, rarity in query.terms.items() if rarity >= least_rarity]
        names = [name for name, rarity in query.names.items() if rarity >= least_rarity]
        parts = [
            f"{{{columns}}} : ({' OR '.join(tokens)})"
            for columns, tokens in (("stems title", stems), ("names", names))
            if tokens
        ]
        if not parts:
            return []
        return self.library.match_words(" OR ".join(parts), self.settings.word_matches)

    def _hit(
        self, index: VectorIndex, query: Query, stored: StoredPassage, channel: Channel
    ) -> Hit:
        cosines = index.scores(query.vector, stored.language, [id_ for id_, _ in stored.sentences])
        sentences = sorted(
            (
                SentenceHit(sentence, float(cosine))
                for (_, sentence), cosine in zip(stored.sentences, cosines, strict=True)
            ),
            key=lambda hit: -hit.score,
        )
        dense = sentences[0].score
        stems = {*stored.stems.split(), *stored.title.split()}
        by_words, by_names = query.words_share(stems), query.names_share(stored.names.split())
        same_language = stored.language == query.language
        score = self.fused(
            query,
            dense=dense if channel is not Channel.WORDS else None,
            words=by_words if same_language and channel is not Channel.DENSE else None,
            names=by_names if channel is not Channel.DENSE else None,
        )
        return Hit(stored.passage, score, dense, by_words, by_names, tuple(sentences))

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
    if telling and not text.isupper():
        return True
    if word.capital or not any(other.capital for other in others) or text.isupper():
        return name_counts.get(word.name, 0) > stem_counts.get(word.stem, 0)
    return False


def _begins_sentence(text: str, start: int) -> bool:
    return not re.search(r"[^\W_]", re.split(r"[.!?…]", text[:start])[-1])


def _share(weights: Mapping[str, float], tokens: Collection[str]) -> float:
    total = sum(weights.values())
    if not total:
        return 0.0
    present = set(tokens)
    return sum(weight for token, weight in weights.items() if token in present) / total
