"""Which companies Hermes has, for TC2 and for the team."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company
from integrations.models import ExternalLink, LinkState
from meetings import api_docs
from meetings.api_errors import Refused, Unprocessable, read
from meetings.views import PublicView

from .authentication import HasKeyOrLogIn
from .crm import CRM
from .schemas import NAME

#: So many are answered at most.
MOST = 10

#: Question to the system and the column of its links.
NUMBERS = {
    "pd_org_id": (CRM, "remote_id"),
    "tc2_cligency_id": (NAME, "remote_id"),
    "tc2_agency_id": (NAME, "other_id"),
}


class CompanyQuery(serializers.Serializer):
    id = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    price_plan = serializers.CharField(required=False)
    pd_org_id = serializers.CharField(required=False)
    tc2_agency_id = serializers.CharField(required=False)
    tc2_cligency_id = serializers.CharField(required=False)


class Companies(PublicView):
    authentication_classes: list = [SessionAuthentication]
    permission_classes: list = [HasKeyOrLogIn]

    @extend_schema(
        tags=api_docs.TAGS,
        parameters=[CompanyQuery],
        responses=api_docs.answers(
            api_docs.COMPANIES, s403="Neither a key nor a log-in.", s422="Nothing to look for."
        ),
    )
    def get(self, request: Request) -> Response:
        """At most ten companies that have all these values, by name."""
        unknown = request.query_params.keys() - CompanyQuery().fields.keys()
        if unknown:
            raise Unprocessable({name: ["There is no such field."] for name in sorted(unknown)})
        asked = read(CompanyQuery, request.query_params)
        if not asked:
            raise Refused(422, "invalid", "Say what to look for.")
        found = list(_matching(asked).order_by("name", "pk")[:MOST])
        return Response(_shown(found))


def _matching(asked: dict[str, Any]) -> QuerySet[Company]:
    own = {name: value for name, value in asked.items() if name not in NUMBERS}
    companies = Company.objects.filter(**own)
    for name in asked.keys() & NUMBERS.keys():
        system, column = NUMBERS[name]
        companies = companies.filter(Exists(_links(system).filter(**{column: asked[name]})))
    return companies


def _links(system: str) -> QuerySet[ExternalLink]:
    return ExternalLink.objects.filter(
        system=system, kind="company", state=LinkState.LIVE, record_id=OuterRef("pk")
    )


def _shown(companies: list[Company]) -> list[dict[str, Any]]:
    links = ExternalLink.objects.filter(
        system__in=[CRM, NAME],
        kind="company",
        state=LinkState.LIVE,
        record_id__in=[company.pk for company in companies],
    )
    known = {(link.record_id, link.system): link for link in links}
    rows = []
    for company in companies:
        row: dict[str, Any] = {"id": company.pk, "name": company.name}
        for name, (system, column) in NUMBERS.items():
            row[name] = _number(getattr(known.get((company.pk, system)), column, ""))
        rows.append(row | {"country": company.country, "price_plan": company.price_plan or None})
    return rows


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
