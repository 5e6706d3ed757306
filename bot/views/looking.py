"""A request becomes a view: all is read in the one state of the library that the caller holds."""

from bot.answer import Reason
from bot.choosing import ChoiceSettings
from bot.phrases import LANGUAGES
from bot.silence import refusal
from bot.views.request import Kind, Request
from bot.views.said import said
from bot.views.spoken_of import timeline, who
from bot.views.view import View
from index.languages import detect
from index.search import Searcher

_VIEWS = {Kind.SAID: said, Kind.TIMELINE: timeline, Kind.WHO: who}


def look(searcher: Searcher, settings: ChoiceSettings, request: Request) -> View:
    """Return what is asked for, or why there is nothing."""
    language = detect(request.topic or request.person, LANGUAGES)
    asked = request.person if request.kind is Kind.SAID else request.topic
    for text in (asked, *filter(None, (request.to, request.topic))):
        if refused := refusal(text, settings.question_limit):
            return View(request, language, (), *refused)
    if not len(searcher.refresh()):
        return View(request, language, (), Reason.EMPTY_LIBRARY)
    return _VIEWS[request.kind](searcher, settings, request, language)
