"""Steps that happen on two sides in any order, and what both sides have at the end."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import strategies as st

from companies.models import Company
from deals.models import Deal, Stage
from integrations.models import ExternalLink, OutboxEntry
from integrations.sync import inbox
from tests.factories import CompanyFactory
from tests.pipedrive_loop import PipedriveLoop

NAMES = ["Larkfield", "Marrow Lane", "Oakhurst", "Tern House"]
RECORDS = range(3)

step = st.one_of(
    st.tuples(st.just("create there"), st.sampled_from(NAMES)),
    st.tuples(st.just("create here"), st.sampled_from(NAMES)),
    st.tuples(st.just("rename there"), st.sampled_from(RECORDS), st.sampled_from(NAMES)),
    st.tuples(st.just("rename here"), st.sampled_from(RECORDS), st.sampled_from(NAMES)),
    st.tuples(st.just("website here"), st.sampled_from(RECORDS), st.sampled_from(NAMES)),
    st.tuples(st.just("deal there"), st.sampled_from(RECORDS)),
    st.tuples(st.just("move deal here"), st.sampled_from(RECORDS), st.integers(0, 3)),
    st.tuples(st.just("delete there"), st.sampled_from(RECORDS)),
    st.tuples(
        st.just("tell"), st.permutations(range(6)), st.sets(st.integers(0, 5)), st.booleans()
    ),
    st.tuples(st.just("send")),
)


class Story:
    """A run of steps against both sides; undelivered events pile up until told or lost."""

    def __init__(self, loop: PipedriveLoop) -> None:
        self.loop, self.undelivered = loop, []

    def tell_later(self, action: str, entity: str, pk: int) -> None:
        self.undelivered.append(self.loop.event(action, entity, pk))

    def there(self, entity: str, index: int) -> int | None:
        records = self.loop.account.records(entity)
        return records[index % len(records)]["id"] if records else None

    def here(self, model, index: int):
        records = list(model.objects.order_by("pk"))
        return records[index % len(records)] if records else None

    def play(self, name: str, *values) -> None:
        getattr(self, name.replace(" ", "_"))(*values)

    def create_there(self, name):
        org = self.loop.create("organization", name=name)
        self.tell_later("create", "organization", org["id"])

    def create_here(self, name):
        CompanyFactory(name=name)

    def rename_there(self, index, name):
        if pk := self.there("organization", index):
            self.loop.account.update("organization", pk, name=name)
            self.tell_later("change", "organization", pk)

    def rename_here(self, index, name):
        if company := self.here(Company, index):
            Company.objects.filter(pk=company.pk).update(name=name)

    def website_here(self, index, name):
        if company := self.here(Company, index):
            Company.objects.filter(pk=company.pk).update(website=f"https://{name[:4]}.example")

    def deal_there(self, index):
        if pk := self.there("organization", index):
            deal = self.loop.create("deal", title=f"Deal of {pk}", org_id=pk)
            self.tell_later("create", "deal", deal["id"])

    def move_deal_here(self, index, stage):
        if deal := self.here(Deal, index):
            stages = list(Stage.objects.filter(pipeline_id=deal.pipeline_id).order_by("position"))
            Deal.objects.filter(pk=deal.pk).update(stage=stages[stage % len(stages)])

    def delete_there(self, index):
        if pk := self.there("organization", index):
            event = self.loop.event("delete", "organization", pk)
            self.loop.account.delete("organization", pk)
            self.undelivered.append(event)

    def tell(self, order, lost, doubled):
        """Deliver what piled up: in this order, some of it never, all of it twice or once."""
        told = [self.undelivered[i] for i in order if i < len(self.undelivered) and i not in lost]
        self.undelivered = self.undelivered[6:]
        for event in told * (2 if doubled else 1):
            self.loop.post(json.dumps(event).encode())
        inbox.drain()

    def send(self):
        self.loop.send()


def assert_only_what_is_gone_there_waits_for_a_person() -> None:
    """Edited here after it was deleted there, and no message told of that."""
    for entry in OutboxEntry.objects.filter(state="dead"):
        assert (entry.kind, entry.reason) == ("company", "gone")
        assert entry.record_id in gone_there(entry.system)


def gone_there(system: str = "pipedrive") -> set[int | None]:
    links = ExternalLink.objects.filter(system=system, kind="company", state="gone")
    return set(links.values_list("record_id", flat=True))


def companies_here(loop) -> Counter:
    return Counter(
        (loop.link(company).remote_id, company.name, company.website)
        for company in Company.objects.exclude(pk__in=gone_there())
    )


def companies_there(loop) -> Counter:
    website = loop.key("company", "website")
    return Counter(
        (str(org["id"]), org["name"], org["custom_fields"][website] or "")
        for org in loop.account.records("organization")
    )


def deals_here(loop) -> Counter:
    return Counter(
        (loop.link(deal).remote_id, deal.name, loop.link(deal.stage).remote_id)
        for deal in Deal.objects.select_related("stage")
    )


def deals_there(loop) -> Counter:
    return Counter(
        (str(deal["id"]), deal["title"], str(deal["stage_id"]))
        for deal in loop.account.records("deal")
    )
