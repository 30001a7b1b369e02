"""What may happen to one customer in three systems, and what holds in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from companies.merging import merge
from companies.models import Company, TeamMember
from deals.models import Deal, Status
from integrations.models import ExternalLink, LinkState
from integrations.sandbox.tc2 import clients
from integrations.sync import hub, inbox
from tests.pipedrive_loop import PipedriveLoop
from tests.stories import NAMES, RECORDS, Story
from tests.stories import step as two_sided
from tests.tc2_loop import TC2Loop

STATUSES = ["trial", "active", "suspended", "terminated"]

#: Members of TC2's staff, who are team members as well.
SELLERS = [501, 502]

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
    st.tuples(st.just("delete client"), st.sampled_from(RECORDS)),
    st.tuples(st.just("recover client"), st.sampled_from(RECORDS)),
    st.tuples(st.just("narc"), st.sampled_from(RECORDS), st.booleans()),
    st.tuples(st.just("seller there"), st.sampled_from(RECORDS), st.sampled_from(SELLERS)),
    st.tuples(st.just("seller here"), st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
    st.tuples(st.just("address"), st.sampled_from(RECORDS), st.integers(0, 9)),
    st.tuples(st.just("type organization"), st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
    st.tuples(st.just("merge there"), st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
    st.tuples(st.just("merge here"), st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
    st.tuples(st.just("rename person"), st.sampled_from(RECORDS), st.sampled_from(NAMES)),
    st.tuples(st.just("lose answers"), st.sampled_from(["pipedrive", "tc2"]), st.integers(1, 3)),
)


class ThreeSided(Story):
    """The story of two, and clients that sign up and change in TC2."""

    def __init__(self, loop: PipedriveLoop, tc2: TC2Loop) -> None:
        super().__init__(loop)
        self.tc2, self.untold = tc2, []
        #: Client to the address that a person gave it.
        self.addresses: dict[int, str] = {}
        for name in NAMES[:2]:
            self.sign_up(name)
        self.tell_tc2(range(6), set(), doubled=False)
        self.send()
        self.write_back()

    def client(self, index: int, *, trashed: bool = False) -> int | None:
        table = self.tc2.account.account.tables["client"]
        clients = sorted(pk for pk, client in table.items() if client["trashed"] is trashed)
        return clients[index % len(clients)] if clients else None

    def edit(self, index: int, **values: Any) -> int | None:
        if pk := self.client(index):
            self.tc2.account.edit(pk, **values)
            self.happened()
        return pk

    def happened(self) -> None:
        self.untold += self.tc2.happened()

    def sign_up(self, name):
        number = len(self.tc2.account.account.tables["client"])
        person = {"first_name": f"No. {number}", "last_name": "Ek", "email": f"{number}@ek.example"}
        self.tc2.account.sign_up(**person, agency={"name": name})
        self.happened()

    def agency(self, index, status):
        self.edit(index, agency={"status": status})

    def agency_name(self, index, name):
        self.edit(index, agency={"name": name})

    def narc(self, index, is_narc):
        self.edit(index, agency={"narc": is_narc})

    def seller_there(self, index, seller):
        self.edit(index, sales_person=seller)

    def seller_here(self, index, member):
        if company := self.here(Company, index):
            company.sales_person = self.here(TeamMember, member)
            company.save()

    def address(self, index, number):
        address = f"{self.client(index)}.{number}@new.example"
        if pk := self.edit(index, email=address):
            self.addresses[pk] = address

    def type_organization(self, index, organization):
        if typed := self.there("organization", organization):
            self.edit(index, extra_attrs={"pipedrive_id": str(typed)})

    def delete_client(self, index):
        if pk := self.client(index):
            self.tc2.account.delete(pk)
            self.happened()

    def recover_client(self, index):
        if pk := self.client(index, trashed=True):
            clients.recover(self.tc2.account.account, pk)
            self.happened()

    def merge_there(self, index, other):
        loser, winner = self.there("organization", index), self.there("organization", other)
        if loser != winner:
            gone = self.loop.event("delete", "organization", loser, merged_to_id=str(winner))
            self.loop.account.merge("organization", loser, winner)
            self.undelivered.append(gone)
            self.tell_later("change", "organization", winner)

    def merge_here(self, index, other):
        loser, winner = self.here(Company, index), self.here(Company, other)
        if loser != winner:
            merge(winner=winner, losers=[loser], by="ann")

    def rename_person(self, index, name):
        if pk := self.there("person", index):
            self.loop.account.update("person", pk, name=name)
            self.tell_later("change", "person", pk)

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


# -- in the end -------------------------------------------------------------------------------


def assert_pipedrive_agrees(loop: PipedriveLoop) -> None:
    """Each record there is one of ours, once, and says the same."""
    website = loop.key("company", "website")
    living = {org["id"]: str(org["id"]) for org in loop.account.records("organization")}
    assert_agree(
        loop,
        "company",
        "organization",
        lambda company: (company.name, company.website),
        lambda org: (org["name"], org["custom_fields"][website] or ""),
    )
    assert_agree(
        loop,
        "contact",
        "person",
        lambda contact: (contact.name, contact.email, _number(contact.company)),
        lambda person: (person["name"], _address(person), living.get(person["org_id"], "")),
    )
    assert_agree(
        loop,
        "deal",
        "deal",
        lambda deal: (deal.name, _number(deal.stage), deal.status),
        lambda deal: (deal["title"], str(deal["stage_id"]), deal["status"]),
    )


def assert_agree(
    loop: PipedriveLoop,
    kind: str,
    entity: str,
    ours: Callable[[Any], Any],
    theirs: Callable[[dict], Any],
) -> None:
    links = ExternalLink.objects.filter(system="pipedrive", kind=kind, state=LinkState.LIVE)
    known = {int(link.remote_id): link.record_id for link in links}
    there = {record["id"]: record for record in loop.account.records(entity)}
    assert known.keys() == there.keys()
    here = hub.KINDS[kind].model.objects.in_bulk(known.values())
    # What was archived with a client that was deleted is left alone there.
    both = {pk: here[record_id] for pk, record_id in known.items() if record_id in here}
    assert {pk: ours(one) for pk, one in both.items()} == {pk: theirs(there[pk]) for pk in both}


def _number(record: Any) -> str:
    """The record's number in Pipedrive; empty where that is gone."""
    about = {"kind": hub.kind_of(record).name, "record_id": record.pk}
    link = ExternalLink.objects.filter(system="pipedrive", state=LinkState.LIVE, **about).first()
    return link.remote_id if link else ""


def _address(person: dict) -> str:
    return next((each["value"] for each in person["emails"] if each["primary"]), "")


def assert_clients_agree(story: ThreeSided) -> None:
    """Each client is one company, which has its status; and shows the company's deal."""
    table = story.tc2.account.account.tables["client"]
    living = {str(pk) for pk, client in table.items() if not client["trashed"]}
    links = ExternalLink.objects.filter(system="tc2", kind="company")
    live = [link for link in links if link.state == LinkState.LIVE]
    # Of a company that was merged, one client stays its client; the others are of it too.
    also = {link.remote_id: link.record_id for link in links if link.state == LinkState.ALIAS}
    linked = {link.remote_id for link in live}
    assert linked <= living <= linked | also.keys()
    assert len({link.record_id for link in live}) == len(live)
    for pk, address in story.addresses.items():
        assert story.tc2.account.client(pk)["email"] == address
    for link in live:
        company = Company.all_objects.get(pk=link.record_id)
        agency = story.tc2.account.client(int(link.remote_id))["meta_agency"]
        if company.pk not in also.values():
            assert company.tc2_status == agency["status"]
        shown = story.tc2.shown(int(link.remote_id))
        deal = Deal.objects.filter(company=company, status=Status.OPEN).order_by("pk").last()
        assert shown["deal_stage"] == (deal.stage.name if deal else "")
        organization = ExternalLink.objects.filter(
            system="pipedrive", kind="company", record_id=company.pk, state="live"
        ).first()
        assert shown["id"] == (organization.remote_id if organization else "")
