"""Preparing an account: custom fields, users, pipelines, and the one registration.

First a plan is made, which writes nothing anywhere; then it is carried out. A second run
finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from integrations.models import OutboxEntry, OutboxState, Reason, RemoteField, SyncRun
from integrations.sync import runs
from integrations.sync.apply import apply
from integrations.sync.errors import Misconfigured
from integrations.sync.outcomes import Status
from integrations.sync.preview import changes_in, known_links
from integrations.sync.records import RemoteRecord
from integrations.sync.set_up import PlanChanged, Say
from integrations.sync.system import get

from . import mapped_fields, registration
from .custom_fields import CUSTOM_FIELDS, CustomField, needed
from .given_keys import given_keys, variable_of
from .keys import forget
from .registration import Registration, quietly, remember_facts
from .remote import PipedriveRemote
from .schemas import ENTITIES, NAME

READ_KINDS = ["team_member", "pipeline", "stage"]

#: Types that hold a text of one line as well as the one we would make.
AS_GOOD_AS = {"varchar": {"varchar", "varchar_auto", "text"}}

#: A field's place: the kind, and the hub field.
Place = tuple[str, str]


@dataclass
class Plan:
    """What set-up would do, and what it found done already."""

    company: dict[str, Any]
    found: dict[Place, dict] = field(default_factory=dict)
    create_fields: list[Place] = field(default_factory=list)
    add_options: dict[Place, list[str]] = field(default_factory=dict)
    mapped: dict[Place, dict] = field(default_factory=dict)
    shows: list[str] = field(default_factory=list)
    adopt: list[RemoteRecord] = field(default_factory=list)
    registration: Registration = field(default_factory=Registration)

    @property
    def create_webhook(self) -> bool:
        """Whether our address is to be registered; a caller may decide against it."""
        return self.registration.create

    @create_webhook.setter
    def create_webhook(self, wanted: bool) -> None:
        self.registration.create = wanted

    @property
    def is_empty(self) -> bool:
        return not self.lines()

    def lines(self) -> list[str]:
        """The plan in sentences; none when there is nothing to do."""
        lines = [f"Create {_described(place)}" for place in self.create_fields]
        lines += [
            f"Add {', '.join(labels)} to {_described(place)}"
            for place, labels in self.add_options.items()
        ]
        lines += self.shows
        lines += [
            f"Take over {ENTITIES[record.kind]} {record.remote_id}: {record.fields.get('name', '')}"
            for record in self.adopt
        ]
        return lines + self.registration.lines()

    def kept(self) -> list[str]:
        """What is there already, in sentences."""
        lines = [f"Keep {_described(place)}" for place in self.found]
        webhook_id = self.registration.webhook_id
        return lines + ([f"Keep webhook {webhook_id}"] if webhook_id else [])


def _described(place: Place) -> str:
    kind, name = place
    return f"the {ENTITIES[kind]} field “{CUSTOM_FIELDS[kind][name].label}”"


def set_up(say: Say = quietly, agreed: list[str] | None = None) -> Plan:
    """Plan and carry out. One at a time, so that no field is made twice.

    Args:
        agreed: The plan that a person said yes to; None for whatever is needed.

    Raises:
        SyncError: Pipedrive could not be asked, or is not as Hermes needs it.
        PlanChanged: The plan is another one than was agreed to; nothing was done.
    """
    with runs.run(get(NAME), SyncRun.Action.SETUP) as run:
        todo = plan()
        if agreed is not None and agreed != todo.lines():
            raise PlanChanged("Pipedrive was changed meanwhile")
        carry_out(todo, say)
        run.row.report = "\n".join(done := todo.lines()) or "Nothing to do"
        if done:
            # What stopped for want of a field may have it now.
            stopped = OutboxEntry.objects.filter(system=NAME, reason=Reason.CONFIG)
            stopped.filter(state=OutboxState.DEAD).retry()
    return todo


def repair(*, asked: bool = False) -> str:
    """Make good what somebody changed there. Returns what was done, in a sentence.

    The registration comes first: without it, messages are lost.

    Args:
        asked: A person wants it done.
    """
    client = PipedriveRemote().client
    found = registration.look(client, asked=asked)
    registration.settle(client, found)
    done = [*found.lines(), *set_up().lines()]
    return "; ".join(done) if done else "Everything is as Hermes needs it."


# -- the plan -------------------------------------------------------------------------------


def plan() -> Plan:
    """Compare the account with what Hermes needs.

    Raises:
        Misconfigured: Two custom fields of one name, so we cannot know which is ours.
    """
    remote = PipedriveRemote()
    result = Plan(company=remote.client.me())
    for kind in CUSTOM_FIELDS:
        _plan_fields(remote, kind, result)
    result.shows = mapped_fields.news(result.mapped)
    for kind in READ_KINDS:
        for page in remote.pages(kind, None):
            result.adopt += _news(page.records)
    result.registration = registration.look(remote.client)
    return result


def _news(records: list[RemoteRecord]) -> list[RemoteRecord]:
    system = get(NAME)
    changing, rest = changes_in(system, records)
    known = known_links(system, rest)
    new = [r for r in rest if (r.kind, r.remote_id) not in known and not r.deleted]
    return [*changing, *new]


def _plan_fields(remote: PipedriveRemote, kind: str, result: Plan) -> None:
    by_key: dict[str, dict] = {}
    by_label: dict[str, list[dict]] = defaultdict(list)
    for each in remote.client.fields(ENTITIES[kind]):
        if each.get("is_custom_field"):
            by_key[str(each.get("field_code"))] = each
            by_label[_folded(each.get("field_name"))].append(each)
    known = dict(
        RemoteField.objects.filter(system=NAME, kind=kind).values_list("field", "remote_key")
    )
    given = given_keys()
    for name, custom in needed(kind).items():
        if key := given.get((kind, name)):
            _compare_field((kind, name), custom, _given((kind, name), key, by_key), result)
            continue
        # A field that was renamed there is still the same field.
        there = by_key.get(known.get(name, "")) or _only(kind, custom, by_label)
        if there is None:
            result.create_fields.append((kind, name))
        else:
            _compare_field((kind, name), custom, there, result)
    own = {there["field_code"]: there["field_name"] for there in result.found.values()}
    mapped = mapped_fields.find(kind, by_key, taken=own)
    result.mapped |= {(kind, name): there for name, there in mapped.items()}


def _given(place: Place, key: str, by_key: Mapping[str, dict]) -> dict:
    """The field that the environment names."""
    if key not in by_key:
        raise Misconfigured(
            f"{variable_of(place)} gives {_described(place)} the key {key}, "
            "which this account does not have."
        )
    return by_key[key]


def _folded(label: Any) -> str:
    return " ".join(str(label).split()).lower()


def _only(kind: str, custom: CustomField, by_label: Mapping[str, list[dict]]) -> dict | None:
    """The field of that name. Names are not unique there."""
    there = by_label.get(_folded(custom.label), [])
    if len(there) > 1:
        raise Misconfigured(
            f"Pipedrive has {len(there)} {ENTITIES[kind]} fields named “{custom.label}”. "
            "Rename or delete all but one there."
        )
    return there[0] if there else None


def _compare_field(place: Place, custom: CustomField, there: dict, result: Plan) -> None:
    if there.get("field_type") not in AS_GOOD_AS.get(custom.type, {custom.type}):
        raise Misconfigured(
            f"In Pipedrive {_described(place)} is of type {there.get('field_type')}; "
            f"Hermes needs {custom.type}. Rename it there, and Hermes makes its own."
        )
    result.found[place] = there
    held = _options(custom, there)
    if missing := [label for label in custom.options if label not in held]:
        result.add_options[place] = missing


def _options(custom: CustomField, there: dict) -> dict[str, int]:
    """Hub value to option id; the account's own further options stand for nothing here."""
    ids = {_folded(option.get("label")): option["id"] for option in there.get("options") or []}
    return {label: ids[_folded(label)] for label in custom.options if _folded(label) in ids}


# -- carrying it out ------------------------------------------------------------------------


def carry_out(todo: Plan, say: Say = quietly) -> None:
    """Do what the plan says, and remember the keys."""
    remote = PipedriveRemote()
    for kind, name in todo.create_fields:
        todo.found[kind, name] = remote.client.create_field(
            ENTITIES[kind], field_body(CUSTOM_FIELDS[kind][name])
        )
        say(f"Created {_described((kind, name))}")
    for place, labels in todo.add_options.items():
        there = todo.found[place]
        added = remote.client.add_options(ENTITIES[place[0]], there["field_code"], labels)
        there["options"] = [*(there.get("options") or []), *added]
        say(f"Added {', '.join(labels)} to {_described(place)}")
    for line in todo.shows:
        say(line)
    _remember(todo)
    _adopt(todo.adopt)
    if todo.adopt:
        say(f"Took over users, pipelines and stages: {len(todo.adopt)}")
    registration.settle(remote.client, todo.registration, say)


def field_body(custom: CustomField) -> dict:
    """What makes the field there."""
    body: dict[str, Any] = {"field_name": custom.label, "field_type": custom.type}
    if custom.options:
        body["options"] = [{"label": label} for label in custom.options]
    return body


@transaction.atomic
def _remember(todo: Plan) -> None:
    custom = [
        mapped_fields.row(kind, name, there, _options(CUSTOM_FIELDS[kind][name], there))
        for (kind, name), there in todo.found.items()
    ]
    mapped = [
        mapped_fields.row(kind, name, there, mapped_fields.options_of(there))
        for (kind, name), there in todo.mapped.items()
    ]
    RemoteField.objects.bulk_create(
        [*custom, *mapped],
        update_conflicts=True,
        unique_fields=["system", "kind", "field"],
        update_fields=["remote_key", "remote_type", "remote_label", "options"],
    )
    remember_facts(
        company=todo.company.get("company_name"),
        company_id=todo.company.get("company_id"),
        domain=todo.company.get("company_domain"),
    )
    transaction.on_commit(forget)


def _adopt(records: list[RemoteRecord]) -> None:
    outcomes = apply(records, system=get(NAME))
    waiting = [outcome.note for outcome in outcomes.values() if outcome.status is Status.WAITING]
    if waiting:
        raise Misconfigured(f"Pipedrive's pipelines and stages do not fit: {waiting[0]}")
