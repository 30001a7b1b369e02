"""Country names, as Pipedrive's addresses carry them, to ISO 3166 codes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

#: The names that addresses of our customers' countries use. Others stay as they are there.
NAMES = {
    "united kingdom": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "uk": "GB",
    "united states": "US", "united states of america": "US", "usa": "US",
    "australia": "AU", "canada": "CA", "ireland": "IE", "new zealand": "NZ", "france": "FR",
    "germany": "DE", "spain": "ES", "italy": "IT", "portugal": "PT", "netherlands": "NL",
    "belgium": "BE", "switzerland": "CH", "austria": "AT", "sweden": "SE", "norway": "NO",
    "denmark": "DK", "finland": "FI", "poland": "PL", "czechia": "CZ", "greece": "GR",
    "hungary": "HU", "romania": "RO", "india": "IN", "singapore": "SG", "hong kong": "HK",
    "south africa": "ZA", "united arab emirates": "AE", "japan": "JP", "brazil": "BR",
    "mexico": "MX", "iran": "IR", "turkey": "TR", "nigeria": "NG", "kenya": "KE",
}  # fmt: skip


@lru_cache(maxsize=1024)
def alpha2(name: Any) -> str:
    """The two-letter code of a name or a code, or "" when it is not known."""
    if not isinstance(name, str):
        return ""
    word = name.strip()
    if len(word) == 2 and word.isascii() and word.isalpha() and word.lower() != "uk":
        return word.upper()
    return NAMES.get(word.lower(), "")
