"""Asking for less at once where a question is too much for Salesforce. Contract, section 7."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from . import usage
from .client import Answered
from .queries import Span
from .refusals import TooHeavy, TooLong, WrongId

#: So often a time is halved.
HALVINGS = 4


def by_time(
    ask: Callable[[Span], Iterator[Answered]], span: Span, halvings: int = HALVINGS
) -> Iterator[Answered]:
    """All pages of a time, the earlier half first where both at once are too heavy.

    What a page gave before its query broke off is given once more.

    Raises:
        TooHeavy: The smallest part is as well.
    """
    try:
        yield from ask(span)
        return
    except TooHeavy:
        middle = _middle(span)
        if not halvings or middle == span.since:
            raise
    yield from by_time(ask, Span(span.since, middle), halvings - 1)
    # Last, and without an end of its own: what changes meanwhile is in it.
    yield from by_time(ask, Span(middle, span.until), halvings - 1)


def _middle(span: Span) -> datetime:
    """A whole second: Salesforce compares no finer."""
    end = max(span.until or usage.clock() or datetime.now(UTC), span.since)
    middle = (span.since + (end - span.since) / 2).replace(microsecond=0)
    return max(middle, span.since)


def by_ids(
    ask: Callable[[Sequence[str]], list[dict[str, Any]]], ids: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows of these ids, of each half by itself where all are too many, or one is none."""
    try:
        return ask(ids)
    except WrongId:
        if len(ids) < 2:
            return []
    except (TooHeavy, TooLong):
        if len(ids) < 2:
            raise
    half = len(ids) // 2
    return by_ids(ask, ids[:half]) + by_ids(ask, ids[half:])
