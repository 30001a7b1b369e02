"""Every way in which a client changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.sandbox.tc2 import bodies, forms, records
from integrations.sandbox.tc2.actions import API_USER, actor
from integrations.sandbox.tc2.errors import Refusal, not_found
from integrations.sandbox.tc2.founding import FIRST_IDS

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account


@dataclass(frozen=True)
class Way:
    """Who changes something, and the words for it."""

    actor: dict
    created: str = ""
    edited: str = ""
    deleted: str = ""


THROUGH_THE_API = Way(
    API_USER,
    created="Created via the API.",
    edited="Edited via the API.",
    deleted="Deleted via the API.",
)


def by_staff(account: "Account") -> Way:
    """The first of the staff, in TC2's own pages."""
    person = account.tables["admin"][FIRST_IDS["admin"]]
    return Way(actor(person), deleted="Deleted via admin.")


def write_as_version_1(account: "Account", body: object) -> dict:
    """Update the client with this e-mail address or name, or create one.

    Raises:
        Refusal: The body is not admitted. Nothing was written.
    """
    with account.writing():
        written = bodies.checked(account, body, version=1, creating=True)
        known = account.client_by_email(written.get("email")) or account.client_by_name(
            written.get("first_name"), written["last_name"]
        )
        if known is None:
            return _add(account, written, "CREATED_A_CLIENT", THROUGH_THE_API)
        return change(account, known, written, THROUGH_THE_API)


def create(account: "Account", body: object) -> dict:
    """Version 2: never an update.

    Raises:
        Refusal: The body is not admitted. Nothing was written.
    """
    with account.writing():
        written = bodies.checked(account, body, version=2, creating=True)
        bodies.refuse_email_in_use(account, written.get("email"), None)
        return _add(account, written, "CREATED_A_CLIENT", THROUGH_THE_API)


def update(account: "Account", client_id: int, body: object) -> dict:
    """Version 2: by id, the keys that are given.

    Raises:
        Refusal: No such client, or the body is not admitted. Nothing was written.
    """
    with account.writing():
        client = account.living(client_id)
        written = bodies.checked(account, body, version=2, creating=False)
        bodies.refuse_email_in_use(account, written.get("email"), client_id)
        return change(account, client, written, THROUGH_THE_API)


def _add(account: "Account", written: dict, action: str, way: Way) -> dict:
    client = account.add("client", records.client(written, account.clock.now()))
    account.announce(action, client, way.actor, way.created)
    return client


def change(account: "Account", client: dict, written: dict, way: Way) -> dict:
    """Keep checked values and tell of it, whether they are new or not."""
    extra = client["extra"] | written.get("extra", {})
    changed = account.store("client", client | written | {"extra": extra})
    account.announce("EDITED_A_CLIENT", changed, way.actor, way.edited)
    return changed


def delete(account: "Account", client_id: int, way: Way) -> dict:
    """Into the trash.

    Raises:
        Refusal: No such client.
    """
    with account.writing():
        client = account.store("client", account.living(client_id) | {"trashed": True})
        subject = forms.thin_subject(account, client)
        account.events.add("DELETED_A_CLIENT", subject, way.actor, way.deleted)
        return client


def recover(account: "Account", client_id: int) -> dict:
    """Out of the trash.

    Raises:
        Refusal: It is not in there.
    """
    with account.writing():
        client = account.tables["client"].get(client_id)
        if client is None or not client["trashed"]:
            raise not_found("No such client is in the trash.")
        client = account.store("client", client | {"trashed": False})
        account.announce("RECOVERED_A_CLIENT", client, by_staff(account).actor)
        return client


def add_label(account: "Account", client_id: int, body: object) -> dict:
    """Add a label; doing so twice is doing so once.

    Raises:
        Refusal: No such client, no such label.
    """
    with account.writing():
        client = account.living(client_id)
        label = body.get("label") if isinstance(body, dict) else None
        if type(label) is not int or label not in account.tables["label"]:
            raise Refusal(400, {"label": ["Select a valid choice."]})
        if label not in client["labels"]:
            labels = [*client["labels"], label]
            client = account.store("client", client | {"labels": labels})
            account.announce("ADDED_A_LABEL_TO_A_USER", client, API_USER, THROUGH_THE_API.edited)
        return client


def resend_all(account: "Account") -> int:
    """The vendor's job: each living client once more, with no news."""
    with account.writing():
        living = [each for each in account.tables["client"].values() if not each["trashed"]]
        for client in living:
            account.announce("EDITED_A_CLIENT", client, by_staff(account).actor, "Processed.")
        return len(living)
