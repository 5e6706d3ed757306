"""The readers' side over HTTP, for a server that runs as a process of its own.

`POST /control/VERB` with a JSON object; a reader is `{"id": 1, "language": "en"}`, a message is as
the server gave it.
"""

from collections.abc import Callable

from aiohttp import web

from tests.bot.botapi.faults import Ending, Fault
from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import Reader
from tests.bot.botapi.server import FakeBotApi

Verb = Callable[[FakeBotApi, Json], object]


def control(api: FakeBotApi) -> None:
    """Let this server be controlled over HTTP; before it starts."""

    async def obey(request: web.Request) -> web.Response:
        verb = VERBS.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"no such verb; there are: {', '.join(VERBS)}\n")
        return web.json_response(verb(api, await request.json()))

    api.application.router.add_post("/control/{verb}", obey)


def _says(api: FakeBotApi, data: Json) -> Json:
    return api.says(_reader(data), data.pop("text"), **data)


def _edits(api: FakeBotApi, data: Json) -> Json:
    return api.edits(_reader(data), **data)


def _presses(api: FakeBotApi, data: Json) -> Json:
    return api.presses(
        _reader(data), data["message"], data["data"], stale=data.get("stale", False)
    )


def _inline(api: FakeBotApi, data: Json) -> str:
    return api.inline(_reader(data), data.pop("query"), **data)


def _fault(api: FakeBotApi, data: Json) -> None:
    ending = Ending[data.pop("ending", "REFUSAL")]
    api.faults.add(Fault(**data, ending=ending))


def _sent(api: FakeBotApi, data: Json) -> list[Json]:
    after = data.get("after", 0)
    return [message for message in api.sent if message["message_id"] > after]


def _state(api: FakeBotApi, _data: Json) -> Json:
    return {
        "waiting": api.waiting,
        "counts": dict(api.counts),
        "violations": api.law.violations,
    }


def _reader(data: Json) -> Reader:
    return Reader(**data.pop("reader"))


VERBS: dict[str, Verb] = {
    "says": _says,
    "edits": _edits,
    "presses": _presses,
    "inline": _inline,
    "update": lambda api, data: api.update(data),
    "repeats": lambda api, data: api.repeats(data),
    "fault": _fault,
    "sent": _sent,
    "state": _state,
}
