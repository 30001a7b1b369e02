"""One row of Salesforce's: how it is read, and what becomes of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from integrations.sync.details import FIELD as DETAILS
from integrations.sync.errors import Rejected
from integrations.sync.plain_values import misfit, shown

from . import details, values
from .field_map import Entries
from .ids import whole_id
from .names import STAMP
from .schemas import LABEL
from .stages import Meant, Stages


@dataclass(frozen=True)
class HowToRead:
    """How this org's rows are read.

    Attributes:
        fields: Meaning to the loan's field; only those that the org has.
        borrower: The relationship by which the borrower's own fields are reached.
        coborrower: Part of a co-borrower to the contact's field.
        labels: A status's value to what people see of it.
        is_ours: Whether the row is one of the officer's.
        title: The template of a deal's name; empty for the loan's own.
        currency: Of amounts whose rows do not say.
        needs_borrower: Whether a loan without one makes no deal.
        details: Kind to what else is read.
        clears_value: Whether a deal loses its value with the loan's.
    """

    fields: Mapping[str, str]
    borrower: str
    coborrower: Mapping[str, str]
    labels: Mapping[str, str]
    stages: Stages
    is_ours: Callable[[Mapping[str, Any]], bool]
    title: str = ""
    currency: str = ""
    needs_borrower: bool = True
    details: Mapping[str, Entries] = field(default_factory=dict)
    clears_value: bool = False

    @property
    def name_field(self) -> str:
        """The loan's field that a deal's name is read from, and goes to."""
        return self.fields.get("title", "Name")

    def of(self, row: Mapping[str, Any], meaning: str) -> Any:
        """The row's value of this meaning; None where the org has no field for it."""
        return row.get(self.fields.get(meaning, ""))

    def meant(self, status: str) -> Meant | None:
        """What a status stands for. Rows have its value, or the label that people see of it."""
        return self.stages.of(status, self.other_name(status))

    def other_name(self, status: str) -> str:
        """The label of a status's value, the value of its label; empty where it has one name."""
        return self.labels.get(status) or self._values_of.get(values.folded(status), "")

    @cached_property
    def _values_of(self) -> dict[str, str]:
        """What people see of a status, folded, to its value."""
        return {values.folded(label): value for value, label in self.labels.items()}


@dataclass
class Draft:
    """A record in the making: values that fit, and sentences about those that do not."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any, fit: Callable[[Any], Any], called: str = "") -> Any:
        """Read one value; None where it does not fit."""
        try:
            fitting = fit(value)
        except (ValueError, TypeError, OverflowError, RecursionError):
            self.problems.append(misfit(LABEL, called or name, value))
            return None
        self.fields[name] = fitting
        return fitting

    def judge(self, value: Any, fit: Callable[[Any], Any], called: str) -> None:
        """Only say so where a value does not fit: something else stands in for it."""
        Draft(problems=self.problems).take(called, value, fit)

    def take_details(self, row: Mapping[str, Any], entries: Entries) -> None:
        """Read what else there is; each that does not fit harms no other."""
        found, problems = details.said(row, entries)
        if entries:
            self.fields[DETAILS] = found
        self.problems += problems


def row_id(row: Any) -> str:
    """The id of a row, in 18 characters.

    Raises:
        Rejected: It has none, so it can be neither matched nor kept.
    """
    value = row.get("Id") if isinstance(row, Mapping) else None
    if not (pk := whole_id(value)):
        raise Rejected(f"The record has no id: {shown(value)}")
    return pk


def as_text(value: Any) -> str:
    """A value as text; empty for what is none."""
    try:
        return values.text(value)
    except ValueError:
        return ""


def stamp_of(row: Mapping[str, Any], draft: Draft) -> Any:
    """When the row was changed last; None where it does not say."""
    try:
        return values.stamp(row.get(STAMP))
    except ValueError:
        draft.problems.append(misfit(LABEL, STAMP, row.get(STAMP)))
        return None
