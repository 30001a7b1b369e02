"""Participants of a deal: the people beside its own person."""

from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp
from integrations.sandbox.pipedrive import checks, queries
from integrations.sandbox.pipedrive.endpoints import json_object
from integrations.sandbox.pipedrive.errors import invalid
from integrations.sandbox.routing import Request, Response, json_response

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

_PAGE = {"start": queries.whole, "limit": queries.page_size()}
_body = checks.fields({"person_id": checks.integer}, ("person_id",))


def list_of_deal(account: "Account", request: Request, id: str) -> Response:
    """One page of them, the first ones first."""
    page = queries.read(request, _PAGE)
    start, limit = page.get("start", 0), page.get("limit", 100)
    with account.lock:
        deal = account.readable("deal", int(id)).record()
        all_of_them = _of_deal(account, deal)
        shown = [_shown(account, deal, one) for one in all_of_them[start : start + limit]]
    more = len(all_of_them) > start + limit
    place = {"start": start, "limit": limit, "more_items_in_collection": more}
    return json_response({"success": True, "data": shown, "additional_data": place})


def add(account: "Account", request: Request, id: str) -> Response:
    """POST one; who is one already is one twice."""
    queries.read(request, {})
    body = json_object(request)
    if reason := _body(body):
        raise invalid("person_id", reason)
    with account.writing():
        deal = account.changeable("deal", int(id))
        if account.tables["person"].living(body["person_id"]) is None:
            raise invalid("person_id", "does not exist")
        made = {
            "id": account.tables["participant"].new_id(),
            "deal_id": deal["id"],
            "person_id": body["person_id"],
            "add_time": stamp(account.clock.now()),
        }
        account.store("participant", made)
        return json_response({"success": True, "data": _shown(account, deal, made)})


def _of_deal(account: "Account", deal: dict) -> list[dict]:
    """Without people who were deleted."""
    rows = account.tables["participant"].linked("deal_id", deal["id"])
    kept = [row.record() for row in rows]
    return [one for one in kept if account.tables["person"].living(one["person_id"])]


def _shown(account: "Account", deal: dict, participant: dict) -> dict:
    person = account.tables["person"].rows[participant["person_id"]].record()
    who = {"name": person["name"], "active_flag": True}
    return {
        "id": participant["id"],
        "person_id": {"value": person["id"], **who},
        "person": {"id": person["id"], **who},
        "add_time": participant["add_time"].replace("T", " ").removesuffix("Z"),
        "active_flag": True,
        "related_item_data": {"deal_id": deal["id"], "title": deal["title"]},
        "related_item_type": "deal",
        "related_item_id": deal["id"],
    }
