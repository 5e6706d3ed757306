"""The methods that answer a press on a button and a query typed in another chat."""

import re

from tests.bot.botapi.marks import Json
from tests.bot.botapi.refusals import TOO_OLD, Refused
from tests.bot.botapi.world import World

RESULTS = 50


def answer_callback_query(world: World, data: Json) -> bool:
    if len(str(data.get("text", ""))) > 200:
        raise Refused("MESSAGE_TOO_LONG")
    _answered(world, str(data.get("callback_query_id")))
    world.toasts.append(data)
    return True


def answer_inline_query(world: World, data: Json) -> bool:
    """Keep the results; what they would send is checked now and not when one is chosen."""
    results = data.get("results")
    if not isinstance(results, list):
        raise Refused("can't parse inline query results JSON object")
    if len(results) > RESULTS:
        raise Refused("RESULTS_TOO_MUCH")
    shown = [_result(world, result) for result in results]
    if len({result["id"] for result in shown}) < len(shown):
        raise Refused("RESULT_ID_DUPLICATE")
    if len(str(data.get("next_offset", "")).encode()) > 64:
        raise Refused("NEXT_OFFSET_INVALID")
    if data.get("button"):
        _check_button(data["button"])
    known = {"cache_time": 300, "is_personal": False, "next_offset": ""}
    query = _answered(world, str(data.get("inline_query_id")))
    world.inline_answers.append({**known, **data, "results": shown, "query": query["query"]})
    return True


def _answered(world: World, query_id: str) -> Json:
    query = world.queries.pop(query_id, None)
    if query is None:
        raise Refused(TOO_OLD)
    return query


def _result(world: World, result: Json) -> Json:
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise Refused("RESULT_ID_INVALID")
    if result.get("type") != "article":
        raise Refused("unsupported inline query result type")
    if not str(result.get("title", "")).strip():
        raise Refused("ARTICLE_TITLE_EMPTY")
    content = dict(result.get("input_message_content") or {})
    if not content.get("message_text"):
        raise Refused("MESSAGE_EMPTY")
    content["text"] = content.pop("message_text")
    if "reply_markup" in result:
        content["reply_markup"] = result["reply_markup"]
    return {**result, "message": world.content("answerInlineQuery", content)}


def _check_button(button: Json) -> None:
    if not button.get("text"):
        raise Refused("SWITCH_PM_TEXT_EMPTY")
    start = button.get("start_parameter", "_")
    if not re.fullmatch(r"[\w-]{1,64}", start, re.ASCII):
        raise Refused("START_PARAM_INVALID")


METHODS = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
