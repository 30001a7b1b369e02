"""Country names, as addresses carry them, to ISO 3166 codes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

#: Names that addresses use and the table of the time-zone database has not.
OTHER_NAMES = {
    "united kingdom": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "uk": "GB", "u.k.": "GB",
    "united states of america": "US", "usa": "US", "u.s.a.": "US", "america": "US",
    "czechia": "CZ", "türkiye": "TR", "turkiye": "TR", "south korea": "KR",
    "republic of korea": "KR", "north korea": "KP", "the netherlands": "NL", "holland": "NL",
    "republic of ireland": "IE", "russian federation": "RU", "viet nam": "VN",
    "macao": "MO", "ivory coast": "CI", "cape verde": "CV", "eswatini": "SZ",
    "north macedonia": "MK", "democratic republic of the congo": "CD",
    "republic of the congo": "CG", "myanmar": "MM", "bosnia and herzegovina": "BA",
    "trinidad and tobago": "TT", "antigua and barbuda": "AG", "são tomé and príncipe": "ST",
    "saint kitts and nevis": "KN", "saint lucia": "LC", "samoa": "WS", "timor-leste": "TL",
    "vatican city": "VA", "brunei darussalam": "BN", "uae": "AE", "hong kong sar": "HK",
}  # fmt: skip


def alpha2(name: Any) -> str:
    """The two-letter code of a name or a code, or "" when it is not known."""
    if not isinstance(name, str):
        return ""
    word = name.strip().lower()
    return _codes().get(word, "")


@cache
def _codes() -> dict[str, str]:
    """Every code and every name, in lower case, to its code."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    codes = {code.lower(): code for code, _ in rows}
    names = {name.lower(): code for code, name in rows}
    plain = {name.replace(" & ", " and "): code for name, code in names.items()}
    return {**names, **plain, **codes, **OTHER_NAMES}
