"""Record ids: fifteen characters whose case matters, and three more that tell it."""

import re

ORG_ID = "00D5f000000aBcDEAU"

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
#: A capital to 1, any other to 0.
_CASES = str.maketrans({each: str(int(each.isupper())) for each in _DIGITS})
_FORM = re.compile(r"[0-9A-Za-z]{15}(?:[A-Za-z0-5]{3})?")
#: Between the prefix and the number, as in ids of one instance.
_INSTANCE = "5f"


def suffix(fifteen: str) -> str:
    """The three characters that say which of the fifteen are capitals."""
    cases = fifteen.translate(_CASES)
    # The first of five is the lowest bit.
    return "".join(_SUFFIXES[int(cases[at : at + 5][::-1], 2)] for at in (0, 5, 10))


def long_id(given: object) -> str | None:
    """The id with all its eighteen characters, in its own case; None: it is none."""
    if not isinstance(given, str) or not _FORM.fullmatch(given):
        return None
    if len(given) == 15:
        return given + suffix(given)
    fifteen = _recased(given[:15], given[15:].upper())
    return fifteen + given[15:].upper() if suffix(fifteen) == given[15:].upper() else None


def numbered(prefix: str, number: int) -> str:
    """The id of the n-th record of a kind."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    fifteen = prefix + _INSTANCE + digits.rjust(10, "0")
    return fifteen + suffix(fifteen)


def _recased(fifteen: str, three: str) -> str:
    bits = [_SUFFIXES.index(each) >> at & 1 for each in three for at in range(5)]
    cased = (c.upper() if bit else c.lower() for c, bit in zip(fifteen, bits, strict=True))
    return "".join(cased)
