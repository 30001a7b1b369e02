"""How an account at a remote is prepared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class SetupPlan(Protocol):
    """What set-up would do at a remote, in sentences."""

    def lines(self) -> list[str]:
        """What is to be done; empty when all is as it should be."""

    def kept(self) -> list[str]:
        """What is there already."""


class PlanChanged(Exception):
    """Something else would be done than a person said yes to. Nothing was."""


#: Told of each step that was done.
Say = Callable[[str], None]


class Repair(Protocol):
    """Makes good what somebody changed at a remote."""

    def __call__(self, *, asked: bool = False) -> str:
        """Do it, and say what was done; ``asked`` by a person, at the least doubt."""


@dataclass(frozen=True)
class Setup:
    """How an account is prepared: a plan that writes nothing, and carrying it out.

    Attributes:
        carry_out: Takes who is told of each step, and the sentences that a person agreed
            to; raises ``PlanChanged`` when other ones would be true now.
    """

    plan: Callable[[], SetupPlan]
    carry_out: Callable[[Say, list[str] | None], SetupPlan]
