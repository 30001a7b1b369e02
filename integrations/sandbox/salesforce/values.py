"""How values are written, in rows as in answers."""

from datetime import UTC, datetime

#: Without milliseconds: those of Salesforce are zero.
FORM = "%Y-%m-%dT%H:%M:%S.000+0000"


def stamp(moment: datetime) -> str:
    """As Salesforce writes a time. Two of them compare as texts do."""
    return moment.astimezone(UTC).strftime(FORM)


def moment(text: str) -> datetime:
    """What a stamp, or any other time with a zone, means.

    Raises:
        ValueError: It is none.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return found
