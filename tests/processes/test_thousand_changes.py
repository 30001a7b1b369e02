"""A thousand changes, half of them on either side, while the programs are killed."""

from __future__ import annotations

import random
import threading

import pytest

from companies.models import Company
from integrations.models import OutboxEntry, WebhookEvent
from tests.processes.parts import until

pytestmark = pytest.mark.processes

CHANGES = 250


def test_both_sides_agree_after_a_thousand_changes_and_kills_in_the_middle(hermes):
    hermes.start("web", "worker", "beat")
    hermes.set_up()
    Company.objects.bulk_create([Company(name=f"Here {n}") for n in range(CHANGES)])
    theirs = [hermes.account.create("organization", name=f"There {n}") for n in range(CHANGES)]
    killer = threading.Thread(target=_kill_at_random, args=[hermes, random.Random(7)])
    killer.start()
    _change_all(hermes, theirs)
    killer.join()

    # A web that is down often enough is banned, as Pipedrive bans it: a poll finds the rest,
    # and a person releases it, for it is more than passes without asking.
    until("Pipedrive has told all", lambda: not hermes.account.account.deliveries.open_count())
    hermes.settle()
    hermes.manage("poll", "pipedrive", "--release")
    hermes.settle()

    assert sorted(Company.objects.values_list("name", flat=True)) == sorted(
        [f"Here {n} changed" for n in range(CHANGES)]
        + [f"There {n} changed" for n in range(CHANGES)]
    )
    assert hermes.differences() == []
    assert len(hermes.organizations()) == 2 * CHANGES
    assert not WebhookEvent.objects.filter(state="dead").exists()
    assert not OutboxEntry.objects.filter(state="dead").exists()


def _change_all(hermes, theirs: list[dict]) -> None:
    for company in Company.objects.filter(name__startswith="Here"):
        Company.objects.filter(pk=company.pk).update(name=f"{company.name} changed")
    for one in theirs:
        hermes.account.update("organization", one["id"], name=f"{one['name']} changed")


def _kill_at_random(hermes, chance: random.Random) -> None:
    """Each program twice, whenever so many more calls have come in at the sandbox."""
    victims = ["worker", "web", "beat"] * 2
    chance.shuffle(victims)
    for victim in victims:
        calls = len(hermes.sandbox.calls) + chance.randint(5, 60)
        until("work goes on", lambda calls=calls: _at_work(hermes, calls))
        hermes.restart(victim)


def _at_work(hermes, calls: int) -> bool:
    return len(hermes.sandbox.calls) >= calls
