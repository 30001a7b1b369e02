"""What a test looks at and does in Pipedrive, where loans arrive."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from integrations.models import OutboxEntry
from integrations.pipedrive import keys, setup


def edit_there(pipedrive, deal, **values):
    """Somebody edits a deal in Pipedrive a moment later, and Hermes hears of it."""
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], **values)
    pipedrive.tell("change", "deal", deal["id"])


def number_of(pipedrive, kind):
    return pipedrive.key(kind, "salesforce_id")


def persons(pipedrive):
    return list(pipedrive.account.records("person"))


def deals(pipedrive):
    return list(pipedrive.account.records("deal"))


def stage(pipedrive, name):
    return next(one for one in pipedrive.account.records("stage") if one["name"] == name)


def due_now():
    OutboxEntry.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def there(pipedrive, entity, number, **values):
    """A record that another program made in Pipedrive, with Salesforce's number on it."""
    kind = {"person": "contact"}.get(entity, entity)
    return pipedrive.create(entity, custom_fields={number_of(pipedrive, kind): number}, **values)


def made(pipedrive, label, what, options=(), entity="deal"):
    """A custom field that people of the account made."""
    body = {"field_name": label, "field_type": what}
    if options:
        body["options"] = [{"label": each} for each in options]
    return pipedrive.account.account.fields.create(entity, body)


def set_up(pipedrive, result=None):
    """Set-up runs, and finds what is there by now. Gives what it was given."""
    todo = setup.plan()
    todo.create_webhook = False
    setup.carry_out(todo)
    keys.forget()
    pipedrive.sandbox.forget_calls()
    return result
