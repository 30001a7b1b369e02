"""What a visitor types on the booking page, by the rules that the API has too."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from companies.models import Plan
from companies.zones import zone_named

from ..api_fields import Code, Email, Line, Moment, OptionalLine, Website
from .places import countries

#: What each field says when nothing was typed.
MISSING = {
    "plan": _("Choose a plan."),
    "country": _("Choose your country."),
    "time": _("Choose a time."),
    "name": _("Type your name."),
    "email": _("Type your e-mail address: the invitation goes there."),
    "company_name": _("Type the name of your company."),
}


def _needed(name: str, *also: str) -> dict[str, Any]:
    said = MISSING[name]
    return {"error_messages": dict.fromkeys(["required", "blank", "null", *also], said)}


class Country(Code):
    """A country that there is."""

    default_error_messages = {"unknown": MISSING["country"]}

    def to_internal_value(self, given: Any) -> str:
        code = super().to_internal_value(given)
        if code not in countries():
            self.fail("unknown")
        return code


class Zone(OptionalLine):
    """A time zone; one that nobody knows costs nothing but the guest's own times."""

    def to_internal_value(self, given: Any) -> str:
        text = str(given)
        return text if zone_named(text) else ""


def _plan() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=Plan.values, **_needed("plan", "invalid_choice"))


class Needs(serializers.Serializer):
    """What has to be known before times can be offered."""

    plan = _plan()
    country = Country(2, **_needed("country"))
    email = Email()


class Details(serializers.Serializer):
    """Who visits, and when."""

    time = Moment(future=True, **_needed("time", "invalid"))
    timezone = Zone()
    name = Line(**_needed("name"))
    email = Email()
    phone = OptionalLine()

    def validate_email(self, email: str) -> str:
        if not email:
            raise serializers.ValidationError(MISSING["email"])
        return email


class SalesDetails(Details):
    plan = _plan()
    country = Country(2, **_needed("country"))
    company_name = Line(**_needed("company_name"))
    website = Website()
    estimated_income = OptionalLine()


class SupportDetails(Details):
    company_name = Line(**_needed("company_name"))


#: As the form calls them; for the summary of what is wrong.
ORDER = ["plan", "country", "time", "name", "email", "phone", "company_name", "website",
         "estimated_income"]  # fmt: skip


def errors_of(serializer: serializers.Serializer) -> dict[str, str]:
    """Field to what is wrong with it, from top to bottom of the page."""
    found = {name: str(said[0]) for name, said in serializer.errors.items()}
    return {name: found[name] for name in sorted(found, key=ORDER.index)}
