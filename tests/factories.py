"""Records for tests, each unlike the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal, Pipeline, Stage
from meetings.models import Meeting


class TeamMemberFactory(DjangoModelFactory):
    class Meta:
        model = TeamMember

    first_name = "Sam"
    last_name = factory.Sequence(lambda n: f"Okoro {n}")
    email = factory.Sequence(lambda n: f"sam{n}@hermes.example")
    is_sales_person = True


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Larkfield Tutors {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    company = factory.SubFactory(CompanyFactory)
    first_name = "Priya"
    last_name = factory.Sequence(lambda n: f"Nair {n}")
    email = factory.Sequence(lambda n: f"priya{n}@larkfield.example")


class PipelineFactory(DjangoModelFactory):
    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda n: f"Pipeline {n}")


class StageFactory(DjangoModelFactory):
    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    name = factory.Sequence(lambda n: f"Stage {n}")


class DealFactory(DjangoModelFactory):
    class Meta:
        model = Deal

    name = factory.Sequence(lambda n: f"Onboarding {n}")
    company = factory.SubFactory(CompanyFactory)
    stage = factory.SubFactory(StageFactory)
    pipeline = factory.SelfAttribute("stage.pipeline")


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    host = factory.SubFactory(TeamMemberFactory)
    contact = factory.SubFactory(ContactFactory)
    starts_at = factory.Sequence(lambda n: datetime(2030, 1, 1, 9, tzinfo=UTC) + timedelta(hours=n))
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(minutes=30))
