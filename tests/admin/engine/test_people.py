"""Log-ins, roles and schedules: who may see and change them."""

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from integrations import schedules
from tests.factories import TeamMemberFactory

User = get_user_model()
OTHERS = ["read only", "sales", "sales lead"]
LISTS = ["auth_user", "auth_group", "axes_accessattempt", "axes_accesslog",
         "django_celery_beat_periodictask", "django_celery_beat_intervalschedule",
         "django_celery_beat_crontabschedule"]  # fmt: skip


def page(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def sam(db):
    return User.objects.create_user("sam", password="a-long-old-password", is_staff=True)


@pytest.fixture
def root(db):
    return User.objects.create_superuser("the-root", password="a-long-old-password")


@pytest.fixture
def attempt(db):
    return AccessAttempt.objects.create(
        username="sam", ip_address="10.0.0.1", failures_since_start=10, post_data="password=hush"
    )


@pytest.mark.parametrize("name", LISTS)
def test_operations_open_every_list_in_few_queries(
    as_, sam, attempt, name, django_assert_max_num_queries
):
    AccessLog.objects.create(username="sam", attempt_time=timezone.now())
    schedules.install()
    client = as_("operations")

    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_opens_them(as_, role, name):
    assert as_(role).get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_operations_make_a_log_in_with_a_role(as_, sam):
    client = as_("operations")
    password = {"password1": "a-long-new-password", "password2": "a-long-new-password"}
    client.post(
        reverse("admin:auth_user_add"),
        {"username": "ada", "usable_password": "true", **password},
    )
    ada = User.objects.get(username="ada")
    assert ada.is_staff

    group = Group.objects.get(name="sales")
    client.post(page(ada), {"username": "ada", "is_active": "on", "groups": [group.pk]})

    assert list(ada.groups.all()) == [group]


def test_operations_cannot_make_anyone_a_superuser(as_, sam):
    client = as_("operations")

    client.post(page(sam), {"username": "sam", "is_active": "on", "is_superuser": "on",
                            "user_permissions": [Permission.objects.first().pk]})  # fmt: skip

    sam.refresh_from_db()
    assert not sam.is_superuser
    assert not sam.user_permissions.exists()


def test_operations_cannot_hand_out_a_group_that_is_no_role(as_, sam):
    client = as_("operations")
    group = Group.objects.create(name="everything")

    response = client.post(page(sam), {"username": "sam", "is_active": "on", "groups": [group.pk]})

    assert response.status_code == 200
    assert not sam.groups.exists()


def test_operations_cannot_change_a_superuser_or_their_password(as_, root):
    client = as_("operations")
    password = {"password1": "a-long-new-password", "password2": "a-long-new-password"}

    assert client.post(page(root), {"username": "gone"}).status_code == 403
    address = reverse("admin:auth_user_password_change", args=[root.pk])
    assert client.post(address, {"usable_password": "true", **password}).status_code == 403
    root.refresh_from_db()
    assert root.check_password("a-long-old-password")


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_changes_a_log_in(as_, sam, role):
    client = as_(role)

    assert client.post(page(sam), {"username": "gone"}).status_code == 403
    assert client.post(reverse("admin:auth_user_add"), {"username": "new"}).status_code == 403
    address = reverse("admin:auth_user_password_change", args=[sam.pk])
    assert client.post(address, {"password1": "x", "password2": "x"}).status_code == 403


def test_nobody_is_deleted(as_, sam):
    address = reverse("admin:auth_user_delete", args=[sam.pk])

    assert as_().post(address, {"post": "yes"}).status_code == 403


def test_the_roles_of_hermes_are_changed_by_nobody(as_):
    client = as_()
    role = Group.objects.get(name="sales")

    assert client.get(page(role)).status_code == 200
    assert client.post(page(role), {"name": "mine"}).status_code == 403


def test_operations_make_and_change_no_group(as_):
    client = as_("operations")
    group = Group.objects.create(name="mine")

    assert client.post(reverse("admin:auth_group_add"), {"name": "new"}).status_code == 403
    assert client.post(page(group), {"name": "other"}).status_code == 403


def test_a_log_in_shows_its_team_member(as_, sam):
    member = TeamMemberFactory(user=sam)

    assert str(member) in as_("operations").get(page(sam)).content.decode()


def test_operations_say_whose_log_in_a_team_member_has(as_, sam):
    form = as_("operations").get(page(TeamMemberFactory())).context["adminform"].form

    assert sam in form.fields["user"].queryset


def test_a_sales_lead_cannot_give_a_team_member_a_log_in(as_, sam):
    member = TeamMemberFactory()

    response = as_("sales lead").get(page(member))

    assert "user" not in response.context["adminform"].form.fields


def test_a_failed_log_in_is_shown_without_what_was_typed_and_let_in_again(as_, attempt):
    client = as_("operations")
    assert "hush" not in client.get(page(attempt)).content.decode()

    client.post(
        reverse("admin:axes_accessattempt_changelist"),
        {"action": "let_in", "_selected_action": [attempt.pk]},
    )

    assert not AccessAttempt.objects.exists()


def test_operations_change_how_often_something_happens(as_):
    schedules.install()
    task = PeriodicTask.objects.get(task="integrations.sweep")
    other = IntervalSchedule.objects.create(every=30, period="seconds")

    response = as_("operations").post(page(task), {"enabled": "on", "interval": other.pk})

    assert response.status_code == 302, response.context["errors"]
    task.refresh_from_db()
    assert (task.interval, task.task) == (other, "integrations.sweep")


@pytest.mark.parametrize("both", [False, True])
def test_a_schedule_has_an_interval_or_a_time_of_day(as_, both):
    schedules.install()
    task = PeriodicTask.objects.get(task="integrations.sweep")
    night = CrontabSchedule.objects.create(hour="3")
    chosen = {"interval": task.interval_id, "crontab": night.pk} if both else {}

    response = as_("operations").post(page(task), {"enabled": "on", **chosen})

    said = {"interval": ["Choose either an interval or a time of day."]}
    assert response.context["adminform"].form.errors == said


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_changes_a_schedule(as_, role):
    schedules.install()
    task = PeriodicTask.objects.get(task="integrations.sweep")

    assert as_(role).post(page(task), {}).status_code == 403
    task.refresh_from_db()
    assert task.enabled
