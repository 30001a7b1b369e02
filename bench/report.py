"""The table on the terminal, and the JSON that is kept."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .results import number

FOLDER = Path(__file__).resolve().parent.parent / "bench-results"

#: Where there is no terminal, wide enough for the table.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def show(result: dict[str, Any]) -> None:
    """One measurement as a table, its notes below."""
    table = Table("figure", box=None, pad_edge=False)
    for heading in ["median", "unit", "lowest", "highest", "floor", "target", ""]:
        table.add_column(heading, justify="left" if heading in ("unit", "") else "right")
    for figure in result["figures"]:
        table.add_row(*_row(figure))
    console.print(table)
    for note in result["notes"]:
        console.print(f"[dim]{note}[/dim]")
    others = result["cores_used_by_others"]
    console.print(f"[dim]Other programs used {others} of the machine's cores meanwhile.[/dim]")


def _row(figure: dict[str, Any]) -> list[str]:
    verdict = figure["verdict"]
    style = "green" if verdict == "met" else "bold red"
    return [
        figure["name"],
        number(figure["median"]),
        figure["unit"],
        number(min(figure["runs"])),
        number(max(figure["runs"])),
        number(figure["floor"]["median"]) if figure["floor"] else "",
        figure["target"],
        f"[{style}]{verdict}[/{style}]" if verdict else "",
    ]


def keep(results: list[dict], crashed: list[str], *, runs: int, scale: float) -> None:
    """Write the file, and say where it is and what was missed."""
    now = datetime.now(UTC)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}.json"
    kept = {
        "ended_at": now.isoformat(timespec="seconds"),
        "runs": runs,
        "scale": scale,
        "full_workload": scale == 1.0,
        "machine": _machine(),
        "commit": _commit(),
        "crashed": crashed,
        "measurements": results,
    }
    path.write_text(json.dumps(kept, indent=2))
    console.rule("bench", align="left")
    for result in results:
        for figure in result["figures"]:
            if figure["verdict"].startswith("missed"):
                console.print(f"[bold red]{result['name']}: {figure['name']} "
                              f"{figure['verdict']}[/bold red]")  # fmt: skip
    for name in crashed:
        console.print(f"[bold red]{name}: crashed, see above[/bold red]")
    if scale != 1.0:
        console.print(f"A trial with {scale:g} of the workload: no measure of the targets.")
    console.print(f"Kept in {path}")


def _machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before_the_end": os.getloadavg()[1],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _commit() -> str:
    """The commit that was measured, where there is git."""
    try:
        command = ["git", "describe", "--always", "--dirty"]
        ran = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return ran.stdout.strip()
