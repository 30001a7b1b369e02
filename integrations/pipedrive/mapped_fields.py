"""Looking up the account's own fields that Salesforce's map names: which type, which options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.models import RemoteField
from integrations.sync.details import Detail
from integrations.sync.errors import Misconfigured

from . import loan_details
from .schemas import ENTITIES, NAME


def find(kind: str, by_key: Mapping[str, dict], taken: Mapping[str, str]) -> dict[str, dict]:
    """The account's field of each that the map names for this kind.

    Args:
        taken: Key to the label of each field that Hermes fills in otherwise.

    Raises:
        Misconfigured: There is no such field, or it holds something else.
    """
    found = {}
    for name, detail in loan_details.mapped(kind).items():
        if problem := _problem(kind, detail, by_key.get(detail.key), taken):
            raise Misconfigured(f"Salesforce's map shows “{detail.label}” {problem}")
        found[name] = by_key[detail.key]
    return found


def _problem(kind: str, detail: Detail, there: dict | None, taken: Mapping[str, str]) -> str:
    entity, key = ENTITIES[kind], detail.key
    if there is None:
        return f"in the {entity} field {key}, which this account does not have."
    if key in taken:
        return f"in the {entity} field “{taken[key]}”, which Hermes needs itself."
    what, label = there.get("field_type"), there.get("field_name")
    if what not in loan_details.FITTING[detail.type]:
        return f"in “{label}”, which is of type {what} and holds no {detail.type}."
    if what == "enum" and not detail.options:
        return f"in the list “{label}”, and has no options that say which value is which."
    numbers = set(options_of(there).values()) if what == "enum" else {*detail.options.values()}
    if unknown := sorted({*detail.options.values()} - numbers):
        return f"in the list “{label}”, which has no option {unknown[0]}."
    if kind == "contact" and what == "monetary":
        return f"in “{label}”, an amount with a currency, and a person has none."
    return ""


def options_of(there: Mapping[str, Any]) -> dict[str, int]:
    """Label to number, of all options that the account's field has."""
    return {str(option.get("label")): option["id"] for option in there.get("options") or []}


def row(kind: str, name: str, there: Mapping[str, Any], options: Mapping[str, int]) -> RemoteField:
    """What is remembered of one of the account's fields."""
    return RemoteField(
        system=NAME,
        kind=kind,
        field=name,
        remote_key=there["field_code"],
        remote_type=there["field_type"],
        remote_label=there["field_name"],
        options=dict(options),
    )


def news(found: Mapping[tuple[str, str], dict]) -> list[str]:
    """In sentences, those that are not remembered as they are there."""
    rows = RemoteField.objects.filter(system=NAME, field__startswith=loan_details.PREFIX)
    known = {(each.kind, each.field): _facts(each) for each in rows}
    return [
        f"Show {name.removeprefix(loan_details.PREFIX).replace('_', ' ')} of Salesforce in "
        f"the {ENTITIES[kind]} field “{there['field_name']}”"
        for (kind, name), there in found.items()
        if known.get((kind, name)) != _facts(row(kind, name, there, options_of(there)))
    ]


def _facts(one: RemoteField) -> tuple[Any, ...]:
    return one.remote_key, one.remote_type, one.remote_label, one.options
