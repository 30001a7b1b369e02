"""What a person at the page may do to TC2, and what is refused."""

import itertools

import pytest
import requests

from integrations.sandbox import Sandbox


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sign-ups", {}),
        ("POST", "/sign-ups", {"last_name": "A", "colour": "red"}),
        ("POST", "/sign-ups", {"last_name": "A", "agency": []}),
        ("PATCH", "/clients/8101", {"agency": {"colour": "red"}}),
        ("PATCH", "/clients/8101", {"agency": {"paid_invoice_count": "1"}}),
        ("PATCH", "/clients/8101", {"paid_recipients": [{"phone": "1"}]}),
        ("PATCH", "/clients/1", {"phone": "1"}),
        ("GET", "/clients/1", None),
        ("POST", "/clients/8101/recover", {}),
        ("POST", "/clients/8101/stale", {}),
        ("POST", "/clients/8101/price-plan", {"price_plan": None}),
        ("POST", "/clients/8101/pay-invoice", {"gross": 5}),
        ("POST", "/events", {"action": 5}),
        ("POST", "/events", {"action": "A", "client": "8101"}),
        ("POST", "/events/send", {"events": ["1"]}),
        ("POST", "/events/send", {"events": [99]}),
        ("POST", "/events/send", {"events": [1], "signature": "maybe"}),
        ("POST", "/events/release", {"order": [1]}),
        ("POST", "/webhook", {"url": "ftp://x"}),
        ("POST", "/switches", {"role_version": 3}),
        ("POST", "/switches", {"merge_text": "joined"}),
        ("POST", "/seed", {"clients": "many"}),
        ("POST", "/admins", {"first_name": "A"}),
        ("POST", "/custom-fields", {"name": "A", "machine_name": "a", "options": "b"}),
    ],
)
@pytest.mark.usefixtures("client_id")
def test_control_call_that_makes_no_sense_is_refused_in_words(sandbox, method, path, body):
    answer = requests.request(method, f"{sandbox.url}/_sandbox/tc2{path}", json=body, timeout=5)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"]


def test_new_staff_and_new_fields_can_be_used_at_once(sandbox, tc2, client_id):
    admin = tc2.control(
        "POST", "/tc2/admins", {"first_name": "Eve", "last_name": "Ng", "email": "e@x.example"}
    )["admin"]
    field = {"name": "Size", "machine_name": "size", "options": ["One Tutor", "Many"]}
    tc2.control("POST", "/tc2/custom-fields", field)

    body = {"sales_person": admin["id"], "extra_attrs": {"size": "one-tutor"}}
    client = tc2.post(f"/clients/{client_id}/", body).json()

    assert client["sales_person"]["first_name"] == "Eve"
    assert client["extra_attrs"][-1]["value"] == "One Tutor"


def test_recipients_are_named_anew_and_those_left_out_have_no_payer(sandbox, tc2, client_id):
    people = [{"id": 9001, "first_name": "Ines"}, {"first_name": None, "last_name": "Duarte"}]
    tc2.control("PATCH", f"/tc2/clients/{client_id}", {"paid_recipients": people})
    tc2.control("PATCH", f"/tc2/clients/{client_id}", {"paid_recipients": [{"id": 9002}]})

    shown = sandbox.tc2.client(client_id)["paid_recipients"]
    assert [(each["id"], each["email"]) for each in shown] == [(9002, None)]
    assert tc2.get("/recipients/9001/").json()["paying_client"] is None


def test_reset_brings_back_the_first_day(sandbox, tc2, client_id, tc2_receiver):
    sandbox.tc2.switches.set(role_version=1)

    tc2.control("POST", "/reset")

    assert sandbox.tc2.client(client_id) is None
    assert tc2.get("/clients/").json()["count"] == 0
    assert tc2.control("GET", "/tc2/webhook")["webhook"]["url"] == ""
    assert sandbox.tc2.switches.role_version == 2
    assert tc2.get("/countries/").json()["count"] == 14


def test_clients_are_found_by_anything_they_have_the_newest_first(sandbox, tc2, client_id):
    other = sandbox.tc2.sign_up(last_name="Quill", agency={"name": "Quill & Co"})["id"]

    def found(text):
        return [each["id"] for each in tc2.control("GET", f"/tc2/clients?q={text}")["clients"]]

    assert found("") == [other, client_id]
    assert found("quill%20%26") == [other]
    assert found("BRIGHTPATH") == [client_id]


@pytest.mark.parametrize("by_hand", [True, False])
def test_address_from_the_environment_gives_way_to_one_set_by_hand(monkeypatch, tmp_path, by_hand):
    monkeypatch.setenv("SANDBOX_TC2_WEBHOOK_URL", "http://127.0.0.1:9/first")
    with Sandbox(tmp_path) as first:
        control = f"{first.url}/_sandbox/tc2/webhook"
        body = {"url": "http://127.0.0.1:9/by-hand"} if by_hand else {"enabled": False}
        requests.post(control, json=body, timeout=5)
    monkeypatch.setenv("SANDBOX_TC2_WEBHOOK_URL", "http://127.0.0.1:9/second")

    with Sandbox(tmp_path) as second:
        webhook = second.tc2.account.webhook.as_json()

    assert webhook["enabled"] is by_hand
    assert webhook["url"].endswith("/by-hand" if by_hand else "/second")


ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\ud800",
    "9" * 5000,
    [],
    [[]],
    [None],
    {},
    {"id": {}},
]
CONTROLS = {
    "/sign-ups": "last_name email agency paid_recipients extra_attrs country sales_person",
    "/clients": "first_name agency auto_charge status labels",
    "/events": "action client subject extra_msg",
    "/events/send": "events signature style",
    "/events/release": "order",
    "/webhook": "url enabled",
    "/switches": "role_version style retry_scale rate_limit_per_minute",
    "/seed": "clients",
    "/admins": "first_name",
    "/custom-fields": "name machine_name options",
}


@pytest.mark.parametrize(("path", "keys"), CONTROLS.items())
def test_odd_value_breaks_no_control(sandbox, path, keys):
    for key, value in itertools.product(keys.split(), ODD):
        body = {"last_name": "A", "action": "A"} if key != "last_name" else {}
        answer = requests.post(
            f"{sandbox.url}/_sandbox/tc2{path}",
            json={each: body[each] for each in body if each in keys} | {key: value},
            timeout=5,
        )
        assert answer.status_code < 500, (key, value, answer.text)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    "key", ["last_name", "email", "country", "user", "extra_attrs", "bdr_person", "status"]
)
def test_odd_value_is_taken_or_refused_by_the_api(sandbox, tc2, client_id, version, key):
    sandbox.tc2.switches.set(role_version=version, rate_limit_per_minute=1000)

    for value in ODD:
        for path in ("/clients/", f"/clients/{client_id}/", f"/clients/{client_id}/add_label/"):
            answer = tc2.post(path, {"last_name": "A", key: value})
            assert answer.status_code < 500, (path, value, answer.text)


@pytest.mark.parametrize("body", [value for value in ODD if value is not None])
def test_odd_body_is_refused_by_the_api(tc2, body):
    assert tc2.post("/clients/", body).status_code == 400
