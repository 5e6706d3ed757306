"""Reply markup, checked as the server checks it."""

import itertools

from tests.bot.botapi.links import BadLink, checked_link
from tests.bot.botapi.marks import Json
from tests.bot.botapi.refusals import Refused

BUTTONS, IN_A_ROW = 100, 8
_OTHER_MARKUP = {"keyboard", "remove_keyboard", "force_reply"}
_INLINE = {
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
}
_QUERY_LIMIT = 256


def checked_markup(markup: Json) -> Json | None:
    """Return an inline keyboard without empty rows, None where no message keeps it.

    Raises:
        Refused: a button does not do exactly one thing, or not one that can be done.
    """
    if _OTHER_MARKUP.intersection(markup):
        return None
    if not isinstance(markup.get("inline_keyboard"), list):
        raise Refused("object expected as reply markup")
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > BUTTONS or any(len(row) > IN_A_ROW for row in rows):
        raise Refused("reply markup is too long")
    for button in itertools.chain(*rows):
        _check(button)
    return {"inline_keyboard": rows} if rows else None


def _check(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise Refused("button text must be non-empty")
    actions = button.keys() - {"text", "style", "icon_custom_emoji_id"}
    if not actions:
        raise Refused("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise Refused("inline keyboard button must have exactly one action")
    (action,) = actions
    _check_action(action, button[action])


def _check_action(action: str, value: object) -> None:
    match action, value:
        case "callback_data", str(data):
            if not 1 <= len(data.encode()) <= 64:
                raise Refused("BUTTON_DATA_INVALID")
        case "url", str(url):
            try:
                checked_link(url)
            except BadLink as error:
                raise Refused(f"inline keyboard button URL '{url}' is invalid: {error}") from None
        case "copy_text", {"text": str(text)}:
            if not 1 <= len(text) <= 256:
                raise Refused("BUTTON_COPY_TEXT_INVALID")
        case "switch_inline_query_chosen_chat", {"query": str(query)}:
            _check_query(query)
        case str(name), str(query) if name in _INLINE:
            _check_query(query)
        case _:
            raise Refused("BUTTON_TYPE_INVALID")


def _check_query(query: str) -> None:
    if len(query) > _QUERY_LIMIT:
        raise Refused("SWITCH_INLINE_QUERY_TOO_LONG")
