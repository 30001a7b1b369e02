"""Which custom fields Hermes has in an account, and what they are called there."""

from __future__ import annotations

from dataclasses import dataclass

from . import elsewhere, loan_details


@dataclass(frozen=True)
class CustomField:
    """A field that set-up makes in each account, found again by its label."""

    label: str
    type: str = "varchar"
    options: tuple[str, ...] = ()
    #: The system without which an account needs no such field.
    system: str = ""


#: Hub field -> custom field, for each kind. ``hub_id`` is the Hermes id: text, so that it
#: is searchable and a merge shows as "417, 522".
CUSTOM_FIELDS: dict[str, dict[str, CustomField]] = {
    "company": {
        "hub_id": CustomField("Hermes ID"),
        "support_person": CustomField("Support person", "user"),
        "bdr_person": CustomField("BDR person", "user"),
        "price_plan": CustomField("Price plan", "enum", ("payg", "startup", "enterprise")),
        "tc2_status": CustomField("TC2 status"),
        "tc2_url": CustomField("TC2 URL"),
        "website": CustomField("Website"),
        "paid_invoice_count": CustomField("Paid invoice count"),
        "estimated_income": CustomField("Estimated income"),
        "signup_questionnaire": CustomField("Signup questionnaire", "text"),
        "utm_source": CustomField("UTM source"),
        "utm_campaign": CustomField("UTM campaign"),
        "gclid": CustomField("GCLID"),
        "gclid_expires_at": CustomField("GCLID expiry", "date"),
        "pay0_at": CustomField("Pay0 date", "date"),
        "pay1_at": CustomField("Pay1 date", "date"),
        "pay3_at": CustomField("Pay3 date", "date"),
        "card_saved_at": CustomField("Card saved date", "date"),
        "email_confirmed_at": CustomField("Email confirmed date", "date"),
    },
    "contact": {
        "hub_id": CustomField("Hermes ID"),
        "salesforce_id": CustomField("Salesforce contact ID", system=elsewhere.LOANS),
    },
    "deal": {
        "hub_id": CustomField("Hermes ID"),
        "salesforce_id": CustomField("Salesforce loan ID", system=elsewhere.LOANS),
    },
}


#: Custom fields that are no fields of ours: what others say of the record, and our id.
SHOWN = {each.field for each in elsewhere.SHOWN.values()}
NO_FIELDS = {"hub_id", *SHOWN}


def is_shown(name: str) -> bool:
    """Whether a custom field shows what others say of the record."""
    return name in SHOWN or loan_details.is_one(name)


def needed(kind: str) -> dict[str, CustomField]:
    """The custom fields that an account is to have now."""
    return {
        name: custom
        for name, custom in CUSTOM_FIELDS.get(kind, {}).items()
        if not custom.system or elsewhere.is_on(custom.system)
    }


def label_of(kind: str, name: str) -> str:
    """What people call a custom field there."""
    custom = CUSTOM_FIELDS.get(kind, {}).get(name)
    return custom.label if custom else name.removeprefix(loan_details.PREFIX).replace("_", " ")
