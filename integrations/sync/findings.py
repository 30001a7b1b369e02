"""What applying a batch found that staff should know, saved with it as sets."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integrations.models import (
    Conflict,
    ExternalLink,
    PossibleDuplicate,
    QuestionState,
    RemotePerson,
    SyncLog,
)

from . import links
from .errors import Rejected
from .match import Found
from .merge import FieldConflict
from .records import RemoteRecord
from .system import System

#: What was said of a record is not said again for so long: some systems send all that they
#: have every few hours, the same wrong values too.
SAID_FOR = timedelta(days=7)

#: The topic of records of which none is made here.
LEFT_OUT = "left_out"

#: Topics of what happens to a record by turns: the last of them is not said again.
BY_TURNS = DELETED_THERE, BACK_THERE = "deleted_there", "back_there"

#: Table, key and reason by which new records are possible duplicates of each other.
ALIKE = {
    "company": ("companies_company", "name_key", "the same name"),
    "contact": ("contacts_contact", "email_key", "the same e-mail address"),
}


class Findings:
    """Collects for one batch, then saves."""

    def __init__(self, system: System, kind: str) -> None:
        self.system, self.kind = system, kind
        self._conflicts: list[tuple[int, FieldConflict]] = []
        self._pairs: list[tuple[Any, int, str]] = []
        self._sentences: dict[tuple[str, str], list[tuple[str, str]]] = {}
        #: About the link's record; about none of ours, where there is no link.
        self._logs: list[tuple[ExternalLink | None, str, str]] = []
        self._people: list[RemoteRecord] = []

    @property
    def called(self) -> str:
        """What staff call a record of the kind."""
        return self.kind.replace("_", " ")

    def bad_value(self, record: RemoteRecord, name: str, error: Exception) -> None:
        """A value that does not fit our field. The rest of the record goes on."""
        reason = "; ".join(getattr(error, "messages", [str(error)]))
        self._say(record, "bad_value", f"{name.replace('_', ' ')} was left as it is: {reason}")

    def stranger(self, record: RemoteRecord) -> None:
        """A member of their staff who is none of our team yet, for a person to pair."""
        self._people.append(record)

    def misfits(self, record: RemoteRecord) -> str:
        """Its values that do not fit, of which staff have to be told; empty if all do."""
        said = self._sentences.get((record.kind, record.remote_id), [])
        ours = [sentence for topic, sentence in said if topic == "bad_value"]
        return "; ".join([*record.problems, *ours])

    def refuse_misfit(self, record: RemoteRecord, name: str) -> None:
        """For a new record that cannot do without this field.

        Raises:
            Rejected: It has a value there, which does not fit.
        """
        if record.fields.get(name):
            raise Rejected(f"No {self.called} can be made of it: {self.misfits(record)}")

    def left_out(self, record: RemoteRecord) -> None:
        """None is made of it, for a reason that a person can do something about."""
        name = record.fields.get("name")
        which = f"{name} ({record.remote_id})" if name else record.remote_id
        sentence = f"{self.system.label}'s {self.called} {which} is left out: {record.not_made}"
        self._logs.append((None, LEFT_OUT, sentence))

    def unknown_parent(self, record: RemoteRecord, name: str, kind: str) -> None:
        """It points at something that neither Hermes nor the remote can show."""
        topic = "unknown_owner" if kind == "team_member" else "unknown_parent"
        self._say(
            record,
            topic,
            f"{self.system.label} names {kind.replace('_', ' ')} {record.parents[name]} "
            f"as {name.replace('_', ' ')}, who is not known in Hermes: left as it is",
        )

    def ended(self, link: ExternalLink) -> str:
        """It was deleted there, and stays here. Returns what staff are told."""
        sentence = f"The {self.called} was deleted in {self.system.label}. It stays here"
        self._logs.append((link, DELETED_THERE, sentence))
        return sentence

    def deleted_here(self, target: Any) -> str:
        """Why nothing is taken of one that Hermes archived or has deleted there."""
        where = "archived in Hermes" if target.archived_at else f"not to be in {self.system.label}"
        return f"The {self.called} is {where} and takes nothing from there"

    def returned(self, link: ExternalLink) -> None:
        """It had been deleted there, which ended nothing here."""
        sentence = f"The {self.called} is in {self.system.label} again"
        self._logs.append((link, BACK_THERE, sentence))

    def put_right(self, link: ExternalLink, shown: Iterable[str]) -> None:
        """Values that others say and somebody changed there: they are sent again."""
        derived = self.system.kinds[self.kind].derived
        for name in shown:
            # What stood there before Hermes said anything is nobody's change.
            if derived and name in link.snapshot and (sentence := derived.put_right(name)):
                self._logs.append((link, "put_right", sentence))

    def stay(self, link: ExternalLink, names: Iterable[str]) -> None:
        """Fields were emptied there, and are not emptied here."""
        for name in names:
            called = name.replace("_", " ")
            sentence = f"{self.system.label} no longer has a {called} for it. Ours stays as it is"
            self._logs.append((link, "emptied_there", sentence))

    def replaced(self, record: RemoteRecord, link: ExternalLink) -> None:
        """Somebody else stands there in its place."""
        sentence = f"{self.system.label} now has {record.fields.get('name')} in this place. "
        self._logs.append((link, "replaced", sentence + "Who was there before stays as they are"))

    def problems(self, record: RemoteRecord, link: ExternalLink) -> None:
        """Keep the record's sentences; called only if the message was news."""
        for problem in record.problems:
            self._say(record, "bad_value", problem)
        for topic, sentence in self._sentences.pop((record.kind, record.remote_id), []):
            self._logs.append((link, topic, sentence))

    def conflicts(self, record_id: int, conflicts: Iterable[FieldConflict]) -> None:
        self._conflicts += [(record_id, conflict) for conflict in conflicts]

    def duplicates(self, record_id: int, found: Found) -> None:
        """Further candidates of a record that was matched."""
        for other in found.others:
            self._pairs.append((record_id, other, found.why))

    def duplicates_of_new(self, target: Any, found: Found | None) -> None:
        """A new record that looks like one we had. Its id is known when it is saved."""
        for other in found.others if found else []:
            self._pairs.append((target, other, found.why if found else ""))

    def twins(self, made: Collection[int]) -> None:
        """New records that are alike among themselves: none was here to be found."""
        if self.kind not in ALIKE or len(made) < 2:
            return
        table, key, why = ALIKE[self.kind]
        pairs = links.rows(
            f"""
            SELECT first, id FROM (
                SELECT id, min(id) OVER (PARTITION BY {key}) AS first
                FROM {table} WHERE id = ANY(%s) AND {key} <> '') made
            WHERE id <> first
            """,
            list(made),
        )
        self._pairs += [(first, other, why) for first, other in pairs]

    def _say(self, record: RemoteRecord, topic: str, sentence: str) -> None:
        self._sentences.setdefault((record.kind, record.remote_id), []).append((topic, sentence))

    def save(self) -> None:
        self._save_conflicts()
        self._save_pairs()
        self._save_logs()
        self._save_people()

    def _save_conflicts(self) -> None:
        now = timezone.now()
        rows = [
            Conflict(
                system=self.system.name,
                kind=self.kind,
                record_id=record_id,
                field=conflict.field,
                base_value=conflict.base,
                hub_value=conflict.hub,
                remote_value=conflict.remote,
                policy=conflict.policy,
                winner=conflict.winner,
                state=QuestionState.SETTLED if conflict.winner else QuestionState.OPEN,
                settled_at=now if conflict.winner else None,
                settled_by=f"rule: {conflict.policy}" if conflict.winner else "",
            )
            for record_id, conflict in self._conflicts
        ]
        Conflict.objects.bulk_create(rows, ignore_conflicts=True)

    def _save_pairs(self) -> None:
        pairs = [(getattr(one, "pk", one), other, why) for one, other, why in self._pairs]
        PossibleDuplicate.objects.bulk_create(
            [
                PossibleDuplicate(
                    kind=self.kind, first_id=min(one, other), second_id=max(one, other), why=why
                )
                for one, other, why in pairs
                if one != other
            ],
            ignore_conflicts=True,
        )

    def _save_people(self) -> None:
        rows = [
            RemotePerson(
                system=one.system,
                remote_id=one.remote_id,
                name=str(one.fields.get("name") or "")[:300],
                email=str(one.fields.get("email") or "")[:320],
            )
            for one in self._people
        ]
        RemotePerson.objects.bulk_create(rows, ignore_conflicts=True)

    def _said(self) -> set[tuple[int | None, str, str]]:
        """Record, topic and sentence of what staff have been told of late."""
        ids = [link.record_id for link, _, _ in self._logs if link]
        told = SyncLog.objects.filter(
            Q(record_id__in=ids)
            | Q(record_id=None, topic=LEFT_OUT, message__in=[why for _, _, why in self._logs]),
            system=self.system.name,
            kind=self.kind,
            at__gt=timezone.now() - SAID_FOR,
        )
        rows = list(told.order_by("pk").values_list("record_id", "topic", "message"))
        last = {row[0]: row for row in rows if row[1] in BY_TURNS}
        return {row for row in rows if row[1] not in BY_TURNS} | set(last.values())

    def _save_logs(self) -> None:
        said = self._said() if self._logs else set()
        logs = [(link.record_id if link else None, what, why) for link, what, why in self._logs]
        SyncLog.objects.bulk_create(
            SyncLog(
                level=SyncLog.Level.INFO if topic == BACK_THERE else SyncLog.Level.WARNING,
                system=self.system.name,
                kind=self.kind,
                record_id=record_id,
                topic=topic,
                message=sentence,
            )
            for record_id, topic, sentence in logs
            if (record_id, topic, sentence) not in said
        )
