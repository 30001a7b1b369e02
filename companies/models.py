"""Companies, and the people who sell to and support them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Lower, Trim, Upper

from .records import (
    LONGEST_NAME,
    LONGEST_PERSONAL_NAME,
    LONGEST_TEXT,
    LiveManager,
    Record,
    RecordQuerySet,
    sensible_year,
    with_history,
)
from .zones import zone_named


def name_key(*columns: str) -> Lower:
    """The form in which names are compared: lower case, runs of blanks as one."""
    text = models.TextField()
    parts = [Coalesce(F(column), Value(""), output_field=text) for column in columns]
    joined = parts[0]
    for part in parts[1:]:
        joined = CombinedExpression(
            CombinedExpression(joined, "||", Value(" ", output_field=text), output_field=text),
            "||",
            part,
            output_field=text,
        )
    blanks = Func(
        Trim(joined, output_field=text),
        Value(r"\s+"),
        Value(" "),
        Value("g"),
        function="regexp_replace",
        output_field=text,
    )
    return Lower(blanks, output_field=text)


class Plan(models.TextChoices):
    PAYG = "payg", "Pay as you go"
    STARTUP = "startup", "Startup"
    ENTERPRISE = "enterprise", "Enterprise"


class Territory(models.TextChoices):
    GB = "GB", "United Kingdom"
    US = "US", "United States"
    AU = "AU", "Australia"
    CA = "CA", "Canada"
    EU = "EU", "Europe"
    ROW = "ROW", "Rest of the world"


class TC2Status(models.TextChoices):
    PENDING = "pending_email_conf", "Pending e-mail confirmation"
    TRIAL = "trial", "Trial"
    ACTIVE = "active", "Active"
    NOT_PAYING = "active-not-paying", "Active, not paying"
    SUSPENDED = "suspended", "Suspended"
    TERMINATED = "terminated", "Terminated"
    IN_ARREARS = "in-arrears", "In arrears"


class TeamMemberQuerySet(RecordQuerySet):
    """Sets of team members."""

    def taking_calls(self) -> TeamMemberQuerySet:
        """Who can be booked; see ``TeamMember.takes_calls``."""
        sells_or_supports = Q(is_sales_person=True) | Q(is_support_person=True)
        return self.live().filter(sells_or_supports, is_active=True)


@with_history
class TeamMember(Record):
    """A person who sells, supports or does BDR work; owns records."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="team_member",
    )
    first_name = models.TextField(
        max_length=LONGEST_PERSONAL_NAME, blank=True, default="", db_default=""
    )
    last_name = models.TextField(
        max_length=LONGEST_PERSONAL_NAME, blank=True, default="", db_default=""
    )
    email = models.EmailField(max_length=254)
    timezone = models.CharField(max_length=64, default="Europe/London", db_default="Europe/London")
    is_sales_person = models.BooleanField(default=False, db_default=False)
    is_support_person = models.BooleanField(default=False, db_default=False)
    is_bdr_person = models.BooleanField(default=False, db_default=False)
    plans = ArrayField(
        models.CharField(max_length=20, choices=Plan), default=list, blank=True, db_default=[]
    )
    territories = ArrayField(
        models.CharField(max_length=5, choices=Territory), default=list, blank=True, db_default=[]
    )
    is_active = models.BooleanField(default=True, db_default=True)

    objects = LiveManager.from_queryset(TeamMemberQuerySet)()
    all_objects = TeamMemberQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_team_member_per_email",
                violation_error_message="another team member has this e-mail address",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """What the constraint holds, at the field; and a zone of which the time is known."""
        if zone_named(self.timezone) is None:
            raise ValidationError({"timezone": "must be a name such as Europe/London."})
        same = TeamMember.all_objects.filter(email__iexact=self.email).exclude(pk=self.pk)
        if other := same.first():
            raise ValidationError({"email": f"{other} has this e-mail address already."})

    @property
    def name(self) -> str:
        """Both names as one."""
        return f"{self.first_name} {self.last_name}".strip()

    @name.setter
    def name(self, text: str) -> None:
        self.first_name, self.last_name = split_name(text)

    @property
    def takes_calls(self) -> bool:
        """Whether they can be booked; as ``TeamMemberQuerySet.taking_calls``."""
        sells_or_supports = self.is_sales_person or self.is_support_person
        return sells_or_supports and self.is_active and self.archived_at is None


def split_name(text: str) -> tuple[str, str]:
    """First and last name; a single word is the last name."""
    first, _, last = " ".join((text or "").split()).partition(" ")
    return (first, last) if last else ("", first)


@with_history
class Company(Record):
    """A customer, or one to be."""

    name = models.TextField(max_length=LONGEST_NAME)
    name_key = models.GeneratedField(
        expression=name_key("name"), output_field=models.TextField(), db_persist=True
    )
    sales_person = models.ForeignKey(
        TeamMember, null=True, blank=True, on_delete=models.PROTECT, related_name="companies"
    )
    support_person = models.ForeignKey(
        TeamMember,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supported_companies",
    )
    bdr_person = models.ForeignKey(
        TeamMember, null=True, blank=True, on_delete=models.PROTECT, related_name="bdr_companies"
    )
    price_plan = models.TextField(choices=Plan, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    website = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    estimated_income = models.TextField(
        max_length=LONGEST_TEXT, blank=True, default="", db_default=""
    )
    utm_source = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    utm_campaign = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    gclid = models.TextField(
        "Google Ads click ID", max_length=LONGEST_TEXT, blank=True, default="", db_default=""
    )
    gclid_expires_at = models.DateTimeField(
        "Google Ads click expires at", null=True, blank=True, validators=[sensible_year]
    )
    signup_questionnaire = models.JSONField(
        "sign-up questionnaire", default=dict, blank=True, db_default={}
    )
    has_booked_call = models.BooleanField(default=False, db_default=False)
    signed_up_at = models.DateTimeField(null=True, blank=True, validators=[sensible_year])
    has_signed_up = models.BooleanField(default=False, db_default=False)
    narc = models.BooleanField("not a real customer", default=False, db_default=False)
    tc2_status = models.TextField(
        "TC2 status", choices=TC2Status, blank=True, default="", db_default=""
    )
    paid_invoice_count = models.PositiveIntegerField(default=0, db_default=0)
    pay0_at = models.DateTimeField(
        "payment milestone 0", null=True, blank=True, validators=[sensible_year]
    )
    pay1_at = models.DateTimeField(
        "payment milestone 1", null=True, blank=True, validators=[sensible_year]
    )
    pay3_at = models.DateTimeField(
        "payment milestone 3", null=True, blank=True, validators=[sensible_year]
    )
    card_saved_at = models.DateTimeField(null=True, blank=True, validators=[sensible_year])
    email_confirmed_at = models.DateTimeField(null=True, blank=True, validators=[sensible_year])
    industry = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    region = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    account_value = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records"
    )

    class Meta(Record.Meta):
        abstract = False
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="merged_company_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="company_by_name_key"),
            models.Index(fields=["name", "-id"], name="company_by_name"),
            models.Index(fields=["-updated_at", "-id"], name="company_by_change"),
            # Whose turn it is to sell, or to support, follows the newest company's.
            models.Index(
                fields=["price_plan", "-created_at", "-id"], name="company_newest_of_plan"
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=models.Q(support_person__isnull=False),
                name="company_newest_supported",
            ),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="company_name_search"),
        ]

    def __str__(self) -> str:
        return self.name or f"Company {self.pk}"


class Merge(models.Model):
    """Records that were made one, with all that is needed to part them again."""

    kind = models.CharField(max_length=40)
    winner_id = models.BigIntegerField()
    loser_ids = ArrayField(models.BigIntegerField())
    #: Model label and column to {row id: the row it belonged to}.
    moved = models.JSONField(default=dict)
    #: The winner's fields that the merge filled: {name: [before, after]}.
    filled = models.JSONField(default=dict)
    merged_at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=150, blank=True, default="")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "winner_id"], name="merge_by_winner")]

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(map(str, self.loser_ids))} into {self.winner_id}"
