"""A record's timeline, as staff read it."""

from __future__ import annotations

from django.urls import reverse


def timeline(client, record, **query):
    kind = record._meta.model_name
    return client.get(reverse("record-timeline", args=[kind, record.pk]), query)


def sentences(response):
    """What the lines say, newest first."""
    return [
        line.sentence or "; ".join(change.sentence for change in line.changes)
        for line in response.context["lines"]
    ]
