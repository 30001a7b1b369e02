"""What a person may set of an agency."""

from datetime import UTC, datetime

from integrations.sandbox.tc2.errors import Wrong
from integrations.sandbox.tc2.records import agency

_KEYS = frozenset(agency({}, datetime.fromtimestamp(0, UTC)))
#: What we count with, or turn into a time; enough for any year of this century.
_NUMBERS = ("paid_invoice_count", "created")
_LARGEST = 4_102_444_800


def checked(values: object) -> dict:
    """The values to keep. Odd ones are let in: a real branch has odd ones too.

    Raises:
        Wrong: No object, a key that agencies do not have, or a number that is none.
    """
    if not isinstance(values, dict):
        raise Wrong("Expected a dictionary.")
    reasons = {key: ["Unknown."] for key in values.keys() - _KEYS}
    for key in _NUMBERS:
        if key in values and not _is_number(values[key]):
            reasons[key] = ["A valid integer is required."]
    if reasons:
        raise Wrong(reasons)
    return dict(values)


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST
