"""What can go wrong and is told to the user in one line; anything else is a bug and a traceback.

CitatError
├── ConfigError           a setting is unknown or has a wrong value
├── SourceError           something to be ingested cannot be read
├── EncoderError          a model cannot be loaded
├── LibraryError          the library cannot be opened, read or written
│   └── EncoderMismatch   it was made with another encoder
├── StoreError            the search engine of the library fails, or holds something else
└── QuoteError            a quote no longer equals its article: it must not be shown
"""


class CitatError(Exception):
    """Base of all errors that are shown to the user as one line."""

    exit_code: int = 1
    """What the process ends with."""


class ConfigError(CitatError):
    """A setting is unknown or has a wrong value."""


class SourceError(CitatError):
    """Something to be ingested cannot be read."""


class EncoderError(CitatError):
    """A sentence encoder cannot be loaded."""


class LibraryError(CitatError):
    """The library cannot be opened, read or written."""


class EncoderMismatch(LibraryError):
    """The library was made with another encoder than the one configured."""

    def __init__(self, stored: str, configured: str) -> None:
        super().__init__(
            f"this library was made with the encoder {stored}, but {configured} is configured;"
            " run `citat reindex` to encode it anew, or configure the former",
        )
        self.stored = stored
        self.configured = configured


class StoreError(CitatError):
    """The search engine that the library is given to fails, or holds something else."""


class QuoteError(CitatError):
    """A quote no longer equals its article, so it must not be shown."""
