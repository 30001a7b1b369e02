"""Single values of Salesforce's, read without trust. Each raises ``ValueError``."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from integrations.sync import plain_values
from integrations.sync.names import folded as folded
from integrations.sync.records import jsonable

#: Numbers of so many digits are texts too.
LONGEST_NUMBER = 30

#: Money that somebody typed into a text field.
_TYPED_MONEY = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


def text(value: Any) -> str:
    """A text, or a number as one: a loan's number may be kept as one."""
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > LONGEST_NUMBER:
            raise ValueError("no text")
        return str(jsonable(value))
    return plain_values.text(value).strip()


def stamp(value: Any) -> datetime | None:
    """``2026-01-02T03:04:05.000+0000``."""
    return plain_values.moment(value)


def amount(value: Any) -> Decimal | None:
    """A number to the cent, or the text of one with "$", commas and blanks."""
    found = number(value)
    return found if found is None else found.quantize(Decimal("0.01"))


def number(value: Any) -> Decimal | None:
    """A number, or the text of one as people type money; never a part of it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueError("no amount")
    if isinstance(value, str):
        value = re.sub(r"[$\s]", "", value)
        if not _TYPED_MONEY.fullmatch(value):
            raise ValueError("no amount")
        value = value.replace(",", "")
    try:
        found = Decimal(value)
    except (InvalidOperation, TypeError) as error:
        raise ValueError("no amount") from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 18:
        raise ValueError("no amount that we can keep")
    return found


def day(value: Any) -> date | None:
    """A date; of a moment, the day that it is in the org's own zone."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("no date")
    if "T" not in value:
        return date.fromisoformat(value)
    at = plain_values.moment(value)
    return at.astimezone(ZoneInfo(settings.SALESFORCE_TIMEZONE)).date() if at else None
