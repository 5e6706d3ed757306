"""A key under which a name is found whatever script and case it is written in.

Нетаняху, Нетаньяху and Netanyahu; Зеленски, Зеленського and Zelenskyy; Байдън, Байденом and
Biden: each family has one key. Consonants survive transliteration, vowels and case endings do
not, so the key is the consonants by sound (in the manner of Philips' Metaphone, 1990, made for
several scripts); a name of one or two consonants also keeps where its vowels stand.
"""

import re
import unicodedata
from functools import lru_cache

CYRILLIC = str.maketrans(
    "абвгґдеёзиіїклмнопрстуфхцшщчжыьэєѝјюяъйўљњџђћѓќѕ",
    "abvggdeeziiiklmnoprstufhs664jyyeeiiuaayvlnjj4gkz",
    "’ʼ'",
)
GREEK = str.maketrans("αβγδεζηθικλμνξοπρσςτυφχψω", "avgdezitiklmnkoprsstufhpo")
LATIN = str.maketrans(
    {"č": "4", "ć": "4", "š": "6", "ś": "6", "ş": "6", "ž": "j", "ż": "j", "ź": "z", "ł": "l"}
    | {"ñ": "n", "ç": "s", "đ": "d", "ð": "d", "þ": "t", "ß": "s", "ø": "o", "æ": "e", "ı": "i"}
)
SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("(?<=[^aeiouy])ier$", "ie"),
        ("tsch|tch|cz", "4"),
        ("sch|sh|sz", "6"),
        ("d?zh|dzj|dj|rz", "j"),
        ("kh", "h"),
        ("ch", "4"),
        ("ph", "f"),
        ("th", "t"),
        ("ck|q", "k"),
        ("ts|tz|c(?=[eiy])", "s"),
        ("c", "k"),
        ("x", "ks"),
        ("w", "v"),
        ("(?<=[ln])j(?=[aeiou])", ""),
        ("(?<=.)h", ""),
    )
]
CLASSES = str.maketrans({"z": "s", "j": "g"})
VOWELS = re.compile("[aeiouy]+")
CYRILLIC_ENDINGS = re.compile(
    "(?<=...)(?:ого|его|ому|ему|ими|ыми|ами|ями|ові|еві|ах|ях|ата|ята|ът|ят|то|те)$"
)
"""Case endings and Bulgarian articles that hold a consonant other than a last м."""
LATIN_ENDINGS = re.compile("(?<=...)(?:'s|’s|owi|ovi|ego|emu|ové|ovou|ová)$")
LAST_M = re.compile("(?<=...)m$")
"""-ом, -ем, -ым; -om, -em: what is left of an instrumental."""
SHORT = 2


@lru_cache(maxsize=200_000)
def name_key(word: str, language: str = "") -> str:
    """Return the key of one word of a name, `` if it holds no letter of a known script."""
    word = unicodedata.normalize("NFC", word.lower())
    if re.search("[а-ѿ]", word):
        word = CYRILLIC_ENDINGS.sub("", word)
        if language == "uk":
            word = word.replace("г", "х")
        latin = word.replace("дж", "џ").replace("кс", "x").translate(CYRILLIC)
    else:
        latin = LATIN_ENDINGS.sub("", word).translate(LATIN).translate(GREEK)
    return _by_sound(_ascii_letters(latin))


def _ascii_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def _by_sound(latin: str) -> str:
    for pattern, sound in SOUNDS:
        latin = pattern.sub(sound, latin)
    latin = re.sub(r"(.)\1+", r"\1", latin.translate(CLASSES))
    consonants = LAST_M.sub("", VOWELS.sub("", latin))
    if len(consonants) > SHORT:
        skeleton = consonants
    else:
        skeleton = VOWELS.sub("a", latin.rstrip("aeiouy") if consonants[1:] else latin)
    first_vowel = "a" if VOWELS.match(latin) and not skeleton.startswith("a") else ""
    return first_vowel + re.sub(r"(.)\1+", r"\1", skeleton)
