"""The words and marks of a question, and where they stand."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""[^\W_]+(?:[-.][^\W_]+|['’ʼ](?!s\b)[^\W\d_]+)*   # words, dates, domains
    | ['’]s\b                                         # the English possessive
    | [^\w\s] | _""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark: `[start, end)` in code points of the question."""

    start: int
    end: int
    text: str

    @property
    def lower(self) -> str:
        return self.text.lower().replace("ʼ", "'").replace("’", "'")

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_name(self) -> bool:
        """Tell whether it is written with a capital."""
        return self.text[0].isupper()


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order; blanks are left out."""
    return [Token(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text)]
