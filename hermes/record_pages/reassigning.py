"""Everything of one team member handed to another: companies, deals, calls to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from companies.models import Company, TeamMember
from deals.models import Deal, Status
from integrations.models import ExternalLink, LinkState
from integrations.sync.system import switched_on
from meetings.models import Meeting, MeetingStatus

#: How many names of each group are shown.
EXAMPLES = 5


class CannotReassign(Exception):
    """These two people cannot hand over; says why in a sentence."""


@dataclass(frozen=True)
class Group:
    """Records that belong to a person in one way, through one foreign key."""

    name: str
    label: str
    kind: str
    model: Any
    column: str
    only: Q = field(default_factory=Q)

    @property
    def permission(self) -> str:
        """What a person must be allowed to do to hand these over."""
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"

    def of(self, member: TeamMember) -> QuerySet:
        """The person's live records of this group."""
        return self.model._base_manager.filter(
            self.only, archived_at__isnull=True, **{self.column: member}
        )


def groups() -> list[Group]:
    """Every way in which live records belong to a team member. Past calls stay theirs."""
    to_come = Q(status=MeetingStatus.PLANNED, starts_at__gt=timezone.now())
    return [
        Group("sales", "Companies they sell to", "company", Company, "sales_person"),
        Group("support", "Companies they support", "company", Company, "support_person"),
        Group("bdr", "Companies they do BDR work for", "company", Company, "bdr_person"),
        Group("open", "Open deals", "deal", Deal, "owner", Q(status=Status.OPEN)),
        Group("closed", "Won and lost deals", "deal", Deal, "owner", ~Q(status=Status.OPEN)),
        Group("calls", "Calls to come", "meeting", Meeting, "host", to_come),
    ]


@dataclass(frozen=True)
class Share:
    """What of a group would move, with some names, and what stays because it cannot."""

    group: Group
    count: int
    examples: list[str]
    told: list[str]
    stays: list[str]


def preview(source: TeamMember, target: TeamMember) -> list[Share]:
    """What would move, group by group. Writes nothing.

    Raises:
        CannotReassign: The target cannot take anything over.
    """
    _check(source, target)
    shares = []
    for group in groups():
        moving = _movable(group, source, target)
        shares.append(
            Share(
                group=group,
                count=moving.count(),
                examples=[str(record) for record in moving.order_by("pk")[:EXAMPLES]],
                told=_told(group),
                stays=[str(record) for record in _clashing(group, source, target)[:EXAMPLES]],
            )
        )
    return shares


@transaction.atomic
def reassign(source: TeamMember, target: TeamMember, chosen: Collection[str]) -> int:
    """Hand the chosen groups over, each in one statement. Returns how many records moved.

    Raises:
        CannotReassign: The target cannot take them over. Nothing was written.
    """
    _check(source, target)
    moved = 0
    try:
        with transaction.atomic():
            for group in groups():
                if group.name in chosen:
                    moved += _movable(group, source, target).update(
                        **{group.column: target}, updated_at=timezone.now()
                    )
    except IntegrityError as error:
        # Somebody booked a call with them after we looked.
        raise CannotReassign(f"{target} has just got another call. Look once more.") from error
    return moved


def unknown_in(target: TeamMember) -> list[str]:
    """Systems in which the person has no account, so that the owner there stays as it is."""
    systems = [each for each in switched_on() if "team_member" in each.kinds]
    links = ExternalLink.objects.filter(
        kind="team_member", record_id=target.pk, state=LinkState.LIVE
    )
    linked = set(links.values_list("system", flat=True))
    return [each.label for each in systems if each.name not in linked]


def _check(source: TeamMember, target: TeamMember) -> None:
    if source.pk == target.pk:
        raise CannotReassign("Choose somebody else.")
    if target.archived_at is not None or not target.is_active:
        raise CannotReassign(f"{target} is not active.")


def _told(group: Group) -> list[str]:
    return [each.label for each in switched_on() if group.column in each.pushed(group.kind)]


def _movable(group: Group, source: TeamMember, target: TeamMember) -> QuerySet:
    rows = group.of(source)
    return rows.exclude(_overlap(target)) if group.model is Meeting else rows


def _clashing(group: Group, source: TeamMember, target: TeamMember) -> QuerySet:
    rows = group.of(source)
    return rows.filter(_overlap(target)) if group.model is Meeting else rows.none()


def _overlap(target: TeamMember) -> Exists:
    """Calls at whose time the target has one already: nobody is in two at once."""
    busy = Meeting.objects.filter(
        host=target,
        status__in=[MeetingStatus.PLANNED, MeetingStatus.COMPLETED],
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    return Exists(busy)
