"""What may be written to a client, checked as strictly as TC2 does."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations.sandbox.tc2 import custom_fields
from integrations.sandbox.tc2.errors import BLANK, REQUIRED, Refusal, Wrong
from integrations.sandbox.tc2.records import PEOPLE, PERSONAL

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

STATUSES = ("prospect", "live", "dormant")
_CHARGING = (0, 10, 20)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def checked(account: "Account", body: object, *, version: int, creating: bool) -> dict:
    """The values to keep. Keys that TC2 does not know are passed over.

    Raises:
        Refusal: Names each field that cannot be, with the reasons.
    """
    given = _given(body, version)
    written, reasons = {}, {}
    for name in given.keys() & _CHECKS.keys():
        try:
            written[name] = _CHECKS[name](account, given[name])
        except Wrong as wrong:
            reasons[name] = wrong.reasons
    # Version 1 always wants it: it has no notion of what was changed.
    if "last_name" not in given and (creating or version == 1):
        reasons["last_name"] = [REQUIRED]
    if reasons:
        raise Refusal(400, _nested(reasons, version))
    if account.switches.bdr_person_passed_over:
        written.pop("bdr_person", None)
    if "extra_attrs" in written:
        written["extra"] = written.pop("extra_attrs")
    return written


def _given(body: object, version: int) -> dict:
    if not isinstance(body, dict):
        reason = f"Invalid data. Expected a dictionary, but got {type(body).__name__}."
        raise Refusal(400, {"non_field_errors": [reason]})
    user = body.get("user", {})
    if not isinstance(user, dict):
        raise Refusal(400, {"user": ["Expected a dictionary."]})
    top = {key: value for key, value in body.items() if version == 2 or key not in PERSONAL}
    return {key: value for key, value in user.items() if key in PERSONAL} | top


def _nested(reasons: dict, version: int) -> dict:
    """Under ``user``, where version 1 has them."""
    if version == 2:
        return reasons
    personal = {name: why for name, why in reasons.items() if name in PERSONAL}
    others = {name: why for name, why in reasons.items() if name not in PERSONAL}
    return others | ({"user": personal} if personal else {})


def refuse_read_only(account: "Account", body: object) -> None:
    """Where a branch does not let the API set these.

    Raises:
        Refusal: Names them.
    """
    switches = account.switches
    writable = {
        "sales_person": switches.sales_person_writable,
        "bdr_person": switches.bdr_person_writable,
    }
    given = body if isinstance(body, dict) else {}
    if refused := [name for name, may in writable.items() if name in given and not may]:
        raise Refusal(400, {name: ["This field is read-only."] for name in refused})


def refuse_email_in_use(account: "Account", email: str | None, client_id: int | None) -> None:
    """Version 2 never updates by e-mail address.

    Raises:
        Refusal: Another client has it.
    """
    other = account.client_by_email(email)
    if other is not None and other["id"] != client_id:
        raise Refusal(400, {"email": ["This email address is already in use."]})


def _text(_account: "Account", value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Wrong("Not a valid string.")
    return value


def _last_name(account: "Account", value: object) -> str:
    text = _text(account, value)
    if not text or not text.strip():
        raise Wrong(BLANK)
    return text


def _email(account: "Account", value: object) -> str | None:
    text = _text(account, value)
    if text and not _EMAIL.fullmatch(text):
        raise Wrong("Enter a valid email address.")
    return text or None


def _key_of(kind: str) -> Callable:
    def check(account: "Account", value: object) -> int | None:
        if value is None:
            return None
        if type(value) is not int:
            raise Wrong(f"Incorrect type. Expected pk value, received {type(value).__name__}.")
        if value not in account.tables[kind]:
            raise Wrong(f'Invalid pk "{value}" - object does not exist.')
        return value

    return check


def _status(_account: "Account", value: object) -> str:
    if value not in STATUSES:
        raise Wrong(f'"{value}" is not a valid choice.')
    return value


def _auto_charge(_account: "Account", value: object) -> bool:
    if type(value) is not int or value not in _CHARGING:
        raise Wrong(f'"{value}" is not a valid choice.')
    return value > 0


def _extra_attrs(account: "Account", value: object) -> dict:
    return custom_fields.checked(account.tables["custom_field"].values(), value)


_CHECKS: dict[str, Callable] = {
    **dict.fromkeys(set(PERSONAL) - {"date_created"}, _text),
    "last_name": _last_name,
    "email": _email,
    "country": _key_of("country"),
    **dict.fromkeys(PEOPLE, _key_of("admin")),
    "status": _status,
    "auto_charge": _auto_charge,
    "extra_attrs": _extra_attrs,
}
#: The keys that have an effect.
WRITABLE = frozenset(_CHECKS)
