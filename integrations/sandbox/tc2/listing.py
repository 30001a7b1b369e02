"""The list of clients: filters that are ANDed, pages of 100, the largest id first."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from integrations.sandbox.routing import Request
from integrations.sandbox.tc2 import forms
from integrations.sandbox.tc2.errors import Refusal, not_found

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

PAGE_SIZE = 100


def clients(account: "Account", request: Request) -> dict:
    """One page of those that match.

    Raises:
        Refusal: No such page, or a filter that cannot be.
    """
    wanted = dict(request.query)
    tests = [_FILTERS[name](value) for name, value in wanted.items() if name in _FILTERS]
    found = [
        each
        for each in sorted(account.tables["client"].values(), key=_newest_first)
        if not each["trashed"] and all(test(each) for test in tests)
    ]
    page = _page(wanted.get("page", "1"), len(found))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return {
        "count": len(found),
        "next": _address(account, wanted, page + 1) if page * PAGE_SIZE < len(found) else None,
        "previous": _address(account, wanted, page - 1) if page > 1 else None,
        "results": [forms.row(account, "clients", each) for each in shown],
    }


def everything(account: "Account", kind: str) -> dict:
    """A list that fits on one page."""
    records = list(account.tables[kind].values())
    return {"count": len(records), "next": None, "previous": None, "results": records}


def _newest_first(client: dict) -> int:
    return -client["id"]


def _page(text: str, count: int) -> int:
    last = max(1, -(-count // PAGE_SIZE))
    if not (_is_number(text) and 1 <= int(text) <= last):
        raise not_found("Invalid page.")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _address(account: "Account", wanted: dict, page: int) -> str:
    return f"{account.base_url}/clients/?{urlencode(wanted | {'page': page})}"


def _same(key: str) -> Callable:
    def made(value: str) -> Callable[[dict], bool]:
        return lambda client: (client[key] or "").lower() == value.lower()

    return made


def _created(name: str, compare: Callable) -> Callable:
    def made(value: str) -> Callable[[dict], bool]:
        limit = _moment(name, value)
        return lambda client: compare(datetime.fromisoformat(client["date_created"]), limit)

    return made


def _moment(name: str, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refusal(400, {name: ["Enter a valid date/time."]}) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _labelled(value: str) -> Callable[[dict], bool]:
    if not _is_number(value):
        raise Refusal(400, {"labels": ["Select a valid choice."]})
    return lambda client: int(value) in client["labels"]


_FILTERS: dict[str, Callable] = {
    "user__email": _same("email"),
    "user__first_name": _same("first_name"),
    "user__last_name": _same("last_name"),
    "user__created__gte": _created("user__created__gte", datetime.__ge__),
    "user__created__lte": _created("user__created__lte", datetime.__le__),
    "status": _same("status"),
    "labels": _labelled,
}
