"""What the callbooker is asked, as it comes from the website and from TC2."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from companies.models import Plan

from .api_fields import (
    Code,
    Currency,
    Email,
    Hint,
    Line,
    Moment,
    OptionalInteger,
    OptionalLine,
    Website,
)
from .models import LONGEST_LIST

#: What was given is not said again: it may be what no answer can hold.
NO_PLAN: dict[str, Any] = {"invalid_choice": "There is no such plan."}


class SalesPersonQuery(serializers.Serializer):
    plan = serializers.ChoiceField(choices=Plan.values, error_messages=NO_PLAN)
    country_code = OptionalLine()


class AvailabilityQuery(serializers.Serializer):
    admin_id = serializers.IntegerField()
    start_dt = Moment()
    end_dt = Moment()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        length = given["end_dt"] - given["start_dt"]
        if length <= timedelta():
            raise serializers.ValidationError({"end_dt": ["This must be after start_dt."]})
        if length > LONGEST_LIST:
            said = f"This must be no more than {LONGEST_LIST.days} days after start_dt."
            raise serializers.ValidationError({"end_dt": [said]})
        return given


class SalesCall(serializers.Serializer):
    admin_id = serializers.IntegerField()
    meeting_dt = Moment(future=True)
    name = Line()
    email = Email()
    phone = OptionalLine()
    company_name = Line()
    company_id = OptionalInteger()
    country = Code(2)
    currency = Currency(allow_blank=True)
    estimated_income = Line(allow_blank=True)
    website = Website()
    price_plan = serializers.ChoiceField(choices=Plan.values, error_messages=NO_PLAN)
    bdr_person_id = Hint(required=False, allow_null=True)
    utm_source = OptionalLine()
    utm_campaign = OptionalLine()


class SupportCall(serializers.Serializer):
    company_id = OptionalInteger()
    company_name = OptionalLine()
    admin_id = serializers.IntegerField()
    meeting_dt = Moment(future=True)
    name = Line()
    email = Email()
    e = OptionalInteger()
    s = OptionalLine()


class SupportLink(serializers.Serializer):
    admin_id = serializers.IntegerField()
    company_id = serializers.IntegerField()
    e = serializers.IntegerField()
    s = Line()
