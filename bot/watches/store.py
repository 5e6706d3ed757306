"""What is remembered of standing questions: whose they are, how far they got, what was delivered.

A found quote is `waiting` until one sender claims it; then it is `sending`, afterwards `sent`.
Whoever dies in between leaves it `sending`, and nobody sends it again: twice would be worse than
never. Only what surely reached nobody is made `waiting` again. What was changed or withdrawn
before it was sent is `stale`; its sentences, if they still stand, are weighed anew.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import maxsize
from typing import Any, Self

from bot.answer import Quote
from index.database import told
from index.errors import QuoteError
from index.library import FIRST_ID, Library
from index.records import Span

LOCAL = 0
"""The chat of whoever works at the command line; no chat of Telegram has this id."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A standing question. `language` is the one in which its chat is spoken to.

    `since` and `checked` are first ids of sentences: up to the one they were there when the
    question was put, up to the other they have been weighed, in so many `checks`.
    """

    id: int
    chat: int
    topic: int
    user: int
    question: str
    language: str
    since: int
    checked: int
    checks: int
    paused: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        return {"id": self.id, "question": self.question, "paused": bool(self.paused)}


@dataclass(frozen=True, slots=True)
class Told:
    """A quote, and each of its sentences by its first id."""

    quote: Quote
    sentences: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed quote: nobody else sends it. So many of its messages, `parts`, have arrived."""

    id: int
    quote: Quote
    parts: int = 0


class Watches(Library):
    """The library with the standing questions that are put to it; its own connection."""

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Self:
        """Open the library of a data directory.

        Raises:
            LibraryError: as of any library.
        """
        watches = super().open(folder, create=create)
        # A claim has to outlive a power cut too, which the library's own setting does not promise.
        watches.rows("pragma synchronous = full")
        return watches

    def add(
        self,
        question: str,
        language: str,
        *,
        chat: int = LOCAL,
        topic: int = 0,
        user: int = 0,
        most: int = maxsize,
    ) -> Watch | None:
        """Put a standing question; what is in the library now is known.

        The same question of the same chat is the same watch. None if the chat has `most` already.
        """
        with told(self.path):
            self._db.execute(
                "insert into watches (chat, topic, user, question, language, since, checked)"  # noqa: S608
                f" select ?, ?, ?, ?, ?, {_NEWEST}, {_NEWEST}"
                " where (select count(*) from watches where chat = ?) < ? on conflict do nothing",
                [chat, topic, user, question, language, chat, most],
            )
        same = self._watches("chat = ? and topic = ? and question = ?", chat, topic, question)
        return next(iter(same), None)

    def of(self, chat: int) -> list[Watch]:
        """Return the watches of a chat, oldest first."""
        return self._watches("chat = ?", chat)

    def due(self) -> list[Watch]:
        """Return the watches of Telegram's chats for which there may be something to do."""
        return self._watches(
            f"chat != ? and not paused and (checked < {_NEWEST} or exists (select 1"  # noqa: S608
            " from deliveries where watch = watches.id and state in ('waiting', 'stale')))",
            LOCAL,
        )

    def drop(self, watch: int, chat: int) -> bool:
        """Remove a watch of a chat; tell whether it was there."""
        return bool(self._changed("delete from watches where id = ? and chat = ?", watch, chat))

    def drop_typed(self, number: str, chat: int) -> bool:
        """Remove the watch of a chat that a reader names by its number, if it is one."""
        return number.isdecimal() and len(number) < 18 and self.drop(int(number), chat)

    def count(self, chat: int, user: int) -> int:
        """Return how many watches somebody has put in a chat."""
        return sum(watch.user == user for watch in self.of(chat))

    def forget(self, chat: int, user: int) -> None:
        """Remove all watches that somebody has put in a chat, with what was found for them."""
        self._changed("delete from watches where chat = ? and user = ?", chat, user)

    def pause(self, watches: Iterable[Watch]) -> None:
        """Neither look for news for these nor send any, until their chat is heard of again."""
        for watch in watches:
            self._changed("update watches set paused = 1 where id = ?", watch.id)

    def resume(self, chat: int) -> None:
        """Go on with the paused watches of a chat; what came in meanwhile is known."""
        self._changed(
            f"update watches set paused = 0, since = {_NEWEST}, checked = {_NEWEST},"  # noqa: S608
            " checks = checks + 1 where chat = ? and paused",
            chat,
        )

    def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now; what is watched there already is so once."""
        with told(self.path), self._db.atomic():
            self._changed("update or ignore watches set chat = ? where chat = ?", to, chat)
            self._changed("delete from watches where chat = ?", chat)

    # What is found

    def delivered(self, watch: Watch) -> dict[str, list[str]]:
        """Return by language the sentences that were delivered, or are about to be."""
        sentences: dict[str, list[str]] = {}
        for language, stored in self.rows(
            "select language, sentences from deliveries where watch = ? and state != 'stale'",
            watch.id,
        ):
            sentences.setdefault(language, []).extend(text for _, text in json.loads(stored))
        return sentences

    def awaited(self, watch: Watch) -> dict[int, list[int]]:
        """Return the first ids of the sentences of each stale quote: they are weighed anew."""
        rows = self.rows(
            "select id, sentences from deliveries where watch = ? and state = 'stale'", watch.id
        )
        return {id_: [first_id for first_id, _ in json.loads(told)] for id_, told in rows}

    def found(
        self, watch: Watch, news: Iterable[Told], *, upto: int, instead_of: Collection[int]
    ) -> None:
        """Keep the quotes that were found up to this sentence, `instead_of` stale ones.

        If another process has checked the same watch meanwhile, nothing is done.
        """
        with told(self.path), self._db.atomic():
            if not self._changed(
                "update watches set checked = ?, checks = checks + 1 where id = ? and checks = ?",
                upto,
                watch.id,
                watch.checks,
            ):
                return
            for id_ in instead_of:
                self._changed("delete from deliveries where id = ?", id_)
            self._db.conn.executemany(
                'insert into deliveries (watch, article, version, start, "end", language, quote,'
                " sentences, state) values (?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
                [(watch.id, *_columns(one)) for one in news],
            )

    # What is sent

    def claim(self, watch: Watch, most: int) -> list[Delivery]:
        """Take quotes to be sent, as they stand now, and nobody else gets them."""
        with told(self.path):
            rows = self._db.execute(
                "update deliveries set state = 'sending' where id in"
                " (select d.id from deliveries d join watches w on w.id = d.watch where w.id = ?"
                " and not w.paused and d.state = 'waiting' order by d.id limit ?)"
                ' returning id, article, version, start, "end", quote, parts',
                [watch.id, most],
            ).fetchall()
        claimed = []
        for id_, *span, stored, parts in sorted(rows):
            try:
                quote = self._as_stored(Span(*span), json.loads(stored))
            except QuoteError:  # of what arrived in part, the rest is given up
                self._set("sent" if parts else "stale", [id_])
            else:
                claimed.append(Delivery(id_, quote, parts))
        return claimed

    def arrived(self, deliveries: Iterable[Delivery]) -> None:
        """Note that one more message of these has reached their chat."""
        for one in deliveries:
            self._changed("update deliveries set parts = parts + 1 where id = ?", one.id)

    def sent(self, deliveries: Iterable[Delivery]) -> None:
        """Note that these have reached their chat."""
        self._set("sent", [one.id for one in deliveries])

    def release(self, deliveries: Iterable[Delivery]) -> None:
        """Give back what was claimed; what has not arrived of it has surely reached nobody."""
        self._set("waiting", [one.id for one in deliveries])

    def _set(self, state: str, ids: Collection[int]) -> None:
        for id_ in ids:
            self._changed(
                "update deliveries set state = ? where id = ? and state = 'sending'", state, id_
            )

    def _as_stored(self, span: Span, quote: dict[str, Any]) -> Quote:
        marks = tuple((start, end) for start, end in quote.pop("marks"))
        also_in = tuple(other for other in quote.pop("also_in") if self.content_hash(other))
        return Quote(self.quoted(span), span, marks=marks, also_in=also_in, **quote)

    def _watches(self, where: str, *values: object) -> list[Watch]:
        rows = self.rows(
            "select id, chat, topic, user, question, language, since, checked, checks, paused"  # noqa: S608
            f" from watches where {where} order by id",
            *values,
        )
        return [Watch(*row) for row in rows]

    def _changed(self, statement: str, *values: object) -> int:
        """Change rows and return how many were."""
        with told(self.path):
            return int(self._db.execute(statement, values).rowcount)


_NEWEST = f"(select coalesce(max({FIRST_ID}), 0) from sentences s)"  # noqa: S608


def _columns(one: Told) -> tuple[object, ...]:
    quote = one.quote
    others = ("score", "marks", "also_in", "speaker", "addressee", "via")
    fields = {name: getattr(quote, name) for name in others}
    return (
        quote.span.article,
        quote.span.version,
        quote.span.start,
        quote.span.end,
        quote.article.language,
        json.dumps(fields, ensure_ascii=False),
        json.dumps(list(one.sentences), ensure_ascii=False),
    )
