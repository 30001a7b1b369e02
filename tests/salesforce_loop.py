"""Salesforce as a test's stage: loans and borrowers there, polls and events when asked for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from deals.models import Deal, Pipeline, Stage
from integrations.models import ExternalLink, SyncLog, SyncRun
from integrations.salesforce import SYSTEM
from integrations.sandbox import Sandbox
from integrations.sandbox.salesforce import by_hand
from integrations.sandbox.salesforce.demo_settings import COBORROWER, demo_settings
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sync import hub, outbox, poll

#: The officer whose loans are ours.
OFFICER = "Anna Whitlock"

STAGES = [
    "Application In", "Pre-Approved", "Getting Things Rolling", "Loan In Process",
    "Clear To Close",
]  # fmt: skip


def connect(settings: Any, sandbox: Sandbox) -> None:
    """Point Hermes' settings at the sandbox's org."""
    for name, value in demo_settings(sandbox.url, "http://hermes.example").items():
        if name.startswith("SALESFORCE_"):
            setattr(settings, name, _typed(name, value))
    settings.SALESFORCE_LOAN_OFFICER = OFFICER
    # Its targets are fields of an account that has them from the start.
    settings.SALESFORCE_FIELD_MAP = ""
    # Most borrowers of tests borrow alone; less is asked for.
    settings.SALESFORCE_COBORROWER_FIELDS = ""


def _typed(name: str, value: str) -> Any:
    if name == "SALESFORCE_RELAY_SECRETS":
        return [value]
    return int(value) if value.isdigit() else True if value == "True" else value


def edit_here(record: Any, **values: Any) -> None:
    """Somebody edits a record in Hermes, now."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    rows.update(updated_at=timezone.now(), **values)


def told() -> list[str]:
    """What staff have been told of changes that stayed here."""
    return list(SyncLog.objects.filter(topic="withheld").values_list("message", flat=True))


def co(**values) -> dict[str, Any]:
    """A contact's fields for a co-borrower."""
    return {COBORROWER[part]: value for part, value in values.items()}


class SalesforceLoop:
    """The org, with what a test does there and looks at here."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.org = sandbox, sandbox.salesforce
        # Yesterday, so that time can go by there without running ahead of ours.
        sandbox.clock.advance(-24 * 3600)
        self.pipeline = Pipeline.objects.create(name="Loans")
        for position, name in enumerate(STAGES, 1):
            Stage.objects.create(pipeline=self.pipeline, name=name, position=position)

    def borrower(self, last_name: str = "Quill", **values: Any) -> str:
        """Make a contact there; its id."""
        first = {"FirstName": "Ada", "LastName": last_name, "Email": f"{last_name}@quill.example"}
        return str(self.org.add("contact", **{**first, **values})["Id"])

    def loan(self, borrower: str | None = None, **values: Any) -> str:
        """Make a loan of our officer there; its id."""
        first = {
            "name": "Quill - 12 Elm Street", "officer": OFFICER, "status": "Application",
            "amount": 250_000, "borrower": borrower or self.borrower(),
        }  # fmt: skip
        return str(self.org.add("loan", **{**first, **values})["Id"])

    def poll(self, *, released: bool = False) -> SyncRun:
        """One poll; by the org's clock time goes on before and after it."""
        return poll.poll(SYSTEM, released=released)

    def edit(self, remote_id: str, kind: str = "loan", **values: Any) -> None:
        """Somebody edits a record there an hour later, and a poll sees it."""
        self.later(3600)
        self.org.edit(kind, remote_id, **values)
        self.poll()

    def edited(self, loan: str, **values: Any) -> Deal:
        """A loan's deal after that."""
        self.edit(loan, **values)
        return self.deal(loan)

    def send(self) -> list[Any]:
        """Send what is due; returns the calls that wrote something there."""
        before = len(self.sandbox.calls)
        outbox.drain()
        calls = self.sandbox.calls[before:]
        return [one for one in calls if one.system == "salesforce" and one.method == "PATCH"]

    def later(self, seconds: float) -> None:
        """Let time go by there."""
        self.sandbox.clock.advance(seconds)

    def hide_field(self, name: str, kind: str = "loan", *, hidden: bool = True) -> None:
        """Whether our user may see a field. Hermes is not told."""
        account = self.org.account
        with account.writing():
            set_field(account, by_hand.entity(account, kind), name, {"hidden": hidden})

    def linked(self, kind: str, remote_id: str) -> Any:
        """The hub record of a remote one, or None."""
        link = ExternalLink.objects.filter(system="salesforce", kind=kind, remote_id=remote_id)
        found = link.first()
        if found is None or found.record_id is None:
            return None
        return hub.KINDS[kind].model._base_manager.get(pk=found.record_id)

    def deal(self, loan: str) -> Deal:
        deal = self.linked("deal", loan)
        assert isinstance(deal, Deal)
        return deal

    def private_key(self) -> str:
        """With which a program signs that it speaks for a user."""
        return str(self.org.assertions.private_key)

    def queries(self) -> list[str]:
        """What was asked in SOQL since the sandbox was last told to forget."""
        return [
            call.query["q"]
            for call in self.sandbox.calls
            if call.path.endswith(("/query/", "/queryAll/"))
        ]
