"""What people do in TC2: customers sign up and pay, staff edit, end and correct."""

from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp
from integrations.sandbox.tc2 import agencies, bodies, forms, recipients, records
from integrations.sandbox.tc2.actions import actor
from integrations.sandbox.tc2.clients import by_staff, change
from integrations.sandbox.tc2.errors import BLANK, Refusal, Wrong
from integrations.sandbox.tc2.founding import FIRST_IDS

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

_NAMES = ("first_name", "last_name", "email")
#: Invoices paid before this one to the milestone that it reaches.
_MILESTONES = {0: "pay0_dt", 1: "pay1_dt", 3: "pay3_dt"}


def sign_up(account: "Account", body: object) -> dict:
    """A customer's first visit: a client with an agency, a sales person and a recipient.

    Raises:
        Refusal: The body is not admitted. Nothing was written.
    """
    given = body if isinstance(body, dict) else {}
    own = {key: given[key] for key in _NAMES if isinstance(given.get(key), str)}
    defaults = {"sales_person": FIRST_IDS["admin"], "paid_recipients": [own], "agency": {}}
    if isinstance(body, dict):
        body = defaults | body
        if isinstance(body["agency"], dict):
            body["agency"] = {"name": _agency_name(own)} | body["agency"]
    return _create(account, body, "CLIENT_SIGN_UP")


def _agency_name(client: dict) -> str:
    return " ".join(filter(None, (client.get("first_name"), client.get("last_name"), "Tutors")))


def create(account: "Account", body: object) -> dict:
    """By the staff; an agency only if there is one in the body.

    Raises:
        Refusal: The body is not admitted. Nothing was written.
    """
    return _create(account, body, "CREATED_A_CLIENT")


def _create(account: "Account", body: object, action: str) -> dict:
    with account.writing():
        written = _checked(account, body, creating=True)
        bodies.refuse_email_in_use(account, written.get("email"), None)
        agency, people = written.pop("agency", None), written.pop("paid_recipients", [])
        now = account.clock.now()
        client = account.add("client", records.client(written, now))
        client["paid_recipients"] = recipients.keep(account, client["id"], people)
        if agency is not None:
            agency.setdefault("country", forms.country(account, client["country"]))
            client["agency"] = account.add("agency", records.agency(agency, now))["id"]
        account.store("client", client)
        own = action == "CLIENT_SIGN_UP"
        account.announce(action, client, actor(client) if own else by_staff(account).actor)
        return client


def edit(account: "Account", client_id: int, body: object) -> dict:
    """The client, its agency and its recipients in one go.

    Raises:
        Refusal: No such client, or the body is not admitted. Nothing was written.
    """
    with account.writing():
        client = account.living(client_id)
        written = _checked(account, body, creating=False)
        bodies.refuse_email_in_use(account, written.get("email"), client_id)
        agency = written.pop("agency", None)
        if "paid_recipients" in written:
            named = written["paid_recipients"]
            written["paid_recipients"] = recipients.keep(account, client_id, named)
        if agency is not None:
            written["agency"] = _keep_agency(account, client, agency)["id"]
        return change(account, client, written, by_staff(account))


def _checked(account: "Account", body: object, *, creating: bool) -> dict:
    written = bodies.checked(account, body, version=2, creating=creating)
    reasons = {}
    for name, check in {"agency": agencies.checked, "paid_recipients": recipients.checked}.items():
        try:
            if body.get(name) is not None:
                written[name] = check(body[name])
        except Wrong as wrong:
            reasons[name] = wrong.reasons
    for name in body.keys() - bodies.WRITABLE - {"agency", "paid_recipients"}:
        reasons[name] = ["Unknown."]
    if reasons:
        raise Refusal(400, reasons)
    return written


def _keep_agency(account: "Account", client: dict, values: dict) -> dict:
    if client["agency"] is None:
        return account.add("agency", records.agency(values, account.clock.now()))
    return account.store("agency", account.tables["agency"][client["agency"]] | values)


def _with_agency(account: "Account", client_id: int) -> dict:
    client = account.living(client_id)
    if client["agency"] is None:
        raise Refusal(400, {"detail": "This client has no agency."})
    return client


def pay_invoice(account: "Account", client_id: int, gross: str = "120.00") -> dict:
    """The client pays an invoice; its agency, if it has one, gets nearer to a milestone.

    Raises:
        Refusal: No such client.
    """
    with account.writing():
        client, now = account.living(client_id), account.clock.now()
        number = account.next_id("invoice")
        invoice = account.add("invoice", records.paid_invoice(number, client_id, gross, now))
        client = client | {"invoices_count": client["invoices_count"] + 1}
        account.store("client", client)
        if client["agency"] is not None:
            _count_payment(account, account.tables["agency"][client["agency"]])
        subject = {"model": "Invoice"} | forms.invoice(account, invoice)
        message = "Payment method: card."
        account.events.add("CLIENT_PAID_INVOICE", subject, actor(client), message)
        return invoice


def _count_payment(account: "Account", agency: dict) -> None:
    before = agency["paid_invoice_count"]
    reached = {_MILESTONES[before]: stamp(account.clock.now())} if before in _MILESTONES else {}
    account.store("agency", agency | {"paid_invoice_count": before + 1} | reached)


def terminate(account: "Account", client_id: int) -> dict:
    """The customer's account ends.

    Raises:
        Refusal: No such client, or it has no agency.
    """
    return _change_agency(account, client_id, "TERMINATED_AGENCY", {"status": "terminated"})


def edit_price_plan(account: "Account", client_id: int, price_plan: object) -> dict:
    """Another plan, as ``<anything>-<plan>``.

    Raises:
        Refusal: No such client, it has no agency, or that is no plan.
    """
    if not isinstance(price_plan, str) or not price_plan:
        raise Refusal(400, {"price_plan": [BLANK]})
    return _change_agency(account, client_id, "EDITED_PRICE_PLAN", {"price_plan": price_plan})


def _change_agency(account: "Account", client_id: int, action: str, values: dict) -> dict:
    with account.writing():
        client = _with_agency(account, client_id)
        _keep_agency(account, client, values)
        account.announce(action, client, by_staff(account).actor)
        return client
