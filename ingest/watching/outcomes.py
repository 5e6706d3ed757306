"""What follows from a look at a page: the page as it is then remembered."""

from dataclasses import replace

from ingest.watching.ledger import Page, State
from ingest.watching.schedule import (
    ATTEMPTS,
    ATTEMPTS_S,
    CHECKS_S,
    DAY_S,
    GIVEN_UP_AFTER_S,
    HOUR_S,
    RETURNS_S,
    hint_delay,
    next_check,
    retry,
)

GONE_CHECKS = 3
"""A page that is not found so often, over the days that are set, is gone."""


def stands(page: Page, now: float) -> Page:
    """The article is as it was."""
    well = _well(page, now)
    return replace(well, due=_next(well, now))


def stored(page: Page, now: float, *, seen: str) -> Page:
    """The article came in, or has changed."""
    well = replace(_well(page, now), state=State.STORED, seen=seen, settled=now, idle=0)
    return replace(well, due=_next(well, now))


def alias(page: Page, article: str, now: float) -> Page:
    """The page is one of an article that is read from another."""
    same = replace(_well(page, now), state=State.STORED, article=article, leads=0)
    return replace(same, due=None, told=None, settled=now)


def failed(page: Page, problem: str, now: float) -> Page:
    """What the page says is not taken, and will hardly be soon; what is stored stands."""
    noted = replace(page, failures=page.failures + 1, problem=problem, checked=now)
    if page.state == State.WAITING:
        due = next_check(page.found, now, ATTEMPTS_S)
        if due is None and not page.failures:  # it has waited long for its first attempt
            due = now + DAY_S
        return replace(noted, due=due, state=State.REFUSED if due is None else State.WAITING)
    soon = now + ATTEMPTS_S[page.failures] if page.failures < len(ATTEMPTS_S) else None
    return replace(noted, due=_earliest(soon, _next(page, now)))


def troubled(page: Page, problem: str, now: float, until: float) -> Page:
    """The host is not well, which may pass; what is stored stands."""
    noted = replace(page, failures=page.failures + 1, problem=problem)
    again = max(until, now + retry(noted.failures))
    if noted.failures < ATTEMPTS:
        return replace(noted, due=again)
    if page.state != State.WAITING:
        planned = _next(page, now)
        return replace(noted, due=None if planned is None else max(planned, again))
    is_hopeless = now - page.found > GIVEN_UP_AFTER_S
    return replace(
        noted,
        due=None if is_hopeless else again,
        state=State.REFUSED if is_hopeless else State.WAITING,
    )


def missing(page: Page, problem: str, now: float) -> Page:
    """The page is not found, which may be an accident."""
    if page.state == State.WAITING:
        return failed(page, problem, now)
    noted = replace(page, failures=page.failures + 1, problem=problem, checked=now)
    return replace(
        noted,
        due=now + (DAY_S if page.gone_checks else 6 * HOUR_S),
        gone_since=page.gone_since if page.gone_since is not None else now,
        gone_checks=page.gone_checks + 1,
    )


def is_gone(page: Page, now: float, after_days: float) -> bool:
    """Say whether a page that was not found again is to be taken for gone."""
    return page.state == State.WITHDRAWN or (
        page.gone_since is not None
        and page.gone_checks >= GONE_CHECKS
        and now - page.gone_since >= after_days * DAY_S
    )


def withdrawn(page: Page, problem: str, now: float) -> Page:
    """The page is gone; it is looked for a few times more."""
    since = page.settled if page.state == State.WITHDRAWN and page.settled is not None else now
    return replace(
        page,
        state=State.WITHDRAWN,
        problem=problem,
        settled=since,
        checked=now,
        etag=None,
        modified=None,
        seen=None,
        due=next_check(since, now, RETURNS_S),
    )


def hinted(page: Page, now: float, lastmod: str | None = None) -> Page:
    """Its feed says that the page has changed: it is checked at once.

    Feeds that say so of every page at every reading are believed later and later.
    """
    noted = replace(page, lastmod=lastmod or page.lastmod)
    if page.state in {State.PASSED, State.REMOVED} or not page.leads:
        return noted
    if page.state == State.REFUSED:
        noted = replace(noted, state=State.WAITING, found=now, failures=0)
    moment = max(now, (page.checked or 0.0) + hint_delay(page.idle))
    # Without its validators: some hosts answer that nothing has changed when it has.
    return replace(
        noted, due=_earliest(moment, page.due), idle=page.idle + 1, etag=None, modified=None
    )


def _well(page: Page, now: float) -> Page:
    return replace(page, checked=now, failures=0, problem=None, gone_since=None, gone_checks=0)


def _earliest(*moments: float | None) -> float | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _next(page: Page, now: float) -> float | None:
    if page.settled is None:
        return None
    offsets = RETURNS_S if page.state == State.WITHDRAWN else CHECKS_S
    return next_check(page.settled, now, offsets)
