"""The account's id and custom-field keys, as set-up found them or the environment gives them."""

from __future__ import annotations

import time
from functools import lru_cache

from integrations.models import Connection, RemoteField

from . import loan_details
from .custom_fields import CUSTOM_FIELDS, label_of, needed
from .given_keys import given_keys
from .schemas import NAME, SPOKE_KINDS, Keys, RemoteKey

#: Set-up runs seldom, deliveries come by the hundred a second: look this often.
FRESH_SECONDS = 5


def keys() -> Keys:
    """The keys by kind and hub field; empty before set-up."""
    found = _keys(int(time.monotonic() / FRESH_SECONDS))
    if not all("hub_id" in found[kind] for kind in CUSTOM_FIELDS):
        # Another process may set up at this moment, and what is sent next must know of it.
        forget()
    return found


def forget() -> None:
    """Look again at the next use."""
    _keys.cache_clear()
    _account_id.cache_clear()


def account_id() -> str:
    """The account that Hermes was set up for; empty before set-up."""
    return _account_id(int(time.monotonic() / FRESH_SECONDS))


@lru_cache(maxsize=1)
def _account_id(moment: int) -> str:
    facts = Connection.objects.filter(system=NAME).values_list("facts", flat=True).first()
    return str((facts or {}).get("company_id") or "")


@lru_cache(maxsize=1)
def _keys(moment: int) -> Keys:
    found: dict[str, dict[str, RemoteKey]] = {kind: {} for kind in CUSTOM_FIELDS}
    for row in RemoteField.objects.filter(system=NAME):
        found.setdefault(row.kind, {})[row.field] = RemoteKey(
            row.remote_key, row.remote_type, row.options
        )
    for (kind, name), key in given_keys().items():
        _give(found[kind], name, key, CUSTOM_FIELDS[kind][name].type)
    for kind, fields in CUSTOM_FIELDS.items():
        for name in fields.keys() - needed(kind).keys():
            found[kind].pop(name, None)
        _keep_mapped(kind, found[kind])
    return found


def _keep_mapped(kind: str, found: dict[str, RemoteKey]) -> None:
    """Of what Salesforce says, what its map has now, once set-up has seen the field."""
    mapped = loan_details.mapped(kind)
    for name in [each for each in found if loan_details.is_one(each)]:
        if name not in mapped or not loan_details.fits(mapped[name], found[name]):
            del found[name]


def _give(found: dict[str, RemoteKey], name: str, key: str, usual_type: str) -> None:
    """Put a given key in; a field that was found under it before no longer has one."""
    known = found.pop(name, RemoteKey("", usual_type, {}))
    for other in [other for other, has in found.items() if has.key == key]:
        del found[other]
    found[name] = RemoteKey(key, known.type, known.options)


def with_labels(text: str, known: Keys) -> str:
    """The text with the label of each custom field in place of its key."""
    for kind, fields in known.items():
        for name, remote in fields.items():
            text = text.replace(remote.key, label_of(kind, name))
    return text


def travelling(kind: str) -> frozenset[str]:
    """Fields that can travel now: the built-in ones, and custom ones that have a key."""
    custom = set(CUSTOM_FIELDS.get(kind, {})) - set(keys().get(kind, {}))
    return frozenset(SPOKE_KINDS[kind].fields) - custom
