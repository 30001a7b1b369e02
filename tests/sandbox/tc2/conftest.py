"""A client of TC2's API, a customer, and a receiver of its webhooks."""

import pytest

from tests.sandbox.conftest import Client

INES = {"first_name": "Ines", "last_name": "Núñez", "email": "ines@brightpath.example"}


class TC2Client(Client):
    """Calls the sandbox's TC2 with the key; paths as TC2 has them, below ``/api``."""

    def __init__(self, url: str, key: str = "sandbox-tc2-key") -> None:
        super().__init__(url)
        self._session.headers["Authorization"] = f"token {key}"

    def call(self, method: str, path: str, body: object = None, **query: object):
        return super().call(method, f"/tc2/api{path}", body, **query)


@pytest.fixture
def tc2(sandbox):
    return TC2Client(sandbox.url)


@pytest.fixture
def client_id(sandbox):
    """A customer who was there before anybody listened."""
    return sandbox.tc2.sign_up(**INES)["id"]


@pytest.fixture
def version_1(sandbox):
    sandbox.tc2.switches.set(role_version=1)


@pytest.fixture
def tc2_receiver(sandbox, receiver):
    sandbox.tc2.send_webhooks_to(receiver.url)
    return receiver


def custom_values(client):
    """Machine name to value."""
    return {each["machine_name"]: each["value"] for each in client["extra_attrs"]}


def events(receiver, requests_count):
    """Those of so many requests, as soon as they are there."""
    arrivals = receiver.wait_for(requests_count)
    return [event for arrival in arrivals for event in arrival.body["events"]]
