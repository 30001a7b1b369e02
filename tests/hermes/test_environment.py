"""What Hermes says of settings that it cannot read."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.processes.parts import ROOT


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SYNC_LEASE_SECONDS", "soon", "a whole number"),
        ("CALLBOOKER_FASTEST_SECONDS", "quick", "a number"),
        ("SALESFORCE_ENABLED", "perhaps", "true or false"),
        ("TC2_FIELD_NAMES", "utm_source", "name=value"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_in_one_sentence(name, value, expected):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"Hermes is set up wrong: {name} must be {expected}."
    assert "Traceback" not in done.stderr
