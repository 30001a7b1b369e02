"""What a measurement says: figures, each with the values of all runs and its target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number of a measurement, as the median of its runs.

    Attributes:
        floor: The same measured without the product, in the same runs.
    """

    name: str
    values: Sequence[float]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    floor: Sequence[float] = ()

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def missed_by(self) -> float:
        """By which part of the target it is missed; 0 when met or without a target."""
        if self.at_least is not None and self.value < self.at_least:
            return (self.at_least - self.value) / self.at_least
        if self.at_most is not None and self.value > self.at_most:
            return (self.value - self.at_most) / self.at_most if self.at_most else math.inf
        return 0.0

    @property
    def verdict(self) -> str:
        """``met``, ``missed by 12 %``, or nothing without a target."""
        if self.at_least is None and self.at_most is None:
            return ""
        if not self.missed_by:
            return "met"
        if math.isinf(self.missed_by):
            return f"missed by {self.value:g}"
        percent = max(self.missed_by * 100, 0.1)
        return f"missed by {percent:.0f} %" if percent >= 1 else f"missed by {percent:.1f} %"

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None and self.at_least == self.at_most:
            return f"{number(self.at_least)}"
        if self.at_least is not None:
            return f"≥ {number(self.at_least)}"
        return f"≤ {number(self.at_most)}" if self.at_most is not None else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "median": self.value,
            "unit": self.unit,
            "runs": list(self.values),
            "target": self.target,
            "verdict": self.verdict,
            "floor": {"median": median(self.floor), "runs": list(self.floor)}
            if self.floor
            else None,
        }


def exactly(name: str, values: Sequence[float], wanted: float, unit: str = "") -> Figure:
    """A figure that must be this number in every run, so the worst run stands for all."""
    worst = max(values, key=lambda value: abs(value - wanted))
    return Figure(name, [worst], unit, at_least=wanted, at_most=wanted)


@dataclass(frozen=True)
class Result:
    """What one measurement found; notes say how it was measured."""

    name: str
    figures: list[Figure]
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        figures = [figure.as_json() for figure in self.figures]
        return {"name": self.name, "figures": figures, "notes": self.notes}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def number(value: float) -> str:
    """With as many digits as say something."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"
