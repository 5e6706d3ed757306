"""What was shown where: each message with its quotes, for as long as they are followed.

Of the words of a quote nothing but a hash is kept. When an article is written anew or removed, the
library itself marks what quotes it as due (see `index.migrations`), in the same transaction,
whichever process writes: nobody compares all that was shown with the archive.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlite_utils import Database
from telegram import InlineKeyboardMarkup

from bot.shelf import key
from bot.telegram.judged import Fingerprint, Judged, Message, ShownQuote, Verdict
from bot.telegram.render import Flag, Page, Piece, State
from index.database import told
from index.library import Library
from index.records import Span


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
        """Forget the messages that were last shown by a moment; return how many."""
        with self._lock, told(self.path):
            return self._run("delete from shown_messages where at <= ?", _stamp(before))

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


def _moment(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC) if stamp else None


def _stamp(moment: datetime) -> str:
    """Return the moment as SQLite writes it, which sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
