"""Which company and contact a visitor is; made where there are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from companies.locks import hold, name_of
from companies.models import Company, TeamMember, split_name
from contacts.models import PHONE_DIGITS, Contact

from .requests import CallRequest

#: Fewer digits than these are no number to know somebody by.
FEWEST_DIGITS = 6


@dataclass(frozen=True)
class Guest:
    """Who is called."""

    company: Company
    contact: Contact


def find(call: CallRequest) -> tuple[Company | None, Contact | None]:
    """The company and contact that the visitor is, as far as they are known. Writes nothing.

    Of several the newest counts.

    Source: contract, "Finding Company and Contact".
    """
    if company := company_of(call.company_id):
        return company, _within(company, call)
    if (found := _by_email(call.email)) and found.company:
        return found.company, found
    if (found := _by_phone(call.phone)) and found.company:
        # A phone may be a colleague's; the letters go to whoever typed it.
        own = found.email.lower() in ("", call.email)
        return found.company, found if own else _within(found.company, call)
    company = _by_name(call.company_name)
    return company, _within(company, call) if company else None


def find_or_make(call: CallRequest, host: TeamMember) -> Guest:
    """The visitor's company and contact, made where they are missing. In a transaction.

    Two visits of one person at one moment wait for each other here, and for a system that
    tells of the same person meanwhile.
    """
    _hold(call)
    company, contact = find(call)
    if company is None:
        company = _new_company(call, host)
    if contact is None:
        contact = _without_company(call.email) or _new_contact(call)
    _complete(contact, company, call)
    return Guest(company, contact)


def _hold(call: CallRequest) -> None:
    names = [("company", call.company_name), ("company", call.email), ("contact", call.email)]
    names += [("contact", call.name), ("phone", _digits(call.phone))]
    hold(name_of(kind, text) for kind, text in names if text)


def company_of(pk: int | None) -> Company | None:
    """The company of that number, or the one it was merged into."""
    company = Company.all_objects.filter(pk=pk).first() if pk else None
    while company is not None and company.merged_into_id is not None:
        company = company.merged_into
    return company if company and company.archived_at is None and not company.narc else None


def company_by_email(email: str) -> Company | None:
    """Whose newest contact has the address."""
    contact = _by_email(email)
    return contact.company if contact else None


def _contacts() -> QuerySet[Contact]:
    real = Contact.objects.filter(company__archived_at=None, company__narc=False)
    return real.exclude(company=None).select_related("company").order_by("-pk")


def _by_email(email: str) -> Contact | None:
    if not email:
        return None
    # As the index says it, which has only those with an address.
    return _contacts().exclude(email_key="").filter(email_key=Lower(Value(email))).first()


def _by_phone(phone: str) -> Contact | None:
    digits = _digits(phone)
    if len(digits) < FEWEST_DIGITS:
        return None
    known = _contacts().exclude(phone="").annotate(digits=PHONE_DIGITS)
    return known.filter(digits=digits).first()


def _digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)


def _by_name(name: str) -> Company | None:
    if not name:
        return None
    real = Company.objects.filter(narc=False, name_key=Lower(Value(name)))
    return real.order_by("-pk").first()


def _within(company: Company, call: CallRequest) -> Contact | None:
    """The company's contact by e-mail; where one of the two has none, by the name."""
    contacts = company.contacts.live().order_by("-pk")
    if call.email:
        known = contacts.filter(email_key=Lower(Value(call.email))).first()
        same_name = contacts.filter(email_key="", name_key=Lower(Value(call.name)))
        return known or same_name.first()
    key = Lower(Value(call.last_name))
    return contacts.annotate(last=Lower("last_name")).filter(last=key).first()


def _without_company(email: str) -> Contact | None:
    """Somebody whom we know, but not where they work."""
    if not email:
        return None
    alone = Contact.objects.exclude(email_key="").filter(company=None)
    return alone.filter(email_key=Lower(Value(email))).order_by("-pk").first()


def _new_contact(call: CallRequest) -> Contact:
    first_name, last_name = split_name(call.name)
    return Contact(first_name=first_name, last_name=last_name, phone=call.phone)


def _complete(contact: Contact, company: Company, call: CallRequest) -> None:
    """Fill what a contact lacks to be called; nothing that it has is changed."""
    lacks = []
    if contact.company_id is None:
        contact.company = company
        lacks.append("company")
    if not contact.email and call.email:
        contact.email = call.email
        lacks.append("email")
    if contact.pk is None:
        contact.save()
    elif lacks:
        contact.save(update_fields=[*lacks, "updated_at"])


def _new_company(call: CallRequest, host: TeamMember) -> Company:
    """Whoever is booked with looks after it."""
    role = "sales_person" if call.is_sales else "support_person"
    return Company.objects.create(
        name=call.company_name or call.name,
        price_plan=call.plan,
        country=call.country,
        currency=call.currency,
        website=call.website,
        estimated_income=call.estimated_income,
        utm_source=call.utm_source,
        utm_campaign=call.utm_campaign,
        bdr_person_id=call.bdr_person_id,
        has_booked_call=call.is_sales,
        **{role: host},
    )
