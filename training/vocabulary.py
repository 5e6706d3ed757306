"""Stage 0a: word pieces for the new scripts, added to the English vocabulary.

Only pieces with a letter of a new script are added, so English is cut exactly as before. Writes
`tokenizer.json` and `rows.json` (the ids of the rows to learn) into the work folder.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from training.base import BEGIN, END, MASK, PAD, UNKNOWN, base_tokenizer
from training.text import (
    SHARES,
    Exclusions,
    Pair,
    folder_arguments,
    read_dictionary,
    read_monolingual,
    read_pairs,
    read_word_frequencies,
)

SCRIPTS = ("CYRILLIC", "GREEK", "HEBREW", "ARABIC")  # first word of a letter's Unicode name
ROWS = 61_000  # of 384 half-precision numbers: with the body 65.7 MiB on disk
CANDIDATES = 60_000  # pieces learnt before the rare and the unalignable are dropped
SAMPLE_WORDS = 4_000_000  # running words that the piece learner sees, all languages together
SUPPORT = 4  # a piece must occur so often in text that has an English side
CONTINUES = "##"


def normalizer() -> normalizers.Normalizer:
    """As for English (lower case, no accents), but й keeps its breve: it is its own letter."""
    return normalizers.Sequence(
        [
            normalizers.BertNormalizer(
                clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True
            ),
            normalizers.NFD(),
            normalizers.Replace(Regex(r"(?<!и)\u0306|(?!\u0306)\p{Mn}"), ""),
            normalizers.Replace("и\u0306", "й"),
        ]
    )


def is_new(piece: str) -> bool:
    """Whether a piece holds a letter of a new script."""
    return any(_script(letter) in SCRIPTS for letter in piece)


def learn_pieces(words: Mapping[str, float], count: int, sample: int = SAMPLE_WORDS) -> list[str]:
    """About `count` pieces that cut the words well; `words` gives each word's share of text."""
    learner = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=count, min_frequency=2, special_tokens=[UNKNOWN], show_progress=False
    )
    learner.train_from_iterator(_repeated(words, sample), trainer)
    return sorted(filter(is_new, learner.get_vocab()))


def extended_tokenizer(base: Tokenizer, pieces: Sequence[str]) -> Tokenizer:
    """The base tokenizer with the pieces added: first in its `[unused]` rows, then at its end."""
    vocabulary = base.get_vocab()
    unused = sorted((word for word in vocabulary if word.startswith("[unused")), key=len)
    free = [vocabulary.pop(word) for word in unused]
    after = base.get_vocab_size()
    added = [piece for piece in pieces if piece not in vocabulary]
    free += range(after, after + len(added) - len(free))
    vocabulary |= dict(zip(added, free, strict=False))

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}",
        pair=f"{BEGIN} $A {END} $B:1 {END}:1",
        special_tokens=[(word, vocabulary[word]) for word in (BEGIN, END)],
    )
    tokenizer.decoder = base.decoder
    tokenizer.add_special_tokens([PAD, UNKNOWN, BEGIN, END, MASK])
    return tokenizer


def new_rows(tokenizer: Tokenizer) -> list[int]:
    """The ids of all pieces of the new scripts: the added ones and the few that were there."""
    return sorted(row for piece, row in tokenizer.get_vocab().items() if is_new(piece))


def count_words(texts: Mapping[str, float]) -> dict[str, float]:
    """Occurrences of each normalised word of a new script; `texts` gives each text's own count."""
    chunks: defaultdict[str, float] = defaultdict(float)
    for text, count in texts.items():
        for chunk in text.split():
            chunks[chunk] += count
    normal, splitter = normalizer(), pre_tokenizers.BertPreTokenizer()
    counts: defaultdict[str, float] = defaultdict(float)
    for chunk, count in chunks.items():
        for word, _ in splitter.pre_tokenize_str(normal.normalize_str(chunk)):
            if is_new(word):
                counts[word] += count
    return counts


def count_pieces(tokenizer: Tokenizer, words: Mapping[str, float]) -> dict[str, float]:
    """How often each piece is used when the words are cut; counts may be shares."""
    encodings = tokenizer.encode_batch(list(words), add_special_tokens=False)
    used: defaultdict[str, float] = defaultdict(float)
    for encoding, count in zip(encodings, words.values(), strict=True):
        for piece in encoding.tokens:
            used[piece] += count
    return used


def choose(
    candidates: Sequence[str], usage: Mapping[str, float], support: Mapping[str, float], count: int
) -> list[str]:
    """The `count` most used candidates among those that occur in text with an English side.

    Single letters always stay, so that no word becomes unknown.
    """
    letters = [piece for piece in candidates if len(piece.removeprefix(CONTINUES)) == 1]
    longer = [
        piece
        for piece in candidates
        if len(piece.removeprefix(CONTINUES)) > 1 and support.get(piece, 0) >= SUPPORT
    ]
    longer.sort(key=lambda piece: (-usage.get(piece, 0), piece))
    return letters + longer[: count - len(letters)]


@lru_cache(maxsize=100_000)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def _repeated(words: Mapping[str, float], total: int) -> Iterator[str]:
    """Each word as often as it occurs among `total` running words."""
    scale = total / sum(words.values())
    for word, share in words.items():
        yield f"{word} " * round(share * scale)


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()} if total else {}


def _language_words(
    data: Path, language: str, pairs: Iterable[Pair], exclusions: Exclusions
) -> dict[str, float]:
    """Word -> share of a language: half from our text, half from the frequency list."""
    texts = [pair.text for pair in pairs] + read_monolingual(data, language, exclusions)
    listed = count_words(read_word_frequencies(data, language))
    mixed: defaultdict[str, float] = defaultdict(float)
    for words in (_shares(count_words(Counter(texts))), _shares(listed)):
        for word, share in words.items():
            mixed[word] += share / 2
    return mixed


def main() -> None:
    arguments = folder_arguments(__doc__).parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    exclusions = Exclusions.from_file(arguments.data / "excl_keys.bin")
    pairs = read_pairs(arguments.data, SHARES, exclusions)
    entries = read_dictionary(arguments.data, SHARES, exclusions)

    words: defaultdict[str, float] = defaultdict(float)
    for language, weight in SHARES.items():
        own = [pair for pair in pairs if pair.language == language]
        for word, share in _language_words(arguments.data, language, own, exclusions).items():
            words[word] += weight * share
    base = base_tokenizer()
    candidates = learn_pieces(words, CANDIDATES)
    rough = extended_tokenizer(base, candidates)
    aligned = count_words(Counter(pair.text for pair in [*pairs, *entries]))
    usage, support = count_pieces(rough, words), count_pieces(rough, aligned)
    known = base.get_vocab()
    room = ROWS - len(known) + sum(word.startswith("[unused") for word in known)
    added = [piece for piece in candidates if piece not in known]
    tokenizer = extended_tokenizer(base, choose(added, usage, support, room))

    tokenizer.save(str(arguments.work / "tokenizer.json"))
    rows = new_rows(tokenizer)
    (arguments.work / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    pieces_a_word = sum(count_pieces(tokenizer, words).values()) / sum(words.values())
    print(f"{tokenizer.get_vocab_size()} rows, {len(rows)} to learn, {pieces_a_word:.2f} a word")


if __name__ == "__main__":
    main()
