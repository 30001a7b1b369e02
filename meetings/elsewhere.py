"""What our people are called in other systems, whoever knows. A setting names who does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from companies.models import TeamMember


class Directory(Protocol):
    """Who knows the numbers of team members in other systems."""

    def numbers(self, member: TeamMember, systems: Collection[str]) -> Mapping[str, str]:
        """System to the member's number in it, where there is one."""

    def member(self, system: str, number: str) -> TeamMember | None:
        """Whom a number in a system means."""


@cache
def _directory(path: str) -> Directory:
    return import_string(path)()


def directory() -> Directory:
    """The directory in use."""
    return _directory(settings.TEAM_DIRECTORY)
