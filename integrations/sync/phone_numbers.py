"""Phone numbers, compared."""

from __future__ import annotations

import re

#: A number of fewer digits may be an extension, or anybody's.
FEWEST_DIGITS = 10

#: The code of North America, where people write their numbers of ten digits without it.
NORTH_AMERICA = "1"

#: What many dial before a country's code, and write in place of the plus.
ABROAD = "00"


def forms(number: str) -> list[str]:
    """The digits by which a number may be kept, with its country's code and without.

    Empty for what has too few of them.
    """
    plain = number.strip()
    digits = re.sub(r"[^0-9]", "", plain)
    has_code = plain.startswith(("+", ABROAD))
    digits = digits.removeprefix(ABROAD)
    if len(digits) < FEWEST_DIGITS:
        return []
    if len(digits) == FEWEST_DIGITS and not has_code:
        digits = NORTH_AMERICA + digits
    whole = [digits, ABROAD + digits]
    if len(digits) == FEWEST_DIGITS + 1 and digits.startswith(NORTH_AMERICA):
        return [*whole, digits.removeprefix(NORTH_AMERICA)]
    return whole


def are_one(one: str, other: str) -> bool:
    """Whether two texts are one number."""
    return not set(forms(one)).isdisjoint(forms(other))
