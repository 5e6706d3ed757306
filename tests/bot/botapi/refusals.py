"""What Telegram says when it refuses a call."""

from typing import Any

ALREADY_SO = (
    "message is not modified: specified new message content and reply markup are exactly the"
    " same as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
    " running"
)
WEBHOOK_CAME = "Conflict: terminated by setWebhook request"
WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
    " the webhook first"
)
BLOCKED = "Forbidden: bot was blocked by the user"
KICKED = "Forbidden: bot was kicked from the supergroup chat"
UPGRADED = "group chat was upgraded to a supergroup chat"


class Refused(Exception):
    """Telegram refuses a call; the message is its description, without "Bad Request: "."""

    def __init__(self, description: str, status: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters

    @property
    def description(self) -> str:
        """The whole description, as the server sends it."""
        return f"Bad Request: {self}" if self.status == 400 else str(self)
