"""How a phrase is shown: in the nominative, in the article's own spelling."""

from collections.abc import Sequence

from ingest.people import inflection
from ingest.people.chunks import Chunk
from ingest.people.lexicon import Lexicon
from ingest.people.words import Word

_LINKS = {"bg": "на ", "en": "of "}


class Wording:
    """Words the phrases of one article."""

    def __init__(self, text: str, words: Sequence[Word], lexicon: Lexicon) -> None:
        self._text = text
        self._words = words
        self._lexicon = lexicon
        self._language = lexicon.language
        self._forms = {word.text for word in words if word.capital}

    def raw(self, first: int, last: int) -> str:
        """Return the text from one word to another."""
        return self._text[self._words[first].start : self._words[last].end]

    def phrase(self, chunk: Chunk, owner: str | None = None, gender: str | None = None) -> str:
        """Return a phrase in the nominative; `owner`, of a gender, is whose it is."""
        before = [
            self._before_head(at, chunk)
            for at in range(chunk.first, chunk.head)
            if at != chunk.owner
        ]
        behind = []
        if owner:
            link = _LINKS.get(self._language, "")
            behind = [f"{link}{self._genitive(owner, gender)}"]
        elif chunk.last > chunk.head and chunk.owner is None:
            behind = [self.raw(chunk.head + 1, chunk.last)]
        return " ".join([*before, self._head(chunk, owned=owner is not None), *behind])

    def _before_head(self, at: int, chunk: Chunk) -> str:
        word, gender = self._words[at], chunk.noun.gender if chunk.noun else None
        text = self._small(word)
        if self._language == "bg" and at == chunk.first and gender == "m" and text.endswith("ия"):
            return f"{text[:-1]}ят"
        if self._language not in {"ru", "uk"} or not inflection.is_adjective(
            word.lower, self._language
        ):
            return text
        return inflection.adjective_nominative(text, gender, self._language, plural=chunk.plural)

    def _head(self, chunk: Chunk, *, owned: bool) -> str:
        word, noun = self._words[chunk.head], chunk.noun
        if noun is None:
            return word.text
        inflected = self._language in {"ru", "uk"} and not noun.nominative
        if inflected or (
            owned
            and self._language == "bg"
            and chunk.definite
            and not noun.plural
            and chunk.owner != chunk.last
        ):
            return noun.base if noun.base.lower() in self._lexicon.nouns else self._small(word)
        return self._small(word)

    def _small(self, word: Word) -> str:
        """Return a word without the capital that only its place gives it."""
        return word.lower if word.first and not word.text.isupper() else word.text

    def organisation(self, chunk: Chunk) -> str:
        """Return the name of an institution, a company or a newspaper in the nominative."""
        if chunk.institution:
            name = chunk.institution.name
            width = len(name.replace(".", " ").split())
            behind = chunk.first + width
            return name if chunk.last < behind else f"{name} {self.raw(behind, chunk.last)}"
        text = self.raw(chunk.first, chunk.last)
        if chunk.first < chunk.last or self._language not in {"ru", "uk"} or text.isupper():
            return text
        options = inflection.nominatives(text, self._language)
        seen = (option for option in options if option != text and option in self._forms)
        return next(seen, options[0] if chunk.oblique and not text.isascii() else text)

    def _genitive(self, name: str, gender: str | None) -> str:
        """Return a name in the genitive where the language has one."""
        if self._language not in {"ru", "uk"}:
            return name
        tokens = name.split()
        feminine = gender == "f" if gender else tokens[0][-1] in "ая"
        return " ".join(self._genitive_word(token, feminine=feminine) for token in tokens)

    def _genitive_word(self, token: str, *, feminine: bool) -> str:
        if token[-1] in "оеиуюэыіїє" or token.isascii() or (feminine and token[-1] not in "ая"):
            return token
        if token.endswith(("ский", "цкий", "ський", "цький")):
            return f"{token[:-2]}ого"
        oblique = list(inflection.forms(token, "f" if feminine else "m", self._language))
        return oblique[1].text if len(oblique) > 1 else token
