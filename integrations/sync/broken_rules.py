"""What the database refused, in the words of the rule that it holds."""

from __future__ import annotations

from django.apps import apps
from django.db import IntegrityError

from .errors import Rejected


def refusal(error: IntegrityError) -> Exception:
    """The error for staff where a constraint of ours has words of its own; else the same.

    Only those: a clash of two processes is no fault of the record, and passes.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            said = constraint.violation_error_message
            if constraint.name == name and said != constraint.default_violation_error_message:
                return Rejected(f"{model._meta.verbose_name}: {said}")
    return error
