"""The dative of Russian and Ukrainian, by endings: who is spoken to."""

from ingest.statements.clauses import Reading

_DATIVES = {
    "ru": ("ам", "ям", "ому", "ему"),
    "uk": ("ам", "ям", "ому", "ові", "еві", "єві"),
}
_GENITIVES = ("ого", "его", "ього")
_OF_NAMES = ("у", "ю", "ові", "еві")


def is_dative(reading: Reading, place: int) -> bool:
    """Tell whether a word ends like a dative; short endings count for names and listeners."""
    word = reading.words[place]
    endings = _DATIVES.get(reading.lexicon.language)
    if endings is None or not word.is_word or reading.is_in(place, "adverbs"):
        return False
    if word.folded.endswith(endings):
        # Behind an adjective in the genitive it is a noun of that ending: "Білого дому".
        return not reading.folded(place - 1).endswith(_GENITIVES)
    listens = reading.lexicon.begins(word.folded, "listeners")
    return (listens or word.capital) and word.folded.endswith(_OF_NAMES)
