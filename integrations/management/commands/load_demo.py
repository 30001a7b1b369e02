"""A first look at Hermes: log-ins, a filled sandbox, and the first load started."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from companies.models import Plan, TeamMember, Territory
from deals.models import Pipeline
from integrations import tasks
from integrations.admin.send import send
from integrations.models import RunState, SyncRun
from integrations.sync.system import get

#: Made by migrate.
ROLES = ["sales", "sales lead", "operations", "read only"]

#: The log-ins of people who take calls.
TEAM = ["demo-sales", "demo-sales-lead"]

#: What an empty sandbox gets.
HANDFUL = {"organizations": 12, "persons": 24, "deals": 18}

#: In the place of a password that is not ours to know.
CHANGED = "(changed by a person; manage.py changepassword sets a new one)"

#: Where Hermes says that it is up.
HEALTH = "/healthz"

#: How often, and how long apart, a sandbox that is still starting is asked again.
TRIES, WAIT_SECONDS = 20, 1.5


class Command(BaseCommand):
    help = "Make missing demo log-ins, fill the sandbox, connect to it and start the first load."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="Also where DEBUG is off. Never in production."
        )
        parser.add_argument("--no-sync", action="store_true", help="Only the log-ins.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError("Demo log-ins are for trials: set DEBUG=1, or say --force.")
        log_ins = make_log_ins()
        if not options["no_sync"]:
            self._connect()
        self._print(log_ins)

    def _connect(self) -> None:
        if not get("pipedrive").is_on():
            self.stdout.write("Pipedrive has no address or key, so nothing was loaded.")
            return
        if settings.SANDBOX_ENABLED:
            sandbox = f"http://127.0.0.1:{settings.SANDBOX_PORT}"
            wait_for(f"{sandbox}/_sandbox/state", "The sandbox")
            self._seed(sandbox)
            # It refuses to send messages to an address that nobody answers.
            wait_for(f"{settings.SITE_URL}{HEALTH}", "Hermes")
        call_command("setup_pipedrive", stdout=self.stdout)
        let_deals_enter()
        let_team_take_calls()
        let_team_log_in()
        said = send(tasks.backfill_system, "pipedrive", said=what_starts())
        self.stdout.write(said if isinstance(said, str) else said[1])
        if get("salesforce").is_on():
            # Now that Pipedrive's set-up has made the stages that loans go through.
            send(tasks.backfill_system, "salesforce", said="")

    def _seed(self, address: str) -> None:
        counts = requests.get(f"{address}/_sandbox/state", timeout=10).json()["counts"]
        filled = any(counts.get(name) for name in ("organization", "person", "deal"))
        # What loans need is added where it is missing, whatever else is there.
        wanted = {} if filled else HANDFUL
        requests.post(f"{address}/_sandbox/seed", json=wanted, timeout=30).raise_for_status()
        if wanted:
            self.stdout.write(f"The sandbox has {json.dumps(wanted)[1:-1]} now.")

    def _print(self, log_ins: list[tuple[str, str]]) -> None:
        self.stdout.write(f"\nLog-ins (kept in {log_ins_file()}):")
        for name, password in log_ins:
            self.stdout.write(f"  {name:<16} {password or CHANGED}")


def what_starts() -> str:
    """A sandbox may have been filled anew since the first load, so all of it is read each time."""
    loads = SyncRun.objects.filter(system="pipedrive", action=SyncRun.Action.BACKFILL)
    if loads.filter(dry_run=False, state=RunState.DONE).exists():
        return "Pipedrive was loaded before. It is read once more for what has changed."
    return "The first load has started."


def wait_for(address: str, name: str) -> None:
    """Ask until it answers.

    Raises:
        CommandError: It does not.
    """
    for _ in range(TRIES):
        try:
            requests.get(address, timeout=3).raise_for_status()
        except requests.RequestException:
            time.sleep(WAIT_SECONDS)
        else:
            return
    raise CommandError(f"{name} does not answer at {address}. Is it running?")


def let_deals_enter() -> None:
    """New deals of a plan enter the pipeline of its name, unless a person has chosen one."""
    for pipeline in Pipeline.objects.filter(plan="", default_stage=None):
        plan = pipeline.name.strip().lower()
        first = pipeline.stages.live().order_by("position", "pk").first()
        if plan in Plan.values and first is not None:
            pipeline.plan, pipeline.default_stage = plan, first
            pipeline.save(update_fields=["plan", "default_stage", "updated_at"])


def let_team_take_calls() -> None:
    """Everybody sells everything everywhere and supports, unless a person has chosen who does."""
    team = TeamMember.objects.filter(is_active=True)
    if not team.taking_calls().exists():
        team.update(
            is_sales_person=True,
            is_support_person=True,
            plans=Plan.values,
            territories=Territory.values,
            updated_at=timezone.now(),
        )


def let_team_log_in() -> None:
    """Who sells has days off of their own: the log-ins of sales are the first of the team.

    Unless a person has chosen whose log-in is whose.
    """
    if TeamMember.all_objects.filter(user__isnull=False).exists():
        return
    users = [get_user_model().objects.filter(username=name).first() for name in TEAM]
    team = TeamMember.objects.filter(is_active=True).order_by("pk")
    for user, member in zip(filter(None, users), team, strict=False):
        member.user = user
        member.save(update_fields=["user", "updated_at"])


def make_log_ins() -> list[tuple[str, str]]:
    """One for each role and one that may do everything; those that are there stay as they are.

    Returns:
        Names and passwords; no password where a person has chosen another one.
    """
    groups = {group.name: group for group in Group.objects.filter(name__in=ROLES)}
    if len(groups) < len(ROLES):
        raise CommandError("The roles are not there yet. Run migrate first.")
    known, log_ins = kept_passwords(), []
    for role in [*ROLES, "admin"]:
        name = f"demo-{role.replace(' ', '-')}"
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            known.setdefault(name, secrets.token_urlsafe(9))
            user = _new_log_in(name, known[name], groups.get(role))
        is_current = name in known and user.check_password(known[name])
        log_ins.append((name, known[name] if is_current else ""))
    keep_passwords(known)
    return log_ins


def _new_log_in(name: str, password: str, group: Group | None) -> Any:
    """A log-in with one role; without one it may do everything."""
    user = get_user_model().objects.create_user(
        name, password=password, is_staff=True, is_superuser=group is None
    )
    user.groups.set([group] if group else [])
    return user


def log_ins_file() -> Path:
    """The checkout's own, as its other secrets are."""
    return settings.DATA_DIR / "demo-log-ins.json"


def kept_passwords() -> dict[str, str]:
    """From log-in to password, as an earlier run made them.

    Raises:
        CommandError: The file is damaged.
    """
    try:
        return dict(json.loads(log_ins_file().read_text()))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError) as error:
        raise CommandError(
            f"{log_ins_file()} cannot be read. Remove it, and give the log-ins that are there "
            "new passwords with manage.py changepassword."
        ) from error


def keep_passwords(known: dict[str, str]) -> None:
    """Readable by its owner alone."""
    path = log_ins_file()
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(known, indent=2) + "\n")
