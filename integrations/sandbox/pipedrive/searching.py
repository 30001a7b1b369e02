"""The search calls."""

from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive import queries
from integrations.sandbox.pipedrive.errors import invalid
from integrations.sandbox.pipedrive.search import FIELDS, SEARCHED, TITLES
from integrations.sandbox.routing import Request, Response, json_response

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

_PAGING = {"term": queries.words, "cursor": queries.words}
_OTHER_TYPES = ("product", "lead", "file", "mail_attachment", "project")
_ALL_FIELDS = (
    *("address", "code", "custom_fields", "description", "email", "name", "notes", "phone"),
    "title",
)


def answer(account: "Account", entity: str, request: Request) -> Response:
    """``/{entity}s/search``."""
    known = _PAGING | {
        "fields": queries.choices(*FIELDS[entity]),
        "exact_match": queries.flag,
        "limit": queries.page_size(),
    }
    wanted = queries.read(request, known | _FILTERS[entity])
    with account.lock:
        found = _found(account, entity, wanted)
    return _page(found, wanted)


_FILTERS = {
    "organization": {},
    "person": {
        "organization_id": queries.whole,
        "include_fields": queries.choice("person.picture"),
    },
    "deal": {
        "person_id": queries.whole,
        "organization_id": queries.whole,
        "status": queries.choices("open", "won", "lost"),
        "include_fields": queries.choice("deal.cc_email"),
    },
}


def answer_items(account: "Account", request: Request) -> Response:
    """``/itemSearch``: several entities at once."""
    known = _PAGING | {
        "item_types": queries.choices(*SEARCHED, *_OTHER_TYPES),
        "fields": queries.choices(*_ALL_FIELDS),
        "exact_match": queries.flag,
        "limit": queries.page_size(100),
        "search_for_related_items": queries.flag,
        "include_fields": queries.words,
    }
    wanted = queries.read(request, known)
    types = wanted.get("item_types", SEARCHED)
    with account.lock:
        found = [
            item
            for entity in SEARCHED
            if entity in types
            for item in _found(account, entity, wanted)
        ]
    return _page(found, wanted, related=True)


def answer_field(account: "Account", request: Request) -> Response:
    """``/itemSearch/field``: one field's value, and here case matters."""
    known = _PAGING | {
        "entity_type": queries.choice(*SEARCHED, "lead", "product", "project"),
        "match": queries.choice("exact", "beginning", "middle"),
        "field": queries.words,
        "limit": queries.page_size(),
    }
    wanted = queries.read(request, known)
    for name in ("entity_type", "field"):
        if not wanted.get(name):
            raise invalid(name, "is required")
    match = wanted.get("match", "exact")
    term = _term(wanted, exact=match == "exact")
    with account.lock:
        found = _found_by_field(account, wanted, term, match)
    chosen, cursor = _cut(found, wanted)
    return json_response(
        {"success": True, "data": chosen, "additional_data": {"next_cursor": cursor}}
    )


def _found_by_field(account: "Account", wanted: dict, term: str, match: str) -> list[dict]:
    entity, code = wanted["entity_type"], wanted["field"]
    if entity not in SEARCHED:
        return []
    if not any(field["field_code"] == code for field in account.fields.all(entity)):
        raise invalid("field", "is not a known field")
    fits = {"exact": str.__eq__, "beginning": str.startswith, "middle": str.__contains__}[match]
    found = []
    for row in account.search.candidates(account.tables[entity], term):
        texts = account.search.field_texts(entity, row.record(), code)
        found += [{"id": row.id, code: text} for text in texts if fits(text, term)][:1]
    return found


def _term(wanted: dict, *, exact: bool) -> str:
    term = wanted.get("term", "").strip()
    if len(term) < (1 if exact else 2):
        raise invalid("term", "is too short")
    return term


def _found(account: "Account", entity: str, wanted: dict) -> list[dict]:
    exact = wanted.get("exact_match", False)
    term = _term(wanted, exact=exact).lower()
    among = [name for name in wanted.get("fields", FIELDS[entity]) if name in FIELDS[entity]]
    found = []
    for row in account.search.candidates(account.tables[entity], term):
        record = row.record()
        values = account.search.values(entity, record, among)
        hits = [(name, text) for name, text in values if _hit(text.lower(), term, exact)]
        if hits and _passes(record, wanted):
            score = 0.9 if any(text.lower() == term for _, text in hits) else 0.5
            item = _item(account, entity, record, hits)
            found.append({"result_score": score, "item": item})
    return sorted(found, key=lambda one: -one["result_score"])


def _hit(text: str, term: str, exact: bool) -> bool:
    return text == term if exact else term in text


def _passes(record: dict, wanted: dict) -> bool:
    return (
        wanted.get("organization_id") in (None, record.get("org_id"))
        and wanted.get("person_id") in (None, record.get("person_id"))
        and ("status" not in wanted or record.get("status") in wanted["status"])
    )


def _item(account: "Account", entity: str, record: dict, hits: list[tuple[str, str]]) -> dict:
    item = {
        "id": record["id"],
        "type": entity,
        TITLES[entity]: record[TITLES[entity]],
        "visible_to": record["visible_to"],
        "owner": {"id": record["owner_id"]},
        "custom_fields": [text for name, text in hits if name == "custom_fields"],
        "notes": [],
    }
    return item | _ITEM_PARTS[entity](account, record)


def _organization_part(_account: "Account", record: dict) -> dict:
    return {"address": record["address"] and record["address"]["value"]}


def _person_part(account: "Account", record: dict) -> dict:
    return {
        "phones": [point["value"] for point in record["phones"]],
        "emails": [point["value"] for point in record["emails"]],
        "organization": _named(account, "organization", record["org_id"], {"address": None}),
    }


def _deal_part(account: "Account", record: dict) -> dict:
    return {
        "value": int(record["value"] or 0),
        "currency": record["currency"],
        "status": record["status"],
        "stage": _named(account, "stage", record["stage_id"]),
        "person": _named(account, "person", record["person_id"]),
        "organization": _named(account, "organization", record["org_id"], {"address": None}),
        "is_archived": record["is_archived"],
    }


_ITEM_PARTS = {
    "organization": _organization_part,
    "person": _person_part,
    "deal": _deal_part,
}


def _named(
    account: "Account", entity: str, record_id: int | None, more: dict | None = None
) -> dict | None:
    record = account.tables[entity].get(record_id) if record_id else None
    return record and {"id": record["id"], "name": record["name"]} | (more or {})


def _page(found: list[dict], wanted: dict, *, related: bool = False) -> Response:
    chosen, cursor = _cut(found, wanted)
    items = {"items": chosen} | ({"related_items": []} if related else {})
    return json_response(
        {"success": True, "data": items, "additional_data": {"next_cursor": cursor}}
    )


def _cut(found: list[dict], wanted: dict) -> tuple[list[dict], str | None]:
    size, start = wanted.get("limit", 100), 0
    if "cursor" in wanted:
        start = queries.offset(wanted["cursor"])
    more = len(found) > start + size
    return found[start : start + size], queries.offset_cursor(start + size) if more else None
