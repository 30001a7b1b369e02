"""Which stage a loan's status stands for: a table of ours, begun by the environment.

Staff edit it. A status that nobody has mapped stands in it without a stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    """The table, with what the environment has and the table lacks.

    Raises:
        Misconfigured: The environment's map is nonsense; names the entry.
    """
    _take_from_environment()
    rows = [row for row in _rows().select_related("stage") if row.is_mapped]
    meant = {folded(row.remote_stage): _meant(row) for row in rows}
    return Stages(meant, _first(meant), tuple(row.remote_stage for row in rows))


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
    known = _known() | {folded(name) for name in mapping(SETTING)}
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


# -- from the environment -------------------------------------------------------------------


def _take_from_environment() -> None:
    """A row for each entry that has none. A stage that is not there yet is looked for again."""
    rows = {folded(row.remote_stage): row for row in _rows()}
    for name, entry in mapping(SETTING).items():
        row = rows.get(folded(name))
        if row is None:
            row = StageMapping(system=NAME, remote_stage=name[:LONGEST])
        elif row.is_mapped or row.edited_by:
            continue
        _fill(row, name, entry)
        row.save() if row.pk else StageMapping.objects.bulk_create([row], ignore_conflicts=True)


def _fill(row: StageMapping, name: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise Misconfigured(f"{SETTING}: {name} must be an object")
    row.action = entry.get("action") or StageMapping.Action.SYNC
    row.status = entry.get("status") or DealStatus.OPEN
    if row.action not in StageMapping.Action.values or row.status not in DealStatus.values:
        raise Misconfigured(f"{SETTING}: {name} has an action or a status that there is not")
    row.stage = _stage(entry.get("stage"))


def _stage(named: Any) -> Stage | None:
    """By its number in another system, or by its name; None where there is none yet."""
    if named in (None, ""):
        return None
    link = ExternalLink.objects.filter(
        kind="stage", remote_id=str(named), state=LinkState.LIVE, record_id__isnull=False
    ).first()
    if link is not None:
        return Stage.objects.filter(pk=link.record_id).first()
    stages = Stage.objects.select_related("pipeline").order_by("pk")
    wanted = settings.SALESFORCE_PIPELINE.strip()
    found = [
        stage
        for stage in stages
        if folded(stage.name) == folded(named)
        and (not wanted or folded(stage.pipeline.name) == folded(wanted))
    ]
    return found[0] if found else None
