"""What TC2 holds otherwise than it was sent, which is no change of anybody's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company

pytestmark = pytest.mark.django_db


def test_what_tc2_shows_in_lower_case_is_not_written_again(tc2, client_id):
    tc2.account.switches.set(custom_fields_folded=True)
    assert len(tc2.send()) == 1

    for _ in range(2):
        tc2.deliver(tc2.event(client_id))
        assert tc2.send() == []

    assert tc2.shown(client_id)["deal_stage"] == "signed up"


def test_who_is_passed_over_without_a_word_is_not_told_again_and_again(tc2, client_id, shown):
    tc2.account.switches.set(bdr_person_passed_over=True)
    shown.bdr_person = shown.sales_person
    shown.save()
    assert len(tc2.send()) == 1

    for _ in range(2):
        tc2.deliver(tc2.event(client_id))
        assert tc2.send() == []

    assert Company.objects.get().bdr_person == shown.sales_person


def test_comparing_says_that_tc2_has_a_value_in_its_own_way(admin_client, tc2, client_id, shown):
    tc2.account.switches.set(bdr_person_passed_over=True)
    shown.bdr_person = shown.sales_person
    shown.save()
    tc2.send()

    link = tc2.link("company", client_id)
    page = admin_client.get(reverse("record-compare", args=["company", shown.pk, link.pk]))

    assert "Left as it is: TC2 has its own value for it" in page.content.decode()
