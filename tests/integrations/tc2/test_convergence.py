"""Three systems: whatever happens in whatever order, all agree and nothing is doubled."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import Company
from deals.models import Deal, Pipeline, Status
from integrations.models import Connection, ExternalLink, OutboxEntry, WebhookEvent
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.pipedrive import keys
from integrations.sync import inbox, outbox, reconcile
from integrations.tc2 import SYSTEM as TC2
from tests.pipedrive_loop import PipedriveLoop
from tests.stories import (
    NAMES,
    RECORDS,
    Story,
    assert_only_what_is_gone_there_waits_for_a_person,
    companies_here,
    companies_there,
    deals_here,
    deals_there,
)
from tests.stories import step as two_sided
from tests.tc2_loop import TC2Loop

pytestmark = pytest.mark.django_db

STATUSES = ["trial", "active", "suspended", "terminated"]

step = st.one_of(
    two_sided,
    st.tuples(st.just("sign up"), st.sampled_from(NAMES)),
    st.tuples(st.just("agency"), st.sampled_from(RECORDS), st.sampled_from(STATUSES)),
    st.tuples(st.just("agency name"), st.sampled_from(RECORDS), st.sampled_from(NAMES)),
    st.tuples(st.just("look stale"), st.sampled_from(RECORDS)),
    st.tuples(
        st.just("tell tc2"), st.permutations(range(6)), st.sets(st.integers(0, 5)), st.booleans()
    ),
    st.tuples(st.just("write back")),
    st.tuples(st.just("lose answers"), st.sampled_from(["pipedrive", "tc2"]), st.integers(1, 3)),
)


class ThreeSided(Story):
    """The story of two, and clients that sign up and change in TC2."""

    def __init__(self, loop: PipedriveLoop, tc2: TC2Loop) -> None:
        super().__init__(loop)
        self.tc2, self.untold = tc2, []

    def client(self, index: int) -> int | None:
        clients = sorted(self.tc2.account.account.tables["client"])
        return clients[index % len(clients)] if clients else None

    def happened(self) -> None:
        self.untold += self.tc2.happened()

    def sign_up(self, name):
        number = len(self.tc2.account.account.tables["client"])
        person = {"first_name": f"No. {number}", "last_name": "Ek", "email": f"{number}@ek.example"}
        self.tc2.account.sign_up(**person, agency={"name": name})
        self.happened()

    def agency(self, index, status):
        if pk := self.client(index):
            self.tc2.account.edit(pk, agency={"status": status})
            self.happened()

    def agency_name(self, index, name):
        if pk := self.client(index):
            self.tc2.account.edit(pk, agency={"name": name})
            self.happened()

    def look_stale(self, index):
        """A message that was made now and comes after all others."""
        if pk := self.client(index):
            self.untold.append(self.tc2.event(pk))

    def tell_tc2(self, order, lost, doubled):
        told = [self.untold[i] for i in order if i < len(self.untold) and i not in lost]
        self.untold = self.untold[6:]
        for number, event in enumerate(told * (2 if doubled else 1)):
            self.tc2.post(json.dumps({"events": [event], "request_time": number}).encode())
        inbox.drain()

    def write_back(self):
        self.tc2.send()
        self.happened()

    def lose_answers(self, system, times):
        """What a worker that is killed after a call leaves behind."""
        self.loop.sandbox.trouble.add("lost_answer", system=system, method="POST", times=times)
        self.loop.send()
        self.loop.sandbox.trouble.clear()


def settle(story: ThreeSided) -> None:
    """The time passes in which things are tried again, and the night's comparisons run."""
    for _ in range(3):
        Connection.objects.update(broken_until=None, paused_until=None)
        for system in (PIPEDRIVE, TC2):
            reconcile.reconcile(system, released=True)
        for _ in range(2):
            OutboxEntry.objects.update(next_attempt_at=timezone.now())
            outbox.drain()
        story.tc2.send()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(step, min_size=3, max_size=16))
def test_any_story_ends_with_all_three_in_agreement_and_no_record_doubled(
    sandbox, client, authorised, tc2, steps
):
    sandbox.reset()
    cache.clear()
    with transaction.atomic():
        loop = PipedriveLoop(sandbox, client, authorised)
        enter_first_pipeline()
        story = ThreeSided(loop, TC2Loop(sandbox, client))
        for name, *values in steps:
            story.play(name, *values)
        settle(story)

        assert_only_what_is_gone_there_waits_for_a_person()
        assert not WebhookEvent.objects.filter(state="dead").exists()
        assert companies_here(loop) == companies_there(loop)
        assert deals_here(loop) == deals_there(loop)
        assert_clients_agree(story)
        assert loop.send() == []
        assert story.tc2.send() == []
        transaction.set_rollback(True)
    keys.forget()


def enter_first_pipeline() -> None:
    pipeline = Pipeline.objects.order_by("pk").first()
    pipeline.plan, pipeline.default_stage = "payg", pipeline.stages.order_by("position").first()
    pipeline.save()


def assert_clients_agree(story: ThreeSided) -> None:
    """Each client is one company, which has its status; and shows the company's deal."""
    clients = story.tc2.account.account.tables["client"]
    links = ExternalLink.objects.filter(system="tc2", kind="company", state="live")
    assert {link.remote_id for link in links} == {str(pk) for pk in clients}
    assert len({link.record_id for link in links}) == len(links)
    for link in links:
        company = Company.all_objects.get(pk=link.record_id)
        agency = story.tc2.account.client(int(link.remote_id))["meta_agency"]
        assert company.tc2_status == agency["status"]
        shown = story.tc2.shown(int(link.remote_id))
        deal = Deal.objects.filter(company=company, status=Status.OPEN).order_by("pk").last()
        assert shown["deal_stage"] == (deal.stage.name if deal else "")
        organization = ExternalLink.objects.filter(
            system="pipedrive", kind="company", record_id=company.pk, state="live"
        ).first()
        assert shown["id"] == (organization.remote_id if organization else "")
