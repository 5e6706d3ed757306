"""Copies: which other articles print the same words, as outlets do with what an agency sends."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise

from sqlite_utils import Database

from index.database import LibraryFile
from index.folding import WORD
from index.records import Article, Range, Span

FEWEST_WORDS = 8
"""Fewer words ("This was reported by the ministry.") stand in many texts by chance."""
SAME = 0.75
"""Share of the shorter quote's pairs of words that a copy has: one word in eight may differ."""
FEWEST_ARTICLE_WORDS = 30
"""What is shorter is a caption or a notice of the site."""
SAME_ARTICLE = 0.7
"""Share of the shorter article's triples of words; common background paragraphs stay below."""
MOST_PRINTINGS = 200
"""A sentence that stands in more places is furniture; following it would only cost time."""
BANDS, BAND_HASHES = 6, 2
"""Sentences whose pairs of words are 3/4 the same have a band in common 99 times in 100."""
_NEGATIONS = """
не ни нито няма нямаше никога нема нет нельзя никогда ні ані немає ніколи
ne není nejsou nikdy nie nigdy nič ni niso nikoli nije nisu neće nikad није нису неће никад
no not never nor cannot without nicht kein keine non pas jamais nunca
"""
NEGATIONS = frozenset(_NEGATIONS.split())
"""Of all languages together: where one of them is an innocent word, a copy may be missed."""
NEGATING_PREFIXES = ("не", "ne", "nie")

_Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """Where another article prints the words of a text.

    `share` is how much of the shorter of the two stands in the longer, in [0, 1].
    """

    span: Span
    source: str
    published: datetime | None
    share: float


def sign(db: Database, articles: Iterable[str]) -> None:
    """Store the bands of the articles' sentences; they go when the sentences go."""
    sentences = [
        sentence
        for article in articles
        for sentence in db.execute(
            'select s.id, substr(a.text, s.start + 1, s."end" - s.start) from sentences s'
            " join articles a on a.key = s.article where a.id = ?",
            [article],
        )
    ]
    bands = bands_of([text for _, text in sentences])
    rows = [
        (band, id_) for (id_, _), of_one in zip(sentences, bands, strict=True) for band in of_one
    ]
    db.conn.executemany(  # in order, so that each page of a large table is looked for once
        "insert into copy_bands (band, sentence) values (?, ?)", sorted(rows)
    )


def bands_of(sentences: Sequence[str]) -> list[set[int]]:
    """Return the bands under which each sentence is found; those of few words have none."""
    words = [_words(sentence) for sentence in sentences]
    bands = _bands([of_one for of_one in words if len(of_one) >= FEWEST_WORDS])
    return [set(next(bands)) if len(of_one) >= FEWEST_WORDS else set() for of_one in words]


def same_words(one: str, other: str) -> bool:
    """Tell whether two quotes, both in one language, are copies of one text.

    Signs, case, small edits and cut ends make no difference. Another number, or a negation more
    or less, does: it says something else. Quotes of few words must have the very same.
    """
    return _are_copies(_words(one), _words(other))


def standing_still(texts: Sequence[str], earlier: Sequence[str]) -> list[int | None]:
    """Return for each sentence of an edited article which of its earlier ones it is, if any."""
    exact = {text: i for i, text in reversed([*enumerate(earlier)])}
    old = [_words(text) for text in earlier]
    holding = defaultdict(list)
    for i, words in enumerate(old):
        for pair in _pairs(words):
            holding[pair].append(i)
    found: list[int | None] = []
    for text in texts:
        words = _words(text)
        near = Counter(i for pair in _pairs(words) for i in holding.get(pair, ()))
        copied = (i for i, _ in near.most_common() if _are_copies(words, old[i]))
        found.append(exact[text] if text in exact else next(copied, None))
    return found


def copies_of(library: LibraryFile, article: Article, span: Span) -> list[Copy]:
    """Return where other articles print the words of a quote, the earliest first, undated last.

    Their spans are whole sentences. Only articles of the same language are looked at.

    Raises:
        QuoteError: the span is not of this article.
    """
    quote = _words(article.words(span))
    sentences = library.rows(
        "select s.id from sentences s join articles a on a.key = s.article"
        ' where a.id = ? and s."end" > ? and s.start < ?',
        article.id,
        span.start,
        span.end,
    )
    copies = []
    for other in _sharing(library, article, [id_ for (id_,) in sentences]):
        if found := _printed(quote, other, library):
            printed = _words(other.text[slice(*found)])
            copies.append(_copy(other, found, _share(_pairs(quote), _pairs(printed))))
    return sorted(copies, key=_age)


def near_copies(library: LibraryFile, article: Article) -> list[Copy]:
    """Return the articles most of which this one prints, or which print most of this one.

    The earliest comes first, undated ones last. The span is the whole text. What different
    authors wrote about one event is no copy, though they quote the same words.
    """
    own = _words(article.text)
    sentences = library.rows(
        "select s.id from sentences s join articles a on a.key = s.article where a.id = ?",
        article.id,
    )
    copies = []
    for other in _sharing(library, article, [id_ for (id_,) in sentences]):
        words = _words(other.text)
        share = _share(_triples(own), _triples(words))
        if share >= SAME_ARTICLE and min(len(own), len(words)) >= FEWEST_ARTICLE_WORDS:
            copies.append(_copy(other, (0, len(other.text)), share))
    return sorted(copies, key=_age)


def _sharing(
    library: LibraryFile, article: Article, sentences: Sequence[int]
) -> Iterator[Article]:
    """Yield the other articles of the language with a sentence that is likely a copy of these."""
    bands = library.rows_in("select distinct band from copy_bands where sentence in", sentences)
    others: set[int] = set()
    for (band,) in bands:
        found = library.rows(
            "select sentence from copy_bands where band = ? limit ?", band, MOST_PRINTINGS + 1
        )
        if len(found) <= MOST_PRINTINGS:
            others.update(id_ for (id_,) in found)
    rows = library.rows_in(
        "select id, text, title, source, published from articles where language = ? and id != ?"
        " and key in (select article from sentences where id in",
        sorted(others.difference(sentences)),
        before=(article.language, article.id),
        after=")",
    )
    for id_, text, title, source, published in dict.fromkeys(rows):
        date = datetime.fromisoformat(published) if published else None
        yield Article(id_, text, title, source, article.language, published=date)


def _printed(quote: _Words, other: Article, library: LibraryFile) -> Range | None:
    """Return the neighbouring sentences of another article that are a copy of a quote."""
    rows = library.rows(
        'select s.start, s."end" from sentences s join articles a on a.key = s.article'
        " where a.id = ? and a.version = ? order by s.ordinal",
        other.id,
        other.version,
    )
    sentences = [(start, end, _words(other.text[start:end])) for start, end in rows]
    runs = [
        list(run)
        for near, run in groupby(sentences, key=lambda sentence: _is_part(sentence[2], quote))
        if near
    ]
    pairs = _pairs(quote)
    for run in sorted(runs, key=lambda run: -sum(len(pairs & _pairs(part)) for *_, part in run)):
        start, end = run[0][0], run[-1][1]
        if _are_copies(quote, _words(other.text[start:end])):
            return start, end
    return None


def _is_part(sentence: _Words, quote: _Words) -> bool:
    if len(sentence) < FEWEST_WORDS:
        return f" {' '.join(sentence)} " in f" {' '.join(quote)} "
    return _share(_pairs(sentence), _pairs(quote)) >= SAME


def _are_copies(one: _Words, other: _Words) -> bool:
    shorter, longer = sorted((one, other), key=lambda words: (len(words), words))
    if len(shorter) < FEWEST_WORDS:
        return shorter == longer
    if _share(_pairs(shorter), _pairs(longer)) < SAME:
        return False
    return not _contradict(shorter, _counterpart(shorter, longer))


def _counterpart(shorter: _Words, longer: _Words) -> _Words:
    """Return the longer without the ends that the shorter has not."""
    pairs = _pairs(shorter)
    common = [i for i, pair in enumerate(pairwise(longer)) if pair in pairs]
    return longer[common[0] : common[-1] + 2]


def _contradict(one: _Words, other: _Words) -> bool:
    """Tell whether the words that differ make another statement of it."""
    here, there = Counter(one), Counter(other)
    only_here, only_there = set(here - there), set(there - here)
    if _has_number(only_here) and _has_number(only_there):
        return True
    if NEGATIONS & (only_here | only_there):
        return True
    return _negated(only_here) & only_there != set() or _negated(only_there) & only_here != set()


def _has_number(words: Iterable[str]) -> bool:
    return any(word.isdecimal() for word in words)


def _negated(words: Collection[str]) -> set[str]:
    return {prefix + word for prefix in NEGATING_PREFIXES for word in words}


def _bands(texts: Sequence[_Words]) -> Iterator[list[int]]:
    """Yield numbers of which near copies are likely to have one in common.

    MinHash (Broder 1997) on pairs of words, cut in bands for locality-sensitive hashing (Indyk
    and Motwani 1998). Two hashes of 32 bits make the 64 of an integer in SQLite. Seed and scheme
    are stated because bands of other ones would match nothing that is stored.
    """
    from datasketch import MinHash

    shingles = ([" ".join(pair).encode() for pair in pairwise(words)] for words in texts)
    for minhash in MinHash.generator(
        shingles, num_perm=BANDS * BAND_HASHES, seed=1, scheme="affine32"
    ):
        yield minhash.hashvalues.astype("<u4").view("<i8").tolist()


def _words(text: str) -> list[str]:
    folded = text.casefold().replace("ё", "е").replace("ѝ", "и").replace("’", "'")
    return WORD.findall(folded)


def _pairs(words: _Words) -> set[tuple[str, ...]]:
    return set(pairwise(words))


def _triples(words: _Words) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _share(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Return how much of the smaller set the other holds."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _copy(other: Article, found: Range, share: float) -> Copy:
    return Copy(other.span(*found), other.source, other.published, share)


def _age(copy: Copy) -> tuple[datetime, str]:
    return copy.published or datetime.max.replace(tzinfo=UTC), copy.span.article
