"""``updated`` and ``deleted``: ids of a span of time, for those who keep copies."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.routing import Response, Routes, json_response
from integrations.sandbox.salesforce.account import IN_THE_BIN
from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.values import moment, stamp
from integrations.sandbox.salesforce.visits import Visit

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_OLDEST_CHANGE = timedelta(days=30)
_SHORTEST = timedelta(minutes=1)

Span = tuple[datetime, datetime]


def add_routes(routes: Routes, account: "Account") -> None:
    """Both."""
    routes.add("GET", "/sobjects/{name}/updated", partial(updated, account))
    routes.add("GET", "/sobjects/{name}/deleted", partial(deleted, account))


def updated(account: "Account", visit: Visit, name: str) -> Response:
    """Ids of living records by their SystemModstamp."""
    entity = account.schema.entity(name)
    span = _span(account, visit, _OLDEST_CHANGE)
    ids = [row["Id"] for row in _within(span, account.rows(entity))]
    return json_response({"ids": ids, "latestDateCovered": _covered(account, span)})


def deleted(account: "Account", visit: Visit, name: str) -> Response:
    """Ids of those in the recycle bin."""
    entity = account.schema.entity(name)
    span = _span(account, visit, IN_THE_BIN)
    rows = [row for row in account.rows(entity, deleted=True) if row["IsDeleted"]]
    gone = [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in _within(span, rows)]
    earliest = stamp(account.clock.now() - IN_THE_BIN)
    return json_response(
        {
            "deletedRecords": gone,
            "earliestDateAvailable": earliest,
            "latestDateCovered": _covered(account, span),
        }
    )


def _span(account: "Account", visit: Visit, oldest: timedelta) -> Span:
    try:
        start, end = (_minute(visit.query[name]) for name in ("start", "end"))
    except (KeyError, ValueError) as error:
        raise _refused("startDate and endDate are needed, and have a zone") from error
    if start < account.clock.now() - oldest:
        raise _refused(f"startDate is more than {oldest.days} days ago")
    if end - start < _SHORTEST:
        raise _refused("endDate must be at least one minute greater than the startDate")
    return start, end


def _minute(text: str) -> datetime:
    return moment(text).replace(second=0, microsecond=0)


def _within(span: Span, rows: list[dict]) -> list[dict]:
    start, end = (stamp(each) for each in span)
    return [row for row in rows if start <= row["SystemModstamp"] <= end]


def _covered(account: "Account", span: Span) -> str:
    """Not further than to what is not committed yet."""
    uncommitted = [change.row["SystemModstamp"] for _, change, _ in account.late]
    return min([stamp(span[1]), stamp(account.clock.now()), *uncommitted])


def _refused(why: str) -> Refusal:
    return Refusal(400, "INVALID_REPLICATION_DATE", why)
