"""A record of another system beside ours, line by line: before, and after the next exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from companies import history
from integrations.models import ExternalLink
from integrations.sync import comparing, details, hub
from integrations.sync.overview import FieldGroup, FieldLine, Sample
from integrations.sync.records import RemoteRecord
from integrations.sync.system import System

from .records import names_of, page_of

NOTHING = "–"

#: What the next exchange does with what the sample does not say.
LEFT = "Left as it is"
MADE = "Made with it"
NOT_MADE = "Nothing is made of it"


@dataclass(frozen=True)
class Cells:
    """One line's values: as they stand there, what we make of them, what we have, what happens."""

    called: str
    there: str
    made: str
    here: str
    outcome: str

    @property
    def differs(self) -> bool:
        return self.made != NOTHING and self.made != self.here


class Pair:
    """A record of the sample beside ours."""

    def __init__(self, system: System, group: FieldGroup, sample: Sample) -> None:
        self.system, self.group = system, group
        self._told = sample.values.get(group.kind, {})
        own = (one for one in sample.records if one.kind == group.kind)
        self.theirs = next((one for one in own if one.kept_in == one.remote_id), None)
        self._said = self.theirs.fields.get(details.FIELD, {}) if self.theirs else {}
        self.link = self._link()
        self.ours = self._ours()

    def _link(self) -> ExternalLink | None:
        if self.theirs is None:
            return None
        return ExternalLink.objects.filter(
            system=self.system.name,
            kind=self.group.kind,
            remote_id=self.theirs.remote_id,
            record_id__isnull=False,
        ).first()

    @property
    def _fate(self) -> str:
        """What becomes of what is not here yet."""
        return NOT_MADE if self.theirs and self.theirs.not_made else MADE

    @property
    def title(self) -> str:
        """The group's, without what names it there."""
        return self.group.title.partition(":")[0]

    @property
    def url(self) -> str:
        return page_of(self.group.kind, self.link.record_id) if self.link else ""

    @property
    def notes(self) -> list[str]:
        """Why nothing is made or taken of it, and what of it does not fit."""
        assert self.theirs is not None
        kind = self.group.kind
        if self.theirs.not_made and self.link is None:
            return [f"Hermes makes no {kind} of it: {self.theirs.not_made}.", *self.theirs.problems]
        first = [] if self.link else [f"Hermes has no {kind} of it yet, and makes one."]
        return [*first, *self.theirs.problems]

    def rows(self) -> list[Cells]:
        """Each line of the group, as far as something here is made of it."""
        assert self.theirs is not None
        values, frozen = self._values(self.theirs), self.system.kinds[self.group.kind].frozen
        settled = frozen(self.ours, self.link) if self.ours is not None else ""
        return [self._cells(line, values, settled) for line in self.group.lines]

    def _ours(self) -> Any:
        if self.link is None:
            return None
        return hub.KINDS[self.group.kind].model._base_manager.filter(pk=self.link.record_id).first()

    def _values(self, theirs: RemoteRecord) -> dict[str, comparing.ComparedField]:
        """Our fields as they are made of it; beside ours where there is one."""
        if self.link is not None and self.ours is not None:
            rows = comparing.compared(self.system, self.link, theirs)
        else:
            made = comparing.values_there(self.system, theirs)
            rows = [
                comparing.ComparedField(
                    name, here=None, there=value, same=False, outcome=self._fate
                )
                for name, value in made.items()
            ]
        return {row.name: row for row in rows}

    def _cells(
        self,
        line: FieldLine,
        values: Mapping[str, comparing.ComparedField],
        settled: str,
    ) -> Cells:
        """``settled`` says why nothing more is taken of it, if so."""
        there, row = self._told.get(line.name, "") or NOTHING, values.get(line.hub)
        if line.detail:
            made, here = self._detail(line.detail)
            outcome = self._outcome_of(line.detail, same=made == here)
        else:
            here = self._here(line.hub)
            made = self._words(line.hub, row.there) if row else NOTHING
            outcome = row.outcome if row else LEFT
        if settled and row and made != here:
            outcome = settled
        return Cells(line.called, there, made, here, outcome)

    def _detail(self, name: str) -> tuple[str, str]:
        told = self.system.details(self.group.kind)[name]
        held = getattr(self.ours, details.FIELD, {}).get(name)
        return told.in_words(self._said.get(name)) or NOTHING, told.in_words(held) or NOTHING

    def _outcome_of(self, name: str, *, same: bool) -> str:
        if name not in self._said:
            return LEFT
        if same:
            return "The same on both sides"
        return f"Hermes takes the value from {self.system.label}" if self.link else self._fate

    def _here(self, name: str) -> str:
        if self.ours is None or not name:
            return NOTHING
        return self._words(name, hub.KINDS[self.group.kind].json_value(self.ours, name))

    def _words(self, name: str, value: Any) -> str:
        kind = hub.KINDS[self.group.kind]
        if value in (None, "", {}):
            return NOTHING
        if name in kind.parents:
            return names_of([(kind.parents[name], value)]).get((kind.parents[name], value), NOTHING)
        if name in kind.virtual:
            return str(value)
        return history.in_words(kind.model, kind.model._meta.get_field(name), value)
