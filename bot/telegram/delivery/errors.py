"""What ends the bot for good, each with the exit code that tells a supervisor what it was."""

from index.errors import CitatError


class TokenRejected(CitatError):
    """Telegram keeps rejecting the bot token: a restart would not help."""

    exit_code = 3


class AnotherPolls(CitatError):
    """Another instance takes the bot's updates: to go on would split them between the two."""

    exit_code = 4


class AnotherRuns(CitatError):
    """Another bot works in the same data directory."""
