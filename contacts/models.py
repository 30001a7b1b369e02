"""The people at companies."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Trim, Upper

from companies.models import Company, name_key, split_name
from companies.records import (
    LONGEST_EMAIL,
    LONGEST_PERSONAL_NAME,
    LONGEST_TEXT,
    Record,
    sensible_year,
    with_history,
)

#: The form in which phone numbers are compared.
PHONE_DIGITS = models.Func(
    "phone",
    models.Value("[^0-9]"),
    models.Value(""),
    models.Value("g"),
    function="regexp_replace",
    output_field=models.TextField(),
)


class Role(models.TextChoices):
    CLIENT = "client", "Client"
    TEACHER = "teacher", "Teacher"
    GUEST = "guest", "Guest"
    BORROWER = "borrower", "Borrower"


@with_history
class Contact(Record):
    """A person; belongs to one company at most."""

    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    first_name = models.TextField(
        max_length=LONGEST_PERSONAL_NAME, blank=True, default="", db_default=""
    )
    last_name = models.TextField(max_length=LONGEST_PERSONAL_NAME, default="", db_default="")
    name_key = models.GeneratedField(
        expression=name_key("first_name", "last_name"),
        output_field=models.TextField(),
        db_persist=True,
    )
    email = models.TextField(max_length=LONGEST_EMAIL, blank=True, default="", db_default="")
    email_key = models.GeneratedField(
        expression=Lower(Trim("email")), output_field=models.TextField(), db_persist=True
    )
    phone = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    job_title = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    role = models.TextField(choices=Role, blank=True, default="", db_default="")
    lead_source = models.TextField(max_length=LONGEST_TEXT, blank=True, default="", db_default="")
    last_contacted_on = models.DateField(null=True, blank=True, validators=[sensible_year])
    # Name to value, what Salesforce says of a borrower beside the fields above.
    loan_details = models.JSONField(default=dict, blank=True, db_default={})
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records"
    )

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="merged_contact_is_archived",
            ),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="contact_by_name_key"),
            models.Index(
                fields=["email_key"], condition=~Q(email_key=""), name="contact_by_email_key"
            ),
            models.Index(PHONE_DIGITS, condition=~Q(phone=""), name="contact_by_phone_digits"),
            models.Index(fields=["last_name", "-id"], name="contact_by_name"),
            GinIndex(OpClass(Upper("name_key"), name="gin_trgm_ops"), name="contact_name_search"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="contact_email_search"),
            GinIndex(OpClass(Upper("phone"), name="gin_trgm_ops"), name="contact_phone_search"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"Contact {self.pk}"

    @property
    def name(self) -> str:
        """Both names as one, as other systems keep it."""
        return f"{self.first_name} {self.last_name}".strip()

    @name.setter
    def name(self, text: str) -> None:
        self.first_name, self.last_name = split_name(text)
