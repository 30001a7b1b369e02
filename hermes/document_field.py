"""The form field of a JSON document."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import JSONField
from django.forms.fields import InvalidJSONInput

from integrations.sync.records import clean_text


class DocumentField(JSONField):
    """Refuses what Python reads and PostgreSQL cannot keep: NaN, NUL, half a letter, depth."""

    def to_python(self, value: Any) -> Any:
        try:
            document = super().to_python(value)
            json.dumps(document, allow_nan=False)
            kept = clean_text(document)
        except (ValueError, RecursionError) as error:
            raise self._refusal(value) from error
        if kept != document:
            raise self._refusal(value)
        return {} if document is None else document

    def prepare_value(self, value: Any) -> Any:
        """A document with nothing in it is an empty box."""
        return "" if value in (None, {}) else super().prepare_value(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed is shown again as it was typed."""
        return initial if self.disabled or data is None else InvalidJSONInput(data)

    def _refusal(self, value: Any) -> ValidationError:
        return ValidationError(self.error_messages["invalid"], "invalid", {"value": value})
