"""Queries: their rows found once, their pages made when they are asked for."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.reach import Reach
from integrations.sandbox.salesforce.shapes import shape
from integrations.sandbox.salesforce.soql import conditions, parser
from integrations.sandbox.salesforce.soql.syntax import Query, refusal

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

#: Of one user; the oldest one is closed for the next.
MOST_OPEN = 10
LIFETIME = timedelta(days=2)
FEWEST_ROWS, MOST_ROWS = 200, 2000


@dataclass
class Cursor:
    """A query whose rows are known."""

    locator: str
    table: dict[str, dict]
    ids: list[str]
    shape: Callable[[dict], dict]
    page_size: int
    until: float


class Queries:
    """Those that may be gone on with. The account's lock guards them."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self.clear()

    def clear(self) -> None:
        """None is open; whoever is in the midst of one has to begin anew."""
        self._open: OrderedDict[str, Cursor] = OrderedDict()

    def first_page(self, text: str, version: str, batch_size: int, *, deleted: bool) -> dict:
        """Evaluate a query.

        Raises:
            Refusal: It is none, or asks for what there is not.
        """
        cursor = self._evaluated(text, version, batch_size, deleted=deleted)
        if len(cursor.ids) > cursor.page_size:
            self._open[cursor.locator] = cursor
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
        return _page(cursor, 0, version)

    def next_page(self, given: str, version: str) -> dict:
        """A later one.

        Raises:
            Refusal: The query is closed.
        """
        locator, _, start = given.rpartition("-")
        cursor = self._open.get(locator)
        if cursor is None or not start.isdigit() or cursor.until < self._account.clock.time():
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return _page(cursor, int(start), version)

    def _evaluated(self, text: str, version: str, batch_size: int, *, deleted: bool) -> Cursor:
        account, query = self._account, parser.parse(text)
        reach = Reach(account, _entity(account, query, text), text, deleted=deleted)
        made = shape(reach, query.select, f"/services/data/v{version}/sobjects")
        rows = account.rows(reach.entity, deleted=deleted)
        if query.where:
            fits = conditions.test(query.where, reach.column, text)
            rows = [row for row in rows if fits(row)]
        rows = conditions.sorted_rows(rows, query.order, reach.column)
        return Cursor(
            locator=f"01g5f{secrets.token_hex(5)}AAA",
            table=account.tables[reach.entity.name],
            ids=[row["Id"] for row in rows[: query.limit]],
            shape=made,
            page_size=self._page_size(batch_size),
            until=account.clock.time() + LIFETIME.total_seconds(),
        )

    def _page_size(self, asked: int) -> int:
        wanted = min(max(asked, FEWEST_ROWS), MOST_ROWS) if asked else MOST_ROWS
        return max(1, min(wanted, self._account.switches.page_size))


def _entity(account: "Account", query: Query, text: str):
    entity = account.schema.find(query.entity.text)
    if entity is None:
        why = (
            f"sObject type '{query.entity.text}' is not supported. If you are attempting to use a "
            "custom object, be sure to append the '__c' after the entity name. Please reference "
            "your WSDL or the describe call for the appropriate names."
        )
        raise refusal(text, query.entity.at, "INVALID_TYPE", why)
    return entity


def _page(cursor: Cursor, start: int, version: str) -> dict:
    end = start + cursor.page_size
    rows = (cursor.table.get(each) for each in cursor.ids[start:end])
    done = end >= len(cursor.ids)
    more = {"nextRecordsUrl": f"/services/data/v{version}/query/{cursor.locator}-{end}"}
    return {
        "totalSize": len(cursor.ids),
        "done": done,
        **({} if done else more),
        "records": [cursor.shape(row) for row in rows if row is not None],
    }
