"""What a visitor may type, field by field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.core.validators import EmailValidator
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from companies.records import FIRST_YEAR, LAST_YEAR

#: Longer text is cut.
LONGEST = 255

#: What ends a line, in a letter's head as anywhere, and what nobody can see.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")

#: What turns the order of the letters after it round; nobody types it.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

#: How a tag begins; in "5 < 6" nothing does.
MARKUP = re.compile(r"<[a-zA-Z/!?]")

#: Addresses that do something instead of leading somewhere.
ACTIVE = re.compile(r"(javascript|vbscript|data|blob|file):", re.IGNORECASE)

SECONDS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")

#: An offset of which the plus was read as a blank, as in an address it is one.
LOST_PLUS = re.compile(r"(T.*) ([0-9]{2}:?[0-9]{2})$")


class Line(serializers.CharField):
    """One line of text, tidy and not too long. Whatever it says, it is no more than text."""

    default_error_messages = {
        "control": "This must be one line of text.",
        "markup": "This must be plain text, without markup.",
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(TURNING.sub("", data) if isinstance(data, str) else data)

    def to_internal_value(self, given: Any) -> str:
        return " ".join(self.plain(given).split())[:LONGEST].strip()

    def plain(self, given: Any) -> str:
        text = super().to_internal_value(given).strip()
        if CONTROL.search(text):
            self.fail("control")
        if MARKUP.search(text):
            self.fail("markup")
        return str(text)


class OptionalLine(Line):
    """A line that may be left out, empty or null: empty then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, allow_null=True, default="", **options)

    def validate_empty_values(self, given: Any) -> tuple[bool, Any]:
        is_empty, value = super().validate_empty_values(given)
        return is_empty, "" if is_empty and value is None else value


#: By a name that the world knows: no machine's own, and no bare number.
is_address = EmailValidator(allowlist=[])


class Email(OptionalLine):
    """An e-mail address; one that was cut would be another's."""

    def to_internal_value(self, given: Any) -> str:
        text = self.plain(given).lower()
        if text.endswith("]"):
            raise serializers.ValidationError(is_address.message)
        if text:
            is_address(text)
        return text


class Website(OptionalLine):
    default_error_messages = {"active": "This must be an address on the web."}

    def to_internal_value(self, given: Any) -> str:
        text = super().to_internal_value(given)
        if ACTIVE.match(text):
            self.fail("active")
        return text


class Code(Line):
    """A code of so many letters, in capitals."""

    default_error_messages = {"letters": "This must be a code of {number} letters."}

    def __init__(self, letters: int, **options: Any) -> None:
        super().__init__(**options)
        self.letters = letters

    def to_internal_value(self, given: Any) -> str:
        code = super().to_internal_value(given).upper()
        if code and not re.fullmatch(f"[A-Z]{{{self.letters}}}", code):
            self.fail("letters", number=self.letters)
        return code


class Currency(serializers.CharField):
    """A currency's code. Any other text is none, and does not cost the call."""

    def to_internal_value(self, given: Any) -> str:
        code = super().to_internal_value(given).upper()
        return code if re.fullmatch("[A-Z]{3}", code) else ""


class OptionalInteger(serializers.IntegerField):
    """A number that may be left out, empty or null: null then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)

    def validate_empty_values(self, given: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if given == "" else given)  # type: ignore[no-any-return]


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field):
    """A time: ISO 8601, UTC where it names no offset, or seconds since 1970."""

    default_error_messages = {
        "invalid": "This must be a time: ISO 8601, or seconds since 1970.",
        "past": "This must be in the future.",
    }

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.future = future

    def to_internal_value(self, given: Any) -> datetime:
        moment = self._moment(given)
        if not FIRST_YEAR < moment.year < LAST_YEAR:
            self.fail("invalid")
        if self.future and moment <= timezone.now():
            self.fail("past")
        return moment

    def _moment(self, given: Any) -> datetime:
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            self.fail("invalid")
        text = str(given).strip()
        try:
            if SECONDS.fullmatch(text):
                return datetime.fromtimestamp(float(text), UTC)
            moment = datetime.fromisoformat(LOST_PLUS.sub(r"\1+\2", text[:LONGEST]))
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            self.fail("invalid")
        raise AssertionError("fail has raised")

    def to_representation(self, moment: datetime) -> str:
        return moment.isoformat()


@extend_schema_field(OpenApiTypes.INT)
class Hint(serializers.Field):
    """A value that helps if it is right, and must not cost the call if it is wrong."""

    def to_internal_value(self, given: Any) -> str:
        text = str(given)[:LONGEST] if isinstance(given, str | int) else "?"
        # No database takes a NUL or half a letter.
        return text if text.isprintable() else "?"
