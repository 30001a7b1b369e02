"""Countries and time zones by the names that visitors know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files

from companies.zones import zone_named

from ..guest_zones import UTC, city, zone_label

#: Shorter, or more usual, than in the database of time zones.
COUNTRY_NAMES = {"GB": "United Kingdom", "US": "United States", "VA": "Vatican City"}


def _table(name: str) -> Iterator[list[str]]:
    """The lines of one of the time zone database's tables."""
    text = (files("tzdata.zoneinfo") / name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


@cache
def countries() -> dict[str, str]:
    """Code to name, by name. The codes are those of ISO 3166-1."""
    named = {code: COUNTRY_NAMES.get(code, name) for code, name, *_ in _table("iso3166.tab")}
    return dict(sorted(named.items(), key=lambda each: each[1]))


@cache
def _zones() -> dict[str, list[str]]:
    """Country's code to its time zones, the most usual first."""
    found: dict[str, list[str]] = {}
    for code, _place, zone, *_ in _table("zone.tab"):
        found.setdefault(code, []).append(zone)
    return found


def usual_zone(country: str) -> str:
    """The zone of most who live there; empty where the country is unknown."""
    return next(iter(_zones().get(country, [])), "")


def zone_choices(chosen: str, at: datetime) -> dict[str, list[tuple[str, str]]]:
    """Continent to zones and their labels, with the chosen one among them."""
    names = {zone for zones in _zones().values() for zone in zones} | {UTC, chosen}
    grouped: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(names, key=lambda each: (each.partition("/")[0], city(each))):
        if zone_named(name):
            grouped.setdefault(name.partition("/")[0], []).append((name, zone_label(name, at)))
    return grouped
