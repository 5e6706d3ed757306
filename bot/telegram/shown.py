"""What was shown where: each message with its quotes, for as long as they are followed.

Of the words of a quote nothing but a hash is kept. When an article is written anew or removed, the
library itself marks what quotes it as due (see `index.migrations`), in the same transaction,
whichever process writes: nobody compares all that was shown with the archive.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from sqlite_utils import Database
from telegram import InlineKeyboardMarkup

from bot.answer import Quote
from bot.shelf import key
from bot.telegram.render import Flag, Page, Piece, State, corrected_page
from index.database import told
from index.library import Library
from index.records import Article, Span, text_version

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What words are known by again: a hash, and the sum of their code points."""

    words: str
    weight: int

    @classmethod
    def of(cls, words: str) -> "Fingerprint":
        return cls(text_version(words), int(_letters(words).sum()))

    def found_in(self, text: str, length: int, near: int) -> int | None:
        """Return where so many characters of a text are these words, the nearest place of several.

        As Rabin and Karp search (1987): a hash is made only of what has the right sum.
        """
        sums = np.concatenate(([0], _letters(text).cumsum()))
        fits = np.flatnonzero(sums[length:] - sums[:-length] == self.weight).tolist()
        for start in sorted(fits, key=lambda place: abs(place - near)):
            if text_version(text[start : start + length]) == self.words:
                return int(start)
        return None


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """Words that a message shows at a `place`, or has shown: then that is None.

    `state` is what the message tells of them, `since` when that came to be. So many changes of the
    article are `due` to be looked at; the last one was `noticed` then.
    """

    id: int
    place: int | None
    span: Span
    fingerprint: Fingerprint
    details: Json
    state: State
    since: datetime | None
    due: int
    noticed: datetime | None

    def now(self, article: Article | None, also_in: Collection[str]) -> Piece | Flag:
        """Return the words where they stand now, or what is to be told of them if nowhere.

        `also_in` are articles that are there, of those in which the words stood too.
        """
        if article is None:
            return Flag(State.WITHDRAWN, self._since(State.WITHDRAWN), self._origin())
        start: int | None = self.span.start
        if article.version != self.span.version:
            start = self.fingerprint.found_in(article.text, len(self.span), self.span.start)
        if start is None:
            return Flag(State.CHANGED, self._since(State.CHANGED), article)
        span, told = article.span(start, start + len(self.span)), self.details
        quote = Quote(
            article,
            span,
            1.0,
            also_in=tuple(other for other in told["also_in"] if other in also_in),
            speaker=told["speaker"],
            addressee=told["addressee"],
            via=told["via"],
        )
        return Piece(quote, span, told["note"], told["part"], told["parts"])

    def _since(self, state: State) -> datetime:
        since = self.since if state is self.state else self.noticed
        return since or datetime.now(UTC)

    def _origin(self) -> Article:
        told = self.details
        published = datetime.fromisoformat(told["published"]) if told["published"] else None
        return Article(
            self.span.article, "", "", told["source"], "", told["url"], published=published
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of a shown quote."""

    quote: ShownQuote
    now: Piece | Flag

    @property
    def state(self) -> State:
        return self.now.state if isinstance(self.now, Flag) else State.STANDING

    @property
    def span(self) -> Span:
        """Where the words stand, or where they last stood."""
        return self.quote.span if isinstance(self.now, Flag) else self.now.span


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was last noted; `again` if it may show something older than that."""

    id: int
    chat: int
    message: int
    language: str
    head: str
    foot: str
    buttons: str
    revision: int
    again: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, and what has become of all that it shows and has shown."""

    message: Message
    verdicts: Sequence[Verdict]

    @property
    def is_new(self) -> bool:
        """Whether the message has to tell something else than it does."""
        return self.message.again or any(one.state is not one.quote.state for one in self.verdicts)

    def page(self) -> Page:
        """Return what the message has to show: flags of what it showed earlier come last."""
        shown = [one for one in self.verdicts if one.quote.place is not None]
        told = {one.quote.span.article for one in shown if isinstance(one.now, Flag)}
        before = {
            one.quote.span.article: one.now
            for one in self.verdicts
            if one.quote.place is None and isinstance(one.now, Flag)
        }
        message = self.message
        return corrected_page(
            [one.now for one in shown],
            [flag for article, flag in before.items() if article not in told],
            message.language,
            message.head,
            message.foot,
        )

    def buttons(self) -> InlineKeyboardMarkup | None:
        """Return the buttons, but for those that open a quote whose words are gone."""
        text, gone = self.message.buttons, []
        for one in self.verdicts:
            if isinstance(one.now, Flag):
                gone.append(one.quote.details["key"])
            elif one.quote.details["whole"]:
                text = text.replace(one.quote.details["key"], key(one.now.quote))
        rows = [
            [button for button in row if not any(shared in str(button) for shared in gone)]
            for row in json.loads(text)
        ]
        left = [row for row in rows if row]
        return InlineKeyboardMarkup.de_json({"inline_keyboard": left}) if left else None


class ShownMessages(Library):
    """The messages of all chats, in the library; may be used from any thread."""

    def __init__(self, path: Path, db: Database) -> None:
        super().__init__(path, db)
        self._lock = Lock()

    def note(
        self,
        chat: int,
        message: int,
        user: int,
        page: Page,
        buttons: InlineKeyboardMarkup | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Note what a message shows now, for whom; what it showed before is followed too.

        What the message has told of quotes that are gone is told, and goes.
        """
        rows = buttons.to_dict()["inline_keyboard"] if buttons else []
        with self._lock, told(self.path), self._db.atomic():
            ((id_,),) = self._db.execute(
                "insert into shown_messages (chat, message, user, language, head, foot, buttons,"
                " at) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set"
                " language = excluded.language, head = excluded.head, foot = excluded.foot,"
                " buttons = excluded.buttons, at = excluded.at, revision = revision + 1"
                " returning id",
                [
                    *(chat, message, user, page.language, page.head, page.foot),
                    json.dumps(rows, ensure_ascii=False),
                    _stamp(at or datetime.now(UTC)),
                ],
            ).fetchall()
            self._run("delete from shown_quotes where shown = ? and state != 'standing'", id_)
            self._run("update shown_quotes set place = null where shown = ?", id_)
            for place, piece in enumerate(page.pieces):
                self._note_quote(id_, place, piece)
            self._run(
                "delete from shown_messages where id = ? and not exists"
                " (select 1 from shown_quotes where shown = shown_messages.id)",
                id_,
            )

    def due(self) -> list[tuple[int, int]]:
        """Return the messages to be judged, those noted first first, each with its chat."""
        with self._lock:
            return self.rows(
                "select id, chat from shown_messages where id in (select shown from shown_quotes"
                " where due union select id from shown_messages where again) order by id"
            )

    def judged(self, id_: int) -> Judged | None:
        """Compare what a message shows with the articles, in one state of the library.

        None if it is no longer followed.
        """
        with self._lock, self.steady():
            messages = self.rows(
                "select id, chat, message, language, head, foot, buttons, revision, again"
                " from shown_messages where id = ?",
                id_,
            )
            if not messages:
                return None
            quotes = self._quotes(id_)
            articles = self.articles_of({one.span.article for one in quotes})
            others = {other for one in quotes for other in one.details["also_in"]}
            there = {there for (there,) in self.rows_in(_IDS, list(others))}
        verdicts = [Verdict(one, one.now(articles.get(one.span.article), there)) for one in quotes]
        return Judged(Message(*messages[0]), verdicts)

    def settle(self, judged: Judged) -> None:
        """Note that a message tells what was judged.

        What has changed meanwhile stays due: the article, or the page that the message shows.
        """
        message = judged.message
        with self._lock, told(self.path), self._db.atomic():
            for one in judged.verdicts:
                flag = one.now if isinstance(one.now, Flag) else None
                self._run(
                    'update shown_quotes set version = ?, start = ?, "end" = ?, state = ?,'
                    " since = ?, due = due - ? where id = ?",
                    *(one.span.version, one.span.start, one.span.end, one.state),
                    *(flag and _stamp(flag.since), one.quote.due, one.quote.id),
                )
            self._run(
                "update shown_messages set again = revision != ? where id = ?",
                message.revision,
                message.id,
            )

    def moved(self, chat: int, message: int, shown: str) -> str | None:
        """Return the key by which a quote is found where its words stand now.

        `shown` is the key that a button of the message holds.
        """
        with self._lock:
            rows = self.rows(
                'select q.version, q.start, q."end" from shown_quotes q'
                " join shown_messages m on m.id = q.shown where m.chat = ? and m.message = ?"
                " and json_extract(told, '$.key') = ?"
                " and json_extract(told, '$.whole') and state = 'standing' limit 1",
                *(chat, message, shown),
            )
        return "_".join(map(str, rows[0])) if rows else None

    def forget(self, chat: int, user: int) -> None:
        """Forget what was shown to somebody in a chat.

        Of what was shown to others there, what stands around the quotes goes: it may hold words
        of a question that theirs has followed.
        """
        with self._lock, told(self.path), self._db.atomic():
            self._run("delete from shown_messages where chat = ? and user = ?", chat, user)
            self._run(
                "update shown_messages set head = '', foot = '', buttons = '[]' where chat = ?",
                chat,
            )

    def purge(self, before: datetime) -> int:
        """Forget the messages that were last shown before a moment; return how many."""
        with self._lock, told(self.path):
            return self._run("delete from shown_messages where at < ?", _stamp(before))

    def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now."""
        with self._lock, told(self.path):
            self._run("update or replace shown_messages set chat = ? where chat = ?", to, chat)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            super().close()

    def _note_quote(self, id_: int, place: int, piece: Piece) -> None:
        span, fingerprint = piece.span, Fingerprint.of(piece.words)
        values = [span.article, span.version, span.start, span.end]
        self._run(
            "delete from shown_quotes"
            ' where shown = ? and article = ? and version = ? and start = ? and "end" = ?',
            id_,
            *values,
        )
        # The article may have been changed since it was read.
        self._run(
            'insert into shown_quotes (shown, place, article, version, start, "end", words,'
            " weight, told, due, noticed) values (?, ?, ?, ?, ?, ?, ?, ?, ?, not exists"
            " (select 1 from articles where id = ? and version = ?), datetime('now'))",
            *(id_, place, *values, fingerprint.words, fingerprint.weight),
            json.dumps(_details(piece), ensure_ascii=False),
            *values[:2],
        )

    def _quotes(self, id_: int) -> list[ShownQuote]:
        rows = self.rows(
            'select id, place, article, version, start, "end", words, weight, told, state, since,'
            " due, noticed from shown_quotes where shown = ? order by place, id",
            id_,
        )
        return [
            ShownQuote(
                *(key_, place, Span(*span), Fingerprint(words, weight), json.loads(details)),
                *(State(state), _moment(since), due, _moment(noticed)),
            )
            for key_, place, *span, words, weight, details, state, since, due, noticed in rows
        ]

    def _run(self, statement: str, *values: object) -> int:
        """Change rows and return how many were."""
        return int(self._db.execute(statement, values).rowcount)


_IDS = "select id from articles where id in"


def _details(piece: Piece) -> Mapping[str, object]:
    """Return what is shown of a piece besides its words, and its key as it is in buttons."""
    quote, published = piece.quote, piece.quote.article.published
    return {
        "key": key(quote),
        "whole": piece.span == quote.span,
        "note": piece.note,
        "part": piece.part,
        "parts": piece.parts,
        "speaker": quote.speaker,
        "addressee": quote.addressee,
        "via": quote.via,
        "also_in": quote.also_in,
        "source": quote.article.source,
        "published": published and published.isoformat(),
        "url": quote.article.url,
    }


def _letters(text: str) -> np.typing.NDArray[np.int64]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)


def _moment(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC) if stamp else None


def _stamp(moment: datetime) -> str:
    """Return the moment as SQLite writes it, which sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
