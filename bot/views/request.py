"""What is asked of a view, as options of a command or as a line that is typed."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.phrases import LANGUAGES, phrase
from bot.questions.shown import when
from bot.questions.slots import Period

LIMIT = 20
_DATE = re.compile(r"([12]\d{3})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY = timedelta(days=1)

Days = tuple[date, date]
"""The first day and the last one."""


class Kind(StrEnum):
    """The views, by the names of their commands."""

    SAID = "said"
    TIMELINE = "timeline"
    WHO = "who"


@dataclass(frozen=True, slots=True)
class Request:
    """A view and what narrows it; `since` and `until` are days, the last one included.

    Of what SAID lists, `person` speaks and `to` is spoken to; the other views have a topic alone.
    """

    kind: Kind
    person: str = ""
    topic: str = ""
    to: str = ""
    since: date | None = None
    until: date | None = None
    limit: int = LIMIT

    @property
    def text(self) -> str:
        """The words that are looked for."""
        return " ".join(filter(None, (self.person, self.to, self.topic)))

    @property
    def period(self) -> Period | None:
        """The days as a period, None if any will do."""
        if self.since is None and self.until is None:
            return None
        since = _midnight(self.since) if self.since else None
        until = _midnight(self.until) + _DAY if self.until else None
        return Period(None, since, until)

    @property
    def moments(self) -> Period | None:
        """A period that is sure to hold these days, whatever an outlet's time zone."""
        period = self.period
        if period is None:
            return None
        since, until = period.since, period.until
        return replace(period, since=since and since - _DAY, until=until and until + _DAY)

    def includes(self, published: datetime | None) -> bool:
        """Tell whether an article is of these days, by the outlet's own clock as it is shown."""
        if self.since is None and self.until is None:
            return True
        if published is None:
            return False
        day = published.date()
        return (self.since or day) <= day <= (self.until or day)

    def line(self, language: str, person: str = "") -> str:
        """Return what is asked for in one line; `person` is the name that was found for it."""
        told = [
            phrase(language, f"asked-{key}", what=text)
            for key, text in (
                ("speaker", person or self.person),
                ("addressee", self.to),
                ("topic", self.topic),
            )
            if text
        ]
        if period := self.period:
            told.append(when(period, language))
        return " · ".join(told)

    def as_dict(self) -> dict[str, str | None]:
        """Return it as the machine interface prints it."""
        return {
            "view": self.kind.value,
            "person": self.person or None,
            "to": self.to or None,
            "topic": self.topic or None,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


def days(text: str) -> Days | None:
    """Return the days of "2019", "2019-03" or "2019-03-29"; None for what is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(number) if number else None for number in found.groups())
    try:
        first = date(year or 1, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if day is not None:
        return first, first
    last = first.replace(month=month or 12)
    return first, last.replace(day=calendar.monthrange(last.year, last.month)[1])


def typed(kind: Kind, line: str, limit: int = LIMIT) -> Request | None:
    """Read "Merkel to May about Brexit since 2019-03 until 2019"; None where it cannot be meant.

    The words between may be those of any language that the bot speaks.
    """
    try:
        line, until = _cut_day(line, "view-until")
        line, since = _cut_day(line, "view-since")
    except ValueError:
        return None
    if since and until and since[0] > until[1]:
        return None
    days = since and since[0], until and until[1]
    if kind is not Kind.SAID:
        return Request(kind, "", line, "", *days, limit) if line else None
    person, topic = _cut(line, "view-about")
    person, to = _cut(person, "view-to")
    return Request(kind, person, topic, to, *days, limit) if person else None


def _cut(line: str, key: str) -> tuple[str, str]:
    """Return what stands before the first of these words, and what stands behind it."""
    before, *behind = re.split(rf"\s{_words(key)}\s", line, maxsplit=1, flags=re.IGNORECASE)
    return before.strip(), behind[0].strip() if behind else ""


def _cut_day(line: str, key: str) -> tuple[str, Days | None]:
    """Return the line without a day behind one of these words, and the day.

    Raises:
        ValueError: there is no such day: 2018-02-30.
    """
    dated = rf"(?:^|\s){_words(key)}\s+({_DATE.pattern})(?!\S)"
    found = re.search(dated, line, re.IGNORECASE)
    if found is None:
        return line.strip(), None
    day = days(found[1])
    if day is None:
        raise ValueError(f"{found[1]} is no day")
    return f"{line[: found.start()]} {line[found.end() :]}".strip(), day


def _words(key: str) -> str:
    """Return a pattern for a word between, in all languages; dashes before it are let through."""
    known = {word for code in LANGUAGES for word in phrase(code, key).split()}
    return rf"(?:--|—)?(?:{'|'.join(map(re.escape, sorted(known)))})"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
