"""The hub's own records as the engine sees them: models, parents, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from .records import clean_text, jsonable


@cache
def _model(label: str) -> type[models.Model]:
    return apps.get_model(label)


@cache
def _defaults(label: str) -> list[tuple[str, Any]]:
    """Column by column, in the model's order: what a new record has, or what makes it."""
    columns: Iterable[Any] = _model(label)._meta.concrete_fields
    return [(c.attname, models.DEFERRED if c.generated else _default(c)) for c in columns]


def _default(column: Any) -> Any:
    # A default that is made anew each time (a dict, the present time) stays a function.
    made_anew = column.has_default() and callable(column.default)
    return column.default if made_anew else column.get_default()


@dataclass(frozen=True)
class HubKind:
    """One kind of hub record.

    Attributes:
        parents: Foreign key to the kind that it points at.
        requires: Parents without which a record cannot be made.
        needs: Fields without which a record cannot be made.
        unique: A field of which no two records may have the same value.
        virtual: A field that is a property on the model, and the columns behind it.
        tidy: Mends what a field-by-field merge may have put at odds.
    """

    name: str
    model_label: str
    parents: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unique: str = ""
    virtual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tidy: Callable[[Iterable[Any]], None] = lambda records: None

    @property
    def model(self) -> type[models.Model]:
        return _model(self.model_label)

    def columns(self, fields: set[str]) -> set[str]:
        """Concrete field names behind hub fields."""
        return {column for name in fields for column in self.virtual.get(name, (name,))}

    def lacks(self, values: Mapping[str, Any]) -> str:
        """The first field that a new record needs and these have not."""
        return next((name for name in self.needs if not values.get(name)), "")

    def value(self, record: models.Model, name: str) -> Any:
        """A field's Python value; a parent's id."""
        return getattr(record, f"{name}_id" if name in self.parents else name)

    def json_value(self, record: models.Model, name: str) -> Any:
        """A field's value in the form of snapshots."""
        return jsonable(self.value(record, name))

    def new(self, values: Mapping[str, Any]) -> models.Model:
        """An unsaved record with these coerced values."""
        plain = {
            f"{name}_id" if name in self.parents else name: value
            for name, value in values.items()
            if name not in self.virtual
        }
        record = self._blank(plain)
        for name in values.keys() & self.virtual.keys():
            self.assign(record, name, values[name])
        return record

    def _blank(self, values: dict[str, Any]) -> models.Model:
        """``self.model(**values)``, in a third of its time: it is done for every new record."""
        row = [
            values.pop(name) if name in values else default() if callable(default) else default
            for name, default in _defaults(self.model_label)
        ]
        if values:
            raise TypeError(f"{self.name} has no {', '.join(values)}")
        return self.model(*row)

    def assign(self, record: models.Model, name: str, value: Any) -> None:
        """Set a field from a coerced value; a parent from its id."""
        setattr(record, f"{name}_id" if name in self.parents else name, value)

    def hold(self, record_id: int) -> None:
        """Hold the record until the transaction ends. Always before its links are held."""
        rows = self.model._base_manager.select_for_update(of=("self",), no_key=True)
        rows.filter(pk=record_id).values_list("pk").first()

    def coerce(self, name: str, value: Any) -> Any:
        """A remote's value as the model's type, with "" for no text.

        Raises:
            ValidationError: It does not fit; the message says why.
        """
        value = clean_text(value)
        if name in self.parents:
            return value
        if name in self.virtual:
            return self._fitting(name, value or "")
        column: Any = self.model._meta.get_field(name)
        if value is None:
            return None if column.null else column.get_default()
        if isinstance(column, (models.CharField, models.TextField)):
            return _no_longer(str(value), column.max_length)
        fit = column.to_python(value)
        column.run_validators(fit)
        return fit

    def _fitting(self, name: str, text: str) -> str:
        """The text of a virtual field, if the columns behind it can hold its parts."""
        columns: list[Any] = [self.model._meta.get_field(each) for each in self.virtual[name]]
        if len(text) > min(column.max_length for column in columns):
            parts = self.new({name: text})
            for column in columns:
                _no_longer(getattr(parts, column.name), column.max_length)
        return text


def _no_longer(text: str, limit: int | None) -> str:
    if limit and len(text) > limit:
        raise ValidationError(f"longer than {limit} characters")
    return text


def _let_stage_decide_pipeline(deals: Iterable[Any]) -> None:
    """A deal's pipeline is its stage's, whichever side each came from."""
    deals = list(deals)
    stages = apps.get_model("deals.Stage")._base_manager.filter(
        pk__in={deal.stage_id for deal in deals}
    )
    pipeline_of = dict(stages.values_list("pk", "pipeline_id"))
    for deal in deals:
        deal.pipeline_id = pipeline_of.get(deal.stage_id, deal.pipeline_id)


KINDS = {
    kind.name: kind
    for kind in [
        HubKind(
            "team_member",
            "companies.TeamMember",
            unique="email",
            virtual={"name": ("first_name", "last_name")},
        ),
        HubKind("pipeline", "deals.Pipeline"),
        HubKind("stage", "deals.Stage", parents={"pipeline": "pipeline"}, requires=("pipeline",)),
        HubKind(
            "company",
            "companies.Company",
            parents={
                "sales_person": "team_member",
                "support_person": "team_member",
                "bdr_person": "team_member",
            },
            needs=("name",),
        ),
        HubKind(
            "contact",
            "contacts.Contact",
            parents={"company": "company"},
            virtual={"name": ("first_name", "last_name")},
        ),
        HubKind(
            "deal",
            "deals.Deal",
            parents={
                "owner": "team_member",
                "company": "company",
                "contact": "contact",
                "pipeline": "pipeline",
                "stage": "stage",
            },
            requires=("pipeline", "stage"),
            tidy=_let_stage_decide_pipeline,
        ),
        HubKind(
            "meeting",
            "meetings.Meeting",
            parents={
                "host": "team_member",
                "company": "company",
                "contact": "contact",
                "deal": "deal",
            },
        ),
    ]
}

#: Kinds whose every change is noticed by triggers and offered to the systems.
TRACKED = ["pipeline", "stage", "company", "contact", "deal", "meeting"]


def kind_of(record: models.Model) -> HubKind | None:
    """The kind of a model instance, or None for what is not synced."""
    label = record._meta.label
    return next((kind for kind in KINDS.values() if kind.model_label == label), None)
