"""What Salesforce says of a loan, on the deal's page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import DealFactory

pytestmark = pytest.mark.django_db

DETAILS = {
    "loan_number": "26-1001",
    "loan_officer": "Anna Whitlock",
    "interest_rate": "6.125",
    "funding_fee": "1250",
    "first_home": True,
    "purpose": None,
}


@pytest.fixture
def mapped(settings, staff):
    """Somebody is logged in, and loans have further fields."""
    staff()
    settings.SALESFORCE_ENABLED = True
    settings.SALESFORCE_FIELD_MAP = (
        '{"interest_rate": {"source": "Rate__c", "type": "percent"}, "purpose": "Purpose__c",'
        ' "funding_fee": {"source": "Fee__c", "type": "money"},'
        ' "first_home": {"source": "First__c", "type": "bool"}}'
    )


def page(client, deal):
    return client.get(reverse("admin:deals_deal_change", args=[deal.pk])).content.decode()


def test_they_are_a_list_in_words_and_nobody_edits_them(client, mapped):
    deal = DealFactory(kind="loan", loan_details=DETAILS)

    shown = " ".join(page(client, deal).split())

    assert "<h2>From Salesforce</h2>" in shown
    for label, words in [
        ("Loan number", "26-1001"),
        ("Loan officer", "Anna Whitlock"),
        ("Interest rate", "6.125 %"),
        ("Funding fee", "1,250.00"),
        ("First home", "yes"),
    ]:
        assert f'<th scope="row">{label}</th> <td>{words}</td>' in shown
    assert '<th scope="row">Purpose</th>' not in shown
    assert 'name="loan_details"' not in shown


def test_a_deal_that_is_no_loan_says_nothing_of_it(client, mapped):
    assert "From Salesforce" not in page(client, DealFactory())


def test_the_timeline_tells_what_of_them_changed(client, mapped):
    deal = DealFactory(kind="loan", loan_details=DETAILS)
    deal.loan_details = DETAILS | {"interest_rate": "6.5"}
    deal.save()

    shown = " ".join(page(client, deal).split())

    assert "from interest rate: 6.125 to interest rate: 6.5" in shown
    assert "26-1001;" not in shown
