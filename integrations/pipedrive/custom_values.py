"""What stands in custom fields, read: those that we know; an account may have 150 others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from integrations.sync.plain_values import misfit
from integrations.sync.records import clean_text

from . import loan_details, wire
from .custom_fields import label_of
from .schemas import LABEL, Keys, RemoteKey

if TYPE_CHECKING:
    from .inbound import Draft


def read_custom(draft: Draft, kind: str, keys: Keys) -> None:
    """Put the values of our custom fields into the draft."""
    held = draft.entity.custom_fields
    if not isinstance(held, Mapping):
        return
    for name, remote in keys.get(kind, {}).items():
        if remote.key not in held:
            continue
        value = unwrap(held[remote.key])
        try:
            if name == "hub_id":
                draft.hub_id = clean_text(wire.text(value)).strip()
            elif loan_details.is_one(name):
                draft.fields[name] = loan_details.read(value, remote)
            elif remote.type == "user":
                draft.parents[name] = wire.identity(value)
            else:
                draft.fields[name] = _custom_value(remote, name, value)
        except (TypeError, ValueError, RecursionError):
            draft.problems.append(misfit(LABEL, label_of(kind, name), value))


def unwrap(value: Any) -> Any:
    """A custom field's value as the API gives it, from a webhook's typed wrapping."""
    if not isinstance(value, Mapping) or "type" not in value:
        return value
    if "id" in value:
        return value["id"]
    if "values" in value:
        return [each.get("id") for each in value["values"] or [] if isinstance(each, Mapping)]
    return value.get("value", value.get("from"))


def _custom_value(remote: RemoteKey, name: str, value: Any) -> Any:
    if name == "signup_questionnaire":
        return _document(value)
    if name == "paid_invoice_count":
        return wire.whole(value) or 0
    match remote.type:
        case "enum":
            return _label(remote, value)
        case "date":
            return wire.moment(value)
        case _:
            return wire.text(value)


def _label(remote: RemoteKey, option: Any) -> str:
    if option is None:
        return ""
    # With include_option_labels an option is an object.
    label = remote.label_of(option.get("id") if isinstance(option, Mapping) else option)
    if label is None:
        raise ValueError("an option that set-up has not seen")
    return label


def _document(value: Any) -> dict:
    document = json.loads(value, parse_constant=_refuse) if value else {}
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    return document


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def hub_ids(held: str) -> tuple[int, ...]:
    """Our ids in the text field; a merge joins two: "417, 522"."""
    parts = [part.strip() for part in held.split(",")]
    return tuple(int(p) for p in parts if p.isascii() and p.isdigit() and len(p) < 19)
