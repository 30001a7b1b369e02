"""What is being sold, and how far along it is."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from companies.models import Company, Plan, TeamMember
from companies.records import LONGEST_NAME, LONGEST_TEXT, Record, sensible_year, with_history
from contacts.models import Contact


@with_history
class Pipeline(Record):
    """A row of stages that deals move through."""

    name = models.TextField(max_length=LONGEST_NAME)
    default_stage = models.ForeignKey(
        "Stage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    plan = models.CharField(
        max_length=20,
        choices=Plan,
        blank=True,
        default="",
        db_default="",
        help_text="New deals of this plan enter here.",
    )

    class Meta(Record.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.default_stage and self.default_stage.pipeline_id != self.pk:
            refused = f"{self.default_stage} is not a stage of {self}."
            raise ValidationError({"default_stage": refused})


@with_history
class Stage(Record):
    """A step in a pipeline."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    name = models.TextField(max_length=LONGEST_NAME)
    position = models.IntegerField(default=0, db_default=0)

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["id", "pipeline"], name="stage_with_its_pipeline")
        ]

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Kind(models.TextChoices):
    SALE = "sale", "Sale"
    LOAN = "loan", "Loan"
    TRAVEL = "travel", "Travel"


@with_history
class Deal(Record):
    """A sale in the making; may have no company and no contact."""

    name = models.TextField(max_length=LONGEST_NAME)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default="open")
    owner = models.ForeignKey(
        TeamMember, null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    # Which pipeline it must belong to is a constraint of the database's own.
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SALE, db_default="sale")
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    probability = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    expected_close_on = models.DateField(null=True, blank=True, validators=[sensible_year])
    closed_at = models.DateTimeField(null=True, blank=True, validators=[sensible_year])
    lost_reason = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    # Name to value, what Salesforce says of the loan beside the fields above.
    loan_details = models.JSONField(default=dict, blank=True, db_default={})
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records"
    )

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="deal_status"),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__range=(0, 100)),
                name="deal_probability",
                violation_error_message="the probability must be from 0 to 100",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="merged_deal_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "-id"], name="deal_by_name"),
            models.Index(fields=["-updated_at", "-id"], name="deal_by_change"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="deal_name_search"),
        ]

    def __str__(self) -> str:
        return self.name or f"Deal {self.pk}"

    def clean(self) -> None:
        if self.stage_id and self.pipeline_id and self.stage.pipeline_id != self.pipeline_id:
            raise ValidationError({"stage": f"{self.stage} is not a stage of {self.pipeline}."})
