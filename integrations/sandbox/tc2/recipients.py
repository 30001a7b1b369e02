"""The people whom a client pays for, as a person names them."""

from typing import TYPE_CHECKING

from integrations.sandbox.tc2 import records
from integrations.sandbox.tc2.errors import Wrong

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

_KEYS = {"id", "first_name", "last_name", "email"}


def checked(named: object) -> list[dict]:
    """Who they are to be: those with an id stay, those without are new.

    Raises:
        Wrong: No list of such objects.
    """
    if not isinstance(named, list) or not all(_can_be(each) for each in named):
        raise Wrong("Expected a list of {id, first_name, last_name, email}.")
    return named


def _can_be(named: object) -> bool:
    if not isinstance(named, dict) or not named.keys() <= _KEYS:
        return False
    texts = (named.get(key) for key in _KEYS - {"id"})
    return type(named.get("id", 0)) is int and all(isinstance(each, str | None) for each in texts)


def keep(account: "Account", client_id: int, named: list[dict]) -> list[int]:
    """Their ids; those who are no longer named have nobody to pay for them."""
    kept = [_keep(account, client_id, each) for each in named]
    for before in account.tables["client"][client_id]["paid_recipients"]:
        record = account.tables["recipient"][before]
        # Another client may pay for them by now.
        if before not in kept and record["paying_client"] == client_id:
            account.store("recipient", record | {"paying_client": None})
    return kept


def _keep(account: "Account", client_id: int, named: dict) -> int:
    known = account.tables["recipient"].get(named.get("id"))
    if known is not None:
        return account.store("recipient", known | named | {"paying_client": client_id})["id"]
    values = {key: value for key, value in named.items() if key != "id"}
    return account.add("recipient", records.recipient(values, client_id, account.clock.now()))["id"]
