"""Standing questions at the prompt: they are those of the command line."""

import io

import pytest
from click.testing import CliRunner

from bot.phrases import phrase
from bot.repl import Session, run
from bot.reviews.store import Reports
from citat import cli
from tests.bot.watches.bridge import COST, QUESTION

WHOLE = "какво каза кметът Дрянков за моста?"
WATCHED = phrase("bg", "repl-watched", id=1)


@pytest.fixture
def transcript(bridge):
    """Type lines at the prompt; return what is printed after each, quotes left out."""

    def typed(*lines):
        stdout = io.StringIO()
        stdin = io.StringIO("".join(f"{line}\n" for line in lines))
        with Reports.open(bridge.library.path.parent) as reports:
            session = Session(bridge.conversation, bridge.watches, reports, stdout)
            run(session, stdin=stdin)
        _greeting, *replies = stdout.getvalue().split("\n> ")
        told = (reply.partition("\n")[2].strip() for reply in replies)
        return [reply for line, reply in zip(lines, told, strict=True) if line.startswith(":")]

    return typed


def test_the_last_question_is_watched_as_it_was_meant(transcript, bridge):
    (told,) = transcript("какво каза кметът Дрянков за купата?", "а за моста?", ":watch")
    assert told == f"1  {WHOLE}\n{WATCHED}"
    bridge.prints("new", COST)
    assert bridge.delivered() == [COST]


def test_a_filter_that_was_dropped_is_not_watched(transcript, bridge):
    transcript("какво каза кметът Дрянков за моста през 2020?", ":drop period", ":watch")
    assert [watch.question for watch in bridge.watches.of(0)] == [WHOLE]


def test_a_typed_question_is_watched_behind_the_one_before(transcript):
    first, again = transcript(
        "какво каза кметът Дрянков за купата?", ":watch а за моста?", ":watch а за моста?"
    )
    assert first == again == f"1  {WHOLE}\n{WATCHED}"


def test_what_was_put_is_listed_and_ended_by_its_number(transcript):
    none, _, listed, ended, gone, nothing = transcript(
        "кой откри моста?",
        ":watches",
        f":watch {QUESTION}",
        ":watches",
        ":unwatch 1",
        ":unwatch 1",
        ":WATCHES",
    )
    assert listed == f"1  {QUESTION}"
    assert ended == phrase("bg", "unwatched", id=1)
    assert gone == phrase("bg", "repl-unwatch-which")
    assert none == nothing == phrase("bg", "repl-watches-none")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(":watch", phrase("en", "repl-ask-first"), id="nothing"),
        pytest.param(":watch ?!", phrase("en", "not-a-question"), id="no-words"),
        pytest.param(":watch " + "why " * 300, phrase("en", "too-long", limit=1000), id="endless"),
        pytest.param(":unwatch", phrase("en", "repl-unwatch-which"), id="no-number"),
        pytest.param(":unwatch all", phrase("en", "repl-unwatch-which"), id="not-a-number"),
        pytest.param(":unwatch " + "9" * 30, phrase("en", "repl-unwatch-which"), id="endless-id"),
    ],
)
def test_what_cannot_be_done_says_why(transcript, bridge, line, told):
    assert transcript(line) == [told]
    assert bridge.watches.of(0) == []


def test_watches_of_telegram_are_neither_listed_nor_ended(transcript, bridge):
    watch = bridge.watch(chat=5)
    none, which = transcript(":watches", f":unwatch {watch.id}")
    assert (none, which) == (
        phrase("en", "repl-watches-none"),
        phrase("en", "repl-unwatch-which"),
    )
    assert bridge.watches.of(5) == [watch]


@pytest.mark.usefixtures("encoder_loaded_once")
def test_the_prompt_and_the_command_line_have_the_same_ones(bridge):
    data = str(bridge.library.path.parent)
    prompt = CliRunner().invoke(cli, ["repl", "--data", data], input=f":watch {QUESTION}\n")
    assert f"1  {QUESTION}\n" in prompt.stdout
    listed = CliRunner().invoke(cli, ["watch", "list", "--data", data])
    assert listed.stdout == f"1  {QUESTION}\n"
