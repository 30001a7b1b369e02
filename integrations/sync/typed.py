"""What a person may type into a field of which outside systems may send anything.

What comes from outside is kept as it was sent, so these are no rules of the hub's fields:
a form asks them of what somebody typed, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from .countries import alpha2
from .currencies import CODES


def checked(field: str, text: str) -> str:
    """The text as it is kept: codes in capitals.

    Raises:
        ValidationError: It is none; the message follows the field's name.
    """
    rule = RULES.get(field)
    return rule(text) if rule and text else text


def _country(text: str) -> str:
    if code := alpha2(text):
        return code
    raise ValidationError("must be a country's code of two letters (ISO 3166), such as GB.")


def _currency(text: str) -> str:
    if (code := text.strip().upper()) in CODES:
        return code
    raise ValidationError("must be a currency's code of three letters (ISO 4217), such as GBP.")


_is_address = URLValidator(["http", "https"])


def _website(text: str) -> str:
    """People leave out the scheme, and so may their systems."""
    try:
        _is_address(text if "://" in text else f"https://{text}")
    except ValidationError as error:
        said = "must be an address on the web, such as https://larkfield.example."
        raise ValidationError(said) from error
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValidationError("must be an address such as sam@larkfield.example.") from error
    return text


RULES: dict[str, Callable[[str], str]] = {
    "country": _country,
    "currency": _currency,
    "website": _website,
    "email": _email,
}
