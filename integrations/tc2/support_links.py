"""TC2's button “support link”: which link to send to a client."""

from __future__ import annotations

import logging
from dataclasses import replace

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company, TeamMember
from integrations.models import ExternalLink, LinkState
from integrations.sync import by_hand
from integrations.sync.errors import Rejected, RemoteGone, SyncError
from meetings import api_docs, matching, support_links
from meetings.api_errors import Refused, not_found, read
from meetings.elsewhere import directory
from meetings.views import PublicView

from . import SYSTEM
from .authentication import HasKey
from .schemas import NAME

logger = logging.getLogger(__name__)

#: A support call opens no deal, whoever the client is.
WITHOUT_DEAL = replace(SYSTEM, applied=None)


class LinkQuery(serializers.Serializer):
    tc2_admin_id = serializers.IntegerField(min_value=1)
    tc2_cligency_id = serializers.IntegerField(min_value=1)


class GenerateSupportLink(PublicView):
    permission_classes: list = [HasKey]

    @extend_schema(
        tags=api_docs.TAGS,
        parameters=[LinkQuery],
        responses=api_docs.answers(
            api_docs.SUPPORT_LINK, s403="Wrong key.", s404="Unknown there.", s503="TC2 is away."
        ),
    )
    def get(self, request: Request) -> Response:
        """The link with which a client of TC2's books a support call with one of the staff."""
        asked = read(LinkQuery, request.query_params)
        host = directory().member(NAME, str(asked["tc2_admin_id"]))
        if host is None or not host.is_active:
            raise not_found("admin", "tc2_admin_id")
        company = _company(str(asked["tc2_cligency_id"]))
        return Response({"link": _link(host, company)})


def _link(host: TeamMember, company: Company) -> str:
    try:
        return support_links.link(host, company)
    except support_links.NoKey:
        raise Refused(503, "not_configured", "Support links are not in use here.") from None


def _company(client_id: str) -> Company:
    company = _known(client_id)
    if company is None:
        _read(client_id)
        company = _known(client_id)
    if company is None:
        said = "This client has no sales person whom Hermes knows, so it is no company yet."
        raise Refused(404, "no_sales_person", said, "tc2_cligency_id")
    return company


def _known(client_id: str) -> Company | None:
    link = ExternalLink.objects.filter(
        system=NAME, kind="company", remote_id=client_id, state=LinkState.LIVE
    ).first()
    return matching.company_of(link.record_id) if link else None


def _read(client_id: str) -> None:
    try:
        by_hand.fetch(WITHOUT_DEAL, "company", client_id)
    except (RemoteGone, Rejected):
        raise not_found("client", "tc2_cligency_id") from None
    except SyncError as error:
        logger.warning("A client of TC2 cannot be read: %s", error)
        said = "TC2 cannot be asked just now. Please try again soon."
        raise Refused(503, "tc2_unavailable", said) from error
