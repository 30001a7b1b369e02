"""Conflicts, and records that may be one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode

from hermes.words import badge, when
from integrations.models import Conflict, PossibleDuplicate, QuestionState
from integrations.sync import hub, questions

from .buttons import Button, ButtonsAdmin
from .entries import KindFilter
from .filters import SystemFilter
from .records import NamedRecords, kind_label, label_of

SETTLE = "integrations.change_conflict"
TELL_APART = "integrations.change_possibleduplicate"
MERGE = "companies.merge_records"


def in_words(value: Any) -> str:
    """A field's value as staff read it."""
    if value in (None, "", [], {}):
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _parent_kind(conflict: Conflict) -> str:
    """Of what kind the records are that its values name; empty where they name none."""
    kind = hub.KINDS.get(conflict.kind)
    return kind.parents.get(conflict.field, "") if kind else ""


@admin.register(Conflict)
class ConflictAdmin(NamedRecords, ButtonsAdmin):
    """A field that both sides changed."""

    when_empty = (
        "A field that was changed here and in another system at the same time "
        "is shown here, for you to choose."
    )
    list_display = ["found", "record", "field_label", "ours", "theirs", "system_label", "rule",
                    "state_badge", "stays"]  # fmt: skip
    list_display_links = ["found"]
    list_filter = ["state", SystemFilter, KindFilter]
    ordering = ["-id"]
    actions = ["keep_hermes", "take_theirs"]
    fields = ["record", "field_label", "before", "ours", "theirs", "system_label", "rule", "found",
              "state_badge", "winner_label", "settled", "settled_by"]  # fmt: skip
    readonly_fields = fields
    buttons = (
        Button("hub", "Keep Hermes", "database", SETTLE),
        Button("remote", "Take theirs", "download", SETTLE),
        Button("typed", "Save this instead", "edit", SETTLE, asks="Another value"),
    )

    def record_pairs(self, rows: Any) -> list[tuple[str, int]]:
        values = [
            (kind, value)
            for row in rows
            if (kind := _parent_kind(row))
            for value in (row.base_value, row.hub_value, row.remote_value)
            if isinstance(value, int)
        ]
        return [*super().record_pairs(rows), *values]

    def _value(self, conflict: Conflict, value: Any) -> Any:
        """A record by its name, anything else in words."""
        if isinstance(value, int) and (kind := _parent_kind(conflict)):
            return self.named(conflict, kind, value)
        return in_words(value)

    @admin.display(description="Found", ordering="id")
    def found(self, conflict: Conflict) -> Any:
        return when(conflict.found_at)

    @admin.display(description="Record")
    def record(self, conflict: Conflict) -> Any:
        return self.named(conflict, conflict.kind, conflict.record_id)

    @admin.display(description="Field")
    def field_label(self, conflict: Conflict) -> str:
        return conflict.field.replace("_", " ")

    @admin.display(description="Both had before")
    def before(self, conflict: Conflict) -> Any:
        return self._value(conflict, conflict.base_value)

    @admin.display(description="In Hermes")
    def ours(self, conflict: Conflict) -> Any:
        return self._value(conflict, conflict.hub_value)

    @admin.display(description="There")
    def theirs(self, conflict: Conflict) -> Any:
        return self._value(conflict, conflict.remote_value)

    @admin.display(description="System")
    def system_label(self, conflict: Conflict) -> str:
        return label_of(conflict.system)

    @admin.display(description="Rule")
    def rule(self, conflict: Conflict) -> str:
        return conflict.policy

    @admin.display(description="State")
    def state_badge(self, conflict: Conflict) -> Any:
        open_ = conflict.state == QuestionState.OPEN
        return badge("Conflict" if open_ else conflict.get_state_display())

    @admin.display(description="Winner")
    def winner_label(self, conflict: Conflict) -> str:
        names = {"hub": "Hermes", "remote": label_of(conflict.system)}
        return names.get(conflict.winner, "nobody yet")

    @admin.display(description="Stays")
    def stays(self, conflict: Conflict) -> str:
        by = f" ({conflict.settled_by})" if conflict.settled_by else ""
        return self.winner_label(conflict) + by

    @admin.display(description="Answered")
    def settled(self, conflict: Conflict) -> Any:
        return when(conflict.settled_at)

    # -- what staff can do -------------------------------------------------------------

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SETTLE)

    @admin.action(description="Keep Hermes in the chosen ones", permissions=["settle"])
    def keep_hermes(self, request: HttpRequest, conflicts: QuerySet) -> None:
        self._settle_all(request, conflicts, "hub")

    @admin.action(description="Take theirs in the chosen ones", permissions=["settle"])
    def take_theirs(self, request: HttpRequest, conflicts: QuerySet) -> None:
        self._settle_all(request, conflicts, "remote")

    def _settle_all(self, request: HttpRequest, conflicts: QuerySet, winner: str) -> None:
        said = [
            self._settle(request, conflict, winner)
            for conflict in conflicts.filter(state=QuestionState.OPEN)
        ]
        refused = [sentence for level, sentence in said if level != messages.SUCCESS]
        self.message_user(request, f"{len(said) - len(refused)} answered.")
        for sentence in refused[:5]:
            self.message_user(request, sentence, messages.ERROR)

    def _settle(
        self, request: HttpRequest, conflict: Conflict, winner: str, value: Any = None
    ) -> tuple[int, str]:
        try:
            questions.settle(conflict, winner, value, by=str(request.user))
        except questions.AlreadySettled as error:
            return messages.WARNING, str(error)
        except ValidationError as error:
            field = conflict.field.replace("_", " ")
            return messages.ERROR, f"{field.capitalize()}: {' '.join(error.messages)}"
        except ObjectDoesNotExist:
            return messages.ERROR, "The record is no longer there."
        told = "" if winner == "remote" else f" {label_of(conflict.system)} will be told."
        return messages.SUCCESS, f"Answered.{told}"

    def shows(self, button: Button, conflict: Conflict) -> bool:
        typeable = conflict.kind in hub.KINDS and (
            conflict.field not in hub.KINDS[conflict.kind].parents
        )
        return conflict.state == QuestionState.OPEN and (button.name != "typed" or typeable)

    def do_hub(self, request: HttpRequest, conflict: Conflict) -> tuple[int, str]:
        return self._settle(request, conflict, "hub")

    def do_remote(self, request: HttpRequest, conflict: Conflict) -> tuple[int, str]:
        return self._settle(request, conflict, "remote")

    def do_typed(self, request: HttpRequest, conflict: Conflict) -> tuple[int, str]:
        return self._settle(request, conflict, "typed", request.POST.get("text", "").strip())


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(NamedRecords, ButtonsAdmin):
    """Two records that may be one."""

    when_empty = "Two records that look like one are shown here, to be merged or told apart."
    list_display = ["found", "kind_word", "first", "second", "why", "state_badge", "merge_link"]
    list_display_links = ["found"]
    list_filter = ["state", KindFilter]
    ordering = ["-id"]
    actions = ["tell_apart"]
    fields = ["kind_word", "first", "second", "why", "found", "state_badge", "settled_by",
              "merge_link"]  # fmt: skip
    readonly_fields = fields
    buttons = (Button("apart", "Not the same", "call_split", TELL_APART),)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self._allowed(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self._allowed(request, super().get_fields(request, obj))

    @staticmethod
    def _allowed(request: HttpRequest, names: Any) -> list[str]:
        may_merge = request.user.has_perm(MERGE)
        return [name for name in names if may_merge or name != "merge_link"]

    def record_pairs(self, rows: Any) -> list[tuple[str, int]]:
        return [(row.kind, pk) for row in rows for pk in (row.first_id, row.second_id)]

    @admin.display(description="Found", ordering="id")
    def found(self, pair: PossibleDuplicate) -> Any:
        return when(pair.found_at)

    @admin.display(description="Kind")
    def kind_word(self, pair: PossibleDuplicate) -> str:
        return kind_label(pair.kind)

    @admin.display(description="This")
    def first(self, pair: PossibleDuplicate) -> Any:
        return self._numbered(pair, pair.first_id)

    @admin.display(description="and this")
    def second(self, pair: PossibleDuplicate) -> Any:
        return self._numbered(pair, pair.second_id)

    def _numbered(self, pair: PossibleDuplicate, pk: int) -> Any:
        """Two that may be one often have one name."""
        return format_html("{} (number {})", self.named(pair, pair.kind, pk), pk)

    @admin.display(description="State")
    def state_badge(self, pair: PossibleDuplicate) -> Any:
        return badge(pair.get_state_display())

    @admin.display(description="Are they one?")
    def merge_link(self, pair: PossibleDuplicate) -> Any:
        if pair.state != QuestionState.OPEN or pair.kind not in ("company", "contact"):
            return "–"
        ids = urlencode({"ids": f"{pair.first_id},{pair.second_id}"})
        return format_html(
            '<a class="hermes-link" href="/admin/merge/{}/?{}" '
            'aria-label="Merge {} and {}">Merge…</a>',
            pair.kind, ids, pair.first_id, pair.second_id,
        )  # fmt: skip

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(TELL_APART)

    @admin.action(description="The chosen ones are not the same", permissions=["settle"])
    def tell_apart(self, request: HttpRequest, pairs: QuerySet) -> None:
        for pair in pairs:
            questions.not_the_same(pair, by=str(request.user))
        self.message_user(request, "Remembered: these will not be asked about again.")

    def shows(self, button: Button, pair: PossibleDuplicate) -> bool:
        return pair.state == QuestionState.OPEN

    def do_apart(self, request: HttpRequest, pair: PossibleDuplicate) -> str:
        questions.not_the_same(pair, by=str(request.user))
        return "Remembered: this pair will not be asked about again."
