"""Whether what a caller writes may be written."""

import re
from datetime import date
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.errors import Refusal, malformed
from integrations.sandbox.salesforce.fields import Field
from integrations.sandbox.salesforce.ids import long_id
from integrations.sandbox.salesforce.schema import Entity
from integrations.sandbox.salesforce.soql.conditions import NUMBERS
from integrations.sandbox.salesforce.values import moment, stamp

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def checked(account: "Account", entity: Entity, body: dict, *, new: bool) -> dict:
    """The values to keep, under the names that fields have.

    Raises:
        Refusal: Nothing may be written.
    """
    values = {}
    for name, value in body.items():
        if name == "attributes":
            continue
        field = writable(entity, name)
        values[field.name] = None if value is None else _value(account, field, value)
    _check_required(entity, values, new=new)
    return values


def writable(entity: Entity, name: str) -> Field:
    """The field of this name.

    Raises:
        Refusal: There is none, or nobody may write it.
    """
    field = entity.find(name)
    if field is None:
        why = f"No such column '{name}' on sobject of type {entity.name}"
        raise Refusal(400, "INVALID_FIELD", why)
    if field.calculated or not field.writable:
        why = (
            f"Unable to create/update fields: {field.name}. Please check the security settings of "
            "this field and verify that it is read/write for your profile or permission set."
        )
        raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", why, [field.name])
    return field


def _check_required(entity: Entity, values: dict, *, new: bool) -> None:
    required = [field.name for field in entity.seen() if field.required]
    missing = [name for name in required if not values.get(name, "" if new else "there")]
    if missing:
        why = f"Required fields are missing: [{', '.join(missing)}]"
        raise Refusal(400, "REQUIRED_FIELD_MISSING", why, missing)


def _value(account: "Account", field: Field, value: object) -> object:
    if field.type in NUMBERS:
        return _number(field, value)
    if field.type == "boolean":
        return _of_type(field, value, bool)
    text = _of_type(field, value, str)
    if field.type == "reference":
        return _reference(account, field, text)
    if field.type in ("date", "datetime"):
        return _time(field, text)
    return _text(field, text)


def _of_type(field: Field, value: object, wanted: type):
    if not isinstance(value, wanted):
        raise _unreadable(field, value)
    return value


def _number(field: Field, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable(field, value)
    return value


def _time(field: Field, text: str) -> str:
    try:
        if field.type == "date":
            return date.fromisoformat(text[:10]).isoformat()
        return stamp(moment(text))
    except ValueError as error:
        raise _unreadable(field, text) from error


def _text(field: Field, text: str) -> str:
    if field.length and len(text) > field.length:
        why = f"{field.label}: data value too large: {text} (max length={field.length})"
        raise Refusal(400, "STRING_TOO_LONG", why, [field.name])
    if field.type == "email" and text and not _EMAIL.fullmatch(text):
        why = f"{field.label}: invalid email address: {text}"
        raise Refusal(400, "INVALID_EMAIL_ADDRESS", why, [field.name])
    if field.restricted and text not in (value for value, _ in field.picklist):
        why = f"{field.label}: bad value for restricted picklist field: {text}"
        raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", why, [field.name])
    return text


def _reference(account: "Account", field: Field, text: str) -> str:
    found = long_id(text)
    if found is None:
        why = f"{field.label}: id value of incorrect type: {text}"
        raise Refusal(400, "MALFORMED_ID", why, [field.name])
    if not any(found in account.tables[name] for name in field.reference_to):
        raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    return found


def _unreadable(field: Field, value: object) -> Refusal:
    return malformed(f"Cannot deserialize instance of {field.type} from value {value!r}")
