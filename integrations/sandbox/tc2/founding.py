"""What a branch has from its first day: staff, countries, custom fields, labels, stages."""

from integrations.sandbox.people import founders

BRANCH = 3
FIRST_IDS = {
    "country": 1,
    "custom_field": 11,
    "label": 31,
    "pipeline_stage": 41,
    "admin": 501,
    "invoice": 6600,
    "agency": 7301,
    "client": 8101,
    "recipient": 9001,
}
TEXT, DROPDOWN = "Short Textbox", "Dropdown"

_COUNTRIES = {
    "AU": "Australia",
    "BR": "Brazil",
    "CA": "Canada",
    "FR": "France",
    "DE": "Germany",
    "IN": "India",
    "IE": "Ireland",
    "NL": "Netherlands",
    "NZ": "New Zealand",
    "PT": "Portugal",
    "ZA": "South Africa",
    "AE": "United Arab Emirates",
    "GB": "United Kingdom",
    "US": "United States",
}
_CUSTOM_FIELDS = {
    "utm_source": "UTM source",
    "utm_campaign": "UTM campaign",
    "estimated_monthly_income": "Monthly income",
    "termination_category": "Termination category",
    "pipedrive_url": "Pipedrive URL",
    "pipedrive_id": "Pipedrive id",
    "pipedrive_deal_stage": "Pipedrive deal stage",
    "pipedrive_pipeline": "Pipedrive pipeline",
    "currency": "Currency",
    "referer": "Referer",
}
_OPTIONS = {"termination_category": ["Too expensive", "Closing down", "Moved (other software)"]}
_LABELS = {"webinar-lead": "Webinar lead", "do-not-call": "Do not call"}
_STAGES = ("New", "Contacted", "Converted")


def records() -> list[tuple[str, dict]]:
    """Kind and record, without its id, in the order in which they get one."""
    return [
        *(("country", {"name": name, "abbreviation": code}) for code, name in _COUNTRIES.items()),
        *(("custom_field", custom_field(name, key)) for key, name in _CUSTOM_FIELDS.items()),
        *(("label", {"name": name, "machine_name": key}) for key, name in _LABELS.items()),
        *(
            ("pipeline_stage", {"name": name, "sort_index": place})
            for place, name in enumerate(_STAGES)
        ),
        *(("admin", admin(name, email)) for name, email in founders()),
    ]


def custom_field(name: str, machine_name: str) -> dict:
    """One of ours; a dropdown when there are options for it."""
    options = _OPTIONS.get(machine_name, [])
    return {
        "name": name,
        "machine_name": machine_name,
        "type": DROPDOWN if options else TEXT,
        "options": options,
    }


def admin(name: str, email: str) -> dict:
    """A member of the staff."""
    first, _, last = name.partition(" ")
    return {"first_name": first, "last_name": last, "email": email}
