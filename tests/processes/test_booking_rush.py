"""Many visitors at once, and several processes that serve them."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from companies.models import Company
from meetings.models import Meeting
from tests.factories import TeamMemberFactory
from tests.meetings.website import sales_call

pytestmark = pytest.mark.processes

VISITORS = 50


def test_of_fifty_visitors_who_want_one_time_one_has_it(hermes, calendar):
    host = TeamMemberFactory()
    hermes.start("web", CALLBOOKER_BOOKINGS_PER_MINUTE="100000", WEB_CONCURRENCY="3")

    def book(number):
        body = sales_call(host, name=f"Ines Duarte {number}", phone="",
                          email=f"ines{number}@brightpath.example")  # fmt: skip
        with closing(hermes.connect()) as door:
            headers = {"Content-Type": "application/json"}
            door.request("POST", "/callbooker/sales/book/", json.dumps(body), headers)
            response = door.getresponse()
            return response.status, json.loads(response.read()).get("code", "")

    with ThreadPoolExecutor(VISITORS) as pool:
        answers = Counter(pool.map(book, range(VISITORS)))

    assert answers == {(200, ""): 1, (400, "admin_busy"): VISITORS - 1}
    assert Meeting.objects.count() == 1
    assert len(calendar.events()) == 1
    assert Company.objects.count() == 1, "all of them are of one company"
