"""How a Latin name may be written in Cyrillic: rules of thumb, with a choice where habits differ.

Names that no dictionary knows are the words that find a passage; spelt by rule in texts whose
vector is known, they teach the pieces of Cyrillic words how names sound.
"""

from __future__ import annotations

import random
import re

from training.text import other_script

# Longest first; of several spellings one is drawn.
SOUNDS: dict[str, tuple[str, ...]] = {
    "sch": ("ш", "ск"),
    "tch": ("ч",),
    "sh": ("ш",),
    "ch": ("ч", "х", "ш"),
    "zh": ("ж",),
    "kh": ("х",),
    "th": ("т", "т", "с"),
    "ph": ("ф",),
    "ck": ("к",),
    "qu": ("кв",),
    "ts": ("ц",),
    "tz": ("ц",),
    "oo": ("у",),
    "ee": ("и",),
    "ou": ("у", "оу"),
    "ie": ("и", "ие"),
    "ya": ("я",),
    "yu": ("ю",),
    "ye": ("е",),
    "ay": ("ей", "ай"),
    "ey": ("ей", "и"),
    "ss": ("с", "сс"),
    "ll": ("л", "лл"),
    "nn": ("н", "нн"),
    "tt": ("т", "тт"),
    "c": ("к",),
    "h": ("х", "х", "г"),
    "j": ("дж", "ж", "й"),
    "q": ("к",),
    "u": ("у", "у", "ю", "а"),
    "w": ("у", "в"),
    "x": ("кс",),
    "y": ("и", "й"),
    **{latin: (c,) for latin, c in zip("abdefgiklmnoprstvz", "абдефгиклмнопрствз", strict=True)},
}
SOFT_C = re.compile("c(?=[eiy])")
SILENT_E = re.compile("(?<=[^aeiouy][^aeiouy])e$|(?<=[aiouy][^aeiouy])e$")
SOUND = re.compile("|".join(sorted(SOUNDS, key=len, reverse=True)))
OWN_LETTERS = {
    "uk": str.maketrans({"и": "і", "ы": "и"}),
    "mk": str.maketrans({"й": "ј", "я": "ја", "ю": "ју"}),
    "sr": str.maketrans({"й": "ј", "я": "ја", "ю": "ју"}),
}
CYRILLIC = ("bg", "ru", "uk", "mk", "sr")


def spelt(name: str, language: str, rng: random.Random) -> str:
    """A name of ASCII letters as one of the languages in `CYRILLIC` may write it."""
    latin = SILENT_E.sub("", SOFT_C.sub("s", name.lower()))
    cyrillic = SOUND.sub(lambda sound: rng.choice(SOUNDS[sound[0]]), latin)
    cyrillic = cyrillic.translate(OWN_LETTERS.get(language, {})).capitalize()
    return other_script(cyrillic) if language == "sr" and rng.random() < 0.5 else cyrillic
