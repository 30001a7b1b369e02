"""Pipedrive's entities as they travel, in API answers and in webhooks alike.

Unknown keys cost nothing and null is welcome nearly everywhere. Which keys a message
carried is in ``model_fields_set``: absent is not the same as empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from integrations.sync.plain_values import identity, misfit, moment, text, whole
from integrations.sync.records import clean_text

from .schemas import LABEL

#: The largest amount that the hub keeps.
LARGEST_AMOUNT = Decimal(10) ** 18

#: The longest time of day or length that is read: more than a year.
MOST_HOURS = 10_000

_CENT = Decimal("0.01")


def _amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no amount")
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError("no amount") from error
    if not number.is_finite() or abs(number) >= LARGEST_AMOUNT:
        raise ValueError("no amount")
    return number.quantize(_CENT)


def _share(value: Any) -> Decimal | None:
    share = _amount(value)
    if share is not None and not 0 <= share <= 100:
        raise ValueError("no percentage")
    return share


def _currency(value: Any) -> str:
    code = text(value).strip().upper()
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("no currency")
    return code


def _day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if value else None


def clock(value: Any) -> timedelta | None:
    """ "14:30" or "14:30:00", as it stands or in a webhook's object around it."""
    if isinstance(value, Mapping):
        value = value.get("value")
    if not value:
        return None
    parts = [int(part) for part in value.split(":")]
    if len(parts) not in (2, 3) or min(parts) < 0 or max(parts) > MOST_HOURS:
        raise ValueError("no time of day")
    return timedelta(hours=parts[0], minutes=parts[1])


def _channels(value: Any) -> list[dict[str, Any]]:
    """E-mail addresses or phone numbers: those entries that are entries."""
    if value is not None and not isinstance(value, list):
        raise ValueError("no list")
    return [
        {
            "value": clean_text(str(item["value"])),
            "label": str(item.get("label") or "work"),
            "primary": item.get("primary") is True,
        }
        for item in value or []
        if isinstance(item, Mapping) and item.get("value")
    ]


Id = Annotated[str | None, BeforeValidator(identity)]
Text = Annotated[str, BeforeValidator(text)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Share = Annotated[Decimal | None, BeforeValidator(_share)]
Number = Annotated[int | None, BeforeValidator(whole)]
Currency = Annotated[str, BeforeValidator(_currency)]
Day = Annotated[date | None, BeforeValidator(_day)]
Clock = Annotated[timedelta | None, BeforeValidator(clock)]
Channels = Annotated[list[Any], BeforeValidator(_channels)]


class Entity(BaseModel):
    """What all entities have. ``custom_fields`` is read by key, and only the known ones."""

    model_config = ConfigDict(extra="ignore")

    id: Id
    update_time: Moment = None
    add_time: Moment = None
    is_deleted: bool | None = None
    #: Version 1's word, which webhooks of pipelines, stages and activities still use.
    active_flag: bool | None = None
    custom_fields: Any = None

    @property
    def modified_at(self) -> datetime | None:
        return self.update_time or self.add_time

    @property
    def is_gone(self) -> bool:
        return bool(self.is_deleted) or self.active_flag is False


class User(Entity):
    """Only v1 has users. They become inactive, and are never gone."""

    name: Text = ""
    email: Text = ""
    modified: Moment = None
    created: Moment = None

    @property
    def modified_at(self) -> datetime | None:
        return self.modified or self.created

    @property
    def is_gone(self) -> bool:
        return False


class Pipeline(Entity):
    name: Text = ""


class Stage(Entity):
    name: Text = ""
    order_nr: Number = None
    pipeline_id: Id = None


class Organization(Entity):
    name: Text = ""
    owner_id: Id = None
    #: An object, a text, or null with flat keys beside it.
    address: Any = None
    address_country: Any = None
    country_code: Any = None


class Person(Entity):
    name: Text = ""
    org_id: Id = None
    emails: Channels = []
    phones: Channels = []


class Deal(Entity):
    title: Text = ""
    status: Literal["open", "won", "lost", "deleted"] | None = None
    value: Amount = None
    currency: Currency = ""
    probability: Share = None
    expected_close_date: Day = None
    close_time: Moment = None
    lost_reason: Text = ""
    owner_id: Id = None
    org_id: Id = None
    person_id: Id = None
    pipeline_id: Id = None
    stage_id: Id = None
    is_archived: bool | None = None

    @property
    def is_gone(self) -> bool:
        return super().is_gone or self.status == "deleted"


class Activity(Entity):
    done: bool | None = None
    due_date: Day = None
    due_time: Clock = None
    duration: Clock = None
    owner_id: Id = None
    org_id: Id = None
    person_id: Id = None
    deal_id: Id = None


MODELS: dict[str, type[Entity]] = {
    "user": User,
    "pipeline": Pipeline,
    "stage": Stage,
    "organization": Organization,
    "person": Person,
    "deal": Deal,
    "activity": Activity,
}


def parsed(name: str, entity: Mapping[str, Any]) -> tuple[Entity, list[str]]:
    """The entity, without the values that do not fit; a sentence about each of those."""
    model = MODELS[name]
    try:
        return model.model_validate(entity), []
    except ValidationError as error:
        wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_url=False))
    rest = {key: value for key, value in entity.items() if key not in wrong}
    return model.model_validate(rest), [misfit(LABEL, key, entity[key]) for key in wrong]
