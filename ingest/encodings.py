"""Bytes to text, whatever encoding a file or a page is in."""

import codecs
import re

import charset_normalizer

from index.errors import SourceError

_SAMPLE = 64 * 1024
"""Bytes that are enough to tell an encoding; the whole is then decoded in it."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP, DOCX or EPUB"),
    (b"\xd0\xcf\x11\xe0", "old Microsoft Office"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"SQLite format 3", "SQLite"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
)
_CURES = {
    "PDF": "name it .pdf",
    "ZIP, DOCX or EPUB": "name it .docx or .epub if it is one",
    "gzip": "unpack it, or name it .warc.gz if it is a web archive",
}

_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]{0,200}?\bcharset|\?xml\b[^>]{0,200}?\bencoding)\s*=\s*["']?([\w.:-]{2,40})""",
    re.IGNORECASE,
)
# Python also knows "encodings" that are none (punycode, unicode_escape) and some that a page
# which can be searched for a declaration cannot be in (UTF-16).
_CHARSET = re.compile(r"(cp|iso|koi8|mac|gb|big5|euc|shift|johab|tis|ptcp|kz)[\w-]*")
_WESTERN = {"ascii", "cp1252", "iso8859-1", "iso8859-15"}

_CYRILLIC = ("cp1251", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic")
_OTHERS = (
    *("cp1252", "cp1250", "cp1254", "cp1257", "cp1253", "cp1255", "cp1256"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp874"),
)
_FREQUENT = "оаеинтрслвкдпмуягзьбычйхжшюцщіэфїєёъґђјљњћџѓѕќўѝ"
_WEIGHT = {letter: 1 - rank / 24 for rank, letter in enumerate(_FREQUENT)}
# Vowels of Bulgarian and Ukrainian, which Russian hardly has or does not know.
_WEIGHT |= {"ъ": _WEIGHT["у"], "і": _WEIGHT["и"], "ї": _WEIGHT["у"], "є": _WEIGHT["у"]}
_PUNCTUATION = frozenset("«»„“”‘’–—…№§°•\N{NO-BREAK SPACE}")
_WESTERN_CHARACTERS = _PUNCTUATION | set("àáâãäåæçèéêëíîïñóôöõùúûüßœ€£ÀÁÂÃÄÅÆÇÈÉÊËÍÎÏÑÓÔÖÕÙÚÛÜŒ")
_LOOKS_CYRILLIC = 0.52
"""Cyrillic prose scores 0.55 to 0.75 in its encoding; Greek and Hebrew, taken for it, less."""

_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f\v")


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of some bytes; `declared` is the encoding they claim, if any.

    Valid UTF-8 is believed before a declaration: hardly any text in another encoding is valid
    UTF-8 by chance, while pages that declare the wrong encoding are common.

    Raises:
        SourceError: they are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    refuse_binary(data)
    wide = _utf16(data[:_SAMPLE])
    if wide:
        return data.decode(wide, errors="replace")
    text = _utf8(data)
    if text is not None:
        return _checked(text, controls=0.1)
    encoding = _believed(data, declared) or _guessed(data)
    return _checked(data.decode(encoding, errors="replace"), controls=0.01)


def declaration(data: bytes) -> str | None:
    """Return the encoding that the head of an HTML or XML document claims."""
    match = _DECLARED.search(data[:4096])
    return match[1].decode("ascii", errors="replace") if match else None


def refuse_binary(data: bytes) -> None:
    """Refuse what begins like a well-known binary format.

    Raises:
        SourceError: it does; the message names the format.
    """
    for magic, kind in _BINARY:
        if data.startswith(magic):
            cure = _CURES.get(kind, "convert it to text first")
            raise SourceError(f"is not text but binary data ({kind}); {cure}")


def _checked(text: str, *, controls: float) -> str:
    sample = text[:_SAMPLE]
    if sum(character in _CONTROLS for character in sample) > controls * len(sample):
        raise SourceError("is not text but binary data; convert it to text first")
    return text


def _utf16(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark: every second byte names one of very few blocks."""
    blocks = b"\x00\x03\x04\x05\x06\x20"
    low, high = sample[0::2], sample[1::2]
    if not high or len(high) < len(low):
        return None
    in_low, in_high = (
        sum(map(part.count, (bytes([block]) for block in blocks))) / len(part)
        for part in (low, high)
    )
    # In text of one byte a letter, spaces (0x20) alone reach a fifth of either half.
    if max(in_low, in_high) < 0.9 or min(in_low, in_high) > 0.5:
        return None
    return "utf-16-le" if in_high > in_low else "utf-16-be"


def _utf8(data: bytes) -> str | None:
    """Decode UTF-8, also where a stray byte or two spoil it; None if it is something else."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
    bad = text.count("\N{REPLACEMENT CHARACTER}")
    good = len(text) - bad - sum(byte < 0x80 for byte in data)
    return text if good > 20 * bad else None


def _believed(data: bytes, declared: str | None) -> str | None:
    """Return the declared encoding if the bytes can be in it."""
    try:
        encoding = codecs.lookup(declared or "").name
        if not _CHARSET.match(encoding):
            return None
        if encoding == "iso8859-1":
            encoding = "cp1252"  # as browsers do
        data.decode(encoding)
    except (LookupError, ValueError):
        return None
    # A server's default, put on pages of another alphabet.
    return None if encoding in _WESTERN and _has_long_runs(data) else encoding


def _guessed(data: bytes) -> str:
    sample = data[:_SAMPLE]
    if _has_long_runs(sample):
        scores = {name: _cyrillic_score(sample, name) for name in _CYRILLIC}
        encoding = max(scores, key=scores.__getitem__)
        if scores[encoding] > _LOOKS_CYRILLIC:
            return encoding
    elif _looks_western(sample):
        return "cp1252"
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_OTHERS)).best()
    return best.encoding if best else "cp1252"


def _has_long_runs(data: bytes) -> bool:
    """Say whether most bytes outside ASCII stand in rows, as in non-Latin words."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", data[:_SAMPLE])]
    return sum(length for length in runs if length >= 3) > sum(runs) / 2


def _looks_western(sample: bytes) -> bool:
    text = sample.decode("cp1252", errors="replace")
    return not {character for character in text if character > "\x7f"} - _WESTERN_CHARACTERS


def _cyrillic_score(sample: bytes, encoding: str) -> float:
    """Say how much the bytes look like Cyrillic prose in an encoding; 1 is the utmost."""
    text = sample.decode(encoding, errors="replace")
    score, previous = 0.0, ""
    for character in text:
        if character > "\x7f" and character not in _PUNCTUATION:
            score += _WEIGHT.get(character.lower(), -1)
            if character.isupper() and previous.islower():
                score -= 1
        previous = character
    return score / sum(byte > 0x7F for byte in sample)
