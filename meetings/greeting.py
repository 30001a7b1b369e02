"""How a guest is greeted in what Hermes writes to them."""

from __future__ import annotations

import re
import unicodedata

from contacts.models import Contact

#: Beside letters and their accents. The last one joins nothing in Persian names.
IN_NAMES = frozenset(" .-'\u2010\u2011\u2018\u2019\u200c")

#: A mail program makes a link of it.
LIKE_A_SITE = re.compile(r"\.\w\w")

ACCENTS = {"Mn", "Mc"}


def greeting(contact: Contact | None) -> str:
    """The first name, where it is one: anybody can have a letter sent to anybody."""
    name = contact.first_name.strip() if contact else ""
    is_name = all(map(_is_of_names, name)) and not LIKE_A_SITE.search(name)
    return name if name and is_name else "there"


def _is_of_names(letter: str) -> bool:
    return letter.isalpha() or letter in IN_NAMES or unicodedata.category(letter) in ACCENTS
