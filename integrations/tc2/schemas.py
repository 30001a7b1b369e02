"""What travels between TC2 and Hermes: fields, and the actions that we follow. No models."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

NAME, LABEL = "tc2", "TC2"

#: The system whose organizations and stages TC2 shows.
CRM = "pipedrive"

#: The longest name that is taken over.
LONGEST_NAME = 255

#: Hub field -> key of the agency. Dates and the click id stay when TC2 has none.
AGENCY_TEXTS = {"tc2_status": "status", "website": "website", "gclid": "gclid"}
AGENCY_DATES = {
    "signed_up_at": "created",
    "pay0_at": "pay0_dt",
    "pay1_at": "pay1_dt",
    "pay3_at": "pay3_dt",
    "card_saved_at": "card_saved_dt",
    "email_confirmed_at": "email_confirmed_dt",
    "gclid_expires_at": "gclid_expiry_dt",
}

#: Hub field -> machine name of the client's custom field.
CUSTOM_FIELDS = {
    "utm_source": "utm_source",
    "utm_campaign": "utm_campaign",
    "estimated_income": "estimated_monthly_income",
    "currency": "currency",
}


def machine_names(fields: Mapping[str, str]) -> dict[str, str]:
    """What the custom fields are called in our account, by what they are here."""
    given = settings.TC2_FIELD_NAMES
    return {name: given.get(key, key) for name, key in fields.items()}


#: Hub foreign key -> key of the client.
PEOPLE = {
    "sales_person": "sales_person",
    "support_person": "associated_admin",
    "bdr_person": "bdr_person",
}

#: By these, older branches know whom a write is about.
IDENTITY = ("last_name", "email")

#: What the CRM has of the company -> machine name of the client's custom field.
CRM_FIELDS = {
    "crm_url": "pipedrive_url",
    "crm_id": "pipedrive_id",
    "deal_stage": "pipedrive_deal_stage",
    "deal_pipeline": "pipedrive_pipeline",
}

#: Some branches do not let us write these: key of the client -> how staff call it.
MAYBE_READ_ONLY = {"sales_person": "sales person", "bdr_person": "BDR person"}


def refusal_of(key: str) -> str:
    """Where a link keeps the number that the branch would not take for a key."""
    return f"refused_{key}"


#: A custom field of this type is written by its option's slug.
DROPDOWN = "Dropdown"

#: Actions that change nothing that we keep.
WITHOUT_NEWS = {
    "AGREE_TERMS": "Agreed to terms",
    "RECORDED_TERMS_CONSENT": "Agreed to terms",
}
DELETED = "DELETED_A_CLIENT"
