"""The calls of API v2."""

from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive import listing, queries, searching
from integrations.sandbox.pipedrive.endpoints import Endpoint, json_object
from integrations.sandbox.pipedrive.errors import invalid
from integrations.sandbox.pipedrive.fields import ENTITIES
from integrations.sandbox.routing import Request, Response, Routes, dump, json_response

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

PLURALS = {
    "organization": "organizations",
    "person": "persons",
    "deal": "deals",
    "activity": "activities",
    "pipeline": "pipelines",
    "stage": "stages",
}


def add_routes(routes: Routes, account: "Account") -> None:
    """Serve everything under ``/api/v2``."""
    add = partial(_add, routes, account)
    for entity in ENTITIES:
        path = f"/{PLURALS[entity]}/search"
        routes.add("GET", path, Endpoint(partial(searching.answer, account, entity), 20, True))
        _add_fields(add, entity)
    archived = partial(listing.answer, account, "deal", archived=True)
    routes.add("GET", "/deals/archived", Endpoint(archived, 20))
    items = partial(searching.answer_items, account)
    routes.add("GET", "/itemSearch", Endpoint(items, 20, True))
    field = partial(searching.answer_field, account)
    routes.add("GET", "/itemSearch/field", Endpoint(field, 20, True))
    for entity, plural in PLURALS.items():
        cost = 5 if entity in ("pipeline", "stage") else 10
        add("GET", f"/{plural}", listing.answer, entity, cost)
        add("POST", f"/{plural}", create, entity, 5)
        add("GET", f"/{plural}/{{id}}", read, entity, 1)
        add("PATCH", f"/{plural}/{{id}}", update, entity, 5)
        add("DELETE", f"/{plural}/{{id}}", delete, entity, 3)


def _add(routes: Routes, account: "Account", method: str, path: str, handler, entity, cost) -> None:
    routes.add(method, path, Endpoint(partial(handler, account, entity), cost))


def _add_fields(add: partial, entity: str) -> None:
    path = f"/{entity}Fields"
    add("GET", path, list_fields, entity, 10)
    add("POST", path, create_field, entity, 5)
    add("GET", path + "/{code}", read_field, entity, 1)
    add("PATCH", path + "/{code}", change_field, entity, 5)
    add("DELETE", path + "/{code}", delete_field, entity, 3)
    for method, cost in (("POST", 5), ("PATCH", 5), ("DELETE", 3)):
        add(method, path + "/{code}/options", change_options, entity, cost)


def _single(body: bytes) -> Response:
    return Response(200, b'{"success":true,"data":%s,"additional_data":null}' % body)


def _single_record(account: "Account", entity: str, record: dict) -> Response:
    with account.lock:
        row = account.tables[entity].rows[record["id"]]
        return _single(listing.optional_parts(account, entity, [row], {})[0])


def create(account: "Account", entity: str, request: Request) -> Response:
    """POST a record."""
    queries.read(request, {})
    record = account.create(entity, json_object(request), source="api")
    return _single_record(account, entity, record)


def read(account: "Account", entity: str, request: Request, id: str) -> Response:
    """GET a record."""
    wanted = queries.read(request, listing.reading_parameters(entity))
    with account.lock:
        row = account.readable(entity, int(id))
        return _single(listing.optional_parts(account, entity, [row], wanted)[0])


def update(account: "Account", entity: str, request: Request, id: str) -> Response:
    """PATCH a record."""
    queries.read(request, {})
    record = account.update(entity, int(id), json_object(request), source="api")
    return _single_record(account, entity, record)


def delete(account: "Account", entity: str, request: Request, id: str) -> Response:
    """DELETE a record."""
    queries.read(request, {})
    account.delete(entity, int(id), source="api")
    return json_response({"success": True, "data": {"id": int(id)}})


_FIELD_LIST = {
    "limit": queries.page_size(),
    "cursor": queries.words,
    "include_fields": queries.choices("important_fields", "required_fields", "ui_visibility"),
}


def list_fields(account: "Account", entity: str, request: Request) -> Response:
    """System and custom fields, in pages."""
    wanted = queries.read(request, _FIELD_LIST)
    start = queries.offset(wanted["cursor"]) if "cursor" in wanted else 0
    end = start + wanted.get("limit", 100)
    with account.lock:
        fields = account.fields.all(entity)
        cursor = queries.offset_cursor(end) if len(fields) > end else None
        return json_response(
            {
                "success": True,
                "data": fields[start:end],
                "additional_data": {"next_cursor": cursor},
            }
        )


def create_field(account: "Account", entity: str, request: Request) -> Response:
    """POST a custom field."""
    queries.read(request, {})
    body = json_object(request)
    with account.writing():
        return _single(dump(account.fields.create(entity, body)))


def read_field(account: "Account", entity: str, request: Request, code: str) -> Response:
    """GET a field by its key."""
    queries.read(request, {"include_fields": _FIELD_LIST["include_fields"]})
    with account.lock:
        return _single(dump(account.fields.get(entity, code)))


def change_field(account: "Account", entity: str, request: Request, code: str) -> Response:
    """PATCH a custom field."""
    body = json_object(request)
    with account.writing():
        return _single(dump(account.fields.change(entity, code, body)))


def delete_field(account: "Account", entity: str, request: Request, code: str) -> Response:
    """DELETE a custom field, and its value in every record."""
    queries.read(request, {})
    with account.writing():
        field = account.fields.delete(entity, code)
        for row in list(account.tables[entity].rows.values()):
            if code.encode() in row.body:
                record = row.record()
                record["custom_fields"].pop(code, None)
                account.store(entity, record)
        return _single(dump(field))


def change_options(account: "Account", entity: str, request: Request, code: str) -> Response:
    """Add, rename or remove options."""
    body = json_object(request)
    if not isinstance(body, list):
        raise invalid("body", "must be an array")
    with account.writing():
        options = account.fields.change_options(entity, code, request.method, body)
        return _single(dump(options))
