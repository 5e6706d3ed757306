"""The prompt: questions in, exact words out, and commands about the last answer."""

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TextIO

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from bot.answer import Answer, Answers, Quote
from bot.asked import Asked
from bot.phrases import phrase
from bot.reviews.report import Report, Why
from bot.reviews.store import Reports
from bot.terminal import DIM, ERROR, Screen, columns, has_colour, reader_language, render
from bot.views import terminal
from bot.views.request import Kind, typed
from bot.views.view import View
from bot.watches import local
from bot.watches.news import why_not
from bot.watches.store import LOCAL, Watches
from index.errors import CitatError

COMMANDS = (
    "help",
    "more",
    "show",
    "sources",
    "why",
    "drop",
    "said",
    "timeline",
    "who",
    "wrong",
    "watch",
    "watches",
    "unwatch",
    "fresh",
    "quit",
)
PROMPT = "> "
PAGE = 3  # quotes shown at a time


def run(
    session: "Session",
    *,
    articles: int | None = None,
    history: Path | None = None,
    stdin: TextIO | None = None,
) -> None:
    """Answer line by line until the lines end or say `:quit`.

    At a terminal lines are edited, completed and kept in the `history` file; otherwise they are
    read as they come and repeated, so that the output is a whole transcript.
    """
    stdin, stdout = stdin or sys.stdin, session.stdout
    at_terminal = stdin.isatty() and stdout.isatty()
    lines = _prompted(session.seen, history) if at_terminal else _piped(stdin, stdout)
    click.echo(f"{session.greeting(articles)}\n", file=stdout)
    for line in lines:
        if line.strip().lower() == ":quit":
            return
        try:
            reply = session.reply(line)
        except KeyboardInterrupt:
            if not at_terminal:
                raise
            continue  # Ctrl-C gives up this question, not the conversation
        if reply:
            click.echo(f"{reply}\n", file=stdout)


@dataclass
class Session:
    """One reader's conversation; `seen` are words of shown quotes, for completion."""

    conversation: Answers
    watches: Watches
    reports: Reports
    stdout: TextIO
    language: str = "en"
    thread: tuple[str, ...] = ()
    asked: Asked | None = None
    answer: Answer | None = None
    view: View | None = None
    shown: int = 0
    seen: set[str] = field(default_factory=set)

    def greeting(self, articles: int | None) -> str:
        counted = [] if articles is None else [self._phrase("repl-articles", count=articles)]
        if waiting := self.reports.waiting():
            counted.append(self._phrase("wrong-waiting", count=waiting))
        return "\n".join([*counted, self._phrase("repl-greeting")])

    def reply(self, line: str) -> str:
        """Return what to show for a typed line: an answer, a command's output, or nothing."""
        text = " ".join(line.split())
        if not text:
            return ""
        try:
            return self._obey(text[1:]) if text.startswith(":") else self._new(text)
        except CitatError as error:
            return self._screen.ink(str(error), ERROR)

    @property
    def _screen(self) -> Screen:
        return Screen(columns(self.stdout), has_colour(self.stdout), self.language)

    def _phrase(self, key: str, **blanks: object) -> str:
        return phrase(self.language, key, **blanks)

    def _new(self, text: str) -> str:
        return self._ask(Asked(text, self.thread))

    def _ask(self, asked: Asked) -> str:
        answer = asked.answered(self.conversation)
        if answer.reason is None or answer.reason.can_be_followed_up:
            self.thread = asked.thread(answer.understood.meant)
        self.asked, self.answer, self.view, self.shown = asked, answer, None, PAGE
        self.language = reader_language(answer)
        self._notice(answer.quotes[:PAGE])
        screen = self._screen
        return render(
            answer,
            width=screen.width,
            colour=screen.colour,
            language=screen.language,
            count=PAGE,
        )

    def _obey(self, command: str) -> str:
        name, _, argument = command.partition(" ")
        order = self._orders.get(name.lower())
        return order(argument) if order else self._unknown(name.lower())

    @property
    def _orders(self) -> Mapping[str, Callable[[str], str]]:
        return {
            "help": lambda _: self._phrase("repl-help"),
            "fresh": lambda _: self._fresh(),
            "drop": self._drop,
            "wrong": self._wrong,
            "watch": self._watch,
            "watches": lambda _: self._watches(),
            "unwatch": self._unwatch,
            **{kind.value: partial(self._view, kind) for kind in Kind},
            **{name: partial(self._about, name) for name in ("more", "show", "sources", "why")},
        }

    def _unknown(self, name: str) -> str:
        nearest = get_close_matches(name, COMMANDS, n=1, cutoff=0.4) or ["help"]
        return self._screen.ink(self._phrase("repl-unknown", name=name, nearest=nearest[0]))

    def _fresh(self) -> str:
        self.thread = ()
        self.asked = self.answer = self.view = None
        return self._phrase("repl-fresh")

    def _drop(self, name: str) -> str:
        """Ask the last question again, without one more of its filters."""
        if self.asked is None or self.answer is None:
            return self._phrase("repl-ask-first")
        slots = {slot.value: slot for slot in self.answer.understood.droppable}
        if not slots:
            return self._phrase("repl-drop-nothing")
        if name.lower() not in slots:
            return self._phrase("repl-drop-which", slots=", ".join(slots))
        return self._ask(self.asked.dropping(slots[name.lower()]))

    def _wrong(self, name: str) -> str:
        """Report the last answer as far as it was shown; without a reason, for another one."""
        if self.asked is None or self.answer is None:
            return self._phrase("repl-ask-first")
        names = Why.of_quotes() if self.answer else Why.of_silence()
        if (reason := name.lower() or Why.OTHER) not in names:
            return self._phrase("repl-wrong-which", reasons=", ".join(names))
        shown = self.answer.quotes[: self.shown]
        is_new = self.reports.add(Report.of(self.asked, self.answer, shown, Why(reason)))
        return self._phrase("wrong-thanks" if is_new else "wrong-again")

    def _view(self, kind: Kind, line: str) -> str:
        """Show the first quotes of a view; the commands about an answer are about them."""
        request = typed(kind, line)
        if request is None:
            return self._phrase("repl-view-usage")
        view = self.conversation.view(request).verified(self.conversation)
        self.asked, self.answer, self.view, self.shown = None, view.answer, view, PAGE
        self._notice(view.answer.quotes[:PAGE])
        return terminal.render(view, self._screen, count=PAGE)

    def _watch(self, text: str) -> str:
        """Put the typed question, or else the last one, as a standing one."""
        asked = Asked(text, self.thread) if text else self.asked
        if asked is None:
            return self._phrase("repl-ask-first")
        answer = asked.answered(self.conversation)
        if told := why_not(answer, self.language):
            return told
        watch = local.put(self.watches, answer)
        told = self._phrase("repl-watched", id=watch.id)
        return f"{local.line(watch, self._screen)}\n{told}"

    def _watches(self) -> str:
        listed = (local.line(watch, self._screen) for watch in self.watches.of(LOCAL))
        return "\n".join(listed) or self._phrase("repl-watches-none")

    def _unwatch(self, number: str) -> str:
        if self.watches.drop_typed(number, LOCAL):
            return self._phrase("unwatched", id=number)
        return self._phrase("repl-unwatch-which")

    def _about(self, command: str, argument: str) -> str:
        answer = self.answer
        if answer is None:
            return self._phrase("repl-ask-first")
        if command == "why":
            nearest = answer.details.get("nearest")
            return self._screen.explanation(answer.understood, self._standing(answer), nearest)
        if not answer:
            return self._screen.silence(answer)
        if command == "more":
            return self._more(answer)
        if command == "show":
            return self._show(answer, argument)
        return self._screen.sources(self._standing(answer)) or self._phrase("gone")

    def _more(self, answer: Answer) -> str:
        if self.shown >= len(answer.quotes):
            return self._phrase("repl-no-more")
        numbered = self._standing(answer, self.shown, self.shown + PAGE)
        self.shown += PAGE
        self._notice(quote for _, quote in numbered)
        left = len(answer.quotes) - self.shown
        if self.view is None:
            return self._screen.page(numbered, left=left) or self._phrase("gone")
        page = self._screen.page(numbered, left=left, notes=self.view.notes(self.language))
        ending = self.view.ending(self.language) if left <= 0 else ""
        told = filter(None, (page or self._phrase("gone"), self._screen.lines(ending, DIM)))
        return "\n\n".join(told)

    def _show(self, answer: Answer, argument: str) -> str:
        number = int(argument) if re.fullmatch(r"\d{1,3}", argument) else 0
        if not 1 <= number <= len(answer.quotes):
            return self._phrase("repl-show-which", count=len(answer.quotes))
        for _, quote in self._standing(answer, number - 1, number):
            return self._screen.context(quote)
        return self._phrase("gone")

    def _standing(
        self,
        answer: Answer,
        first: int = 0,
        last: int | None = None,
    ) -> list[tuple[int, Quote]]:
        """Return the quotes that still equal their articles, under the numbers first given."""
        numbered = list(enumerate(answer.quotes, 1))[first:last]
        asked = replace(answer, quotes=answer.quotes[first:last])
        standing = {quote.span for quote in self.conversation.verified(asked).quotes}
        return [(number, quote) for number, quote in numbered if quote.span in standing]

    def _notice(self, quotes: Iterable[Quote]) -> None:
        for quote in quotes:
            self.seen.update(re.findall(r"\w{4,}", quote.text))


class _Words(Completer):
    """Completes commands at the start of a line and, within it, words seen in answers."""

    def __init__(self, seen: set[str]) -> None:
        self.seen = seen

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - the name is prompt_toolkit's
    ) -> Iterator[Completion]:
        before = document.text_before_cursor
        typed = re.split(r"[^\w:]", before)[-1]
        if before.startswith(":"):
            found = [f":{name}" for name in COMMANDS if f":{name}".startswith(before)]
        else:
            begun = typed.casefold()
            found = sorted(word for word in self.seen if word.casefold().startswith(begun))
        for word in found if typed else []:
            yield Completion(word, start_position=-len(typed))


def _prompted(seen: set[str], history: Path | None) -> Iterator[str]:
    """Yield edited lines; Ctrl-C drops the line, Ctrl-D ends them."""
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        history=_private_history(history),
        completer=_Words(seen),
        complete_while_typing=False,
        key_bindings=_paste_as_one_line(),
    )
    while True:
        try:
            line = prompt.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        yield line


def _piped(stdin: TextIO, stdout: TextIO) -> Iterator[str]:
    """Yield lines as they come, repeating each behind the prompt."""
    if isinstance(stdin, io.TextIOWrapper):
        stdin.reconfigure(errors="replace")
    screen = Screen(columns(stdout), has_colour(stdout), "en")
    for line in stdin:
        click.echo(screen.ink(f"{PROMPT}{line.rstrip()}"), file=stdout)
        yield line


def _private_history(path: Path | None) -> History:
    """Return a history only its owner can read; in memory where it cannot be written."""
    if path is None:
        return InMemoryHistory()
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return _ForgivingHistory(path)


class _ForgivingHistory(FileHistory):
    """A full disk costs the history a line, not the reader the answer."""

    def store_string(self, string: str) -> None:
        with suppress(OSError):
            super().store_string(string)


def _paste_as_one_line() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(re.sub(r"\s*[\r\n]+\s*", " ", event.data))

    return bindings
