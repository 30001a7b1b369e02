"""Webhooks acknowledged per second, against a bare WSGI app that inserts the same row."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from integrations.models import WebhookEvent

from . import databases, processes
from .plan import Plan, say
from .results import Figure, Result

PATH = "/pipedrive/callback/"
WARM_UP_SECONDS, SECONDS = 1.5, 8.0


@dataclass
class Side:
    """The product or the floor: its server, and what each run saw of it."""

    name: str
    pid: int
    port: int
    answers: Counter[str]
    runs: list[dict[str, float]]

    def rates(self) -> list[float]:
        return [run["rate"] for run in self.runs]


def measure(plan: Plan) -> Result:
    """Both servers stand side by side; in each run they are loaded one after the other."""
    web = processes.procfile("web")
    with (
        processes.served(web.replace("hermes.wsgi", "bench.floor")) as floor,
        processes.served(web) as product,
    ):
        sides = [Side("floor", *floor, Counter(), []), Side("product", *product, Counter(), [])]
        for _ in plan.rounds():
            for side in sides:
                _load(side, max(SECONDS * plan.scale, 2.0))
    bare, ours = sides
    return Result("acks", _figures(bare, ours), [_notes(bare, ours)])


def _load(side: Side, seconds: float) -> None:
    user, password = settings.PIPEDRIVE_WEBHOOK_USER, settings.PIPEDRIVE_WEBHOOK_PASSWORD
    env = processes.environment(LOAD_AUTH=f"{user}:{password}")
    before, database = processes.cpu_seconds(side.pid), databases.cpu_seconds()
    arguments = ["-m", "bench.load", str(side.port), PATH, str(WARM_UP_SECONDS), str(seconds)]
    seen = json.loads(processes.run(*arguments, env=env).output)
    side.answers.update(seen.pop("statuses"))
    seen["rate"] = seen["requests"] / seen["seconds"]
    # The CPU time covers the warm-up too.
    total = seen["rate"] * (seen["seconds"] + WARM_UP_SECONDS)
    seen["server_cpu_ms"] = (processes.cpu_seconds(side.pid) - before) / total * 1000
    seen["database_cpu_ms"] = (databases.cpu_seconds() - database) / total * 1000
    side.runs.append(seen)
    say(f"{side.name}: {seen['rate']:,.0f}/s, p99 {seen['p99_ms']:.1f} ms")


def _figures(bare: Side, ours: Side) -> list[Figure]:
    ratios = [own / floor for own, floor in zip(ours.rates(), bare.rates(), strict=True)]

    def both(name: str, key: str, unit: str, **target: float) -> Figure:
        values, floor = [run[key] for run in ours.runs], [run[key] for run in bare.runs]
        return Figure(name, values, unit, floor=floor, **target)

    kept = WebhookEvent.objects.filter(system="pipedrive").count()
    refused = sum(ours.answers.values()) - ours.answers["200"]
    return [
        both("acknowledged", "rate", "/s"),
        Figure("share of the floor", ratios, at_least=0.25),
        both("p50", "p50_ms", "ms"),
        both("p99", "p99_ms", "ms", at_most=40),
        both("CPU of the server per request", "server_cpu_ms", "ms"),
        both("CPU of PostgreSQL per request", "database_cpu_ms", "ms"),
        both("CPU share of the client", "client_cpu_share", "of one core"),
        Figure("answers other than 200", [refused], at_least=0, at_most=0),
        Figure("acknowledged, not kept", [ours.answers["200"] - kept], at_least=0, at_most=0),
    ]


def _notes(bare: Side, ours: Side) -> str:
    return (
        f"{ours.answers['200']} deliveries answered with 200 and counted in the database; the "
        f"floor answered {bare.answers['200']}. 8 connections, 1.7 kB, no worker running; the "
        "client, PostgreSQL and both servers share the cores."
    )
