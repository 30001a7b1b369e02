"""Which of the org's fields say what, beside those that have a setting. Contract, section 12.1.

``SALESFORCE_FIELD_MAP`` is about loans and their deals, ``SALESFORCE_CONTACT_FIELD_MAP`` about
borrowers and their contacts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings

from integrations.sync.details import TYPES
from integrations.sync.names import folded

#: Kind -> the setting with its map.
MAPS = {"deal": "SALESFORCE_FIELD_MAP", "contact": "SALESFORCE_CONTACT_FIELD_MAP"}

#: Targets that are fields of the deal -> what they mean among the org's names.
BUILT_IN = {
    "title": "title",
    "value": "amount",
    "currency": "currency",
    "stage": "status",
    "expected_close_date": "close_date",
}

#: Targets that are kept and shown even if the map says nothing of them, as far as settings do.
LOAN_NUMBER, LOAN_OFFICER, ADDRESS = "loan_number", "loan_officer", "property_address"

#: What an address is made of.
ADDRESS_PARTS = ("street", "city", "state", "zip")

#: What an entry may say.
_WORDS = {"source", "type", "target", "options", "required", "clear_on_null"}

#: The org's names go into queries as they are. Contract, section 3.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")
_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_KEY = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Entry:
    """What the map says of one target.

    Attributes:
        said_in: Where the environment says so.
        sources: The org's field; of an address made of several, by part.
        key: The custom field of Pipedrive's that shows it; empty for none.
        options: The number that stands for a value there, by folded value.
        required: Whether nothing goes if the org has no such field.
        clear_on_null: Whether what is emptied there is emptied here.
    """

    name: str
    said_in: str
    sources: Mapping[str, str]
    type: str = "text"
    key: str = ""
    options: Mapping[str, int] = field(default_factory=dict)
    required: bool = False
    clear_on_null: bool = True

    @property
    def source(self) -> str:
        return next(iter(self.sources.values()))


#: Target to entry.
Entries = Mapping[str, Entry]


class _Nonsense(ValueError):
    """What is wrong with an entry."""


def read(kind: str) -> tuple[Entries, tuple[str, ...]]:
    """The entries that make sense, and a sentence for each that does not."""
    setting = MAPS[kind]
    return _read(setting, getattr(settings, setting))


def without_fields(kind: str, entries: Entries) -> Entries:
    """Those that are no fields of ours."""
    return {
        target: entry
        for target, entry in entries.items()
        if kind != "deal" or target not in BUILT_IN
    }


@lru_cache(maxsize=16)
def _read(setting: str, text: str) -> tuple[Entries, tuple[str, ...]]:
    if not text.strip():
        return {}, ()
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}, (f"{setting} is not JSON",)
    if not isinstance(given, dict):
        return {}, (f"{setting} must be a JSON object",)
    found: dict[str, Entry] = {}
    problems = []
    for target, said in given.items():
        try:
            entry = _entry(setting, target, said, found)
            found[entry.name] = entry
        except _Nonsense as problem:
            problems.append(f"{setting}: {str(target)[:60]}: {problem}")
    return found, tuple(problems)


def _entry(setting: str, target: str, said: Any, others: Entries) -> Entry:
    said = {"source": said} if isinstance(said, str) else said
    if not isinstance(said, dict) or "source" not in said:
        raise _Nonsense('it must be a field\'s name, or an object with a "source"')
    if unknown := said.keys() - _WORDS:
        raise _Nonsense(f"there is no {', '.join(sorted(unknown))}; an entry has {_listed(_WORDS)}")
    if not (_TARGET.fullmatch(target) or _KEY.fullmatch(target)):
        raise _Nonsense("a target is a word of letters, digits and _, of 40 at most")
    is_deal = setting == MAPS["deal"]
    built_in = is_deal and target in BUILT_IN
    if built_in and (extra := said.keys() - {"source", "required", "clear_on_null"}):
        raise _Nonsense(f"it is a field of the deal's own and has no {', '.join(sorted(extra))}")
    kind = said.get("type", "text")
    if kind not in TYPES:
        raise _Nonsense(f"its type is none of {', '.join(TYPES)}")
    own = built_in or (is_deal and target == LOAN_NUMBER)
    sources = _sources(target, said["source"], own=own)
    return Entry(
        name=_name(target, sources, others),
        said_in=f"{setting}.{target}",
        sources=sources,
        type=kind,
        key=_key(target, said.get("target", ""), others),
        options=_options(said.get("options", {}), kind),
        required=_flag(said, "required", usual=False),
        # An amount that is not known yet is no news.
        clear_on_null=_flag(said, "clear_on_null", usual=target != "value"),
    )


def _name(target: str, sources: Mapping[str, str], others: Entries) -> str:
    """The target; of one that is no more than a key, the org's own name without what is its."""
    if not _KEY.fullmatch(target):
        return target
    own = next(iter(sources.values())).rpartition(".")[2].removesuffix("__c")
    if (name := own.rpartition("__")[2].lower()[:40]) in others:
        raise _Nonsense(f"another is called {name}; give it a target of another name")
    return name


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))


def _sources(target: str, source: Any, *, own: bool) -> dict[str, str]:
    several = isinstance(source, dict) and target == ADDRESS
    if several and (unknown := source.keys() - set(ADDRESS_PARTS)):
        known = ", ".join(ADDRESS_PARTS)
        raise _Nonsense(f"an address has no {', '.join(sorted(unknown))}; it has {known}")
    named = dict(source) if several and source else {"": source}
    for name in named.values():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise _Nonsense(f"{str(name)[:60]!r} is no name of Salesforce's")
        if "." in name and own:
            raise _Nonsense(f"{name} is no field of the loan's own")
    return named


def _key(target: str, key: Any, others: Entries) -> str:
    key = target if key == "" and _KEY.fullmatch(target) else key
    if key == "":
        return ""
    if not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise _Nonsense("its target is no key of 40 characters out of 0-9 and a-f")
    if taken := [other.name for other in others.values() if other.key == key]:
        raise _Nonsense(f"{taken[0]} has this target already")
    return key


def _options(options: Any, kind: str) -> dict[str, int]:
    if not isinstance(options, dict) or not all(type(pk) is int for pk in options.values()):
        raise _Nonsense("its options must be an object of values and whole numbers")
    if options and kind not in ("option", "bool"):
        raise _Nonsense(f"only an option or a bool has options, and it is a {kind}")
    return {folded(value): pk for value, pk in options.items()}


def _flag(said: Mapping[str, Any], name: str, *, usual: bool) -> bool:
    flag = said.get(name, usual)
    if not isinstance(flag, bool):
        raise _Nonsense(f"{name} is true or false")
    return flag
