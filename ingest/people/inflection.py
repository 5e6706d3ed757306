"""Forms of nouns and names: what a word of the lexicon may look like, and the way back.

Paradigms are those of school grammars, generous on purpose: a form that does not exist is not met.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ingest.people.lexicon import Noun


class Form(NamedTuple):
    """A form of a noun."""

    text: str
    plural: bool
    nominative: bool


_VOWELS = "аеёиоуыэюяіїє"
_HUSHING = "гкхжшчщ"

# Endings by what the base form ends in: (base ending, gender, singular, plural); the first ending
# of each is the nominative. "*" stands for any consonant.
_RUSSIAN = (
    ("щий", "m", "щий щего щему щим щем", "щие щих щим щими"),
    ("ский", "m", "ский ского скому ским ском", "ские ских ским скими"),
    ("ий", "m", "ий ия ию ием ии", "ии иев иям иями иях"),
    ("ый", "m", "ый ого ому ым ом", "ые ых ым ыми"),
    ("ской", "m", "ской ского скому ским ском", "ские ских ским скими"),
    ("й", "m", "й я ю ем е", "и ев ям ями ях"),
    ("ец", "m", "ец ца цу цем цом це", "цы цев цам цами цах"),
    ("ь", "m", "ь я ю ем ём е", "и ей ям ями ях"),
    ("*", "m", " а у ом ем е", "ы и ов ев ей ам ами ах"),
    ("ия", "", "ия ии ию ией", "ии ий иям иями иях"),
    ("щая", "f", "щая щей щую", "щие щих щим щими"),
    ("ая", "f", "ая ой ую ою", "ые ых ым ыми"),
    ("я", "", "я и ю ей ёй е", "и ь й ям ями ях"),
    ("а", "", "а ы и у ой ою ей е", "ы и  ам ами ах"),
    ("ь", "f", "ь и ью", "и ей ям ями ях"),
    ("ие", "n", "ие ия ию ием ии", "ия ий иям иями иях"),
    ("о", "n", "о а у ом е", "а  ам ами ах"),
    ("е", "n", "е я ю ем и", "я й ям ями ях"),
)
_UKRAINIAN = (
    ("ий", "m", "ий ого ому им ім", "і их им ими"),
    ("ій", "m", "ій ія ію ієм ієві ії", "ії іїв іям іями іях"),
    ("й", "m", "й я ю єм єві ї", "ї їв ям ями ях"),
    ("ець", "m", "ець ця цю цем цеві ці", "ці ців цям цями цях"),
    ("ь", "m", "ь я ю ем еві і", "і ів ей ям ями ях"),
    ("о", "m", "о а у ові ом ю і", "и ів ам ами ах"),
    ("ар", "m", "ар аря арю арем ареві арі", "арі арів арям арями арях"),
    ("*", "m", " а у ові еві ом ем і", "и і ів ам ами ах"),
    ("ія", "", "ія ії ію ією", "ії ій іям іями іях"),
    ("ця", "", "ця ці цю цею", "ці ць цям цями цях"),
    ("ння", "n", "ння нню нням нні", "ння нь нням ннями ннях"),
    ("я", "", "я і ю ею єю ї", "і ь й ів ям ями ях"),
    ("ка", "", "ка ки ку кою ці", "ки ок кам ками ках"),
    ("а", "", "а и і у ою ею", "и і  ам ами ах"),
    ("ь", "f", "ь і ю", "і ей ям ями ях"),
    ("о", "n", "о а у ом і", "а  ам ами ах"),
    ("е", "n", "е я ю ем і", "я ь ям ями ях"),
)
_BULGARIAN = (
    ("ец", "m", "ец еца ецът ецо", "ци ците"),
    ("ър", "m", "ър ъра ърът ре", "ри рите"),
    ("к", "m", "к ка кът ко", "ци ците"),
    ("г", "m", "г га гът", "зи зите"),
    ("х", "m", "х ха хът", "си сите"),
    ("й", "m", "й я ят йо", "и ите"),
    ("*", "m", " а ът я ят е ю", "и ите ове овете а е ете"),
    ("а", "", "а ата о", "и ите"),
    ("я", "", "я ята йо", "и ите"),
    ("*", "f", " та", "и ите"),
    ("ие", "n", "ие ието", "ия ията"),
    ("о", "n", "о ото", "а ата"),
    ("е", "n", "е ето", "та тата ета етата я ята"),
    ("ю", "n", "ю юто", "юта ютата"),
)
_ENGLISH = (
    ("y", "", "y y's", "ies"),
    ("", "", " 's", "s es s'"),
)
_PARADIGMS = {"ru": _RUSSIAN, "uk": _UKRAINIAN, "bg": _BULGARIAN, "en": _ENGLISH}


def forms(noun: str, gender: str, language: str) -> Iterator[Form]:
    """Yield the forms of a noun in the nominative singular, that one first."""
    base, singular, plural = _paradigm(noun, gender, language)
    for endings, is_plural in ((singular, False), (plural, True)):
        for place, ending in enumerate(endings):
            yield Form(base + ending, is_plural, nominative=not place or language in {"bg", "en"})


def plural_forms(noun: str, language: str) -> Iterator[Form]:
    """Yield the forms of a noun given in the nominative plural."""
    if language == "bg":
        article = "та" if noun[-1] in "ая" else "те"
        yield Form(noun, plural=True, nominative=True)
        yield Form(noun + article, plural=True, nominative=True)
        return
    yield Form(noun, plural=True, nominative=True)
    for ending, base, others in _PLURALS.get(language, ()):
        if noun.endswith(ending):
            stem = noun[: len(noun) - len(base)]
            yield from (Form(stem + other, plural=True, nominative=False) for other in others)
            return


_PLURALS = {
    "ru": (
        ("ие", "ие", ("их", "им", "ими")),
        ("ые", "ые", ("ых", "ым", "ыми")),
        ("ьи", "ьи", ("ей", "ьям", "ьями", "ьях")),
        ("ии", "ии", ("ий", "иям", "иями", "иях")),
        ("ти", "и", ("ей", "ям", "ями", "ях")),
        ("ди", "и", ("ей", "ям", "ями", "ьми", "ях")),
        ("ели", "и", ("ей", "ям", "ями", "ях")),
        ("и", "и", ("ов", "ей", "ам", "ами", "ах", "ям", "ями", "ях")),
        ("ы", "ы", ("ов", "", "ам", "ами", "ах")),
        ("а", "а", ("", "ам", "ами", "ах")),
        ("е", "е", ("", "ам", "ами", "ах")),
    ),
    "uk": (
        ("ні", "і", ("их", "им", "ими", "ей", "ям", "ями")),
        ("чі", "і", ("их", "им", "ими", "ів", "ам", "ами")),
        ("ті", "і", ("их", "им", "ими")),
        ("ії", "ії", ("ій", "іям", "іями", "іях")),
        ("і", "і", ("ів", "ей", "ям", "ями", "ях", "ам", "ами")),
        ("и", "и", ("ів", "", "ам", "ами", "ах", "ей", "ям", "ями")),
        ("а", "а", ("", "ам", "ами", "ах")),
    ),
}


def _paradigm(noun: str, gender: str, language: str) -> tuple[str, list[str], list[str]]:
    for ending, of, singular, plural in _PARADIGMS.get(language, ()):
        fits = noun[-1] not in _VOWELS + "ьй" if ending == "*" else noun.endswith(ending)
        if fits and of in {"", gender}:
            base = noun if ending == "*" else noun[: len(noun) - len(ending)]
            many = plural.split(" ")
            if noun[-1] in _HUSHING and language == "ru" and ending == "*":
                many = ["и", *many]
            if noun.endswith(("ка", "га", "ха", "ша", "жа", "ча", "ща")) and language == "ru":
                many = ["и", *many]
            return base, singular.split(" "), many
    return noun, [""], []


# What the end of a name in an oblique case becomes in the nominative, likeliest first.
_NAME_ENDINGS = {
    "ru": (
        ("ского", ("ский", "ской")),
        ("цкого", ("цкий", "цкой")),
        ("скому", ("ский", "ской")),
        ("ским", ("ский",)),
        ("цким", ("цкий",)),
        ("ском", ("ский",)),
        ("ской", ("ская", "ской")),
        ("скую", ("ская",)),
        ("ого", ("ый", "ой", "ий")),
        ("его", ("ий", "ей")),
        ("ому", ("ый", "ой", "ом")),
        ("овым", ("ов",)),
        ("евым", ("ев",)),
        ("ёвым", ("ёв",)),
        ("иным", ("ин",)),
        ("ыным", ("ын",)),
        ("ым", ("ый", "ым")),
        ("овой", ("ова",)),
        ("евой", ("ева",)),
        ("иной", ("ина",)),
        ("ией", ("ия",)),
        ("ой", ("а", "ой")),
        ("ью", ("ь", "ья")),
        ("ием", ("ий",)),
        ("цем", ("ц", "ец")),
        ("ем", ("ь", "й", "")),
        ("ом", ("", "ом", "о")),
        ("ия", ("ий", "ия")),
        ("ию", ("ий", "ия")),
        ("ии", ("ия", "ий")),
        ("ца", ("ц", "ец", "ца")),
        ("ья", ("ья", "ий")),
        ("ая", ("ая", "ай")),
        ("я", ("ь", "й", "я")),
        ("ю", ("ь", "й", "я")),
        ("у", ("", "а")),
        ("ы", ("а", "ы")),
        ("ги", ("га", "ги")),
        ("ки", ("ка", "ки")),
        ("хи", ("ха", "хи")),
        ("а", ("", "а")),
        ("е", ("", "а", "е", "ь")),
    ),
    "uk": (
        ("ського", ("ський",)),
        ("цького", ("цький",)),
        ("ському", ("ський",)),
        ("цькому", ("цький",)),
        ("ським", ("ський",)),
        ("цьким", ("цький",)),
        ("ської", ("ська",)),
        ("ській", ("ська",)),
        ("ською", ("ська",)),
        ("ську", ("ська",)),
        ("ого", ("ий",)),
        ("ому", ("ий", "ом")),
        ("вим", ("в",)),
        ("ним", ("н", "ний")),
        ("им", ("ий", "")),
        ("нка", ("нко", "нк")),
        ("нку", ("нко", "нк")),
        ("нком", ("нко", "нк")),
        ("нкові", ("нко", "нк")),
        ("ові", ("", "о")),
        ("еві", ("", "ь")),
        ("єві", ("й",)),
        ("ої", ("а",)),
        ("ою", ("а",)),
        ("ією", ("ія",)),
        ("ею", ("я", "а")),
        ("ієм", ("ій",)),
        ("єм", ("й",)),
        ("ем", ("", "ь", "ем")),
        ("ом", ("", "о", "ом")),
        ("ії", ("ія", "ій")),
        ("ія", ("ій", "ія")),
        ("ію", ("ій", "ія")),
        ("ця", ("ець", "ць", "ця")),
        ("я", ("ь", "й", "", "я")),
        ("ю", ("ь", "й", "", "я")),
        ("у", ("", "а")),
        ("зі", ("га", "з")),
        ("ці", ("ка", "ці")),
        ("і", ("", "а", "я", "і")),
        ("и", ("а", "и")),
        ("а", ("", "а")),
        ("е", ("", "е")),
    ),
}
_SHORT = 3


@lru_cache(maxsize=20_000)
def nominatives(name: str, language: str) -> tuple[str, ...]:
    """Return the nominatives that a form of a name may have, likeliest first if it is oblique."""
    for ending, endings in _NAME_ENDINGS.get(language, ()):
        if not name.endswith(ending) or len(name) - len(ending) < _SHORT - 1:
            continue
        stem = name[: len(name) - len(ending)]
        found = [stem + other for other in endings if other or stem[-1] not in _VOWELS + "ьй"]
        return tuple(dict.fromkeys([*found, name]))
    return (name,)


_STEM_ENDINGS = {
    "ru": re.compile(
        "(?<=..)(?:[иы]ми|[оеёи]го|[ое]му|[ая]ми|[иы]ях|[ая]х|[ая]м|[иы]х|[оеыи][йем]|[ая]я|[ую]ю|[оеы]в|и[ейюяи]|ью|[аеиоуыэюяьй])$"
    ),
    "uk": re.compile(
        "(?<=..)(?:[иі]ми|ого|ому|[ая]ми|[ая]х|[ая]м|их|[иі][йм]|ої|ою|[оеє]ві|і[йюяїє]|єю|[ое]м|ів|[аеєиіїоуюяьй])$"
    ),
    "bg": re.compile("(?<=...)(?:[иа]ят|[иа]я|ът|ят|[аяоие]т[аоие]|[аеиояу])$"),
    "en": re.compile("(?<=..)'s?$"),
}


@lru_cache(maxsize=100_000)
def stem(lower: str, language: str) -> str:
    """Return what a word shares with its other forms: enough to tell that two are of one word."""
    pattern = _STEM_ENDINGS.get(language)
    return pattern.sub("", lower) if pattern else lower


_ADJECTIVES = {
    "ru": re.compile("..(?:[ыи]й|ой|[ая]я|[ую]ю|[оеы]е|ие|[оеё]го|[оеё]му?|[ыи]ми?|[ыи]х|ей|ою)$"),
    "uk": re.compile(
        "..(?:ий|ій|[сц]ьк[аеуі]|н[аеуєюі]|[оеє]в[аеуі]|ого|ому|ими?|их|ої|ою|[лт]ив[аеуі]|ш[аеуі])$"
    ),
    "bg": re.compile(
        "..(?:[сшчц]ки|[еая]н|[оеи]в|[иа]т|[аяе]щ|[^аеиоуъюя](?:ият|ия|ата|ото|ите)"
        "|[нвкщлмтшчрдг][аои])$"
    ),
    "en": re.compile("..(?:an|ish|ese|ian|al|ive|ic|ary|ous|ful|nt|or|ior)$"),
}
_BULGARIAN_AGREEMENT = {
    "m": re.compile("(?:[сшчц]ки|н|в|щ|л|м|т|к|ият|ия)$"),
    "f": re.compile("(?:а|ата)$"),
    "n": re.compile("(?:о|ото)$"),
    "plural": re.compile("(?:и|ите)$"),
}
_DEFINITE = re.compile("..(?:ът|ят|[^аеиоуъюя]ния|ския|[вщ]ия|та|то|те)$")


def agrees(lower: str, noun: "Noun | None", language: str) -> bool:
    """Tell whether an adjective may stand before a noun; only Bulgarian endings tell much."""
    if language != "bg" or noun is None:
        return True
    number = "plural" if noun.plural else noun.gender or "m"
    return bool(_BULGARIAN_AGREEMENT[number].search(lower))


def is_definite(lower: str, noun: "Noun | None" = None) -> bool:
    """Tell whether a Bulgarian word ends in the article; of a noun, its base form is known."""
    if noun:
        return lower != noun.base and lower.endswith(("ът", "ят", "а", "я", "та", "то", "те"))
    return bool(_DEFINITE.search(lower))


_GENITIVE_ADJECTIVES = {
    "ru": re.compile("..(?:ого|его|ой|ей|[ыи]х)$"),
    "uk": re.compile("..(?:ого|ьої|ої|их|іх)$"),
}
_GENITIVE_NOUNS = {
    "ru": re.compile("..(?:а|я|ы|(?<!м)(?<!еск)и|ов|ев|ей|ий)$"),
    "uk": re.compile("..(?:а|я|у|ю|(?<!м)(?<!льк)и|і|ї|ів|ей|ій)$"),
}
_VERBS = {
    "ru": re.compile("(?:[аяиеоуыё]л[аои]?|л[аои]?с[ья]|[аяеиую]т(?:ся)?|ть(?:ся)?|ши|я)$"),
    "uk": re.compile("(?:[аяиеоуії]л[аои]|[аяиіу]в|[влт]ся|[лт]ась|[аяеиєую]ть|ти|ши)$"),
}


@lru_cache(maxsize=50_000)
def is_adjective(lower: str, language: str) -> bool:
    """Tell whether a word ends like an adjective or a participle."""
    pattern = _ADJECTIVES.get(language)
    return bool(pattern and len(lower) > _SHORT and pattern.search(lower))


def is_genitive_adjective(lower: str, language: str) -> bool:
    pattern = _GENITIVE_ADJECTIVES.get(language)
    return bool(pattern and len(lower) > _SHORT + 1 and pattern.search(lower))


def is_genitive(lower: str, language: str) -> bool:
    """Tell whether a word ends like a noun in the genitive and not like a verb."""
    pattern = _GENITIVE_NOUNS.get(language)
    if not pattern or len(lower) <= _SHORT or not pattern.search(lower):
        return False
    verb = _VERBS[language].search(lower)
    return not verb or lower.endswith(("ия", "ія", "ния", "ля", "вля"))


_PAST = {
    "ru": {
        "m": re.compile("[аяиеоуыё]л(?:ся)?$"),
        "f": re.compile("[аяиеоуыё]ла(?:сь)?$"),
    },
    "uk": {
        "m": re.compile("[аяиіїоу]в(?:ся)?$"),
        "f": re.compile("[аяиіїоу]ла(?:ся|сь)?$"),
    },
    "bg": {"m": re.compile("[аяие]л$"), "f": re.compile("[аяие]ла$")},
}


def verb_gender(lower: str, language: str) -> str | None:
    """Return the gender that a verb in the past tense shows, None if it shows none."""
    for gender, pattern in _PAST.get(language, {}).items():
        if pattern.search(lower):
            return gender
    return None


# What a stem ends in, and the nominatives: masculine, feminine, neuter, plural.
_ADJECTIVE_NOMINATIVES = {
    "ru": (
        ("ск", "ский", "ская", "ское", "ские"),
        ("к", "кий", "кая", "кое", "кие"),
        ("щ", "щий", "щая", "щее", "щие"),
        ("ш", "ший", "шая", "шее", "шие"),
        ("", "ый", "ая", "ое", "ые"),
    ),
    "uk": (("", "ий", "а", "е", "і"),),
}
_ADJECTIVE_STEM = re.compile(
    "(?:[ыи]ми|[ое]го|[ое]му|[ыи]й|ой|ей|ая|яя|[ую]ю|ое|ее|ые|ие|[ыи]м|[ое]м|[ыи]х|ої|ою|ій|[аеуі])$"
)


def adjective_nominative(lower: str, gender: str | None, language: str, *, plural: bool) -> str:
    """Return an adjective in the nominative of a gender and number."""
    base = _ADJECTIVE_STEM.sub("", lower)
    if base == lower:
        return lower
    column = 4 if plural else {"f": 2, "n": 3}.get(gender or "m", 1)
    for row in _ADJECTIVE_NOMINATIVES.get(language, ()):
        if base.endswith(row[0]):
            return base.removesuffix(row[0]) + row[column]
    return lower
