"""What tells a person at the form from a program, without asking the person anything."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from datetime import timedelta
from typing import Any

from altcha import ChallengeOptionsV1, create_challenge_v1, verify_solution_v1
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

SALT = "meetings.booking_form"

#: A form is good for so long.
GOOD_FOR = timedelta(days=1)

#: A browser tries half as many numbers on average: about a second of a phone's time.
MOST_WORK = 20_000

#: No proof is longer.
LONGEST_PROOF = 2000

#: Without a proof of work a person has to have taken so many times as long.
SLOWER_WITHOUT_PROOF = 3


class NoPerson(Exception):
    """Looks like a program; says what a person can do about it."""


def new_form() -> str:
    """What a form carries from when it is opened: its number and the time, signed."""
    return signing.dumps({"form": secrets.token_urlsafe(12), "at": time.time()}, salt=SALT)


def form_number(stamp: str) -> str:
    """The number of a form of ours; empty for any other, and for one that is too old."""
    return str(_form(stamp).get("form", ""))


def _form(stamp: str) -> dict[str, Any]:
    """Its number and when it was opened; nothing where ``form_number`` is empty."""
    try:
        return dict(signing.loads(stamp, salt=SALT, max_age=GOOD_FOR))
    except (signing.BadSignature, ValueError):
        return {}


def challenge() -> dict[str, Any]:
    """Work for the visitor's browser, which costs a program that books all day."""
    return create_challenge_v1(
        ChallengeOptionsV1(hmac_key=_key(), max_number=MOST_WORK, expires=timezone.now() + GOOD_FOR)
    ).to_dict()


def check(stamp: str, *, honeypot: str, proof: str, booking: str) -> None:
    """Whether a person sends this.

    Args:
        booking: What tells the form's booking from others of the same form.

    Raises:
        NoPerson: It does not look so.
    """
    form = _form(stamp)
    if not form:
        raise NoPerson(_("This page was open for too long. Please send it again."))
    if honeypot:
        raise NoPerson(_("Please leave the field “Fax” empty, and send the form again."))
    fastest = settings.CALLBOOKER_FASTEST_SECONDS
    if proof:
        _check_proof(f"{form['form']} {booking}", proof)
    else:
        fastest *= SLOWER_WITHOUT_PROOF
    if time.time() - form["at"] < fastest:
        raise NoPerson(_("That was very fast. Please look over your details and send them again."))


def _check_proof(booking: str, proof: str) -> None:
    try:
        is_right = len(proof) <= LONGEST_PROOF and verify_solution_v1(proof, _key())[0]
    except (ValueError, TypeError, AttributeError, RecursionError):
        is_right = False
    if not (is_right and _is_first_use(booking, proof)):
        raise NoPerson(_("Your browser’s check was not accepted. Please send the form again."))


def _is_first_use(booking: str, proof: str) -> bool:
    """One booking may be sent twice, as by a double click; another needs its own proof."""
    # What was solved is one, in however many ways a proof can write it.
    challenge = json.loads(base64.b64decode(proof))["challenge"]
    key, value = (hashlib.sha256(text.encode()).hexdigest() for text in (challenge, booking))
    try:
        kept = cache.get_or_set(f"proof:{key}", value, GOOD_FOR.total_seconds())
    except (RedisError, OSError):
        return True
    return bool(kept == value)


def _key() -> str:
    return salted_hmac(SALT, "proof", algorithm="sha256").hexdigest()
