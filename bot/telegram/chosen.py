"""The language that was chosen in the chat whose update is being handled."""

from contextvars import ContextVar

CHOSEN: ContextVar[str | None] = ContextVar("chosen", default=None)
"""Set before the handlers run, in their task: what any of them says is in this language."""
