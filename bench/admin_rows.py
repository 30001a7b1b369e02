"""A million companies and a million contacts, made by PostgreSQL itself."""

from __future__ import annotations

from django.db import connection

from companies.models import TeamMember
from integrations.models import RemoteField
from integrations.pipedrive import SYSTEM
from integrations.pipedrive.custom_fields import CUSTOM_FIELDS

from .plan import say, stopwatch

TEAM = 40

FIRST_WORDS = [
    "Larkfield", "Brightside", "Oakwood", "Harbour", "Kingsley", "Maple", "Northgate", "Pioneer",
    "Quayside", "Redwood", "Silverdale", "Thornbury", "Upland", "Vantage", "Westbrook", "Yarrow",
    "Ashgrove", "Beacon", "Cedar", "Dunmore", "Elmstead", "Fairview", "Greenway", "Hillcrest",
    "Ivybridge", "Juniper", "Keystone", "Lighthouse", "Meridian", "Newbridge",
]  # fmt: skip
TRADES = [
    "Tutors", "Tuition", "Learning", "Academy", "Study Club", "Education", "Maths Hub",
    "Language School", "Music Lessons", "College", "Coaching", "Prep",
]  # fmt: skip
TOWNS = [
    "Leeds", "York", "Bath", "Derby", "Truro", "Hull", "Ely", "Wells", "Ripon", "Exeter",
    "Boston", "Austin", "Denver", "Perth", "Hobart", "Calgary", "Berlin", "Lyon",
]  # fmt: skip
FIRST_NAMES = [
    "Priya", "Sam", "Elif", "Noah", "Maya", "Omar", "Grace", "Ivan", "Lucy", "Kofi", "Ana",
    "Zoë", "Hannah", "Liam", "Aisha", "Tomás", "Ruth", "Wei", "Olga", "Ben", "Clara", "Dev",
    "Ewa", "Finn", "Gita", "Hugo", "Ines", "Jack",
]  # fmt: skip
LAST_NAMES = [
    "Nair", "Okoro", "Kaya", "Hughes", "Lopez", "Haddad", "Chen", "Novak", "Byrne", "Owusu",
    "Patel", "Schmidt", "Rossi", "Dubois", "Murphy", "Singh", "Kowalski", "Jensen", "Silva",
    "Evans", "Tanaka", "Ivanova", "Garcia", "Ahmed", "Walker", "Müller", "Costa", "Osei",
]  # fmt: skip
MAIL = [
    "gmail.example", "outlook.example", "yahoo.example", "larkfield.example", "oakwood.example",
    "school.example", "icloud.example", "harbour-tutors.example", "btinternet.example",
]  # fmt: skip
CODES = [
    "+44 113", "+44 20", "+44 1904", "+44 117", "+44 131", "+1 617", "+1 512", "+1 303",
    "+61 8", "+61 3", "+49 30", "+33 4", "01904", "07700",
]  # fmt: skip


def _pick(values: list[str], salt: int) -> str:
    """SQL that picks one as by chance, but the same for the same row each time."""
    listed = ", ".join(f"'{value}'" for value in values)
    place = f"1 + abs(hashint8(i * {salt}::bigint)::bigint) %% {len(values)}"
    return f"(ARRAY[{listed}])[{place}]"


_COMPANIES = f"""
INSERT INTO companies_company
    (name, country, price_plan, tc2_status, website, sales_person_id, created_at, updated_at,
     archived_at)
SELECT {_pick(FIRST_WORDS, 7)} || ' ' || {_pick(TRADES, 11)} || ' ' || {_pick(TOWNS, 13)} || ' '
        || i,
    {_pick(["GB", "US", "AU", "CA"], 17)}, {_pick(["payg", "startup", "enterprise", ""], 19)},
    {_pick(["trial", "active", "suspended", ""], 23)}, 'https://site' || i || '.example',
    %s + i %% {TEAM}, now() - i * interval '30 seconds', now() - i * interval '17 seconds',
    CASE WHEN i %% 50 = 0 THEN now() END
FROM generate_series(1, %s) i
"""

_CONTACTS = f"""
INSERT INTO contacts_contact
    (company_id, first_name, last_name, email, phone, role, created_at, updated_at)
SELECT %s + (i * 7919::bigint) %% %s, {_pick(FIRST_NAMES, 7)}, {_pick(LAST_NAMES, 11)},
    lower({_pick(LAST_NAMES, 11)}) || '.' || i || '@' || {_pick(MAIL, 29)},
    {_pick(CODES, 31)} || ' ' || lpad((abs(hashint8(i)::bigint) %% 10000000)::text, 7, '0'),
    'client',
    now() - i * interval '30 seconds', now() - i * interval '17 seconds'
FROM generate_series(1, %s) i
"""

_LINKS = """
INSERT INTO integrations_externallink
    (system, kind, remote_id, record_id, state, snapshot, remote_state, last_error, deleted_here,
     merge_owed, created_at, pulled_at)
SELECT %s, %s, (500000 + id)::text, id, 'live', CASE WHEN id %% 10 = 0 THEN '{}' ELSE {agreed} END,
    '{}', '', false, false, now(), now()
FROM {table} WHERE id %% 3 = 0
"""

#: What both sides have; of every tenth Pipedrive lacks something.
_AGREED = {
    "company": "to_jsonb(companies_company) || jsonb_build_object('sales_person', sales_person_id)",
    "contact": """jsonb_build_object('name', first_name || ' ' || last_name, 'company', company_id,
        'email', email, 'phone', phone)""",
}

TABLES = ["companies_company", "contacts_contact", "integrations_externallink"]


def fill(rows: int) -> None:
    """So many companies and contacts, a third of them linked; indexes are built afterwards."""
    RemoteField.objects.bulk_create(
        RemoteField(system=SYSTEM.name, kind=kind, field="hub_id", remote_key=f"hermes_{kind}")
        for kind in CUSTOM_FIELDS
    )
    members = TeamMember.objects.bulk_create(
        TeamMember(first_name="Sam", last_name=f"Okoro {n}", email=f"sam{n}@hermes.example")
        for n in range(TEAM)
    )
    with connection.cursor() as cursor, stopwatch() as seconds:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        indexes = _take_indexes_away()
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(_COMPANIES, [members[0].pk, rows])
        cursor.execute("SELECT min(id) FROM companies_company")
        cursor.execute(_CONTACTS, [cursor.fetchone()[0], rows, rows])
        for kind, table in [("company", TABLES[0]), ("contact", TABLES[1])]:
            sql = _LINKS.replace("{table}", table).replace("{agreed}", _AGREED[kind])
            cursor.execute(sql, [SYSTEM.name, kind])
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for statement in indexes:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("RESET maintenance_work_mem")
    say(f"{rows} companies and contacts in {seconds[0]:.0f} s")


def _take_indexes_away() -> list[str]:
    """Drop the indexes that no constraint stands on; gives the statements that make them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
            """,
            [TABLES],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
    return [statement for _, statement in found]
