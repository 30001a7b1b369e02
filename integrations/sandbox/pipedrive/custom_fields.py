"""Values of custom fields: which are admitted, and how webhooks wrap them."""

from integrations.sandbox.pipedrive import checks
from integrations.sandbox.pipedrive.checks import Check

FIELD_TYPES = (
    "varchar",
    "varchar_auto",
    "text",
    "double",
    "monetary",
    "enum",
    "set",
    "user",
    "org",
    "people",
    "phone",
    "date",
    "daterange",
    "time",
    "timerange",
    "address",
)
TEXT_TYPES = {"varchar", "varchar_auto", "text", "phone"}
SEARCHABLE_TYPES = TEXT_TYPES | {"address", "double", "monetary"}
#: What a field of such a type holds the id of.
POINTERS = {"user": "user", "org": "organization", "people": "person"}

_zone = {"timezone_name": checks.text, "timezone_id": checks.integer}
_address_parts = {
    name: (lambda value: None if value is None else checks.text(value))
    for name in (*checks.ADDRESS_PARTS, "formatted_address")
} | {"value": checks.text}

_CHECKS: dict[str, Check] = {
    "varchar": checks.text_up_to(255),
    "varchar_auto": checks.text_up_to(255),
    "text": checks.text_up_to(65_535),
    "phone": checks.text_up_to(255),
    "double": checks.number,
    "date": checks.day,
    "enum": checks.integer,
    "user": checks.integer,
    "org": checks.integer,
    "people": checks.integer,
    "monetary": checks.fields(
        {"value": checks.number, "currency": checks.text}, ("value", "currency")
    ),
    "daterange": checks.fields({"value": checks.day, "until": checks.day}, ("value", "until")),
    "time": checks.fields({"value": checks.time_of_day, **_zone}, ("value",)),
    "timerange": checks.fields(
        {"value": checks.time_of_day, "until": checks.time_of_day, **_zone}, ("value", "until")
    ),
    "address": checks.fields(_address_parts, ("value",)),
}


def refusal(field: dict, value: object) -> str | None:
    """Why ``value`` cannot be written to ``field``; None clears any field."""
    if value is None:
        return None
    if field["field_type"] == "set":
        return _set_refusal(field, value)
    if reason := _CHECKS[field["field_type"]](value):
        return reason
    if field["field_type"] == "enum" and value not in _option_ids(field):
        return f"option {value} does not exist"
    return None


def _set_refusal(field: dict, value: object) -> str | None:
    if reason := checks.integers(value):
        return reason
    if not value:
        return "must not be empty, send null to clear"
    strangers = set(value) - _option_ids(field)
    return f"option {min(strangers)} does not exist" if strangers else None


def _option_ids(field: dict) -> set[int]:
    return {option["id"] for option in field["options"] or []}


def wrapped(field_type: str, value: object) -> dict | None:
    """As a webhook carries it."""
    if value is None:
        return None
    if field_type in ("enum", *POINTERS):
        return {"type": field_type, "id": value}
    if field_type == "set":
        return {"type": "set", "values": [{"id": option} for option in value]}
    if not isinstance(value, dict):
        return {"type": field_type, "value": value}
    return {"type": field_type} | _wrapped_object(field_type, value)


def _wrapped_object(field_type: str, value: dict) -> dict:
    inner = dict(value)
    if field_type in ("daterange", "timerange"):
        inner = {"from": inner.pop("value"), **inner}
    if field_type in ("time", "timerange"):
        inner.pop("timezone_name", None)
        # Pipedrive numbers its time zones; one number stands for all of them here.
        inner.setdefault("timezone_id", 310)
    if field_type == "address":
        inner.setdefault("formatted_address", inner["value"])
    return inner


def searchable_text(field_type: str, value: object) -> str | None:
    """What search compares with; None for types that it does not look at."""
    if value is None or field_type not in SEARCHABLE_TYPES:
        return None
    return str(value.get("value")) if isinstance(value, dict) else str(value)


def labelled(field: dict, value: object) -> object:
    """With ``{id, label}`` for each option, as ``include_option_labels`` asks for."""
    labels = {option["id"]: option["label"] for option in field["options"] or []}
    if field["field_type"] == "enum" and value is not None:
        return {"id": value, "label": labels.get(value)}
    if field["field_type"] == "set" and value is not None:
        return [{"id": option, "label": labels.get(option)} for option in value]
    return value
