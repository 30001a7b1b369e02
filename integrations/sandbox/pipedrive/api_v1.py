"""The calls of v1 that have no successor: users, webhooks, merging, notes, participants."""

from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp
from integrations.sandbox.pipedrive import (
    checks,
    merging,
    participants,
    queries,
    users,
    webhooks,
)
from integrations.sandbox.pipedrive.api_v2 import PLURALS
from integrations.sandbox.pipedrive.endpoints import Endpoint, json_object
from integrations.sandbox.pipedrive.errors import ApiError, WebhookError, invalid, not_found
from integrations.sandbox.routing import Request, Response, Routes, json_response

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account


def add_routes(routes: Routes, account: "Account") -> None:
    """Serve everything under ``/api/v1`` and ``/v1``."""

    def add(method: str, path: str, handler, cost: int) -> None:
        routes.add(method, path, Endpoint(partial(handler, account), cost))

    add("GET", "/users/me", read_me, 2)
    add("GET", "/users/find", find_users, 40)
    add("GET", "/users/{id}", read_user, 2)
    add("GET", "/users", list_users, 20)
    add("GET", "/activityTypes", list_activity_types, 20)
    for entity in merging.MERGEABLE:
        merge_entity = partial(merge, entity=entity)
        add("PUT", f"/{PLURALS[entity]}/{{id}}/merge", merge_entity, 40)
    add("GET", "/deals/{id}/participants", participants.list_of_deal, 10)
    add("POST", "/deals/{id}/participants", participants.add, 10)
    add("GET", "/webhooks", list_webhooks, 10)
    add("POST", "/webhooks", create_webhook, 10)
    add("DELETE", "/webhooks/{id}", delete_webhook, 6)
    add("POST", "/notes", create_note, 10)
    add("PUT", "/notes/{id}", update_note, 10)


def _success(value: object) -> Response:
    return json_response({"success": True, "data": value})


def read_me(account: "Account", request: Request) -> Response:
    """Whose token this is; the connection check."""
    queries.read(request, {})
    return _success(users.me(account.tables["user"].get(account.token_owner)))


def _all_users(account: "Account") -> list[dict]:
    with account.lock:
        rows = account.tables["user"].rows.values()
        return [users.shown(row.record(), account.token_owner) for row in rows]


def list_users(account: "Account", request: Request) -> Response:
    """All of them; this list has no pages."""
    queries.read(request, {})
    return _success(_all_users(account))


def read_user(account: "Account", request: Request, id: str) -> Response:
    """One user."""
    queries.read(request, {})
    with account.lock:
        user = account.tables["user"].get(int(id))
    if user is None:
        raise not_found("user")
    return _success(users.shown(user, account.token_owner))


def find_users(account: "Account", request: Request) -> Response:
    """By a part of the name, or of the e-mail address."""
    known = {"term": queries.words, "search_by_email": queries.choice("0", "1")}
    wanted = queries.read(request, known)
    term = wanted.get("term", "").lower()
    if not term:
        raise invalid("term", "is required")
    key = "email" if wanted.get("search_by_email") == "1" else "name"
    return _success([user for user in _all_users(account) if term in user[key].lower()])


def list_activity_types(_account: "Account", request: Request) -> Response:
    """Those that every account starts with."""
    queries.read(request, {})
    return _success(users.ACTIVITY_TYPES)


_merge_body = checks.fields({"merge_with_id": checks.integer}, ("merge_with_id",))


def merge(account: "Account", request: Request, id: str, *, entity: str) -> Response:
    """The record in the URL goes, ``merge_with_id`` stays."""
    queries.read(request, {})
    body = json_object(request)
    if reason := _merge_body(body):
        raise invalid("merge_with_id", reason)
    survivor = merging.merge(account, entity, int(id), body["merge_with_id"], source="api")
    return _success(_MERGED[entity](survivor, int(id)))


def _merged_person(record: dict, loser_id: int) -> dict:
    kept = ("id", "name", "first_name", "last_name", "owner_id", "org_id", "label_ids")
    return {key: record[key] for key in kept} | {
        "company_id": users.COMPANY_ID,
        "active_flag": True,
        "email": record["emails"],
        "phone": record["phones"],
        "visible_to": str(record["visible_to"]),
        "add_time": _v1_time(record["add_time"]),
        "update_time": _v1_time(record["update_time"]),
        "merge_what_id": loser_id,
    }


def _merged_deal(record: dict, loser_id: int) -> dict:
    kept = ("id", "title", "value", "currency", "status", "person_id", "org_id", "stage_id")
    return {key: record[key] for key in kept} | {
        "pipeline_id": record["pipeline_id"],
        "creator_user_id": record["creator_user_id"],
        "user_id": record["owner_id"],
        "active": record["status"] == "open",
        "deleted": False,
        "visible_to": str(record["visible_to"]),
        "add_time": _v1_time(record["add_time"]),
        "update_time": _v1_time(record["update_time"]),
        "merge_what_id": loser_id,
    }


def _v1_time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")


_MERGED = {
    "organization": lambda record, _loser_id: {"id": record["id"]},
    "person": _merged_person,
    "deal": _merged_deal,
}


def _webhook_answer(value: object, status: int = 200) -> Response:
    return json_response({"status": "ok", "success": True, "data": value}, status)


def list_webhooks(account: "Account", request: Request) -> Response:
    """Those registered."""
    queries.read(request, {})
    with account.lock:
        return _webhook_answer([webhooks.shown(one) for one in account.webhooks.all()])


def create_webhook(account: "Account", request: Request) -> Response:
    """Register one, if somebody answers at its address."""
    queries.read(request, {})
    try:
        body = json_object(request)
    except ApiError as error:
        raise WebhookError(400, "body", error.error) from error
    with account.lock:
        user_ids = set(account.tables["user"].rows)
    webhooks.check_body(body, user_ids)
    webhooks.check_reachable(body["subscription_url"])
    with account.writing():
        webhook = account.webhooks.add(body, account.token_owner)
        return _webhook_answer(webhooks.shown(webhook), 201)


def delete_webhook(account: "Account", request: Request, id: str) -> Response:
    """Remove one."""
    queries.read(request, {})
    with account.writing():
        if not account.webhooks.remove(int(id)):
            raise WebhookError(404, "id", "webhook not found")
        return json_response({"status": "ok", "success": True})


_flag = checks.one_of(0, 1)
_links = {"deal_id": "deal", "person_id": "person", "org_id": "organization"}
_NOTE = {
    "content": checks.filled_text,
    "user_id": checks.integer,
    "add_time": checks.text,
    **dict.fromkeys(_links, checks.integer),
    **{f"pinned_to_{name}_flag": _flag for name in ("deal", "person", "organization")},
}


def _checked_note(account: "Account", body: object) -> dict:
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    for key, value in body.items():
        nothing = key in _links and value is None
        reason = "is not allowed" if key not in _NOTE else None if nothing else _NOTE[key](value)
        if reason:
            raise invalid(key, reason)
        if key in _links and value and account.tables[_links[key]].living(value) is None:
            raise invalid(key, "does not exist")
    return body


def create_note(account: "Account", request: Request) -> Response:
    """POST a note."""
    body = json_object(request)
    with account.writing():
        written = _checked_note(account, body)
        if "content" not in written:
            raise invalid("content", "is required")
        if not any(written.get(name) for name in _links):
            raise invalid("deal_id", "or another link is required")
        note = _blank_note(account) | _note_values(written)
        account.store("note", note)
        account.announce("create", "note", None, note, source="api")
        return _success(note)


def update_note(account: "Account", request: Request, id: str) -> Response:
    """PUT a note."""
    body = json_object(request)
    with account.writing():
        before = account.changeable("note", int(id))
        after = before | _note_values(_checked_note(account, body))
        account.keep_change("note", before, after, source="api")
        return _success(after)


def _note_values(written: dict) -> dict:
    return {
        key: bool(value) if key.startswith("pinned_") else value for key, value in written.items()
    }


def _blank_note(account: "Account") -> dict:
    now = stamp(account.clock.now())
    return {
        "id": account.tables["note"].new_id(),
        "active_flag": True,
        "content": "",
        "deal_id": None,
        "person_id": None,
        "org_id": None,
        "lead_id": None,
        "user_id": account.token_owner,
        "add_time": now,
        "update_time": now,
        "last_update_user_id": None,
        "pinned_to_deal_flag": False,
        "pinned_to_person_flag": False,
        "pinned_to_organization_flag": False,
    }
