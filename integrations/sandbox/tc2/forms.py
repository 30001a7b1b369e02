"""Clients, recipients and invoices, as the API answers them and webhooks carry them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp
from integrations.sandbox.tc2 import custom_fields
from integrations.sandbox.tc2.records import PEOPLE, PERSONAL

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

#: Plain keys of a client, in the order in which they are shown.
_PLAIN = (
    "status",
    "is_taxable",
    "received_notifications",
    "invoices_count",
    "auto_charge",
    "calendar_colour",
)
_NO_MONEY = dict.fromkeys(("payment_pending", "invoice_balance", "available_balance"), "0.00")


def url(account: "Account", plural: str, record_id: int) -> str:
    """Of an object in the API."""
    return f"{account.base_url}/{plural}/{record_id}/"


def row(account: "Account", plural: str, record: dict) -> dict:
    """The shallow form: rows of lists, and people inside of other objects."""
    named = {key: record[key] for key in ("id", "first_name", "last_name", "email")}
    return named | {"url": url(account, plural, record["id"])}


def client(account: "Account", record: dict, version: int) -> dict:
    """The whole of a client."""
    shown = {"id": record["id"], "url": url(account, "clients", record["id"])}
    shown |= _personal(account, record, version)
    if version == 2:
        shown["photo"] = record["photo"]
    shown |= {key: record[key] for key in _PLAIN} | _NO_MONEY
    shown["labels"] = [account.tables["label"][each] for each in record["labels"]]
    shown |= {"pipeline_stage": None, "associated_agent": None}
    shown |= {name: _person(account, record[name]) for name in PEOPLE}
    shown["paid_recipients"] = [
        row(account, "recipients", account.tables["recipient"][each])
        for each in record["paid_recipients"]
    ]
    fields = account.tables["custom_field"].values()
    shown["extra_attrs"] = custom_fields.shown(fields, record["extra"])
    if account.switches.custom_fields_folded:
        for each in shown["extra_attrs"]:
            each["value"] = each["value"].lower()
    if record["agency"] is not None:
        shown["meta_agency"] = _agency(account, account.tables["agency"][record["agency"]])
    return shown


def _personal(account: "Account", record: dict, version: int) -> dict:
    personal = {key: record[key] for key in PERSONAL}
    personal["country"] = country(account, record["country"])
    return {"user": personal} if version == 1 else personal


def country(account: "Account", country_id: int | None) -> str | None:
    """``Name (CC)``."""
    if country_id is None:
        return None
    record = account.tables["country"][country_id]
    return f"{record['name']} ({record['abbreviation']})"


def _person(account: "Account", admin_id: int | None) -> dict | None:
    return None if admin_id is None else dict(account.tables["admin"][admin_id])


def _agency(account: "Account", record: dict) -> dict:
    if account.switches.agency_created == "unix":
        return dict(record)
    return record | {"created": stamp(datetime.fromtimestamp(record["created"], UTC))}


def subject(account: "Account", record: dict) -> dict:
    """A client in a webhook."""
    return {"model": "Client"} | client(account, record, account.switches.role_version)


def thin_subject(account: "Account", record: dict) -> dict:
    """A client in the webhook that tells of its end."""
    names = {key: record[key] for key in ("first_name", "last_name")}
    nested = {"user": names} if account.switches.role_version == 1 else names
    return {"model": "Client", "id": record["id"]} | nested


def recipient(account: "Account", record: dict, version: int) -> dict:
    """The whole of a recipient."""
    client_id = record["paying_client"]
    paying = None if client_id is None else row(account, "clients", _client(account, client_id))
    return {
        "id": record["id"],
        "url": url(account, "recipients", record["id"]),
        **_personal(account, record, version),
        "paying_client": paying,
        "associated_clients": [paying] if paying else [],
    }


def invoice(account: "Account", record: dict) -> dict:
    """The whole of an invoice."""
    payer = row(account, "clients", _client(account, record["client"]))
    return record | {"client": payer | {"role_type": "Client"}}


def _client(account: "Account", client_id: int) -> dict:
    return account.tables["client"][client_id]
