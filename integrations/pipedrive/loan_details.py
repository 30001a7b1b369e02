"""What Salesforce says of loans and borrowers, in custom fields of the account's own.

Which field shows what says Salesforce's map. Hermes makes none of them, and writes them only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from integrations.sync import system as systems
from integrations.sync.details import FIELD, Detail
from integrations.sync.names import folded
from integrations.sync.records import clean_text, jsonable

from .elsewhere import LOANS, is_on

if TYPE_CHECKING:
    from .schemas import RemoteKey

#: Before a detail's name, among the custom fields of a kind.
PREFIX = "loan: "

#: The longest text that a one-line field holds there.
LINE = 255

TEXTS = {"varchar", "varchar_auto", "text"}

#: The types of custom field that can show a value.
FITTING = {
    "text": TEXTS,
    "percent": TEXTS | {"double"},
    "money": TEXTS | {"double", "monetary"},
    "date": TEXTS | {"date"},
    "option": TEXTS | {"enum"},
    "bool": TEXTS | {"enum"},
}


def mapped(kind: str) -> dict[str, Detail]:
    """Custom field to what it shows, as far as the map says which it is."""
    if not is_on(LOANS):
        return {}
    details = systems.get(LOANS).details(kind)
    return {f"{PREFIX}{name}": detail for name, detail in details.items() if detail.key}


def is_one(name: str) -> bool:
    """Whether a custom field is one of these."""
    return name.startswith(PREFIX)


def fits(detail: Detail, remote: RemoteKey) -> bool:
    """Whether the field that set-up found is the one that the map names now."""
    return detail.key == remote.key and remote.type in FITTING[detail.type]


def values(kind: str, record: Any) -> dict[str, str]:
    """By custom field, as texts; of what Salesforce has told of the record."""
    from .keys import keys

    said, known = getattr(record, FIELD), keys()[kind]
    found = {
        name: _text(detail, said[detail.name], known[name])
        for name, detail in (mapped(kind) if said else {}).items()
        if name in known and detail.name in said
    }
    return {name: text for name, text in found.items() if text is not None}


def _text(detail: Detail, value: Any, remote: RemoteKey) -> str | None:
    """As it is compared; None for what the map has no option for any more."""
    if value in (None, ""):
        return ""
    if remote.type == "enum":
        number = detail.options.get(folded(value))
        return None if number is None else str(number)
    words = detail.in_words(value) if isinstance(value, bool) else str(value)
    return words if remote.type == "text" else words[:LINE].strip()


def put_right(name: str) -> str:
    """What staff are told where somebody changed one there."""
    if not is_one(name):
        return ""
    words = name.removeprefix(PREFIX).replace("_", " ")
    return f"Somebody changed the {words} in Pipedrive. It is Salesforce's to say: it is put right"


# -- on the wire ----------------------------------------------------------------------------


def read(value: Any, remote: RemoteKey) -> str:
    """What stands in the account's field, as it is compared.

    Raises:
        ValueError: Nothing of the kind can stand there.
    """
    if isinstance(value, Mapping):
        # Of an amount with its currency, or an option with its label.
        value = value.get("value", value.get("id"))
    if value is None or value == "":
        return ""
    if remote.type in ("double", "monetary"):
        return str(jsonable(_number(value)))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("no text")
    return clean_text(str(value)).strip()


def written(text: str, remote: RemoteKey, currency: Any) -> Any:
    """What makes the account's field show it; null empties it."""
    if text == "":
        return None
    match remote.type:
        case "double":
            return float(_number(text))
        case "monetary":
            return {"value": float(_number(text)), "currency": currency}
        case "enum":
            return int(text)
        case _:
            return text


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("no number") from error
