"""The answers of the callbooker that say no, each with a code for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from .requests import Refusal


class Unprocessable(ValidationError):
    """Values that cannot be what they are sent for, by field."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class Refused(APIException):
    """A plain no. ``fields`` names what was wrong, where it was one value."""

    status_code: int = status.HTTP_400_BAD_REQUEST

    def __init__(self, status_code: int, code: str, message: str, field: str = "") -> None:
        super().__init__(message, code)
        self.status_code = status_code
        self.fields = {field: [ErrorDetail(message, code)]} if field else {}


class TooLarge(APIException):
    """The body is longer than any request can be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "Larger than 1 MiB."


def as_refused(refusal: Refusal) -> Refused:
    """A call that is not booked, as its visitor is told."""
    return Refused(400, refusal.code, str(refusal), refusal.field)


def not_found(what: str, field: str) -> Refused:
    return Refused(404, "not_found", f"There is no such {what}.", field)


def read(serializer: type[serializers.Serializer], given: Any) -> dict[str, Any]:
    """The checked values of a request.

    Raises:
        Unprocessable: Some of them are not what they should be.
    """
    checked = serializer(data=given)
    if not checked.is_valid():
        raise Unprocessable(checked.errors)
    return dict(checked.validated_data)
