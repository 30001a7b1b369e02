"""A field changed by hand: what came, and what is told of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused, only
from integrations.sandbox.salesforce.schema import Entity

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_TYPES: dict[str, type] = {
    "hidden": bool,
    "calculated": bool,
    "restricted": bool,
    "writable": bool,
    "type": str,
    "label": str,
    "relationship": str,
    "length": int,
    "picklist": list,
    "reference_to": list,
}


def set_field(account: "Account", entity: Entity, name: str, body: dict) -> dict:
    """Change it, or add it if it has a ``type``.

    ``picklist`` is a list of values, or of pairs of value and label.
    """
    for key, value in only(body, *_TYPES).items():
        if type(value) is not _TYPES[key]:
            raise Refused(f"{key} is wrong")
    about = dict(body)
    if "picklist" in about:
        about["picklist"] = tuple(_pair(each) for each in about["picklist"])
    if "reference_to" in about:
        about["reference_to"] = tuple(about["reference_to"])
    made = account.schema.set_field(entity, name, **about)
    account.schema_changed_at = account.clock.now()
    return asdict(made) | {"hidden": name.lower() in entity.hidden}


def _pair(given: object) -> tuple[str, str]:
    value, label = given if isinstance(given, list) and len(given) == 2 else (given, given)
    return str(value), str(label)
