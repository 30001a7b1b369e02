"""Custom-field keys given by the environment; they come before those that set-up found."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings

from integrations.sync.errors import Misconfigured

from .custom_fields import CUSTOM_FIELDS

VARIABLE = "PIPEDRIVE_FIELD_KEYS"

#: Fields with a variable of their own, which comes before that one.
OWN_VARIABLES = {
    ("contact", "salesforce_id"): "PIPEDRIVE_SALESFORCE_CONTACT_ID_KEY",
    ("deal", "salesforce_id"): "PIPEDRIVE_SALESFORCE_LOAN_ID_KEY",
}

#: What the field of our own id is called for people.
OUR_ID = {"hermes_id": "hub_id"}

_KEY = re.compile(r"[0-9a-f]{40}")


def given_keys() -> dict[tuple[str, str], str]:
    """Kind and hub field to the key that the environment gives it.

    Raises:
        Misconfigured: An entry is nonsense; names it.
    """
    found, problems = read()
    if problems:
        raise Misconfigured(problems[0])
    return found


def variable_of(place: tuple[str, str]) -> str:
    """The variable that gives this field its key."""
    own = OWN_VARIABLES.get(place, "")
    return own if own and getattr(settings, own) else VARIABLE


def read() -> tuple[dict[tuple[str, str], str], list[str]]:
    """The entries that make sense, and a sentence for each that does not."""
    found, problems = _read_entries(settings.PIPEDRIVE_FIELD_KEYS)
    for place, variable in OWN_VARIABLES.items():
        if key := getattr(settings, variable):
            found.pop(place, None)
            if problem := _problem(place, key, found):
                problems.append(f"{variable}: {problem}")
            else:
                found[place] = key
    return found, problems


def _read_entries(text: str) -> tuple[dict[tuple[str, str], str], list[str]]:
    if not text.strip():
        return {}, []
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return {}, [f"{VARIABLE} is not JSON."]
    if not isinstance(entries, dict):
        return {}, [f'{VARIABLE} must look like {{"company.hermes_id": "<key>"}}.']
    found: dict[tuple[str, str], str] = {}
    problems = []
    for name, key in entries.items():
        kind, _, field = name.partition(".")
        place = (kind, OUR_ID.get(field, field))
        problem = _problem(place, key, found)
        if problem:
            problems.append(f"{VARIABLE}: {name}: {problem}")
        else:
            found[place] = key
    return found, problems


def _problem(place: tuple[str, str], key: Any, found: dict[tuple[str, str], str]) -> str:
    kind, field = place
    if kind not in CUSTOM_FIELDS:
        return f"there is no {kind or 'such kind'}; there are {', '.join(CUSTOM_FIELDS)}"
    if field not in CUSTOM_FIELDS[kind]:
        ours = {hub: name for name, hub in OUR_ID.items()}
        names = ", ".join(ours.get(name, name) for name in CUSTOM_FIELDS[kind])
        return f"a {kind} has no such custom field; it has {names}"
    if not (isinstance(key, str) and _KEY.fullmatch(key)):
        return "a key is 40 characters out of 0-9 and a-f"
    if key in [other for (its_kind, _), other in found.items() if its_kind == kind]:
        return f"another field of the {kind} has this key already"
    return ""
