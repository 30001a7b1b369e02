"""Preparing an account: custom fields, users, pipelines, and the one registration.

First a plan is made, which writes nothing anywhere; then it is carried out. A second run
finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from integrations.models import Connection, RemoteField
from integrations.sync.apply import Status, apply
from integrations.sync.errors import Misconfigured
from integrations.sync.preview import changes_in, known_links
from integrations.sync.records import RemoteRecord
from integrations.sync.system import get

from .keys import forget
from .remote import PipedriveRemote
from .schemas import CUSTOM_FIELDS, ENTITIES, NAME, CustomField

READ_KINDS = ["team_member", "pipeline", "stage"]

#: A field's place: the kind, and the hub field.
Place = tuple[str, str]


@dataclass
class Plan:
    """What set-up would do."""

    company: dict[str, Any]
    found: dict[Place, dict] = field(default_factory=dict)
    create_fields: list[Place] = field(default_factory=list)
    add_options: dict[Place, list[str]] = field(default_factory=dict)
    adopt: list[RemoteRecord] = field(default_factory=list)
    create_webhook: bool = False
    stray_webhooks: list[int] = field(default_factory=list)
    webhook_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.lines()

    def lines(self) -> list[str]:
        """The plan in sentences; none when there is nothing to do."""
        lines = [
            f"Create the {ENTITIES[kind]} field “{CUSTOM_FIELDS[kind][name].label}”"
            for kind, name in self.create_fields
        ]
        lines += [
            f"Add {', '.join(labels)} to the {ENTITIES[kind]} field "
            f"“{CUSTOM_FIELDS[kind][name].label}”"
            for (kind, name), labels in self.add_options.items()
        ]
        lines += [
            f"Take over {ENTITIES[record.kind]} {record.remote_id}: {record.fields.get('name')}"
            for record in self.adopt
        ]
        lines += [f"Remove our stray webhook {pk}" for pk in self.stray_webhooks]
        return lines + ([f"Register {webhook_url()}"] if self.create_webhook else [])


def webhook_url() -> str:
    return f"{settings.SITE_URL}/pipedrive/callback/"


def plan() -> Plan:
    """Compare the account with what Hermes needs.

    Raises:
        Misconfigured: Two custom fields of one name, so we cannot know which is ours.
    """
    remote = PipedriveRemote()
    result = Plan(company=remote.client.me())
    for kind in CUSTOM_FIELDS:
        _plan_fields(remote, kind, result)
    for kind in READ_KINDS:
        for page in remote.pages(kind, None):
            result.adopt += _news(page.records)
    _plan_webhook(remote, result)
    return result


def _news(records: list[RemoteRecord]) -> list[RemoteRecord]:
    system = get(NAME)
    changing, rest = changes_in(system, records)
    known = known_links(system, rest)
    return [*changing, *(r for r in rest if (r.kind, r.remote_id) not in known)]


def _plan_fields(remote: PipedriveRemote, kind: str, result: Plan) -> None:
    by_label: dict[str, list[dict]] = defaultdict(list)
    for each in remote.client.fields(ENTITIES[kind]):
        if each.get("is_custom_field"):
            by_label[str(each.get("field_name")).strip().lower()].append(each)
    for name, custom in CUSTOM_FIELDS[kind].items():
        there = by_label.get(custom.label.lower(), [])
        if len(there) > 1:
            raise Misconfigured(
                f"Pipedrive has {len(there)} {ENTITIES[kind]} fields named “{custom.label}”. "
                "Rename or delete all but one there."
            )
        if not there:
            result.create_fields.append((kind, name))
        else:
            _compare_field((kind, name), custom, there[0], result)


def _compare_field(place: Place, custom: CustomField, there: dict, result: Plan) -> None:
    if there.get("field_type") != custom.type:
        raise Misconfigured(
            f"The {ENTITIES[place[0]]} field “{custom.label}” is of type "
            f"{there.get('field_type')} in Pipedrive; Hermes needs {custom.type}."
        )
    result.found[place] = there
    known = {str(option.get("label")) for option in there.get("options") or []}
    if missing := [label for label in custom.options if label not in known]:
        result.add_options[place] = missing


def _plan_webhook(remote: PipedriveRemote, result: Plan) -> None:
    ours = [
        hook
        for hook in remote.client.webhooks()
        if hook.get("subscription_url") == webhook_url() and hook.get("is_active")
    ]
    right = [hook for hook in ours if _is_right(hook)]
    result.webhook_id = right[0]["id"] if right else None
    result.create_webhook = not right
    result.stray_webhooks = [hook["id"] for hook in ours if hook["id"] != result.webhook_id]


def _is_right(hook: dict) -> bool:
    return (
        hook.get("event_action") == "*"
        and hook.get("event_object") == "*"
        and str(hook.get("version", "2.0")).startswith("2")
        and hook.get("http_auth_user") in (None, settings.PIPEDRIVE_WEBHOOK_USER)
    )


def carry_out(todo: Plan) -> None:
    """Do what the plan says, and remember the keys."""
    remote = PipedriveRemote()
    for kind, name in todo.create_fields:
        todo.found[kind, name] = remote.client.create_field(
            ENTITIES[kind], _field_body(CUSTOM_FIELDS[kind][name])
        )
    for (kind, name), labels in todo.add_options.items():
        there = todo.found[kind, name]
        added = remote.client.add_options(ENTITIES[kind], there["field_code"], labels)
        there["options"] = [*(there.get("options") or []), *added]
    _remember(todo)
    _adopt(todo.adopt)
    _settle_webhook(remote, todo)


def _field_body(custom: CustomField) -> dict:
    body: dict[str, Any] = {"field_name": custom.label, "field_type": custom.type}
    if custom.options:
        body["options"] = [{"label": label} for label in custom.options]
    return body


@transaction.atomic
def _remember(todo: Plan) -> None:
    for (kind, name), there in todo.found.items():
        options = {str(option["label"]): option["id"] for option in there.get("options") or []}
        RemoteField.objects.update_or_create(
            system=NAME,
            kind=kind,
            field=name,
            defaults={
                "remote_key": there["field_code"],
                "remote_type": there["field_type"],
                "remote_label": there["field_name"],
                "options": options,
            },
        )
    Connection.objects.get_or_create(
        system=NAME, defaults={"poll_minutes": settings.PIPEDRIVE_POLL_MINUTES}
    )
    facts = {"company": todo.company.get("company_name"),
             "domain": todo.company.get("company_domain")}  # fmt: skip
    Connection.objects.filter(system=NAME).update(facts=facts)
    transaction.on_commit(forget)


def _adopt(records: list[RemoteRecord]) -> None:
    outcomes = apply(records, system=get(NAME))
    waiting = [outcome.note for outcome in outcomes.values() if outcome.status is Status.WAITING]
    if waiting:
        raise Misconfigured(f"Pipedrive's pipelines and stages do not fit: {waiting[0]}")


def _settle_webhook(remote: PipedriveRemote, todo: Plan) -> None:
    for pk in todo.stray_webhooks:
        remote.client.delete_webhook(pk)
    if todo.create_webhook:
        todo.webhook_id = remote.client.create_webhook(
            {
                "subscription_url": webhook_url(),
                "event_action": "*",
                "event_object": "*",
                "name": "Hermes",
                "http_auth_user": settings.PIPEDRIVE_WEBHOOK_USER,
                "http_auth_password": settings.PIPEDRIVE_WEBHOOK_PASSWORD,
                "version": "2.0",
            }
        )["id"]
    row = Connection.objects.get(system=NAME)
    row.facts = {**row.facts, "webhook": todo.webhook_id}
    row.save(update_fields=["facts"])


def repair_webhook() -> str:
    """Make the registration right again. Returns what was done, in a sentence."""
    remote = PipedriveRemote()
    todo = Plan(company={})
    _plan_webhook(remote, todo)
    _settle_webhook(remote, todo)
    return "Registered again" if todo.create_webhook else "The registration is in order"
