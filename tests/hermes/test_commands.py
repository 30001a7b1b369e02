"""The management commands: help, plain lines, and an exit code that a script can use."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from companies.models import Company
from integrations import tasks
from integrations.models import OutboxEntry, SyncRun, WebhookEvent
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db

RUNS = ["poll", "backfill", "reconcile"]
ALL = [*RUNS, "replay", "sync_status", "setup_pipedrive"]


def run(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", ALL)
def test_each_command_says_what_it_does(name, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command(name, "--help")

    assert ended.value.code == 0
    assert f"{name} [-h]" in capsys.readouterr().out


@pytest.mark.parametrize("name", RUNS)
def test_an_unknown_system_is_named(name, pipedrive):
    with pytest.raises(CommandError, match="nonesuch"):
        run(name, "nonesuch")


@pytest.mark.parametrize("name", RUNS)
def test_a_system_without_settings_is_named(name):
    with pytest.raises(CommandError, match="Pipedrive has no settings"):
        run(name, "pipedrive")


@pytest.mark.parametrize("name", RUNS)
def test_runs_read_what_is_there_and_print_plain_lines(name, pipedrive):
    pipedrive.create("organization", name="Larkfield")
    text = run(name, "pipedrive")

    assert Company.objects.get().name == "Larkfield"
    assert "company: 1 seen" in text
    assert "\x1b" not in text
    assert "\r" not in text


@pytest.mark.parametrize("name", [*RUNS, "setup_pipedrive"])
def test_a_remote_that_is_down_is_a_failure_in_a_sentence(name, pipedrive):
    pipedrive.sandbox.trouble.add("error", times=None, status=501)
    arguments = [] if name == "setup_pipedrive" else ["pipedrive"]

    with pytest.raises(CommandError, match="501"):
        run(name, *arguments)


def test_a_dry_backfill_writes_nothing(pipedrive):
    pipedrive.create("organization", name="Larkfield")
    text = run("backfill", "pipedrive", dry_run=True)

    assert "1 created" in text
    assert not Company.objects.exists()


def test_set_up_without_settings_names_them():
    with pytest.raises(CommandError, match="Set PIPEDRIVE_BASE_URL, PIPEDRIVE_API_TOKEN"):
        run("setup_pipedrive")


def test_a_dry_set_up_prints_the_plan_and_writes_nothing(pipedrive):
    pipedrive.sandbox.reset()
    text = run("setup_pipedrive", dry_run=True)

    assert "Nothing was written." in text
    assert "\x1b" not in text
    assert pipedrive.writes == []


def test_replay_wants_to_know_what():
    with pytest.raises(CommandError, match="Say what to replay"):
        run("replay")
    with pytest.raises(CommandError, match="'yesterday' is no ISO time"):
        run("replay", "--since", "yesterday")
    with pytest.raises(CommandError, match="'2026-13-45T00:00' is no ISO time"):
        run("replay", "--since", "2026-13-45T00:00")


def test_replay_applies_again(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])

    assert run("replay", str(WebhookEvent.objects.get().pk)) == "Deliveries applied again: 1\n"
    assert WebhookEvent.objects.get().state == "done"
    assert Company.objects.count() == 1


def test_the_status_lists_connections_and_queues(pipedrive):
    CompanyFactory()
    pipedrive.send()
    text = run("sync_status")

    assert "Pipedrive: on" in text
    assert "Changes to send: 1 done" in text


def test_the_status_names_each_program_in_the_background_seen_or_not(pipedrive):
    tasks.sweep()
    assert re.search(r"worker: \d+ s ago\nruns: never seen\nbeat: never seen\n", run("sync_status"))

    tasks.poll_system("pipedrive")
    assert re.search(r"runs: \d+ s ago", run("sync_status"))


def test_the_status_fails_when_staff_is_needed(pipedrive):
    CompanyFactory()
    pipedrive.send()
    OutboxEntry.objects.update(state="dead")

    with pytest.raises(SystemExit) as ended:
        run("sync_status")
    assert ended.value.code == 1


def test_the_status_fails_while_a_run_asks(pipedrive):
    SyncRun.objects.create(system="pipedrive", action="reconcile", state="stopped")
    out = io.StringIO()

    with pytest.raises(SystemExit):
        call_command("sync_status", stdout=out)

    assert "Stopped, asks you: Compare all pipedrive" in out.getvalue()


def test_a_failure_is_one_line_and_a_code_for_the_shell():
    done = subprocess.run(
        [sys.executable, "manage.py", "poll", "nonesuch"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "nonesuch" in done.stderr
    assert "Traceback" not in done.stderr
