"""A view as a table of comma-separated values (RFC 4180) that a spreadsheet can open safely."""

import csv
import io
import re
from typing import Any

from bot.views.request import Kind
from bot.views.view import Item, View
from index.records import without_surrogates

COLUMNS = (
    "published",
    "speaker",
    "addressee",
    "kind",
    "denied",
    "via",
    "text",
    "source",
    "title",
    "language",
    "url",
    "link",
    "article",
    "version",
    "start",
    "end",
    "score",
    "also_in",
)
_FORMULA = re.compile(r"[\s']*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet would compute: https://owasp.org/www-community/attacks/CSV_Injection."""


def table(view: View) -> str:
    """Return the view with a line of names above; `statements` is in it where they are counted."""
    counted = view.request.kind is Kind.WHO
    columns = ("statements", *COLUMNS) if counted else COLUMNS
    written = io.StringIO()
    rows = csv.DictWriter(written, columns, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(
        _row(item) if not counted else _row(item) | {"statements": item.count}
        for item in view.items
    )
    return without_surrogates(written.getvalue())


def guarded(text: str) -> str:
    """Return the text behind an apostrophe if a spreadsheet might take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _row(item: Item) -> dict[str, Any]:
    told = item.as_dict()
    told["also_in"] = "; ".join(told["also_in"])
    return {
        name: guarded(value) if isinstance(value, str) else value
        for name in COLUMNS
        for value in [told[name]]
    }
