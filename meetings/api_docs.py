"""What the documentation of the callbooker's API says beside the code."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from .serializers import (
    AvailabilityQuery,
    SalesCall,
    SalesPersonQuery,
    SupportCall,
    SupportLink,
)

ERROR = inline_serializer(
    "CallbookerError",
    {
        "status": serializers.CharField(default="error"),
        "message": serializers.CharField(help_text="For the visitor."),
        "code": serializers.CharField(help_text="For programs; does not change."),
        "errors": serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()), required=False
        ),
    },
)


def said(status: int, /, **answer: Any) -> OpenApiExample:
    name = answer.get("code", "Good")
    return OpenApiExample(str(name), value=answer, response_only=True, status_codes=[str(status)])


def refused(status: int, code: str, message: str, /, **errors: list[str]) -> OpenApiExample:
    more: dict[str, Any] = {"errors": errors} if errors else {}
    return said(status, status="error", message=message, code=code, **more)


def asked(**request: Any) -> OpenApiExample:
    return OpenApiExample("Request", value=request, request_only=True)


def answers(good: Any, **errors: str) -> dict[int, Any]:
    """The good answer, and by ``s404="When"`` what else may come; too many requests always."""
    texts = {int(name[1:]): text for name, text in errors.items()}
    texts[429] = "Too many requests; Retry-After says when to come again."
    return {200: good, **{status: OpenApiResponse(ERROR, text) for status, text in texts.items()}}


TAGS = ["callbooker"]

ADMIN = inline_serializer(
    "CallbookerAdmin",
    {
        "id": serializers.IntegerField(),
        "first_name": serializers.CharField(),
        "last_name": serializers.CharField(),
        "email": serializers.EmailField(),
        "tc2_admin_id": serializers.IntegerField(allow_null=True),
        "pd_owner_id": serializers.IntegerField(allow_null=True),
    },
)
MIA = said(
    200, id=7, first_name="Mia", last_name="Lind", email="mia@vendor.example",
    tc2_admin_id=501, pd_owner_id=90001,
)  # fmt: skip

BOOKED = inline_serializer(
    "BookedCall",
    {
        "status": serializers.CharField(default="ok"),
        "meeting": inline_serializer(
            "BookedMeeting",
            {
                "start": serializers.DateTimeField(),
                "end": serializers.DateTimeField(),
                "admin": serializers.IntegerField(),
            },
        ),
    },
)
BOOKED_EXAMPLE = said(
    200,
    status="ok",
    meeting={"start": "2027-06-08T09:00:00+00:00", "end": "2027-06-08T09:30:00+00:00", "admin": 7},
)
BOOKING_REFUSALS = [
    refused(400, "meeting_exists", "You already have a call with us around this time."),
    refused(400, "admin_busy", "This time is not free any more. Please choose another one."),
    refused(422, "invalid", "Please correct the fields below.", meeting_dt=["This must be in …"]),
]

COUNTRY = extend_schema(
    tags=TAGS,
    responses=answers(
        inline_serializer("VisitorCountry", {"country_code": serializers.CharField()})
    ),
    examples=[said(200, country_code="PT")],
)

NEXT_SALES_PERSON = extend_schema(
    tags=TAGS,
    parameters=[SalesPersonQuery],
    responses=answers(ADMIN, s404="Nobody sells the plan.", s422="No such plan."),
    examples=[MIA],
)

NEXT_SUPPORT_PERSON = extend_schema(
    tags=TAGS,
    responses=answers(ADMIN, s404="Nobody takes support calls."),
    examples=[MIA],
)

AVAILABILITY = extend_schema(
    tags=TAGS,
    parameters=[AvailabilityQuery],
    responses=answers(
        inline_serializer(
            "FreeSlots",
            {
                "status": serializers.CharField(default="ok"),
                "slots": serializers.ListField(
                    child=serializers.ListField(child=serializers.DateTimeField())
                ),
            },
        ),
        s404="No such admin.",
        s422="A time that is none, or too many days.",
        s503="The calendar cannot be read.",
    ),
    examples=[
        said(200, status="ok", slots=[["2027-06-08T09:00:00+00:00", "2027-06-08T09:30:00+00:00"]])
    ],
)

BOOK_SALES_CALL = extend_schema(
    tags=TAGS,
    request=SalesCall,
    responses=answers(
        BOOKED, s400="Not booked; the code says why.", s422="Values that cannot be right."
    ),
    examples=[
        asked(
            admin_id=7, meeting_dt="2027-06-08T09:00:00Z", name="Ines Duarte",
            email="ines@brightpath.example", phone="+351 21 555 0100",
            company_name="Brightpath", country="PT", currency="EUR", estimated_income="4000",
            website="https://brightpath.example", price_plan="startup", utm_source="search",
        ),
        BOOKED_EXAMPLE,
        *BOOKING_REFUSALS,
    ],
)  # fmt: skip

BOOK_SUPPORT_CALL = extend_schema(
    tags=TAGS,
    request=SupportCall,
    responses=answers(
        BOOKED,
        s400="Not booked; the code says why.",
        s403="The values of the link are not ours, or too old.",
        s404="No such company.",
        s422="Values that cannot be right.",
    ),
    examples=[
        asked(
            company_id=42, admin_id=7, meeting_dt=1_812_445_200, name="Ines Duarte",
            email="ines@brightpath.example", e=1_812_000_000, s="4a24a1…",
        ),
        BOOKED_EXAMPLE,
        *BOOKING_REFUSALS,
    ],
)  # fmt: skip

VALIDATE_SUPPORT_LINK = extend_schema(
    tags=TAGS,
    parameters=[SupportLink],
    responses=answers(
        inline_serializer(
            "GoodLink",
            {
                "status": serializers.CharField(default="ok"),
                "company_name": serializers.CharField(),
            },
        ),
        s403="Not ours, or too old.",
        s404="No such admin or company.",
        s422="A value is missing.",
    ),
    examples=[
        said(200, status="ok", company_name="Brightpath"),
        refused(403, "expired", "This link is too old. Please ask for a new one."),
    ],
)

SUPPORT_LINK = inline_serializer("SupportLinkAddress", {"link": serializers.URLField()})

COMPANIES = inline_serializer(
    "FoundCompany",
    {
        "id": serializers.IntegerField(),
        "name": serializers.CharField(),
        "pd_org_id": serializers.IntegerField(allow_null=True),
        "tc2_cligency_id": serializers.IntegerField(allow_null=True),
        "tc2_agency_id": serializers.IntegerField(allow_null=True),
        "country": serializers.CharField(),
        "price_plan": serializers.CharField(allow_null=True),
    },
    many=True,
)
