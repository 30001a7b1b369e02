"""The JSON API of the callbooker: what the website and TC2 ask, answered as they know it."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import TeamMember

from . import api_docs, choosing, matching, support_links
from .api_errors import Refused, TooLarge, as_refused, not_found, read
from .booking import book
from .calendars import CalendarUnavailable, Span
from .elsewhere import directory
from .free_times import free_slots
from .models import Meeting, MeetingKind
from .requests import CallRequest, Refusal
from .serializers import (
    AvailabilityQuery,
    SalesCall,
    SalesPersonQuery,
    SupportCall,
    SupportLink,
)
from .throttling import Bookings, Reads
from .visitors import bdr_person, cased, country_of

logger = logging.getLogger(__name__)

#: The longest body that is read.
LONGEST_BODY = 1024 * 1024


class Json(JSONParser):
    """JSON of any depth that somebody sends."""

    def parse(self, *args: Any, **options: Any) -> Any:
        try:
            return super().parse(*args, **options)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


class PublicView(APIView):
    """Anybody may ask, so often. No cookie counts, and every answer is JSON."""

    authentication_classes: list = []
    permission_classes: list = []
    parser_classes = [Json]
    throttle_classes: list = [Reads]
    http_method_names = ["get"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > LONGEST_BODY:
            raise TooLarge
        super().initial(request, *args, **kwargs)

    def permission_denied(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Who tries keys is counted like everybody else."""
        self.check_throttles(request)
        super().permission_denied(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kw: Any) -> Any:
        """What is free, and who is next, is true now only."""
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kw)


class BookingView(PublicView):
    """Who books is counted more strictly."""

    throttle_classes: list = [Bookings]
    http_method_names = ["post"]


class Country(PublicView):
    @api_docs.COUNTRY
    def get(self, request: Request) -> Response:
        """The visitor's country, as far as Cloudflare tells."""
        return Response({"country_code": country_of(request)})


class NextSalesPerson(PublicView):
    @api_docs.NEXT_SALES_PERSON
    def get(self, request: Request) -> Response:
        """With whom a visitor of this plan and country talks."""
        asked = read(SalesPersonQuery, request.query_params)
        try:
            host = choosing.next_sales_person(asked["plan"], asked["country_code"])
        except choosing.NobodyThere:
            raise Refused(404, "nobody", "Nobody sells this plan.") from None
        return Response(_shown(host))


class NextSupportPerson(PublicView):
    @api_docs.NEXT_SUPPORT_PERSON
    def get(self, request: Request) -> Response:
        """With whom a customer who needs help talks."""
        try:
            return Response(_shown(choosing.next_support_person()))
        except choosing.NobodyThere:
            raise Refused(404, "nobody", "Nobody takes support calls.") from None


def _shown(host: TeamMember) -> dict[str, Any]:
    numbers = directory().numbers(host, ["tc2", "pipedrive"])
    return {
        "id": host.pk,
        "first_name": host.first_name,
        "last_name": host.last_name,
        "email": host.email,
        "tc2_admin_id": _number(numbers.get("tc2")),
        "pd_owner_id": _number(numbers.get("pipedrive")),
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


class Availability(PublicView):
    @api_docs.AVAILABILITY
    def get(self, request: Request) -> Response:
        """The times at which a host can be booked."""
        asked = read(AvailabilityQuery, request.query_params)
        host = TeamMember.objects.filter(pk=asked["admin_id"], is_active=True).first()
        if host is None:
            raise not_found("admin", "admin_id")
        try:
            free = free_slots([host], Span(asked["start_dt"], asked["end_dt"])).get(host.pk)
        except CalendarUnavailable as error:
            logger.warning("The calendar of %s cannot be read: %s", host.pk, error)
            free = None
        if free is None:
            said = "The calendar cannot be read just now. Please try again soon."
            raise Refused(503, "calendar_unavailable", said)
        slots = [[slot.start.isoformat(), slot.end.isoformat()] for slot in free]
        return Response({"status": "ok", "slots": slots})


class BookSalesCall(BookingView):
    @api_docs.BOOK_SALES_CALL
    def post(self, request: Request) -> Response:
        """Book a call with somebody who sells."""
        given = read(SalesCall, request.data)
        call = CallRequest(
            kind=MeetingKind.SALES,
            host_id=given["admin_id"],
            starts_at=given["meeting_dt"],
            name=cased(given["name"]),
            email=given["email"],
            phone=given["phone"],
            company_id=given.get("company_id"),
            company_name=given["company_name"],
            country=given["country"],
            currency=given["currency"],
            estimated_income=given["estimated_income"],
            website=given["website"],
            plan=given["price_plan"],
            bdr_person_id=bdr_person(given.get("bdr_person_id")),
            utm_source=given["utm_source"],
            utm_campaign=given["utm_campaign"],
        )
        return _booked(call)


class BookSupportCall(BookingView):
    @api_docs.BOOK_SUPPORT_CALL
    def post(self, request: Request) -> Response:
        """Book a call with somebody who helps."""
        given = read(SupportCall, request.data)
        pk = given.get("company_id")
        if given["s"] or given.get("e") is not None:
            expires = given.get("e") or 0
            _check_link(given["admin_id"], pk or 0, expires, given["s"])
            _refuse_expired(expires)
        call = CallRequest(
            kind=MeetingKind.SUPPORT,
            host_id=given["admin_id"],
            starts_at=given["meeting_dt"],
            name=cased(given["name"]),
            email=given["email"],
            company_id=pk,
            company_name=given["company_name"],
        )
        _require_company(call)
        return _booked(call)


class ValidateSupportLink(PublicView):
    @api_docs.VALIDATE_SUPPORT_LINK
    def get(self, request: Request) -> Response:
        """Whether a support link is one of ours, and still good."""
        asked = read(SupportLink, request.query_params)
        _check_link(asked["admin_id"], asked["company_id"], asked["e"], asked["s"])
        if not TeamMember.objects.filter(pk=asked["admin_id"], is_active=True).exists():
            raise not_found("admin", "admin_id")
        company = matching.company_of(asked["company_id"])
        if company is None:
            raise not_found("company", "company_id")
        _refuse_expired(asked["e"])
        return Response({"status": "ok", "company_name": company.name})


def _check_link(host_id: int, company_id: int, expires: int, given: str) -> None:
    try:
        support_links.check_signature(host_id, company_id, expires, given)
    except support_links.NoKey:
        raise Refused(503, "not_configured", "Support links are not in use here.") from None
    except support_links.WrongSignature:
        said = "This link is not right. Please ask for a new one."
        raise Refused(403, "invalid_signature", said, "s") from None


def _refuse_expired(expires: int) -> None:
    try:
        support_links.check_time(expires)
    except support_links.Expired:
        said = "This link is too old. Please ask for a new one."
        raise Refused(403, "expired", said, "e") from None


def _require_company(call: CallRequest) -> None:
    """Who names a company means that one; who names none has to be known, or to say who it is."""
    if call.company_id is not None:
        if matching.company_of(call.company_id) is None:
            raise not_found("company", "company_id")
    elif not call.company_name and matching.find(call)[0] is None:
        raise Refused(422, "invalid", "Please say which company you are from.", "company_id")


def _booked(call: CallRequest) -> Response:
    try:
        meeting = book(call)
    except Refusal as refusal:
        raise as_refused(refusal) from refusal
    return Response({"status": "ok", "meeting": _summary(meeting)})


def _summary(meeting: Meeting) -> dict[str, Any]:
    return {
        "start": meeting.starts_at.isoformat(),
        "end": meeting.ends_at.isoformat(),
        "admin": meeting.host_id,
    }
