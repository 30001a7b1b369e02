"""Who may do what: four groups, kept as this file says at each migration."""

from __future__ import annotations

from typing import Any

from django.apps import apps

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"

#: Permissions beside Django's own: (model, codename, what it allows).
OWN = [
    ("integrations.webhookevent", "see_raw_webhookevent", "Can see messages as they came"),
    ("companies.company", "merge_records", "Can merge records"),
]

RECORDS = ["companies.company", "contacts.contact", "deals.deal", "meetings.meeting"]
SETUP = ["companies.teammember", "deals.pipeline", "deals.stage", "meetings.bookingrules"]
#: When hosts take calls: everybody keeps their own, and whoever changes team members keeps all.
TIMES = ["meetings.workinghours", "meetings.dayoff"]
CHOICES = ["meetings.hostchoice"]
SYNC = [
    "integrations.webhookevent",
    "integrations.outboxentry",
    "integrations.conflict",
    "integrations.possibleduplicate",
    "integrations.syncrun",
    "integrations.synclog",
    "integrations.connection",
    "integrations.externallink",
]
NAMES = ["integrations.remotefield"]
#: What statuses of other systems stand for.
STATUSES = ["integrations.stagemapping"]


def _all(models: list[str], *actions: str) -> set[str]:
    return {
        f"{label.split('.')[0]}.{action}_{label.split('.')[1]}"
        for label in models
        for action in actions
    }


#: Models of other packages whose pages operations use.
PEOPLE = ["auth.user", "auth.group", "axes.accessattempt", "axes.accesslog"]
SCHEDULES = [
    "django_celery_beat.periodictask",
    "django_celery_beat.intervalschedule",
    "django_celery_beat.crontabschedule",
]

READ_ONLY = _all(RECORDS + SETUP + SYNC + TIMES + CHOICES + STATUSES, VIEW)

SALES = (
    READ_ONLY
    | _all(RECORDS, ADD, CHANGE)
    | _all(TIMES, ADD, CHANGE, DELETE)
    | _all(
        ["integrations.outboxentry", "integrations.conflict", "integrations.possibleduplicate"],
        CHANGE,
    )
)

SALES_LEAD = (
    SALES
    | {"companies.merge_records"}
    | _all(["companies.teammember", "meetings.bookingrules"], ADD, CHANGE)
    | _all(STATUSES, CHANGE)
)

OPERATIONS = (
    SALES_LEAD
    | _all(SETUP, ADD, CHANGE)
    | _all(SYNC, CHANGE)
    | _all(NAMES, VIEW)
    | {"integrations.see_raw_webhookevent"}
    | _all(PEOPLE + SCHEDULES, VIEW)
    | _all(["auth.user"], ADD, CHANGE)
    | _all(["axes.accessattempt"], DELETE)
    | _all(SCHEDULES, CHANGE)
    | _all(SCHEDULES[1:], ADD)
)

ROLES = {
    "sales": SALES,
    "sales lead": SALES_LEAD,
    "operations": OPERATIONS,
    "read only": READ_ONLY,
}


def install_roles(**_: Any) -> None:
    """Make the groups, and give each exactly its permissions. Connected to post_migrate."""
    from django.contrib.auth.models import Group, Permission

    _make_permissions()
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, wanted in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set([known[each] for each in sorted(wanted) if each in known])


def _make_permissions() -> None:
    """Django makes them app by app after a migration; ours are wanted at once."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    labels = {label for label, _, _ in OWN} | set(
        RECORDS + SETUP + SYNC + NAMES + PEOPLE + SCHEDULES + TIMES + CHOICES
    )
    for app in sorted({label.split(".")[0] for label in labels}):
        create_permissions(apps.get_app_config(app), verbosity=0)
    for label, codename, name in OWN:
        app, model = label.split(".")
        content_type = ContentType.objects.get(app_label=app, model=model)
        Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
