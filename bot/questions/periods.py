"""When: days, months, seasons and years in a question, as the reader means them now.

A month's name counts only beside a number, a year, "last" or a preposition of time: what did May
say, and may it be so.
"""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.questions.grammar import Grammar
from bot.questions.slots import Period, Phrase
from bot.questions.tokens import Token

_YEAR = re.compile(r"((?:19|20)\d\d)(?:г|р|-[^\W\d]{1,2})?$")
_YEARS = re.compile(r"((?:19|20)\d\d)-((?:19|20)\d\d)$")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})г?$")

Days = tuple[date, date]
"""[first day, day after the last)."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a question: the first that has dates, and those that have none."""

    found: Period | None = None
    unresolved: tuple[Phrase, ...] = ()

    def phrases(self) -> Iterator[Phrase]:
        """Yield all words that speak of time."""
        if self.found is not None and self.found.phrase is not None:
            yield self.found.phrase
        yield from self.unresolved


def find_periods(tokens: Sequence[Token], grammar: Grammar, now: datetime) -> Periods:
    """Find when; `now` is aware, and what has no year is the last one before it."""
    reader = _Reader(tokens, grammar, now.date())
    for index in range(len(tokens)):
        read = reader.period(index)
        if read is not None:
            start, value, end, since, until = read
            phrase = Phrase(tokens[start].start, tokens[value].start, tokens[end - 1].end)
            zone = now.tzinfo or UTC
            return Periods(Period(phrase, _moment(since, zone), _moment(until, zone)))
    return Periods(None, tuple(_unresolved(tokens, grammar)))


_Read = tuple[int, int, int, date | None, date | None]
"""Tokens [start, end), where the time itself begins, first day, day after the last."""


@dataclass(frozen=True, slots=True)
class _Reader:
    tokens: Sequence[Token]
    grammar: Grammar
    today: date

    def period(self, index: int) -> _Read | None:
        """Read a period that begins at this token, its preposition included."""
        return self._between(index) or self._open(index) or self._within(index)

    def _between(self, index: int) -> _Read | None:
        if joined := _YEARS.match(self.tokens[index].text):
            years = sorted(int(year) for year in joined.groups())
            return index, index, index + 1, date(years[0], 1, 1), _year(years[1])[1]
        marker = self._match(index, "between")
        start = index + marker
        first = self._time(start, bare_year=True) or self._day_of_same_month(start, marker)
        if first is None:
            return None
        middle = start + first[0]
        dash = middle < len(self.tokens) and self.tokens[middle].text in "-–—"
        joint = 1 if dash else (int(bool(marker) and self._is(middle, "and")))
        second = self._time(middle + joint, bare_year=True) if joint else None
        if second is None:
            return None
        since = first[1]
        if since[0] > second[1][0]:  # "between May and July 2018": the year is said once
            earlier = self._time(start, bare_year=True, before=second[1][1])
            since = earlier[1] if earlier else since
        elif since[0].year != second[1][0].year and not self._has_year(start, first[0]):
            since = _shifted(since, second[1][0].year)
        return index, start, middle + joint + second[0], since[0], second[1][1]

    def _day_of_same_month(self, index: int, marker: int) -> tuple[int, Days, bool] | None:
        """Read the first day of "from 1 to 5 March"."""
        number = self._number_of_day(index)[0]
        joined = number and marker and self._is(index + 1, "and")
        last = self._day(index + 2, self.today) if joined else None
        if last is None:
            return None
        days = _day(last[1][0].year, last[1][0].month, number)
        return (1, days, False) if days else None

    def _open(self, index: int) -> _Read | None:
        for key in ("since", "before"):
            marker = self._match(index, key)
            if not marker:
                continue
            start = index + marker
            read = self._time(start, bare_year=True)
            if read is None:
                continue
            end = start + read[0]
            if self._is(end, "half"):
                end += 1
            elif key == "since" and self._is_no_beginning(index, marker):
                continue
            days = read[1]
            if key == "since":
                after = self.tokens[index].lower in _AFTER
                return index, start, end, days[1] if after else days[0], None
            upto = self.tokens[index].lower in _UP_TO
            return index, start, end, None, days[1] if upto else days[0]
        return None

    def _is_no_beginning(self, index: int, marker: int) -> bool:
        """Tell whether a word like "from" only says of which day something is."""
        return self.grammar.language == "bg" and self.tokens[index].lower == "от" and marker == 1

    def _within(self, index: int) -> _Read | None:
        start = index
        while self._is(start, "in") or (start > index and self._is(start, "parts")):
            start += 1
        needs = start > index and any(self._is(i, "needs") for i in range(index, start))
        read = self._time(start, bare_year=needs or self._is_all(start, 1))
        if read is None or (read[2] and not needs and not self._is_all(start, read[0])):
            return None
        return index, start, start + read[0], *read[1]

    def _is_all(self, start: int, length: int) -> bool:
        """Tell whether nothing else is asked: "and 2016?", "what about May?"."""
        others = [*self.tokens[:start], *self.tokens[start + length :]]
        phrases = self.grammar.phrases("leads") | self.grammar.phrases("instead")
        idle = {word for phrase in phrases for word in phrase} | self._words("in")
        return all(not token.is_word or token.lower in idle for token in others)

    def _time(
        self, index: int, *, bare_year: bool = False, before: date | None = None
    ) -> tuple[int, Days, bool] | None:
        """Read a time: how many tokens, which days, and whether it is a month's name alone."""
        if index >= len(self.tokens):
            return None
        today = before or self.today
        named = (self._day, self._month, self._season, self._relative)
        found = self._numeric(index) or next((f for r in named if (f := r(index, today))), None)
        if found is not None:
            return found
        year, length = self._year(index)
        if not year or not (bare_year or length > 1):
            return None
        after = self.tokens[index + length : index + length + 1]
        attributive = after and after[0].is_word and self.tokens[index - 1].lower == "the"
        return None if attributive and index else (length, _year(year), False)

    def _numeric(self, index: int) -> tuple[int, Days, bool] | None:
        text = self.tokens[index].text
        if iso := _ISO.match(text):
            year, month, day = map(int, iso.groups())
        elif dotted := _DOTTED.match(text):
            day, month, year = map(int, dotted.groups())
        else:
            return None
        days = _day(year, month, day)
        return (1, days, False) if days else None

    def _day(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        """Read "2 March 2018", "March 2nd", "2-ри март"."""
        number, length = self._number_of_day(index)
        month = self._month_at(index + length) if number else 0
        if month:
            length += 1
        else:
            month = self._month_at(index)
            number, more = self._number_of_day(index + 1) if month else (0, 0)
            length = 1 + more
        if not month or not number:
            return None
        comma = index + length < len(self.tokens) and self.tokens[index + length].text == ","
        year, more = self._year(index + length + comma)
        if year:
            length += more + comma
            days = _day(year, month, number)
        else:
            days = _day(today.year, month, number)
            if days is None or days[0] > today:
                days = _day(today.year - 1, month, number)
        return (length, days, False) if days else None

    def _month(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        which, start = self._which(index)
        month = self._month_at(start)
        if not month:
            return None
        of = 1 if self._lower(start + 1) in {"of", "на"} and self._year(start + 2)[0] else 0
        year, length = self._year(start + 1 + of)
        if year:
            return start - index + 1 + of + length, _month(year, month), False
        latest = today.year if month <= today.month else today.year - 1
        if which == "last" and month == today.month:
            latest -= 1
        alone = not which
        if alone and self._is_followed_by_verb(start):
            return None
        return start - index + 1, _month(latest, month), alone

    def _is_followed_by_verb(self, index: int) -> bool:
        return self._lower(index + 1) in self.grammar.verbs

    def _season(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        which, start = self._which(index)
        season = _index(self.grammar.groups("period", "seasons"), self._lower(start))
        if season is None:
            return None
        of = 1 if self._lower(start + 1) in {"of", "на"} and self._year(start + 2)[0] else 0
        year, length = self._year(start + 1 + of)
        if year:
            return start - index + 1 + of + length, _season(year, season), False
        years = (today.year + 1, today.year, today.year - 1)
        past = 1 if which == "last" else 0  # last summer has ended, this one has begun
        days = next(d for year in years if (d := _season(year, season))[past] <= today)
        return start - index + 1, days, not which and not self._is_adverb(start)

    def _is_adverb(self, index: int) -> bool:
        """Tell whether a season says when by its form alone: "летом", "взимку"."""
        return self._lower(index) in {
            *("зимой", "весной", "летом", "осенью"),
            *("взимку", "навесні", "влітку", "восени"),
        }

    def _relative(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        one = timedelta(days=1)
        if self._is(index, "today"):
            return 1, (today, today + one), False
        if length := self._match(index, "yesterday"):
            back = 2 if length > 1 or self._lower(index) in _DAY_BEFORE else 1
            return length, (today - back * one, today - (back - 1) * one), False
        if length := self._match(index, "last_year"):
            return length, _year(today.year - 1), False
        return self._ago(index, today) or self._unit(index, today) or self._weekday(index, today)

    def _ago(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        leading = self.grammar.language == "bg"
        start = index + int(leading and self._is(index, "ago"))
        if leading and start == index:
            return None
        count, length = self._count(start)
        unit = self._unit_at(start + length)
        if unit is None or (not length and not leading):
            return None
        end = start + length + 1
        if not leading:
            if not self._is(end, "ago"):
                return None
            end += 1
        elif not length:
            return None
        return end - index, _back(today, unit, count), False

    def _unit(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        """Read "last week", "this year", "the last three days"."""
        which, start = self._which(index)
        count, length = self._count(start)
        unit = self._unit_at(start + length)
        if not which or unit is None:
            return None
        end = start + length + 1
        if length:
            first = _back(today, unit, count)[0]
            return end - index, (first, today + timedelta(days=1)), False
        return end - index, _back(today, unit, 1 if which == "last" else 0), False

    def _weekday(self, index: int, today: date) -> tuple[int, Days, bool] | None:
        which, start = self._which(index)
        weekday = _index(self.grammar.groups("period", "weekdays"), self._lower(start))
        if weekday is None:
            return None
        back = (today.weekday() - weekday) % 7
        if which == "last" and back == 0:
            back = 7
        day = today - timedelta(days=back)
        return start - index + 1, (day, day + timedelta(days=1)), not which

    def _which(self, index: int) -> tuple[str, int]:
        for key in ("last", "this"):
            if self._is(index, key):
                return key, index + 1
        return "", index

    def _count(self, index: int) -> tuple[int, int]:
        word = self._lower(index)
        if word.isdecimal() and len(word) <= 3:
            return int(word), 1
        number = _index(self.grammar.groups("period", "numbers"), word)
        return (1, 0) if number is None else (number + 1, 1)

    def _unit_at(self, index: int) -> str | None:
        found = _index(self.grammar.groups("period", "units"), self._lower(index))
        return None if found is None else _UNITS[found]

    def _number_of_day(self, index: int) -> tuple[int, int]:
        """Return a day's number and its tokens: 2, 2nd, 2-ри; with "of" behind it."""
        endings = "|".join(self._words("days"))
        found = re.fullmatch(rf"(\d{{1,2}})(?:-?(?:{endings}))?", self._lower(index))
        if not found or not 1 <= int(found[1]) <= 31:
            return 0, 0
        return int(found[1]), 2 if self._lower(index + 1) == "of" else 1

    def _month_at(self, index: int) -> int:
        found = _index(self.grammar.groups("period", "months"), self._lower(index))
        return 0 if found is None else found + 1

    def _year(self, index: int) -> tuple[int, int]:
        """Return a year and its tokens: "2018", "2018 г.", "2018 года"."""
        if index >= len(self.tokens):
            return 0, 0
        found = _YEAR.match(self.tokens[index].text)
        if not found:
            return 0, 0
        length = 1 + self._is(index + 1, "year")
        if self._lower(index + length - 1) in {"г", "р"} and self._lower(index + length) == ".":
            length += 1
        return int(found[1]), length

    def _has_year(self, index: int, length: int) -> bool:
        return any(self._year(i)[0] for i in range(index, index + length))

    def _match(self, index: int, key: str) -> int:
        if index >= len(self.tokens):
            return 0
        return self.grammar.match(self.tokens, index, "period", key)

    def _is(self, index: int, key: str) -> bool:
        return self._lower(index) in self._words(key)

    def _words(self, key: str) -> frozenset[str]:
        return self.grammar.words("period", key)

    def _lower(self, index: int) -> str:
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""


_UNITS = ("day", "week", "month", "year")
_AFTER = {"after", "след", "после", "після"}
_UP_TO = {"until", "till", "by", "up", "до", "по", "к"}
_DAY_BEFORE = {"завчера", "позавчера", "позавчора"}


def _unresolved(tokens: Sequence[Token], grammar: Grammar) -> Iterator[Phrase]:
    """Yield "since the election": a beginning that no date is known for."""
    for index, token in enumerate(tokens):
        length = grammar.match(tokens, index, "period", "only_since")
        opened = length or (
            token.lower in grammar.words("period", "since")
            and _closed_by_half(tokens, index, grammar)
        )
        rest = tokens[index + (length or 1) :]
        ends = [i for i, other in enumerate(rest) if not other.is_word]
        last = rest[: ends[0]] if ends else rest
        if opened and last:
            yield Phrase(token.start, last[0].start, last[-1].end)
            return


def _closed_by_half(tokens: Sequence[Token], index: int, grammar: Grammar) -> bool:
    return any(token.lower in grammar.words("period", "half") for token in tokens[index:])


def _index(groups: Sequence[Sequence[str]], word: str) -> int | None:
    return next((i for i, forms in enumerate(groups) if word in forms), None)


def _moment(day: date | None, zone: tzinfo) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=zone)


def _day(year: int, month: int, day: int) -> Days | None:
    try:
        first = date(year, month, day)
        return first, first + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return first, first + timedelta(days=calendar.monthrange(year, month)[1])


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year + 1, 1, 1)


def _season(year: int, season: int) -> Days:
    """Return a season by whole months; winter is the one that ends in the year's February."""
    if season == 0:
        return date(year - 1, 12, 1), date(year, 3, 1)
    return date(year, 3 * season, 1), date(year, 3 * season + 3, 1)


def _back(today: date, unit: str, count: int) -> Days:
    """Return the day, week (from Monday), month or year that lies so many back."""
    if unit == "day":
        first = today - timedelta(days=count)
        return first, first + timedelta(days=1)
    if unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * count)
        return first, first + timedelta(days=7)
    if unit == "month":
        months = today.year * 12 + today.month - 1 - count
        return _month(max(1, months // 12), months % 12 + 1)
    return _year(max(1, today.year - count))


def _shifted(days: Days, year: int) -> Days:
    """Return the same days of another year; a 29 February becomes the 28th."""
    return tuple(  # type: ignore[return-value]
        day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
        for day in days
    )
