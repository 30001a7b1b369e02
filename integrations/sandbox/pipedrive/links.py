"""Whether the records that a record points to exist, and fit each other."""

from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive import users
from integrations.sandbox.pipedrive.bodies import BODIES
from integrations.sandbox.pipedrive.errors import invalid

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

_ACTIVITY_TYPES = {each["key_string"] for each in users.ACTIVITY_TYPES}


def check(account: "Account", entity: str, written: dict, before: dict) -> None:
    """Refuse what points nowhere; lets a deal's pipeline follow its stage.

    Raises:
        ApiError: A record that is pointed to is missing, or two do not fit.
    """
    for name, value in written.items():
        target = BODIES[entity][name].points_to if name in BODIES[entity] else ""
        # What was linked before stays linked, even to a record that is gone by now.
        if target and value is not None and value != before.get(name):
            _require(account, name, target, value)
    for participant in written.get("participants", ()):
        _require(account, "participants", "person", participant["person_id"])
    if entity == "activity" and written.get("type", "call") not in _ACTIVITY_TYPES:
        raise invalid("type", "is no activity type")
    if entity == "deal":
        _fit_stage(account, written, before)


def _require(account: "Account", name: str, target: str, record_id: int) -> None:
    if account.tables[target].living(record_id) is None:
        raise invalid(name, f"{target} {record_id} does not exist")


def _fit_stage(account: "Account", written: dict, before: dict) -> None:
    stages = account.tables["stage"]
    if written.get("stage_id") is not None:
        pipeline = stages.link(stages.rows[written["stage_id"]], "pipeline_id")
        if written.setdefault("pipeline_id", pipeline) != pipeline:
            raise invalid("stage_id", "belongs to another pipeline")
    elif written.get("pipeline_id") not in (None, before.get("pipeline_id")):
        written["stage_id"] = _first_stage(account, written["pipeline_id"])


def default_stage(account: "Account", written: dict) -> dict:
    """With the first stage of the first pipeline, unless it says another."""
    if "stage_id" in written:
        return written
    pipelines = account.tables["pipeline"].rows.values()
    pipeline = next((row.id for row in pipelines if not row.deleted), None)
    if pipeline is None:
        raise invalid("pipeline_id", "there is no pipeline")
    return {"pipeline_id": pipeline, "stage_id": _first_stage(account, pipeline)} | written


def _first_stage(account: "Account", pipeline_id: int) -> int:
    rows = account.tables["stage"].linked("pipeline_id", pipeline_id)
    stage = next((row.id for row in rows if not row.deleted), None)
    if stage is None:
        raise invalid("pipeline_id", "has no stage")
    return stage
