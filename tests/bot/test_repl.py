"""The prompt: typed lines go in, the whole transcript comes out."""

import asyncio
import io
import stat
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import pytest
from prompt_toolkit.application import create_app_session, get_app
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.answer import Answer, Quote, Reason, Understood
from bot.phrases import LANGUAGES, phrase
from bot.questions.only import ANYTHING, Only
from bot.questions.reading import read
from bot.questions.slots import Slot
from bot.repl import COMMANDS, Session, run
from bot.reviews.store import Reports
from bot.views.request import Request
from bot.views.view import Item, View
from bot.watches.store import Watches
from index.errors import LibraryError
from index.records import Article

BRIDGE = Article(
    id="bridge",
    text=(
        "The mayor opened the bridge.\nIt took nine years.\nNobody counted the cost.\n"
        "The river rose twice.\nThe workers stayed."
    ),
    title="A bridge, at last",
    source="Daily",
    language="en",
    url="https://daily.example/bridge",
    published=datetime(2024, 5, 2, tzinfo=UTC),
)
MOST = Article(
    id="most", text="Кметът откри моста.", title="Мостът", source="Вести", language="bg"
)


def sentences(article: Article) -> Iterator[Quote]:
    end = -1
    for line in article.text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        yield Quote(article, article.span(start, end), 0.5, marks=((0, 3),))


@dataclass
class Archive:
    """A conversation that quotes the English article, or the Bulgarian one, or nothing.

    `withdrawn` are sentences that no longer stand; `asked` are the questions with their history.
    """

    watches: Watches
    reports: Reports
    withdrawn: set[str] = field(default_factory=set)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        *,
        language: str | None = None,
        without: Collection[Slot] = (),
        only: Only = ANYTHING,
    ) -> Answer:
        self.asked.append((text, list(history)))
        match text:
            case "break":
                raise LibraryError("the library is gone: \x1b restore it")
            case "interrupt":
                raise KeyboardInterrupt
            case "and Ronaldo?":
                understood = Understood(text, "en", unknown_names=("Ronaldo",))
                details = {"name": "Ronaldo", "nearest": "0.31"}
                return Answer(understood, (), Reason.UNKNOWN_NAME, details)
            case "кой откри моста?":
                return Answer(Understood(text, "bg"), tuple(sentences(MOST)))
            case "what did the mayor say in 2017?":
                slots = read(text, "en").without(*without)
                return Answer(Understood(text, "en", slots=slots), tuple(sentences(MOST)))
        return Answer(Understood(text, "en", names=("Mayor",)), tuple(sentences(BRIDGE)))

    def session(self, stdout: TextIO | None = None) -> Session:
        """Begin a conversation at the prompt."""
        return Session(self, self.watches, self.reports, stdout or io.StringIO())

    def view(self, request: Request) -> View:
        items = tuple(Item(quote, count=7) for quote in sentences(BRIDGE))
        return View(request, "en", items, left=2)

    def verified(self, answer: Answer) -> Answer:
        kept = (quote for quote in answer.quotes if quote.text not in self.withdrawn)
        return replace(answer, quotes=tuple(kept))


def transcript(archive: Archive, *lines: str, articles: int | None = None) -> str:
    """Return everything that is printed after the greeting."""
    stdout = io.StringIO()
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    run(archive.session(stdout), articles=articles, stdin=typed)
    return stdout.getvalue().partition("commands.\n\n")[2]


@pytest.fixture
def archive(library) -> Iterator[Archive]:
    folder = library.path.parent
    with Watches.open(folder) as watches, Reports.open(folder) as reports:
        yield Archive(watches, reports)


def test_the_greeting_counts_the_articles_and_names_the_help(archive):
    stdout = io.StringIO()
    run(archive.session(stdout), articles=15, stdin=io.StringIO())
    assert stdout.getvalue() == (
        "Articles in the archive: 15.\n"
        "Ask a question in any language; :help shows the commands.\n\n"
    )


def test_a_question_is_answered_page_by_page(archive):
    assert transcript(archive, "who opened the bridge?", ":more", ":more") == (
        "> who opened the bridge?\n"
        " 1 │ The mayor opened the bridge.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=The%20mayor%20opened%20the%20bridge.\n"
        "\n"
        " 2 │ It took nine years.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=It%20took%20nine%20years.\n"
        "\n"
        " 3 │ Nobody counted the cost.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=Nobody%20counted%20the%20cost.\n"
        "\n"
        "More quotes: 2\n"
        "\n"
        "> :more\n"
        " 4 │ The river rose twice.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=The%20river%20rose%20twice.\n"
        "\n"
        " 5 │ The workers stayed.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=The%20workers%20stayed.\n"
        "\n"
        "> :more\n"
        "No more quotes.\n"
        "\n"
    )


def test_sources_show_and_why_are_about_the_last_answer(archive):
    talk = transcript(archive, "who opened the bridge?", ":sources", ":show 5", ":why")
    assert talk[talk.index("> :sources") :] == (
        "> :sources\n"
        "     1, 2, 3, 4, 5 · Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=The%20mayor%20opened%20the%20bridge.\n"
        "\n"
        "> :show 5\n"
        "     A bridge, at last\n"
        "     Daily · 2 May 2024\n"
        "     https://daily.example/bridge#:~:text=The%20workers%20stayed.\n"
        "\n"
        "   │ The mayor opened the bridge.\n"
        "   │ It took nine years.\n"
        "   │ Nobody counted the cost.\n"
        "   │ The river rose twice.\n"
        "   ┃ The workers stayed.\n"
        "\n"
        "> :why\n"
        "language: en\n"
        "names: Mayor\n"
        "1: score 0.50; matched words: The\n"
        "2: score 0.50; matched words: It \n"
        "3: score 0.50; matched words: Nob\n"
        "4: score 0.50; matched words: The\n"
        "5: score 0.50; matched words: The\n"
        "\n"
    )


def test_where_nothing_was_found_each_command_says_so_too(archive):
    reason = "I found nothing on this: the archive never mentions Ronaldo."
    assert transcript(archive, "and Ronaldo?", ":more", ":sources", ":show 1", ":why") == (
        f"> and Ronaldo?\n{reason}\n\n"
        f"> :more\n{reason}\n\n"
        f"> :sources\n{reason}\n\n"
        f"> :show 1\n{reason}\n\n"
        "> :why\n"
        "language: en\n"
        "names the archive does not know: Ronaldo\n"
        "nearest score below the bar: 0.31\n\n"
    )


@pytest.mark.parametrize("command", [":more", ":sources", ":show 1", ":why"])
def test_before_the_first_question_there_is_nothing_to_tell(archive, command):
    assert transcript(archive, command) == f"> {command}\nAsk a question first.\n\n"


@pytest.mark.parametrize("argument", ["", " 0", " 6", " -1", " one", " 1 2", " ²"])
def test_show_wants_the_number_of_a_quote(archive, argument):
    talk = transcript(archive, "bridge", f":show{argument}")
    assert talk.endswith("\nSay which quote, from :show 1 to :show 5.\n\n")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(":sorces", "sources"), (":q", "quit"), (":MROE", "more"), (":", "help"), (":)", "help")],
)
def test_an_unknown_command_is_answered_with_the_nearest_one(archive, typed, meant):
    name = typed[1:].lower()
    assert transcript(archive, typed) == (
        f"> {typed}\nThere is no :{name}; did you mean :{meant}?\n\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_other_command(language):
    told = phrase(language, "repl-help")
    assert [name for name in COMMANDS if f":{name}" not in told] == ["help"]


def test_help_is_one_command_away(archive):
    assert transcript(archive, ":help") == f"> :help\n{phrase('en', 'repl-help')}\n\n"


def test_the_prompt_speaks_the_language_of_the_last_question(archive):
    talk = transcript(archive, ":fresh", "кой откри моста?", ":more", ":fresh")
    assert talk == (
        "> :fresh\n"
        "Forgotten: the next question stands alone.\n\n"
        "> кой откри моста?\n"
        " 1 │ Кметът откри моста.\n"
        "     Вести · без дата · Мостът\n\n"
        "> :more\n"
        "Няма повече цитати.\n\n"
        "> :fresh\n"
        "Забравено: следващият въпрос е сам за себе си.\n\n"
    )


def test_nothing_is_said_to_an_empty_line_and_nothing_is_heard_after_quit(archive):
    assert transcript(archive, "", "  \t", " :QUIT ", "who?") == "> \n> \n>  :QUIT\n"
    assert archive.asked == []


def test_the_last_three_questions_are_remembered_until_fresh(archive):
    transcript(archive, "a", "b", "c", "d", "e", ":fresh", "f")
    assert archive.asked[-3:] == [("d", ["a", "b", "c"]), ("e", ["b", "c", "d"]), ("f", [])]


def test_an_error_is_one_line_and_the_conversation_goes_on(archive):
    talk = transcript(archive, "break", "кой откри моста?")
    assert talk.startswith(
        "> break\nthe library is gone:   restore it\n\n> кой откри моста?\n 1 │"
    )
    assert archive.asked[-1] == ("кой откри моста?", [])


# What was understood, and dropped again

QUOTE = " 1 │ Кметът откри моста.\n     Вести · undated · Мостът\n\n"
DATED = "what did the mayor say in 2017?"


def test_filters_are_shown_and_can_be_dropped_one_after_another(archive):
    talk = transcript(archive, DATED, ":drop period", ":DROP Speaker", ":drop", ":drop outlet")
    assert talk == (
        f"> {DATED}\n"
        "said by mayor · 2017-01-01 – 2017-12-31\n\n"
        f"{QUOTE}"
        "> :drop period\n"
        "said by mayor\n\n"
        f"{QUOTE}"
        "> :DROP Speaker\n"
        f"{QUOTE}"
        "> :drop\n"
        "There is nothing to drop.\n\n"
        "> :drop outlet\n"
        "There is nothing to drop.\n\n"
    )


@pytest.mark.parametrize("argument", ["", " outlet", " period speaker", " 1"])
def test_only_what_was_understood_can_be_dropped(archive, argument):
    talk = transcript(archive, DATED, f":drop{argument}")
    assert talk.endswith("\nSay what to drop: speaker, period.\n\n")


def test_what_is_asked_without_a_filter_follows_the_same_questions_and_counts_once(archive):
    transcript(archive, "a", DATED, ":drop period", "b")
    undated = "what did the mayor say?"
    assert archive.asked[1:] == [(DATED, ["a"]), (DATED, ["a"]), ("b", ["a", undated])]


def test_a_new_question_has_all_its_filters_again(archive):
    talk = transcript(archive, DATED, ":drop period", DATED)
    assert talk.count("said by mayor · 2017-01-01 – 2017-12-31\n") == 2


@pytest.mark.parametrize("lines", [[], ["a", ":fresh"]], ids=["at-first", "after-fresh"])
def test_without_a_question_there_is_nothing_to_ask_again(archive, lines):
    assert transcript(archive, *lines, ":drop period").endswith("\nAsk a question first.\n\n")


# What was withdrawn or edited after it was quoted


def test_an_answer_is_verified_before_it_is_shown(archive):
    archive.withdrawn = {"The mayor opened the bridge."}
    assert archive.session().reply("bridge").startswith(" 1 │ It took nine years.\n")


def test_a_withdrawn_quote_is_never_shown_and_the_others_keep_their_numbers(archive):
    session = archive.session()
    session.reply("bridge")
    archive.withdrawn = {"The mayor opened the bridge.", "The river rose twice."}
    assert session.reply(":more") == (
        " 5 │ The workers stayed.\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=The%20workers%20stayed."
    )
    assert session.reply(":sources") == (
        "     2, 3, 5 · Daily · 2 May 2024 · A bridge, at last\n"
        "     https://daily.example/bridge#:~:text=It%20took%20nine%20years."
    )


@pytest.mark.parametrize("command", [":more", ":sources", ":show 1"])
def test_when_all_is_withdrawn_a_command_says_so(command, archive):
    session = archive.session()
    session.reply("bridge")
    archive.withdrawn = set(BRIDGE.text.split("\n"))
    gone = "That article was changed or withdrawn after it was quoted; ask again."
    assert session.reply(command) == gone


def test_why_tells_nothing_of_words_that_are_gone(archive):
    session = archive.session()
    session.reply("bridge")
    assert "\n1: score" in session.reply(":why")
    archive.withdrawn = {"The mayor opened the bridge."}
    told = session.reply(":why")
    assert "\n1: score" not in told
    assert "\n2: score" in told
    assert "mayor" not in told


def test_bytes_that_are_no_text_do_not_end_the_conversation(archive):
    typed = io.TextIOWrapper(io.BytesIO(b"\xff who?\nwho?\n"), encoding="utf-8")
    run(archive.session(), stdin=typed)
    assert [text for text, _ in archive.asked] == ["\ufffd who?", "who?"]


def test_an_interrupt_ends_a_script(archive):
    with pytest.raises(KeyboardInterrupt):
        transcript(archive, "interrupt", "who?")


# At a terminal


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


class Reader(DummyOutput):
    """Someone who presses the next keys when the screen has been still for a moment."""

    def __init__(self, keyboard: PipeInput) -> None:
        super().__init__()
        self.keyboard = keyboard
        self.keys: list[str] = []
        self.waiting: asyncio.TimerHandle | None = None

    def types(self, *keys: str) -> None:
        self.keys += keys

    def flush(self) -> None:
        if not get_app().is_running:
            return
        if self.waiting:
            self.waiting.cancel()
        self.waiting = asyncio.get_running_loop().call_later(0.02, self.press)

    def press(self) -> None:
        if self.keys:
            self.keyboard.send_text(self.keys.pop(0))


@pytest.fixture
def reader() -> Iterator[Reader]:
    with create_pipe_input() as keyboard:
        reader = Reader(keyboard)
        with create_app_session(input=keyboard, output=reader):
            yield reader


@pytest.fixture
def window(monkeypatch) -> Window:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Window()


def at_terminal(archive: Archive, window: Window, history: Path | None = None) -> list[str]:
    """Run until Ctrl-D and return the questions."""
    run(archive.session(window), history=history, stdin=Window())
    return [text for text, _ in archive.asked]


CTRL_A, CTRL_C, CTRL_D, CTRL_K, TAB, UP = "\x01", "\x03", "\x04", "\x0b", "\t", "\x1b[A"


@pytest.mark.parametrize(
    ("keys", "questions"),
    [
        pytest.param(["who?\r", CTRL_D], ["who?"], id="enter-asks-and-ctrl-d-leaves"),
        pytest.param(["whoops", CTRL_C, "who?\r", CTRL_D], ["who?"], id="ctrl-c-drops-the-line"),
        pytest.param(["how?", CTRL_A, CTRL_K, "who?\r", CTRL_D], ["who?"], id="emacs-keys-edit"),
        pytest.param(["who?\r", UP, "\r", CTRL_D], ["who?", "who?"], id="up-recalls"),
        pytest.param(["who?\r", ":quit\r", "why?\r"], ["who?"], id="quit-leaves"),
        pytest.param(
            ["\x1b[200~who\n\n  opened\r\nit?\x1b[201~", "\r", CTRL_D],
            ["who opened it?"],
            id="pasted-lines-are-one-question",
        ),
        pytest.param(
            ["bridge\r", "what did the mayo", TAB, " op", TAB, "?\r", CTRL_D],
            ["bridge", "what did the mayor opened?"],
            id="words-of-answers-complete",
        ),
        pytest.param(["who ", TAB, "\r", CTRL_D], ["who"], id="nothing-begun-nothing-completed"),
    ],
)
def test_keys_at_the_prompt(keys, questions, archive, reader, window):
    reader.types(*keys)
    assert at_terminal(archive, window) == questions


def test_commands_complete(archive, reader, window):
    reader.types(":fr", TAB, "\r", CTRL_D)
    at_terminal(archive, window)
    assert window.getvalue().endswith("Forgotten: the next question stands alone.\n\n")


def test_an_error_is_red(archive, reader, window):
    reader.types("break\r", CTRL_D)
    at_terminal(archive, window)
    assert "\x1b[31mthe library is gone:   restore it\x1b[0m\n" in window.getvalue()


def test_an_interrupt_gives_up_the_question_only(archive, reader, window):
    reader.types("interrupt\r", "who?\r", CTRL_D)
    assert at_terminal(archive, window) == ["interrupt", "who?"]


def test_questions_are_kept_for_the_next_time_and_for_nobody_else(
    archive, reader, window, tmp_path
):
    kept = tmp_path / "history"
    reader.types("who?\r", CTRL_D)
    at_terminal(archive, window, kept)
    reader.types(UP, "\r", CTRL_D)
    assert at_terminal(archive, window, kept) == ["who?", "who?"]
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_history_others_could_read_is_closed_to_them(archive, reader, window, tmp_path):
    kept = tmp_path / "history"
    kept.touch()
    kept.chmod(0o644)
    reader.types(CTRL_D)
    at_terminal(archive, window, kept)
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_without_a_place_for_the_history_the_prompt_works_all_the_same(
    archive, reader, window, tmp_path
):
    reader.types("who?\r", UP, "\r", CTRL_D)
    assert at_terminal(archive, window, tmp_path / "missing" / "history") == ["who?", "who?"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_costs_the_history_only(archive, reader, window, tmp_path):
    kept = tmp_path / "history"
    reader.types("who?\r", "why?\r", CTRL_D)

    class Filling(Archive):
        def ask(self, text: str, history: Sequence[str] = (), **more: Any) -> Answer:
            kept.unlink(missing_ok=True)
            kept.symlink_to("/dev/full")
            return super().ask(text, history)

    assert at_terminal(Filling(archive.watches, archive.reports), window, kept) == ["who?", "why?"]


# Views


def test_a_view_is_shown_page_by_page_with_what_is_known_of_each_quote(archive):
    shown = transcript(archive, ":said Mayor about the bridge", ":more")
    assert shown.startswith(
        "> :said Mayor about the bridge\n"
        "said by Mayor · about the bridge\n"
        "\n"
        " 1 │ The mayor opened the bridge.\n"
        "     7 statements\n"
        "     Daily · 2 May 2024 · A bridge, at last\n"
    )
    first, more = shown.split("> :more\n")
    assert first.endswith("\n\nMore quotes: 2\n\n")
    assert more.startswith(" 4 │ The river rose twice.\n     7 statements\n")
    assert more.endswith("\n\nNot shown: up to 2 more.\n\n")


def test_the_commands_about_an_answer_are_about_a_view_too(archive):
    shown = transcript(archive, ":timeline the bridge", ":show 2", ":sources", ":drop topic")
    assert "\n   ┃ It took nine years.\n" in shown
    assert "1, 2, 3, 4, 5 · Daily" in shown
    assert shown.endswith(f"> :drop topic\n{phrase('en', 'repl-ask-first')}\n\n")


def test_a_question_after_a_view_is_answered_as_ever(archive):
    shown = transcript(archive, ":who bridge", "who opened the bridge?")
    assert "7 statements" not in shown.partition("> who")[2]
    assert archive.asked == [("who opened the bridge?", [])]


@pytest.mark.parametrize("line", [":said", ":who", ":timeline", ":said since 2018"])
def test_a_view_of_nothing_says_how_it_is_asked_for(archive, line):
    told = phrase("en", "repl-view-usage")
    assert transcript(archive, line) == f"> {line}\n{told}\n\n"
