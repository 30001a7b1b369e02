"""What Salesforce answers, read without trust: JSON, and the pages of a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import requests

from integrations.sync.errors import Unavailable

#: All that leads to a further page begins so; the library adds it to the host as it is.
PLACES = "/services/data/"


class Unreadable(Exception):
    """What came is no JSON, nested too deep, or neither an object nor a list."""


@dataclass(frozen=True)
class Answered:
    """One page of a query. ``more`` leads to the next; ``at`` is Salesforce's own time."""

    rows: list[dict[str, Any]]
    more: str
    at: datetime | None


def parsed(response: requests.Response) -> Any:
    """An answer's JSON. A number that no program can hold stays the text that it came as.

    Raises:
        Unreadable: It has none that could be an answer.
    """
    try:
        answer = response.json(parse_float=_or_text(Decimal), parse_int=_or_text(int))
    except (requests.exceptions.JSONDecodeError, RecursionError):
        raise Unreadable from None
    if not isinstance(answer, dict | list):
        raise Unreadable
    return answer


def _or_text(number: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return number(text)
        except (ValueError, ArithmeticError):
            return text

    return read


def page(answer: Any, at: datetime | None) -> Answered:
    """One page. What is no record in it is one without anything: counted, and told of.

    Raises:
        Unavailable: It is none, or there is more and no way to it.
    """
    records = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        raise Unavailable("GET query: an answer without records")
    more = answer.get("nextRecordsUrl") or ""
    if more and not is_place(more):
        raise Unavailable("GET query: an answer that leads elsewhere")
    if not more and not answer.get("done", True):
        raise Unavailable("GET query: an answer that breaks off")
    return Answered([row if isinstance(row, dict) else {} for row in records], more, at)


def is_place(more: Any) -> bool:
    """Whether it may lead to a page of Salesforce's own."""
    return isinstance(more, str) and more.startswith(PLACES)
