"""The calls of the API."""

from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.routing import MalformedBody, Request, Response, Routes, json_response
from integrations.sandbox.tc2 import actions, bodies, clients, forms, listing
from integrations.sandbox.tc2.errors import Refusal, not_allowed, not_found

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account


def add_routes(routes: Routes, account: "Account") -> None:
    """Serve everything under ``/api``."""
    for method, path, handler in (
        ("GET", "/clients", list_clients),
        ("POST", "/clients", write_client),
        ("GET", "/clients/{id}", read_client),
        ("POST", "/clients/{id}", update_client),
        ("DELETE", "/clients/{id}", delete_client),
        ("POST", "/clients/{id}/add_label", add_label),
        ("GET", "/recipients/{id}", read_recipient),
        ("GET", "/invoices/{id}", read_invoice),
        ("GET", "/countries", partial(list_all, kind="country")),
        ("GET", "/countries/{id}", read_country),
        ("GET", "/pipeline-stages", partial(list_all, kind="pipeline_stage")),
        ("GET", "/action-types", list_actions),
    ):
        routes.add(method, path, partial(handler, account))


def _body(request: Request) -> object:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, {"detail": f'Unsupported media type "{kind}" in request.'})
    try:
        return request.json()
    except MalformedBody as error:
        raise Refusal(400, {"detail": f"JSON parse error - {error}"}) from error


def _shown(account: "Account", client: dict) -> dict:
    return forms.client(account, client, account.switches.role_version)


def list_clients(account: "Account", request: Request) -> Response:
    """A page of shallow rows."""
    return json_response(listing.clients(account, request))


def read_client(account: "Account", _request: Request, id: str) -> Response:
    """One client, whole."""
    return json_response(_shown(account, account.living(int(id))))


def write_client(account: "Account", request: Request) -> Response:
    """Create one; version 1 may as well update one."""
    body = _body(request)
    bodies.refuse_read_only(account, body)
    if account.switches.role_version == 1:
        client = clients.write_as_version_1(account, body)
        return json_response({"status": "success", "role": _shown(account, client)})
    return json_response(_shown(account, clients.create(account, body)), 201)


def update_client(account: "Account", request: Request, id: str) -> Response:
    """Change what is given; version 1 has no such call."""
    if account.switches.role_version == 1:
        raise not_allowed("POST")
    body = _body(request)
    client_id = account.living(int(id))["id"]
    bodies.refuse_read_only(account, body)
    return json_response(_shown(account, clients.update(account, client_id, body)))


def delete_client(account: "Account", _request: Request, id: str) -> Response:
    """Into the trash."""
    clients.delete(account, int(id), clients.THROUGH_THE_API)
    return json_response({"message": "Client moved to trash."})


def add_label(account: "Account", request: Request, id: str) -> Response:
    """Safe to repeat."""
    client = clients.add_label(account, int(id), _body(request))
    return json_response(_shown(account, client))


def _found(account: "Account", kind: str, record_id: str) -> dict:
    record = account.tables[kind].get(int(record_id))
    if record is None:
        raise not_found()
    return record


def read_recipient(account: "Account", _request: Request, id: str) -> Response:
    """One recipient, whole."""
    record = _found(account, "recipient", id)
    return json_response(forms.recipient(account, record, account.switches.role_version))


def read_invoice(account: "Account", _request: Request, id: str) -> Response:
    """One invoice."""
    return json_response(forms.invoice(account, _found(account, "invoice", id)))


def read_country(account: "Account", _request: Request, id: str) -> Response:
    """One country."""
    return json_response(_found(account, "country", id))


def list_all(account: "Account", _request: Request, kind: str) -> Response:
    """A short list."""
    return json_response(listing.everything(account, kind))


def list_actions(_account: "Account", _request: Request) -> Response:
    """What webhooks may tell of."""
    return json_response(
        [
            {"action": key, "verb": words, "subject": model}
            for key, (words, model) in actions.ACTIONS.items()
        ]
    )
