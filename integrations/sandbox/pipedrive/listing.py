"""Lists: filters, order, cursors, and the optional parts of each record."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive import custom_fields, queries
from integrations.sandbox.pipedrive.errors import ApiError, invalid
from integrations.sandbox.pipedrive.records import LINKS
from integrations.sandbox.pipedrive.table import Row, Table, sort_key
from integrations.sandbox.routing import Request, Response, dump

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

_COUNTS = ("activities_count", "done_activities_count", "undone_activities_count")
_OTHER_COUNTS = ("email_messages_count", "files_count", "followers_count", "notes_count")
_MIXED = ("last_activity_id", "next_activity_id", "smart_bcc_email")
_DEAL_COUNTS = tuple(
    f"{prefix}{state}_deals_count"
    for prefix in ("", "related_")
    for state in ("open", "won", "lost", "closed")
)
_MAIL_TIMES = ("last_incoming_mail_time", "last_outgoing_mail_time")
_COMMON = _COUNTS + _OTHER_COUNTS + _MIXED
INCLUDABLE = {
    "organization": (*_COMMON, *_DEAL_COUNTS, "people_count"),
    "person": (
        *_COMMON,
        *_DEAL_COUNTS,
        *_MAIL_TIMES,
        "participant_open_deals_count",
        "participant_closed_deals_count",
        "doi_status",
        "marketing_status",
    ),
    "deal": (
        *_COMMON,
        *_MAIL_TIMES,
        "first_won_time",
        "participants_count",
        "products_count",
        "source_lead_id",
    ),
    "activity": ("attendees",),
}
_STATES = ("open", "won", "lost", "deleted")


def reading_parameters(entity: str) -> dict:
    """What a GET by id may say."""
    if entity not in INCLUDABLE:
        return {}
    known = {"include_fields": queries.choices(*INCLUDABLE[entity])}
    if entity != "activity":
        known["custom_fields"] = queries.field_codes
        known["include_option_labels"] = queries.flag
        known["include_labels"] = queries.flag
    return known


def _list_parameters(entity: str) -> dict:
    sortable = ["id", "update_time", "add_time"]
    sortable += {"activity": ["due_date"], "stage": ["order_nr"]}.get(entity, [])
    known = {
        "limit": queries.page_size(),
        "cursor": queries.words,
        "sort_by": queries.choice(*sortable),
        "sort_direction": queries.choice("asc", "desc"),
    }
    known |= {name: queries.whole for name in LINKS[entity] if name.endswith("_id")}
    if entity in INCLUDABLE:
        known |= {
            "filter_id": queries.whole,
            "ids": queries.ids,
            "updated_since": queries.moment,
            "updated_until": queries.moment,
        }
    return known | reading_parameters(entity) | _OWN.get(entity, {})


_OWN = {
    "person": {"deal_id": queries.whole},
    "deal": {"status": queries.choices(*_STATES)},
    "activity": {"done": queries.flag, "lead_id": queries.words},
}


def answer(
    account: "Account", entity: str, request: Request, *, archived: bool = False
) -> Response:
    """One page."""
    wanted = queries.read(request, _list_parameters(entity))
    if "filter_id" in wanted:
        raise ApiError(404, "Filter not found")
    sort_by = wanted.get("sort_by", "id")
    descending = wanted.get("sort_direction") == "desc"
    after = _position(wanted.get("cursor"), sort_by, descending)
    with account.lock:
        table = account.tables[entity]
        since = wanted.get("updated_since", "") if sort_by == "update_time" else ""
        rows = table.walk(sort_by, descending=descending, after=after, since=since)
        kept = _matching(account, table, rows, wanted, archived)
        size = wanted.get("limit", 100)
        page = list(islice(kept, size + 1))
        shown = page[:size]
        bodies = optional_parts(account, entity, shown, wanted)
        cursor = _cursor(shown[-1], sort_by, descending) if len(page) > size else None
    return Response(
        200,
        b'{"success":true,"data":[%s],"additional_data":{"next_cursor":%s}}'
        % (b",".join(bodies), dump(cursor)),
    )


def _matching(
    account: "Account", table: Table, rows: Iterator[Row], wanted: dict, archived: bool
) -> Iterator[Row]:
    links = _link_filters(table, wanted)
    states = wanted.get("status")
    if "ids" in wanted:
        rows = (row for row in rows if row.id in wanted["ids"])
    if "deal_id" in wanted and table.entity == "person":
        deal = account.tables["deal"].living(wanted["deal_id"])
        person = account.tables["deal"].link(deal, "person_id") if deal else None
        rows = (row for row in rows if row.id == person)
    if table.entity == "deal":
        rows = (row for row in rows if table.link(row, "is_archived") is archived)
    if links:
        rows = (row for row in rows if all(row.links[at] == value for at, value in links))
    since, until = wanted.get("updated_since"), wanted.get("updated_until")
    if since:
        rows = (row for row in rows if row.updated >= since)
    if until:
        rows = (row for row in rows if row.updated < until)
    if states:
        return (row for row in rows if _state(table, row) in states)
    return (row for row in rows if not row.deleted)


def _link_filters(table: Table, wanted: dict) -> list[tuple[int, object]]:
    return [
        (position, wanted[name])
        for position, name in enumerate(table.link_names)
        if name in wanted and name != "status"
    ]


def _state(table: Table, row: Row) -> object:
    return "deleted" if row.deleted else table.link(row, "status")


def _cursor(row: Row, sort_by: str, descending: bool) -> str:
    position = dump([sort_by, descending, *sort_key(row, sort_by)])
    return base64.urlsafe_b64encode(position).decode().rstrip("=")


def _position(cursor: str | None, sort_by: str, descending: bool) -> tuple[str, int] | None:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        given_sort, given_direction, text, row_id = position
        fits = isinstance(text, str) and isinstance(row_id, int)
        if not fits or (given_sort, given_direction) != (sort_by, descending):
            raise invalid("cursor", "belongs to another list")
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise invalid("cursor", "is not valid") from error
    return text, row_id


def optional_parts(account: "Account", entity: str, rows: list[Row], wanted: dict) -> list[bytes]:
    """The rows' bytes as they are, unless more or less of each record was asked for."""
    asked = {"include_fields", "custom_fields", "include_option_labels"} & wanted.keys()
    if not asked:
        if entity == "activity":
            return [dump(_without_attendees(row.record())) for row in rows]
        return [row.body for row in rows]
    included = wanted.get("include_fields", [])
    counts = _counts(account, entity) if any(name.endswith("_count") for name in included) else {}
    return [
        dump(_parts(account, entity, row.record(), wanted, counts.get(row.id, Counter())))
        for row in rows
    ]


def _without_attendees(record: dict) -> dict:
    return {key: value for key, value in record.items() if key != "attendees"}


def _parts(account: "Account", entity: str, record: dict, wanted: dict, counts: Counter) -> dict:
    included = wanted.get("include_fields", [])
    if entity == "activity":
        return record
    for name in included:
        record[name] = counts[name] if name.endswith("_count") else record.get(name)
    if "first_won_time" in included:
        record["first_won_time"] = record["won_time"]
    if "custom_fields" in wanted:
        values = record["custom_fields"]
        record["custom_fields"] = {code: values.get(code) for code in wanted["custom_fields"]}
    if wanted.get("include_option_labels"):
        _label(account.fields.custom(entity), record["custom_fields"])
    return record


def _label(fields: dict[str, dict], values: dict) -> None:
    for code, value in values.items():
        if code in fields:
            values[code] = custom_fields.labelled(fields[code], value)


def _counts(account: "Account", entity: str) -> dict[int, Counter]:
    """For each record, how many others belong to it."""
    counts: dict[int, Counter] = {}
    pointer = {"organization": "org_id", "person": "person_id", "deal": "deal_id"}[entity]

    def count(table: Table, names) -> None:
        for row in table.rows.values():
            owner = None if row.deleted else table.link(row, pointer)
            if owner is not None:
                counts.setdefault(owner, Counter()).update(names(table, row))

    count(account.tables["activity"], _activity_counts)
    if entity != "deal":
        count(account.tables["deal"], _deal_counts)
    if entity == "organization":
        count(account.tables["person"], lambda _table, _row: ["people_count"])
    return counts


def _activity_counts(table: Table, row: Row) -> list[str]:
    state = "done" if table.link(row, "done") else "undone"
    return ["activities_count", f"{state}_activities_count"]


def _deal_counts(table: Table, row: Row) -> list[str]:
    state = table.link(row, "status")
    return [f"{state}_deals_count"] + (["closed_deals_count"] if state != "open" else [])
