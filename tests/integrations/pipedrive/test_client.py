"""Calls to Pipedrive, against its stand-in: what each error means, and what calls cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from integrations.pipedrive import SYSTEM
from integrations.pipedrive.client import BLOCKED_FOR, Client, _Refusals, classify
from integrations.sync import patience, poll
from integrations.sync.errors import RateLimited, Rejected, RemoteGone, Unauthorised, Unavailable


class Notes:
    """A ledger that a test can read."""

    def __init__(self) -> None:
        self.tokens = 0

    def heard(self, response) -> None:
        self.left = response.headers.get("x-daily-ratelimit-token-remaining")

    def spent(self, tokens: int) -> None:
        self.tokens += tokens


@pytest.fixture(autouse=True)
def _no_earlier_refusals():
    _Refusals.unexplained = 0
    yield
    _Refusals.unexplained = 0


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def api(sandbox, notes, monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda seconds: None)
    return Client(notes)


def test_the_token_travels_in_a_header_and_never_in_the_address(api, sandbox):
    api.me()

    (call,) = sandbox.calls
    assert "token" not in str(call.as_json().get("url", call.path)).lower()


def test_a_walk_goes_through_all_pages_of_500(api, sandbox):
    sandbox.pipedrive.seed(organizations=1100)

    pages = [len(records) for records, _ in api.walk("organization")]

    assert pages == [500, 500, 100]


def test_a_walk_goes_on_from_its_cursor(api, sandbox):
    sandbox.pipedrive.seed(organizations=600)
    _, cursor = next(api.walk("organization"))

    (rest,) = api.walk("organization", cursor)

    assert len(rest[0]) == 100


def test_many_are_read_by_id_in_one_call(api, sandbox):
    ids = [str(sandbox.pipedrive.create("organization", name=f"O{n}")["id"]) for n in range(3)]
    sandbox.forget_calls()

    found = api.get_many("organization", [*ids, "99999999"])

    assert [str(each["id"]) for each in found] == ids
    assert len(sandbox.calls) == 1


def test_what_calls_cost_is_counted_as_the_account_counts_it(api, sandbox, notes):
    before = sandbox.pipedrive.budget.spent
    org = api.create("organization", {"name": "Larkfield"})
    api.update("organization", str(org["id"]), {"name": "Larkfield Ltd"})
    api.get("organization", str(org["id"]))
    list(api.walk("organization"))
    list(api.walk("deal", archived=True))
    list(api.walk("stage"))
    api.users()
    api.me()
    api.fields("deal")
    api.delete("organization", str(org["id"]))

    assert notes.tokens == sandbox.pipedrive.budget.spent - before


def test_a_spent_day_is_told_from_a_burst(api, sandbox):
    sandbox.trouble.add("daily")
    with pytest.raises(RateLimited) as day:
        api.me()
    sandbox.trouble.add("burst", times=3)
    with pytest.raises(RateLimited) as burst:
        api.me()

    assert day.value.whole_day
    assert timedelta(0) < day.value.retry_after <= timedelta(days=1)
    assert not burst.value.whole_day
    assert burst.value.retry_after >= timedelta(seconds=2)


def test_refusals_that_do_not_say_what_is_spent_are_taken_for_a_spent_day():
    silent = requests.Response()
    silent.status_code = 429

    errors = [classify(silent) for _ in range(4)]

    assert [error.whole_day for error in errors] == [False, False, False, True]


def test_a_burst_passes_without_anyone_noticing(api, sandbox):
    sandbox.trouble.add("burst")

    assert api.create("organization", {"name": "Larkfield"})["name"] == "Larkfield"


def test_a_page_that_blocks_us_means_a_long_pause(api, sandbox):
    sandbox.trouble.add("blocked")

    with pytest.raises(RateLimited) as error:
        api.me()

    assert error.value.retry_after == BLOCKED_FOR
    assert not error.value.whole_day


def test_bad_credentials_are_told(api, sandbox):
    sandbox.trouble.add("unauthorized")

    with pytest.raises(Unauthorised):
        api.me()


def test_a_record_that_is_not_there_is_gone(api):
    with pytest.raises(RemoteGone):
        api.update("organization", "99999999", {"name": "x"})


def test_a_body_that_pipedrive_refuses_is_rejected_with_the_fields_name(api):
    with pytest.raises(Rejected, match="owner_id"):
        api.create("organization", {"name": "x", "owner_id": 1})


def test_a_create_whose_answer_is_lost_is_made_once(api, sandbox):
    sandbox.trouble.add("lost_answer", method="POST")

    with pytest.raises(Unavailable):
        api.create("organization", {"name": "Larkfield"})

    assert len(sandbox.pipedrive.records("organization")) == 1
    assert len(sandbox.calls) == 1


def test_a_poll_that_finds_nothing_asks_each_list_once(pipedrive):
    poll.poll(SYSTEM)
    pipedrive.sandbox.forget_calls()
    before = pipedrive.sandbox.pipedrive.budget.spent

    poll.poll(SYSTEM)

    names = ["pipelines", "stages", "organizations", "persons", "deals", "activities"]
    assert [call.path for call in pipedrive.sandbox.calls] == [f"/api/v2/{n}" for n in names]
    assert pipedrive.sandbox.pipedrive.budget.spent - before == 50
