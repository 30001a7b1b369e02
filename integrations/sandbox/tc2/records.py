"""What a new client, agency, recipient and invoice look like, as they are kept."""

from datetime import datetime

from integrations.sandbox.clock import stamp, stamp_with_microseconds

#: What version 1 nests under ``user``.
PERSONAL = (
    "title",
    "first_name",
    "last_name",
    "email",
    "mobile",
    "phone",
    "street",
    "state",
    "town",
    "country",
    "postcode",
    "latitude",
    "longitude",
    "date_created",
    "timezone",
)
PEOPLE = ("associated_admin", "sales_person", "bdr_person")


def client(written: dict, now: datetime) -> dict:
    """A client; what points to another record holds its id."""
    return {
        **dict.fromkeys(PERSONAL),
        "date_created": stamp_with_microseconds(now),
        "timezone": "Europe/London",
        "photo": None,
        "status": "prospect",
        "is_taxable": True,
        "received_notifications": ["invoices", "broadcasts"],
        "invoices_count": 0,
        "auto_charge": False,
        "calendar_colour": "SteelBlue",
        "labels": [],
        **dict.fromkeys(PEOPLE),
        "paid_recipients": [],
        "extra": {},
        "agency": None,
        "trashed": False,
    } | written


def agency(written: dict, now: datetime) -> dict:
    """A customer's own account, on its first day."""
    return {
        "name": "",
        "country": None,
        "website": None,
        "status": "pending_email_conf",
        "paid_invoice_count": 0,
        "created": int(now.timestamp()),
        "price_plan": "1-payg",
        "narc": False,
        "signup_questionnaire": None,
        "pay0_dt": None,
        "pay1_dt": None,
        "pay3_dt": None,
        "card_saved_dt": None,
        "email_confirmed_dt": None,
        "gclid": None,
        "gclid_expiry_dt": None,
    } | written


def recipient(written: dict, client_id: int, now: datetime) -> dict:
    """A person whom a client pays for."""
    return {
        **dict.fromkeys(PERSONAL),
        "date_created": stamp_with_microseconds(now),
        "timezone": "Europe/London",
        "paying_client": client_id,
    } | written


def paid_invoice(invoice_id: int, client_id: int, gross: str, now: datetime) -> dict:
    """An invoice, sent and paid at once."""
    return {
        "display_id": f"INV-{invoice_id}",
        "status": "paid",
        "gross": gross,
        "date_sent": stamp(now),
        "date_paid": stamp(now),
        "client": client_id,
    }
