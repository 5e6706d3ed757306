"""The buttons under an answer: its pages, its tools, and what can be dropped of it."""

from collections.abc import Iterable, Iterator, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Understood
from bot.phrases import phrase
from bot.telegram.render import label

_ROW_LENGTH = 28


def keyboard(
    asked: int,
    page: int,
    count: int,
    language: str,
    understood: Understood | None = None,
    tools: Sequence[InlineKeyboardButton] = (),
) -> InlineKeyboardMarkup | None:
    """Return the buttons under page `page` of `count` (from 1), None if there are none.

    The first row turns to other pages, the second holds the tools; those below it ask without a
    part of what was understood.
    """
    rows = [_page_buttons(asked, page, count, language)] if count > 1 else []
    rows += [list(tools)] if tools else []
    if understood is not None:
        rows += _in_rows(_drop_buttons(asked, understood, language))
    return InlineKeyboardMarkup(rows) if rows else None


def _page_buttons(asked: int, page: int, count: int, language: str) -> list[InlineKeyboardButton]:
    labels = {page - 1: "◀", page: f"{page}/{count}", page + 1: "▶"}
    if page == 1:
        labels = {2: phrase(language, "tg-more", page=1, pages=count)}
    return [
        InlineKeyboardButton(label, callback_data=f"m:{asked}:{target}")
        for target, label in labels.items()
        if 1 <= target <= count
    ]


def _drop_buttons(
    asked: int, understood: Understood, language: str
) -> Iterator[InlineKeyboardButton]:
    for one in understood.filters(language):
        yield InlineKeyboardButton(label(f"✕ {one.text}"), callback_data=f"d:{asked}:{one.slot}")
    if understood.follows is not None:
        yield InlineKeyboardButton(phrase(language, "tg-fresh"), callback_data=f"f:{asked}")


def _in_rows(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Put buttons side by side while a telephone shows their labels whole."""
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        if rows and sum(len(one.text) for one in (*rows[-1], button)) <= _ROW_LENGTH:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows
