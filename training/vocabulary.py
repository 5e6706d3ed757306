"""Stage 0a: word pieces for the languages to learn, added to the English vocabulary.

Added are pieces with a letter of a new script, and those Latin pieces that no common English word
would be cut into, so English is cut as before. Writes `tokenizer.json` and `rows.json` (the ids of
the rows to learn) into the work folder.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from training.base import BEGIN, END, MASK, PAD, UNKNOWN, base_tokenizer
from training.text import (
    LATIN,
    SHARES,
    Exclusions,
    Pair,
    folder_arguments,
    other_script,
    read_dictionary,
    read_monolingual,
    read_pairs,
    read_word_frequencies,
    with_forms,
)

SCRIPTS = ("CYRILLIC", "GREEK", "HEBREW", "ARABIC")  # first word of a letter's Unicode name
ROWS = 125_000  # of 384 numbers of 8 bits: the most that a file of 48 MiB holds
LATIN_ROWS = 28_000  # of them, for languages in Latin letters
CANDIDATES, LATIN_CANDIDATES = 110_000, 60_000  # pieces learnt before any are dropped
SAMPLE_WORDS = 4_000_000  # running words that the piece learner sees, all languages together
ENGLISH_FREQUENCY = 2e-7  # of running English text: a word that frequent must be cut as before
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


def is_latin(piece: str) -> bool:
    """Whether a piece is made of Latin letters alone."""
    letters = piece.removeprefix(CONTINUES)
    return bool(letters) and all(_script(letter) == "LATIN" for letter in letters)


def learn_pieces(
    words: Mapping[str, float], count: int, sample: int, wanted: Callable[[str], bool] = is_new
) -> list[str]:
    """The `wanted` ones of about `count` pieces that cut the words well.

    `words` gives each word's share of text.
    """
    learner = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=count, min_frequency=2, special_tokens=[UNKNOWN], show_progress=False
    )
    learner.train_from_iterator(_repeated(words, sample), trainer)
    return sorted(filter(wanted, learner.get_vocab()))


def sparing_english(base: Tokenizer, pieces: Sequence[str], english: Sequence[str]) -> list[str]:
    """The pieces without those that would change how one of the English words is cut."""
    before = [encoding.tokens for encoding in base.encode_batch(english, add_special_tokens=False)]
    kept = list(pieces)
    while True:
        tokenizer = extended_tokenizer(base, kept)
        after = tokenizer.encode_batch(english, add_special_tokens=False)
        changed = {
            piece
            for old, encoding in zip(before, after, strict=True)
            for piece in encoding.tokens
            if encoding.tokens != old and piece not in old
        }
        spared = [piece for piece in kept if piece not in changed]
        if len(spared) == len(kept):
            return kept
        kept = spared


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


def new_rows(tokenizer: Tokenizer, base: Tokenizer) -> list[int]:
    """The ids of the added pieces, and of the few of the new scripts that were there."""
    known = base.get_vocab()
    vocabulary = tokenizer.get_vocab()
    return sorted(row for piece, row in vocabulary.items() if is_new(piece) or piece not in known)


def count_words(
    texts: Mapping[str, float], wanted: Callable[[str], bool] = is_new
) -> dict[str, float]:
    """Occurrences of each normalised, `wanted` word; `texts` gives each text's own count."""
    chunks: defaultdict[str, float] = defaultdict(float)
    for text, count in texts.items():
        for chunk in text.split():
            chunks[chunk] += count
    normal, splitter = normalizer(), pre_tokenizers.BertPreTokenizer()
    counts: defaultdict[str, float] = defaultdict(float)
    for chunk, count in chunks.items():
        for word, _ in splitter.pre_tokenize_str(normal.normalize_str(chunk)):
            if wanted(word):
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
    data: Path,
    language: str,
    pairs: Iterable[Pair],
    exclusions: Exclusions,
    wanted: Callable[[str], bool],
) -> dict[str, float]:
    """Word -> share of a language: half from our text, half from the frequency list."""
    texts = Counter(pair.text for pair in pairs)
    texts.update(read_monolingual(data, language, exclusions))
    listed = read_word_frequencies(data, language)
    if language == "sr":
        texts.update([other_script(text) for text in texts])
        listed |= {other_script(word): share for word, share in listed.items()}
    mixed: defaultdict[str, float] = defaultdict(float)
    for words in (_shares(count_words(texts, wanted)), _shares(count_words(listed, wanted))):
        for word, share in words.items():
            mixed[word] += share / 2
    return mixed


def main() -> None:
    arguments = folder_arguments(__doc__).parse_args()
    data, work = arguments.data, arguments.work
    work.mkdir(parents=True, exist_ok=True)
    exclusions = Exclusions.from_file(data / "excl_keys.bin")
    pairs = read_pairs(data, SHARES, exclusions)
    entries = []
    dictionary = read_dictionary(data, SHARES, exclusions)
    for language in SHARES:
        own = [entry for entry in dictionary if entry.language == language]
        entries += with_forms(own, language, read_word_frequencies(data, language))
    base = base_tokenizer()
    known = base.get_vocab()

    def words_of(languages: Iterable[str], wanted: Callable[[str], bool]) -> dict[str, float]:
        words: defaultdict[str, float] = defaultdict(float)
        for language in languages:
            own = [pair for pair in pairs if pair.language == language]
            shares = _language_words(data, language, own, exclusions, wanted)
            for word, share in shares.items():
                words[word] += SHARES[language] * share
        return words

    def chosen(candidates: Sequence[str], words: Mapping[str, float], count: int) -> list[str]:
        rough = extended_tokenizer(base, candidates)
        usage, support = count_pieces(rough, words), count_pieces(rough, aligned)
        return choose(candidates, usage, support, count)

    aligned = count_words(Counter(pair.text for pair in [*pairs, *entries]), str.isalpha)
    listed = read_word_frequencies(data, "en")
    english = [word for word, share in listed.items() if share >= ENGLISH_FREQUENCY]

    words = words_of(LATIN, is_latin)
    candidates = learn_pieces(words, LATIN_CANDIDATES, SAMPLE_WORDS // 2, is_latin)
    candidates = [piece for piece in candidates if piece not in known]
    spared = sparing_english(base, candidates, english)
    print(f"Latin: {len(candidates)} pieces learnt, {len(spared)} spare English", flush=True)
    latin = chosen(spared, words, LATIN_ROWS)

    scripts = words_of((language for language in SHARES if language != "pl"), is_new)
    candidates = [
        piece for piece in learn_pieces(scripts, CANDIDATES, SAMPLE_WORDS) if piece not in known
    ]
    room = ROWS - len(known) + sum(word.startswith("[unused") for word in known) - len(latin)
    tokenizer = extended_tokenizer(base, chosen(candidates, scripts, room) + latin)

    tokenizer.save(str(work / "tokenizer.json"))
    rows = new_rows(tokenizer, base)
    (work / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    print(f"{tokenizer.get_vocab_size()} rows, {len(rows)} to learn")
    for name, counted in (("Latin", words), ("new scripts", scripts)):
        pieces_a_word = sum(count_pieces(tokenizer, counted).values()) / sum(counted.values())
        print(f"{name}: {pieces_a_word:.2f} pieces a word")


if __name__ == "__main__":
    main()
