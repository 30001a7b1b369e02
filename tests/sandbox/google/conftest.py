"""A client of Google's API, who speaks for one person."""

import json
import time

import pytest
import requests
from google.auth import crypt, jwt

from integrations.sandbox.google.service_account import new_key
from integrations.sandbox.google.tokens import GRANT, SCOPE

ANNA, BEN = "anna@larkfield.example", "ben@larkfield.example"
#: An event of half an hour.
CALL = {
    "summary": "Demo",
    "start": {"dateTime": "2030-03-05T14:30:00+00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2030-03-05T15:00:00+00:00", "timeZone": "UTC"},
    "attendees": [{"email": ANNA}, {"email": "ines@brightpath.example"}],
}
ROOM = {"conferenceData": {"createRequest": {"requestId": "r1"}}}
DAY = {"timeMin": "2030-03-05T00:00:00Z", "timeMax": "2030-03-06T00:00:00Z"}


class GoogleClient:
    """Calls the sandbox's Google in a person's name."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self._key = url, json.loads(key)
        self._signer = crypt.RSASigner.from_service_account_info(self._key)
        self._bearer = ""

    def assertion(self, **other) -> str:
        now = int(time.time())
        claims = {"iss": self._key["client_email"], "sub": ANNA, "scope": SCOPE,
                  "aud": f"{self.url}/token", "iat": now, "exp": now + 3600}  # fmt: skip
        return jwt.encode(self._signer, claims | other).decode()

    def ask(self, assertion: str, grant: str = GRANT):
        form = {"grant_type": grant, "assertion": assertion}
        return requests.post(f"{self.url}/token", data=form, timeout=10)

    def speak_for(self, person: str) -> "GoogleClient":
        self._bearer = self.ask(self.assertion(sub=person)).json()["access_token"]
        return self

    def call(self, method: str, path: str, body=None, **query):
        headers = {"Authorization": f"Bearer {self._bearer}"}
        return requests.request(
            method, f"{self.url}/calendar/v3{path}", json=body, params=query, headers=headers,
            timeout=10,
        )  # fmt: skip

    def insert(self, body, **query):
        return self.call("POST", f"/calendars/{ANNA}/events", body, **query)

    def list(self, **query):
        return self.call("GET", f"/calendars/{ANNA}/events", **query)

    def event(self, method: str, event_id: str, body=None, **query):
        return self.call(method, f"/calendars/{ANNA}/events/{event_id}", body, **query)

    def busy(self, *people: str):
        body = {**DAY, "items": [{"id": person} for person in people or (ANNA,)]}
        return self.call("POST", "/freeBusy", body).json()["calendars"]

    def control(self, method: str, path: str, body=None):
        answer = requests.request(
            method, f"{self.url}/_sandbox/google{path}", json=body or {}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def key():
    return new_key("http://sandbox.example")


@pytest.fixture
def stranger(sandbox, key):
    """Has asked for no token yet."""
    return GoogleClient(sandbox.url, key)


@pytest.fixture
def google(stranger):
    return stranger.speak_for(ANNA)


def reason(answer) -> tuple[int, str]:
    """Status and Google's reason."""
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
