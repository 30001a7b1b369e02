"""TC2's API as it is read: both role versions, lists and what is not there."""

import pytest
import requests

from integrations.sandbox import Sandbox
from tests.sandbox.tc2.conftest import INES, TC2Client, custom_values


@pytest.mark.parametrize("header", [None, "token wrong", "Token sandbox-tc2-key", "Bearer x"])
@pytest.mark.parametrize("path", ["/clients/", "/nothing/"])
def test_every_path_wants_the_key_after_the_word_token(sandbox, header, path):
    headers = {} if header is None else {"Authorization": header}

    answer = requests.get(f"{sandbox.url}/tc2/api{path}", headers=headers, timeout=5)

    assert answer.status_code == 401
    assert set(answer.json()) == {"detail"}


def test_client_has_its_people_its_fields_and_its_agency(sandbox, tc2, client_id):
    sandbox.tc2.edit(client_id, country=13, associated_admin=502, extra_attrs={"currency": "GBP"})

    client = tc2.get(f"/clients/{client_id}/").json()

    assert (client["last_name"], client["country"]) == ("Núñez", "United Kingdom (GB)")
    assert client["associated_admin"]["first_name"] == "Ben"
    assert client["paid_recipients"][0]["url"] == f"{sandbox.url}/tc2/api/recipients/9001/"
    assert custom_values(client)["currency"] == "GBP"
    assert custom_values(client)["termination_category"] == "-----"
    assert client["meta_agency"]["name"] == "Ines Núñez Tutors"
    assert client["meta_agency"]["created"] > 1_000_000_000
    assert "user" not in client
    assert "photo" in client


def test_client_without_an_account_has_no_agency_at_all(tc2):
    client = tc2.post("/clients/", {"last_name": "Quill"}).json()

    assert "meta_agency" not in client


@pytest.mark.usefixtures("version_1")
def test_version_1_nests_what_is_personal_under_user(tc2, client_id):
    client = tc2.get(f"/clients/{client_id}/").json()

    assert client["user"]["email"] == INES["email"]
    assert {"date_created", "timezone", "country"} <= set(client["user"])
    assert not {"email", "last_name", "photo"} & set(client)
    assert tc2.get("/recipients/9001/").json()["user"]["last_name"] == "Núñez"


def test_list_is_shallow_paged_and_newest_first(sandbox, tc2):
    tc2.control("POST", "/tc2/seed", {"clients": 101})

    first = tc2.get("/clients/").json()
    second = tc2.get("/clients/", page=2).json()

    assert (first["count"], len(first["results"]), first["previous"]) == (101, 100, None)
    assert set(first["results"][0]) == {"id", "first_name", "last_name", "email", "url"}
    ids = [each["id"] for each in first["results"] + second["results"]]
    assert ids == sorted(ids, reverse=True)
    assert first["next"] == f"{sandbox.url}/tc2/api/clients/?page=2"
    assert (second["next"], second["previous"]) == (None, f"{sandbox.url}/tc2/api/clients/?page=1")
    assert tc2.get("/clients/", page=3).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"user__email": "INES@brightpath.example"}, 1),
        ({"user__email": "other@brightpath.example"}, 0),
        ({"user__first_name": "Ines", "user__last_name": "Núñez"}, 1),
        ({"user__first_name": "Ines", "user__last_name": "Quill"}, 0),
        ({"user__created__gte": "2020-01-01"}, 1),
        ({"user__created__lte": "2020-01-01T00:00:00Z"}, 0),
        ({"status": "prospect"}, 1),
        ({"status": "live"}, 0),
        ({"labels": 31}, 0),
    ],
)
@pytest.mark.usefixtures("client_id")
def test_filters_are_anded(tc2, wanted, found):
    assert tc2.get("/clients/", **wanted).json()["count"] == found


def test_recipient_and_invoice_point_to_their_client(tc2, client_id):
    invoice = tc2.control("POST", f"/tc2/clients/{client_id}/pay-invoice")["invoice"]

    recipient = tc2.get("/recipients/9001/").json()
    paid = tc2.get(f"/invoices/{invoice['id']}/").json()

    assert recipient["paying_client"]["id"] == client_id
    assert [each["id"] for each in recipient["associated_clients"]] == [client_id]
    assert (paid["client"]["id"], paid["status"]) == (client_id, "paid")


def test_countries_stages_and_actions_are_listed(tc2):
    countries = tc2.get("/countries/").json()["results"]
    britain = next(each for each in countries if each["abbreviation"] == "GB")

    assert tc2.get(f"/countries/{britain['id']}/").json() == britain
    assert tc2.get("/pipeline-stages/").json()["count"] == 3
    assert "EDITED_A_CLIENT" in [each["action"] for each in tc2.get("/action-types/").json()]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/clients/1/", 404),
        ("GET", "/recipients/1/", 404),
        ("GET", "/invoices/1/", 404),
        ("GET", "/dragons/", 404),
        ("PUT", "/clients/", 405),
        ("DELETE", "/countries/", 405),
    ],
)
def test_what_is_not_there_says_so_in_detail(tc2, method, path, status):
    answer = tc2.call(method, path)

    assert answer.status_code == status
    assert set(answer.json()) == {"detail"}


def test_key_can_be_another(monkeypatch):
    monkeypatch.setenv("TC2_API_KEY", "ours")
    with Sandbox() as other:
        assert TC2Client(other.url, "ours").get("/countries/1/").status_code == 200
