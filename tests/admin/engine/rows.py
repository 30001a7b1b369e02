"""Rows that the engine would have written."""

from django.utils import timezone

from companies.models import Company
from integrations.models import Conflict, Connection, ExternalLink, OutboxEntry, WebhookEvent


def message(number=1, **fields):
    return WebhookEvent.objects.create(
        **{
            "system": "pipedrive",
            "dedupe_key": f"key-{number}",
            "body": b'{"name": "Acme", "api_token": "hush"}',
            "subject": f"deal {number}",
            "state": "dead",
            "last_error": "Nobody knows stage 9",
            "done_at": timezone.now(),
            **fields,
        }
    )


def change(company, **fields):
    return OutboxEntry.objects.create(
        **{
            "system": "pipedrive",
            "kind": "company",
            "record_id": company.pk,
            "state": "dead",
            "reason": "rejected",
            "last_error": "Pipedrive refuses country",
            "done_at": timezone.now(),
            **fields,
        }
    )


def connection(**fields):
    return Connection.objects.update_or_create(system="pipedrive", defaults=fields)[0]


def company(name="Acme", **fields):
    return Company.objects.create(name=name, **fields)


def linked(company, **snapshot):
    return ExternalLink.objects.create(
        system="pipedrive",
        kind="company",
        remote_id=str(company.pk + 1000),
        record_id=company.pk,
        snapshot=snapshot,
    )


def conflict(company, **fields):
    return Conflict.objects.create(
        **{
            "system": "pipedrive",
            "kind": "company",
            "record_id": company.pk,
            "field": "website",
            "base_value": "https://old.example",
            "hub_value": "https://ours.example",
            "remote_value": "https://theirs.example",
            "policy": "ask",
            **fields,
        }
    )
