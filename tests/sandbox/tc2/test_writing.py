"""TC2's API as it is written: both role versions, strictness, the trash."""

import pytest
import requests

from tests.sandbox.tc2.conftest import INES, custom_values


def test_label_is_added_once(tc2, client_id):
    for _ in range(2):
        answer = tc2.post(f"/clients/{client_id}/add_label/", {"label": 31})

    assert [label["machine_name"] for label in answer.json()["labels"]] == ["webinar-lead"]
    assert tc2.get("/clients/", labels=31).json()["count"] == 1


def test_version_2_creates_and_changes_only_the_given_keys(tc2):
    created = tc2.post("/clients/", INES | {"phone": "1"})
    client_id = created.json()["id"]

    changed = tc2.post(f"/clients/{client_id}/", {"phone": "2", "user": {"town": "York"}})

    assert (created.status_code, changed.status_code) == (201, 200)
    client = changed.json()
    assert (client["phone"], client["town"], client["email"]) == ("2", "York", INES["email"])
    assert tc2.get(f"/clients/{client_id}/").json() == client


def test_write_back_is_read_back(tc2, client_id):
    body = {
        "last_name": "Núñez",
        "email": INES["email"],
        "associated_admin": 502,
        "sales_person": 501,
        "bdr_person": 503,
        "extra_attrs": {
            "pipedrive_url": "https://larkfield.pipedrive.com/organization/4410/",
            "pipedrive_id": 4410,
            "pipedrive_deal_stage": "Demo booked",
        },
    }

    client = tc2.post(f"/clients/{client_id}/", body).json()
    cleared = tc2.post(f"/clients/{client_id}/", {"extra_attrs": {"pipedrive_url": None}}).json()

    assert custom_values(client)["pipedrive_id"] == "4410"
    assert client["bdr_person"]["email"] == "carla@larkfield.example"
    assert custom_values(cleared)["pipedrive_url"] == ""
    assert custom_values(cleared)["pipedrive_deal_stage"] == "Demo booked"


@pytest.mark.usefixtures("version_1")
def test_version_1_updates_by_email_and_wraps_the_role(tc2, client_id):
    answer = tc2.post("/clients/", {"user": INES | {"phone": "1"}, "status": "live"})

    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    role = answer.json()["role"]
    assert (role["id"], role["user"]["phone"], role["status"]) == (client_id, "1", "live")


@pytest.mark.usefixtures("version_1")
def test_version_1_without_an_email_goes_by_the_whole_name(tc2, client_id):
    same = {"user": {"first_name": "Ines", "last_name": "Núñez"}}
    other = {"user": {"last_name": "Núñez"}}

    ids = [tc2.post("/clients/", body).json()["role"]["id"] for body in (same, other)]

    assert ids == [client_id, client_id + 1]


@pytest.mark.usefixtures("version_1")
def test_version_1_has_no_update_by_id_and_wants_the_last_name(tc2, client_id):
    assert tc2.post(f"/clients/{client_id}/", {"status": "live"}).status_code == 405
    answer = tc2.post("/clients/", {"last_name": "Flat", "user": {"email": INES["email"]}})
    assert answer.status_code == 400
    assert answer.json() == {"user": {"last_name": ["This field is required."]}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"associated_admin": 999}, "associated_admin"),
        ({"sales_person": {"id": 501}}, "sales_person"),
        ({"bdr_person": "503"}, "bdr_person"),
        ({"extra_attrs": [{"machine_name": "currency", "value": "GBP"}]}, "extra_attrs"),
        ({"extra_attrs": {"nothing": "x"}}, "extra_attrs"),
        ({"extra_attrs": {"termination_category": "Too expensive"}}, "extra_attrs"),
        ({"country": "GB"}, "country"),
        ({"last_name": ""}, "last_name"),
        ({"email": "no address"}, "email"),
        ({"status": "gone"}, "status"),
        ({"auto_charge": True}, "auto_charge"),
    ],
)
def test_value_that_cannot_be_is_refused_by_its_field_and_nothing_is_written(
    sandbox, tc2, client_id, body, field
):
    before = sandbox.tc2.client(client_id)

    answer = tc2.post(f"/clients/{client_id}/", body | {"phone": "1"})

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert sandbox.tc2.client(client_id) == before


@pytest.mark.parametrize(
    ("path", "body", "reasons"),
    [
        ("/clients/", {"email": "new@x.example"}, {"last_name": ["This field is required."]}),
        ("/clients/", INES, {"email": ["This email address is already in use."]}),
    ],
)
@pytest.mark.usefixtures("client_id")
def test_create_wants_a_last_name_and_a_free_email(tc2, path, body, reasons):
    answer = tc2.post(path, body)

    assert answer.status_code == 400
    assert answer.json() == reasons


def test_unknown_keys_are_passed_over(tc2, client_id):
    answer = tc2.post(f"/clients/{client_id}/", {"paid_recipients": [], "colour": "red"})

    assert answer.status_code == 200
    assert len(answer.json()["paid_recipients"]) == 1


def test_dropdown_is_written_as_a_slug_and_read_as_its_label(tc2, client_id):
    body = {"extra_attrs": {"termination_category": "moved-other-software"}}

    client = tc2.post(f"/clients/{client_id}/", body).json()

    assert custom_values(client)["termination_category"] == "Moved (other software)"


def test_branch_may_refuse_the_sales_person_and_the_bdr(sandbox, tc2, client_id):
    sandbox.tc2.switches.set(bdr_person_writable=False)

    answer = tc2.post(f"/clients/{client_id}/", {"bdr_person": 503, "sales_person": 501})

    assert answer.status_code == 400
    assert set(answer.json()) == {"bdr_person"}


def test_deleted_client_is_not_found_until_it_is_recovered(tc2, client_id):
    path = f"/clients/{client_id}/"
    assert tc2.delete(path).json() == {"message": "Client moved to trash."}

    answers = [tc2.get(path), tc2.post(path, {"phone": "1"}), tc2.delete(path)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].json() == {"detail": "Not found."}
    assert tc2.get("/clients/").json()["count"] == 0
    tc2.control("POST", f"/tc2{path}recover")
    assert tc2.get(path).status_code == 200


def test_post_without_the_slash_writes_nothing(sandbox, tc2):
    answer = tc2.post("/clients", INES)

    assert answer.history[0].status_code == 301
    assert sandbox.tc2.client(8101) is None


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [("{", "application/json", 400), ("[]", "application/json", 400), ("a=b", "text/plain", 415)],
)
def test_body_that_is_no_json_object_is_refused(sandbox, text, kind, status):
    headers = {"Authorization": "token sandbox-tc2-key", "Content-Type": kind}

    answer = requests.post(f"{sandbox.url}/tc2/api/clients/", data=text, headers=headers, timeout=5)

    assert answer.status_code == status
