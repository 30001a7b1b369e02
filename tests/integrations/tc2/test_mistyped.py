"""A person mistypes an organization into a client: that is told, and stops nothing."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import SyncLog, WebhookEvent
from integrations.sync import poll
from integrations.tc2 import SYSTEM

pytestmark = pytest.mark.django_db

MISTYPED = [
    {"pipedrive_id": "9" * 19},
    {"pipedrive_id": "99999"},
    {"pipedrive_id": "٣" * 3},
    {"pipedrive_url": f"https://vendor.pipedrive.example/organization/{'9' * 19}"},
    {"pipedrive_url": f"https://vendor.pipedrive.example/organization/{'9' * 30}"},
    {"pipedrive_url": "https://vendor.pipedrive.example/organization/٣٣٣"},
]


@pytest.fixture
def strict(pipedrive):
    """Pipedrive refuses numbers that are too large for it, with 400."""
    for path in ["/api/v2/organizations", f"/api/v2/organizations/{'9' * 19}"]:
        pipedrive.sandbox.trouble.add(
            "error", system="pipedrive", times=None, status=400, path=path, method="GET"
        )


@pytest.mark.parametrize("typed", MISTYPED)
def test_a_sign_up_comes_though_pipedrive_refuses_the_number(
    pipedrive, strict, pipeline, tc2, sales_person, typed
):
    signed_up = tc2.account.sign_up(first_name="Ada", last_name="Quill", extra_attrs=typed)

    tc2.deliver()

    assert set(WebhookEvent.objects.filter(system="tc2").values_list("state", flat=True)) == {
        "done"
    }
    assert tc2.linked("company", signed_up["id"]) == Company.objects.get()


def test_a_first_load_goes_past_it_and_says_so(pipedrive, strict, pipeline, tc2, sales_person):
    for n in range(3):
        tc2.account.sign_up(
            last_name="Ek", email=f"{n}@ek.example", extra_attrs={"pipedrive_id": "9" * 19}
        )
    tc2.happened()

    row = poll.backfill(SYSTEM)

    assert row.state == "done"
    assert Company.objects.count() == 3
    (told,) = SyncLog.objects.filter(system="pipedrive", topic="not_kept")
    assert "9" * 19 in told.message


def test_of_several_numbers_the_right_ones_are_read(pipedrive, strict, pipeline, tc2, sales_person):
    known = pipedrive.create("organization", name="Quill & Daughters")["id"]
    tc2.account.sign_up(
        last_name="Ek", email="1@ek.example", extra_attrs={"pipedrive_id": "9" * 19}
    )
    right = tc2.account.sign_up(last_name="Quill", extra_attrs={"pipedrive_id": str(known)})
    pipedrive.sandbox.trouble.clear()
    pipedrive.sandbox.trouble.add(
        "error", system="pipedrive", times=1, status=400, path="/api/v2/organizations"
    )

    tc2.deliver()

    assert tc2.linked("company", right["id"]) == pipedrive.linked("company", known)
