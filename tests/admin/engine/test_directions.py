"""On a connection's page: whether what changes here goes to the system."""

import pytest
from django.urls import reverse

from integrations.models import Connection, Direction, SyncLog
from integrations.pipedrive import SYSTEM
from integrations.sync import directions, walks
from tests.factories import CompanyFactory

from . import rows

pytestmark = pytest.mark.usefixtures("switched_on")


@pytest.fixture
def connection(db):
    return rows.connection()


def address(kind="company", system="pipedrive"):
    return reverse("admin:integrations_connection_direction", args=[system, kind])


def page_of(client, connection):
    address = reverse("admin:integrations_connection_change", args=[connection.pk])
    return client.get(address).content.decode()


def test_the_page_says_which_kinds_go_there_and_of_how_many_records_else_is_said(as_, connection):
    company = CompanyFactory()
    Direction.objects.create(system="pipedrive", kind="company", record_id=company.pk, sends=False)

    text = page_of(as_("operations"), connection)

    assert "Changes here go to Pipedrive" in text
    for kinds in ("companies", "contacts", "deals"):
        assert f"Switch off: {kinds}" in text
    assert '<td data-label="Records that say otherwise">1</td>' in text
    assert "calls" not in text.split("directions-title")[1].split("</table>")[0]


def test_a_kind_is_switched_off_and_on_and_the_log_says_who_did_it(as_, connection):
    client = as_("operations")

    client.post(address(), {"sends": "no"})
    assert not directions.of_kind(SYSTEM, "company")
    assert "operations said for every company" in SyncLog.objects.latest("pk").message
    assert "Switch on: companies" in page_of(client, connection)

    client.post(address(), {"sends": "yes"})
    assert directions.of_kind(SYSTEM, "company")
    assert walks.is_due(SYSTEM, walks.RECONCILE)


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_below_operations_it_is_seen_and_not_switched(as_, connection, role):
    client = as_(role)

    assert client.post(address(), {"sends": "no"}).status_code == 403
    assert not Direction.objects.exists()
    text = page_of(client, connection)
    assert "Changes here go to Pipedrive" in text
    assert "Switch off" not in text


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [("company", "perhaps", "Say yes or no"), ("meeting", "no", "does not send this kind"),
     ("nothing", "no", "does not send this kind")],
)  # fmt: skip
def test_nonsense_is_refused_in_words(as_, connection, kind, answer, said):
    response = as_("operations").post(address(kind), {"sends": answer}, follow=True)

    assert said in " ".join(map(str, response.context["messages"]))
    assert not Direction.objects.exists()


def test_only_a_connected_system_has_a_switch_and_looking_at_it_does_nothing(as_, connection):
    client = as_("operations")

    assert client.get(address()).status_code == 405
    assert client.post(address(system="tc2"), {"sends": "no"}).status_code == 404
    assert Connection.objects.count() == 1
