"""An id that Salesforce takes for none."""

from __future__ import annotations

import pytest

from integrations.models import WebhookEvent
from integrations.sandbox.routing import json_response

pytestmark = pytest.mark.django_db


def test_an_id_that_salesforce_refuses_keeps_no_other_from_being_read(
    salesforce, relayed, monkeypatch
):
    good, bad = salesforce.loan(), salesforce.loan()
    answer = salesforce.org.answer
    refused = [
        {"errorCode": "INVALID_QUERY_FILTER_OPERATOR", "message": f"invalid ID field: {bad}"}
    ]

    def refusing(request):
        asked = dict(request.query).get("q", "")
        return json_response(refused, 400) if bad in asked else answer(request)

    monkeypatch.setattr(salesforce.org, "answer", refusing)

    relayed.deliver(relayed.emit("UPDATE", bad), relayed.emit("UPDATE", good))

    assert salesforce.deal(good)
    assert not WebhookEvent.objects.filter(state="dead").exists()
