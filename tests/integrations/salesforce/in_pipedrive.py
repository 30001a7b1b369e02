"""What a test looks at and does in Pipedrive, where loans arrive."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from integrations.models import OutboxEntry


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
