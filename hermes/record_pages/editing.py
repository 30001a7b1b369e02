"""The form of a record's page: it writes what the person changed, and nothing else.

The page carries the newest history row of the moment it was opened. What somebody else
wrote since then stays; where both changed one field, the person is asked which one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict

from companies import history
from integrations.sync import typed

#: Newest history row when the page was opened, and when a question was last shown.
OPENED, SEEN = "_opened", "_seen"

#: The answer for a field: ``mine`` or ``theirs``.
KEEP = "_keep_"


@dataclass(frozen=True)
class Question:
    """A field that the person and somebody else changed."""

    name: str
    label: str
    sentence: str
    mine: str
    theirs: str

    @property
    def input_name(self) -> str:
        return KEEP + self.name


class RecordForm(forms.ModelForm):
    """A record's form that never overwrites what the person did not see."""

    #: Field to the mark beside it: where its value comes from. Set by the page.
    marks: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # The page says what it was opened with; a second copy in it would be one too many.
            field.show_hidden_initial = False
        for name, mark in self.marks.items():
            if name in self.fields:
                self.fields[name].help_text = mark
        self.questions: list[Question] = []
        self.since: list[history.FieldChange] = []
        self.opened = self._number(OPENED)
        if self.is_bound and self.instance.pk and self.opened is not None:
            self._look_back(self.opened)

    def _number(self, name: str) -> int | None:
        text = str(self.data.get(name, "")) if self.is_bound else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _look_back(self, opened: int) -> None:
        """What the person saw is where their changes are counted from."""
        before = self.instance.events.filter(pgh_id__gt=opened).order_by("pgh_id").first()
        if before is not None:
            self.initial |= model_to_dict(before, fields=list(self.fields))
            self.since = history.since(self.instance, opened)

    @property
    def newest(self) -> int | None:
        """The newest history row that this form knows of."""
        return max((change.event_id for change in self.since), default=self.opened)

    @property
    def kept(self) -> list[history.FieldChange]:
        """What others changed and the person did not touch."""
        touched = {question.name for question in self.questions} | set(self.changed_data)
        return [change for change in self.since if change.field not in touched]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._check_typed()
        if not self.instance.pk:
            return self.cleaned_data
        newest = {change.field: change for change in reversed(self.since)}
        written = [name for name in self.changed_data if self._is_written(name, newest.get(name))]
        for name in set(self.cleaned_data) - set(written):
            del self.cleaned_data[name]
        self.changed_data = written
        return self.cleaned_data

    def _check_typed(self) -> None:
        """What the person typed; what a system sent stays however odd it is."""
        for name in set(self.changed_data) & set(self.cleaned_data) & set(typed.RULES):
            try:
                self.cleaned_data[name] = typed.checked(name, self.cleaned_data[name])
            except ValidationError as error:
                self.add_error(name, f"{self.fields[name].label} {error.message}")

    def _is_written(self, name: str, theirs: history.FieldChange | None) -> bool:
        """Whether the person's value of a field they touched is to be saved."""
        if theirs is None or name not in self.cleaned_data:
            return True
        now = self.instance._meta.get_field(name).value_from_object(self.instance)
        if not self.fields[name].has_changed(now, self[name].data):
            return False
        answer = self.data.get(KEEP + name)
        seen = self._number(SEEN)
        if answer in ("mine", "theirs") and seen is not None and theirs.event_id <= seen:
            return answer == "mine"
        self._ask(name, theirs)
        return True

    def _ask(self, name: str, theirs: history.FieldChange) -> None:
        column = self.instance._meta.get_field(name)
        sentence = f"{theirs.sentence} at {theirs.at:%H:%M} UTC, while you were editing."
        mine = history.in_words(self.instance, column, self.cleaned_data[name])
        label = str(self.fields[name].label)
        self.questions.append(Question(name, label, sentence, mine, theirs.new))
        self.add_error(name, f"{sentence} Say at the top which one stays.")


class DealForm(RecordForm):
    """A deal's: a stage is enough to say which pipeline it is in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "pipeline" in self.fields:
            self.fields["pipeline"].required = False

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.cleaned_data.get("pipeline") and (stage := self._stage()):
            self.cleaned_data["pipeline"] = stage.pipeline
            self.changed_data = [*dict.fromkeys([*self.changed_data, "pipeline"])]
        return self.cleaned_data

    def _stage(self) -> Any:
        """The stage that the person chose; the deal's own if they only emptied the pipeline."""
        if "pipeline" in self.changed_data and self.instance.stage_id:
            return self.cleaned_data.get("stage") or self.instance.stage
        return self.cleaned_data.get("stage")
