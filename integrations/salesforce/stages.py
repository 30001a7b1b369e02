"""Which stage a loan's status stands for: a table of ours, begun by the environment.

Staff edit it. A status that nobody has mapped stands in it without a stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from deals.models import Pipeline, Stage
from deals.models import Status as DealStatus
from integrations.models import ExternalLink, LinkState, StageMapping, SyncLog
from integrations.sync.errors import Misconfigured

from .names import mapping
from .schemas import NAME
from .values import folded

SETTING = "SALESFORCE_STAGE_MAP"

#: The longest that our table keeps.
LONGEST = 255

#: So many are named in a note to staff.
MOST_NAMED = 10

#: What an entry of it may say. A label is Pipedrive's; our deals have none, so it is left aside.
KEYS = ("stage", "status", "action", "label")


@dataclass(frozen=True)
class Meant:
    """What a status means here. No ``stage_id``: the stage stays as it is."""

    stage_id: int | None
    pipeline_id: int | None
    status: str
    action: str


@dataclass(frozen=True)
class Stages:
    """All that is mapped, by folded status; and where what is not mapped begins.

    Attributes:
        written: The mapped statuses as the table has them.
    """

    meant: Mapping[str, Meant]
    first: Meant | None
    written: tuple[str, ...] = ()

    def of(self, status: Any, label: str = "") -> Meant | None:
        """What a status means; None where nobody has said. Its label will do."""
        return self.meant.get(folded(status)) or self.meant.get(folded(label))


def stages() -> Stages:
    """The table, and what the environment has and the table lacks. Writes nothing.

    Raises:
        Misconfigured: The environment's map is nonsense; names the entry.
    """
    rows = _by_name()
    rows |= {folded(row.remote_stage): row for row in _only_in_environment(rows)}
    meant = {name: _meant(row) for name, row in rows.items() if row.is_mapped}
    written = tuple(row.remote_stage for row in rows.values() if row.is_mapped)
    return Stages(meant, _first(meant), written)


def _meant(row: StageMapping) -> Meant:
    pipeline_id = row.stage.pipeline_id if row.stage else None
    return Meant(row.stage_id, pipeline_id, row.status, row.action)


def _first(meant: Mapping[str, Meant]) -> Meant | None:
    """The first stage of the configured pipeline, or else of that of the mapped stages."""
    named = settings.SALESFORCE_PIPELINE.strip()
    pipelines = Pipeline.objects.all()
    if named:
        found = [one for one in pipelines if folded(one.name) == folded(named)]
    else:
        used = [one.pipeline_id for one in meant.values() if one.pipeline_id]
        found = list(pipelines.filter(pk__in=used[:1]))
    stage = found[0].stages.order_by("position", "pk").first() if found else None
    return Meant(stage.pk, stage.pipeline_id, DealStatus.OPEN, "sync") if stage else None


def unmapped(listed: Iterable[Mapping[str, Any]]) -> list[str]:
    """Those active values of the org's picklist that our table knows by neither value nor label."""
    known = _known() | {folded(name) for name in in_environment()}
    return [
        str(each["value"])
        for each in listed
        if each.get("active", True)
        and known.isdisjoint({folded(each["value"]), folded(each.get("label"))})
    ]


def note_unmapped(statuses: Iterable[str]) -> None:
    """Put statuses that nobody has mapped before staff, each once."""
    known, cut = _known(), [status[:LONGEST] for status in statuses]
    new = {folded(status): status for status in cut if folded(status) not in known}
    if not new:
        return
    StageMapping.objects.bulk_create(
        [StageMapping(system=NAME, remote_stage=status) for status in new.values()],
        ignore_conflicts=True,
    )
    named = ", ".join(status[:60] for status in list(new.values())[:MOST_NAMED])
    more = f" and {len(new) - MOST_NAMED} more" if len(new) > MOST_NAMED else ""
    SyncLog.objects.create(
        level=SyncLog.Level.WARNING, system=NAME, kind="deal", topic="unmapped",
        message=f"Nobody has mapped these statuses of Salesforce: {named}{more}. Their loans keep "
        "the stage that they have. Say in “Statuses elsewhere” what they stand for",
    )  # fmt: skip


def _known() -> set[str]:
    """What our table has, mapped or not."""
    return {folded(name) for name in _rows().values_list("remote_stage", flat=True)}


def _rows() -> QuerySet[StageMapping]:
    return StageMapping.objects.filter(system=NAME)


def _by_name() -> dict[str, StageMapping]:
    rows = _rows().select_related("stage").order_by("pk")
    return {folded(row.remote_stage): row for row in rows}


# -- from the environment -------------------------------------------------------------------


def take_from_environment() -> None:
    """Put into the table what only the environment says. What staff said meanwhile stays.

    Raises:
        Misconfigured: The environment's map is nonsense; names the entry.
    """
    new = []
    for row in _only_in_environment(_by_name()):
        if row.pk is None:
            new.append(row)
        else:
            as_it_was = _rows().filter(pk=row.pk, stage=None, edited_by="")
            as_it_was.update(stage=row.stage, status=row.status, action=row.action)
    StageMapping.objects.bulk_create(new, ignore_conflicts=True)


def _only_in_environment(rows: Mapping[str, StageMapping]) -> list[StageMapping]:
    """Unsaved. A stage that is not there yet is looked for again, until somebody has said."""
    said = []
    for name, entry in in_environment().items():
        row = rows.get(folded(name))
        if row is not None and (row.edited_by or row.is_mapped):
            continue
        told = StageMapping(
            pk=row.pk if row else None,
            system=NAME,
            remote_stage=row.remote_stage if row else name[:255],
            stage=_stage(entry.get("stage")),
            status=entry.get("status") or DealStatus.OPEN,
            action=entry.get("action") or StageMapping.Action.SYNC,
        )
        if row is None or _says(told) != _says(row):
            said.append(told)
    return said


def _says(row: StageMapping) -> tuple[int | None, str, str]:
    return row.stage_id, row.status, row.action


def in_environment() -> Mapping[str, Mapping[str, Any]]:
    """What the environment says of statuses.

    Raises:
        Misconfigured: It is nonsense; names the entry.
    """
    entries = mapping(SETTING)
    for name, entry in entries.items():
        _check(name, entry)
    return entries


def _check(name: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise Misconfigured(f"{SETTING}: {name} must be an object")
    if unknown := entry.keys() - set(KEYS):
        wrong = ", ".join(sorted(unknown))
        raise Misconfigured(f"{SETTING}: {name} has {wrong}; there are {', '.join(KEYS)}")
    action, status = entry.get("action"), entry.get("status")
    if action not in [None, "", *StageMapping.Action.values] or (
        status not in [None, "", *DealStatus.values]
    ):
        raise Misconfigured(f"{SETTING}: {name} has an action or a status that there is not")
    if type(entry.get("label")) not in (int, str, NoneType):
        raise Misconfigured(f"{SETTING}: the label of {name} is no number or text")


def _stage(named: Any) -> Stage | None:
    """By its number in another system, or by its name; None where there is none yet.

    Raises:
        Misconfigured: Several systems give that number to stages.
    """
    if named in (None, ""):
        return None
    wanted = folded(settings.SALESFORCE_PIPELINE)
    there = [
        stage
        for stage in Stage.objects.select_related("pipeline").order_by("pk")
        if not wanted or folded(stage.pipeline.name) == wanted
    ]
    links = ExternalLink.objects.filter(
        kind="stage", remote_id=str(named), state=LinkState.LIVE, record_id__isnull=False
    )
    numbered = set(links.values_list("record_id", flat=True))
    by_number = [stage for stage in there if stage.pk in numbered]
    if len(by_number) > 1:
        raise Misconfigured(f"{SETTING}: {named} is the number of several stages; use its name")
    by_name = [stage for stage in there if folded(stage.name) == folded(named)]
    return next(iter(by_number or by_name), None)
