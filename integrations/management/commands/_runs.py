"""What the commands that ask outside systems share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from integrations.models import SyncRun
from integrations.sync import collector
from integrations.sync.brake import BrakePulled
from integrations.sync.errors import SyncError
from integrations.sync.runs import AlreadyRunning
from integrations.sync.system import System, get


class RunCommand(BaseCommand):
    """Names a system, shows progress, prints the counts, fails with a clear sentence."""

    def run_from_argv(self, argv: list[str]) -> None:
        """Called from a shell, the process is ours alone."""
        collector.look_less_often()
        super().run_from_argv(argv)

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("system", help="The system's name, for example pipedrive.")

    def start(self, system: System, options: dict, progress: Any) -> SyncRun:
        raise NotImplementedError

    def handle(self, **options: Any) -> None:
        system = named(options["system"])
        with told_plainly():
            row = self._with_progress(system, options)
        self._report(row)

    def _with_progress(self, system: System, options: dict) -> SyncRun:
        console = Console(file=self.stdout._out)
        if not console.is_terminal:
            return self.start(system, options, self._plain_line)
        columns = [SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()]
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("Starting")
            return self.start(
                system,
                options,
                lambda kind, counts: bar.update(task, description=f"{kind}: {_counts(counts)}"),
            )

    def _plain_line(self, kind: str, counts: Counter) -> None:
        self.stdout.write(f"{kind}: {_counts(counts)}")

    def _report(self, row: SyncRun) -> None:
        self.stdout.write(f"{row.get_state_display()}: {row}")
        for kind, counts in row.counts.items():
            self.stdout.write(f"  {kind}: {_counts(Counter(counts))}")
        if row.report:
            self.stdout.write(row.report)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What ends the work ends the command, with its sentence and no traceback."""
    try:
        yield
    except (AlreadyRunning, BrakePulled, SyncError) as error:
        raise CommandError(str(error)) from error


def named(name: str) -> System:
    """The system that a command names; says what is missing where it has no settings."""
    try:
        system = get(name)
    except LookupError as error:
        raise CommandError(str(error)) from error
    if not system.is_on():
        raise CommandError(f"{system.label} has no settings. {how_to_set(system)}")
    return system


def how_to_set(system: System) -> str:
    """What to do where a system is off."""
    names = ", ".join(system.needs)
    return f"Set {names} (see .env.example), or start Hermes with its sandbox: make run"


def _counts(counts: Counter) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"
