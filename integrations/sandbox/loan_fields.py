"""Custom fields of Pipedrive's that show what a loan says: the demo's account has them."""

from hashlib import sha1


def _key(label: str) -> str:
    """The same in every account, so that settings can name it."""
    return sha1(label.encode(), usedforsecurity=False).hexdigest()


#: Of a deal: label, type and key.
LOAN_FIELDS = [
    (label, kind, _key(label))
    for label, kind in [
        ("Interest rate", "double"),
        ("Loan purpose", "varchar"),
        ("Property address", "varchar"),
    ]
]

#: Label to key.
KEYS = {label: key for label, _, key in LOAN_FIELDS}
