"""Who changed what: the change table's triggers, and its way into the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection, models, transaction

from . import derived, hub, outbox_entries
from .system import System, switched_on

#: The channel on which the triggers tell a listening worker that there is work.
CHANNEL = "hermes_changes"

#: How many change rows are turned into outbox entries in one transaction.
SPREAD_BATCH = 5000

#: More changes than that of one origin, noticed together, let those that come one by one pass.
ONE_BY_ONE = 100

#: What changed: kind, id, and which system's doing it was; nobody's is a person's.
_Changes = list[tuple[str, int, str]]

#: Only what differs counts, whatever statement wrote it. ``updated_at`` alone is no change.
_FUNCTION = """
CREATE OR REPLACE FUNCTION hermes_note_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO integrations_recordchange (kind, record_id, origin, at)
        SELECT '{kind}', n.id, coalesce(current_setting('hermes.origin', true), ''), now()
        FROM new_rows n;
    ELSE
        INSERT INTO integrations_recordchange (kind, record_id, origin, at)
        SELECT '{kind}', n.id, coalesce(current_setting('hermes.origin', true), ''), now()
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE ({new_columns}) IS DISTINCT FROM ({old_columns});
    END IF;
    IF FOUND THEN
        PERFORM pg_notify('{channel}', '');
    END IF;
    RETURN NULL;
END $$;
"""

_TRIGGERS = """
CREATE OR REPLACE TRIGGER hermes_note_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_note_{kind}();
CREATE OR REPLACE TRIGGER hermes_note_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_note_{kind}();
"""


#: A record's links are no columns of its own; what is said of it elsewhere depends on them.
#: As a row's trigger with a condition it costs nothing where other columns change.
_LINK_TRIGGER = """
CREATE OR REPLACE FUNCTION hermes_note_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO integrations_recordchange (kind, record_id, origin, at)
    SELECT DISTINCT '{prefix}' || l.kind, l.record_id, coalesce(NEW.system, OLD.system), now()
    FROM (VALUES (NEW.kind, NEW.record_id), (OLD.kind, OLD.record_id)) AS l (kind, record_id)
    WHERE l.record_id IS NOT NULL;
    PERFORM pg_notify('{channel}', '');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER hermes_note_link_insert AFTER INSERT ON integrations_externallink
    FOR EACH ROW WHEN ((NEW.system, NEW.kind) IN ({shown})) EXECUTE FUNCTION hermes_note_link();
CREATE OR REPLACE TRIGGER hermes_note_link_delete AFTER DELETE ON integrations_externallink
    FOR EACH ROW WHEN ((OLD.system, OLD.kind) IN ({shown})) EXECUTE FUNCTION hermes_note_link();
CREATE OR REPLACE TRIGGER hermes_note_link_update AFTER UPDATE ON integrations_externallink
    FOR EACH ROW WHEN ((NEW.system, NEW.kind) IN ({shown})
        AND (OLD.record_id IS DISTINCT FROM NEW.record_id OR OLD.state <> NEW.state))
    EXECUTE FUNCTION hermes_note_link();
"""


def _differing(model: type[models.Model], alias: str) -> str:
    columns = [
        column.column
        for column in model._meta.concrete_fields
        if not column.generated and column.name != "updated_at"
    ]
    return ", ".join(f'{alias}."{column}"' for column in columns)


def trigger_sql() -> list[str]:
    """The statements that install every trigger; safe to run again."""
    statements = []
    for kind in hub.TRACKED:
        model = hub.KINDS[kind].model
        names = {
            "kind": kind,
            "table": model._meta.db_table,
            "channel": CHANNEL,
            "new_columns": _differing(model, "n"),
            "old_columns": _differing(model, "o"),
        }
        statements += [_FUNCTION.format(**names), _TRIGGERS.format(**names)]
    return [*statements, _link_sql()]


def _link_sql() -> str:
    shown = ", ".join(f"('{system}', '{kind}')" for system, kind in derived.links())
    return _LINK_TRIGGER.format(prefix=derived.LINK_OF, channel=CHANNEL, shown=shown)


def install_triggers(**_: object) -> None:
    """Bring the triggers to the models' present columns. Runs after every migrate."""
    with connection.cursor() as cursor:
        for statement in trigger_sql():
            cursor.execute(statement)


@contextmanager
def made_by(system: System, event: str = "") -> Iterator[None]:
    """Mark what is written inside as this system's doing, for fan-out and for history.

    Must be entered inside a transaction: the mark is the transaction's own.
    """
    with pghistory.context(system=system.label, event=event):
        _set_origin(system.name)
        yield
    # Not on an error: the transaction, or its savepoint, takes the mark back then.
    _set_origin("")


def _set_origin(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hermes.origin', %s, true)", [name])


def spread() -> int:
    """Turn noticed changes into outbox entries. Returns how many changes it took."""
    taken = 0
    while batch := _spread_batch():
        taken += batch
        if batch < SPREAD_BATCH:
            break
    return taken


@transaction.atomic
def _spread_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM integrations_recordchange WHERE id = ANY(ARRAY(
                SELECT id FROM integrations_recordchange
                ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING kind, record_id, origin
            """,
            [SPREAD_BATCH],
        )
        changes = cursor.fetchall()
    few, many = _by_origin(changes)
    for system in switched_on():
        first, rest = _told(system, few), _told(system, many)
        outbox_entries.add(system, first, later=rest - first)
    return len(changes)


def _by_origin(changes: _Changes) -> tuple[_Changes, _Changes]:
    """Those that came one by one, and those that one origin brought in bulk: a load's."""
    number = Counter(origin for _, _, origin in changes)
    many = {origin for origin, changed in number.items() if changed > ONE_BY_ONE}
    return (
        [change for change in changes if change[2] not in many],
        [change for change in changes if change[2] in many],
    )


def _told(system: System, changes: _Changes) -> set[tuple[str, int]]:
    """Whose change the system has to know: (kind, id)."""
    others = {(kind, pk) for kind, pk, origin in changes if origin != system.name}
    return others | derived.concerned(system, changes)
