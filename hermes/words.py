"""Words on screen: states with their looks, times from now, errors in a sentence."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: Icon and tone for the status words, so that one word looks the same on every page.
LOOKS = {
    "In sync": ("check_circle", "good"),
    "Done": ("check_circle", "good"),
    "Settled": ("check_circle", "good"),
    "All clear": ("check_circle", "good"),
    "Running": ("autorenew", "busy"),
    "Sending": ("upload", "busy"),
    "Processing": ("autorenew", "busy"),
    "Waiting": ("schedule", "calm"),
    "New": ("schedule", "calm"),
    "Retrying": ("replay", "busy"),
    "Needs you": ("error", "bad"),
    "Failed": ("error", "bad"),
    "Conflict": ("call_split", "bad"),
    "Paused": ("pause_circle", "warn"),
    "Have a look": ("warning", "warn"),
    "Stopped: asks you": ("front_hand", "warn"),
    "Stopped": ("front_hand", "calm"),
    "Ignored": ("do_not_disturb_on", "calm"),
    "Discarded": ("do_not_disturb_on", "calm"),
    "Cancelled": ("cancel", "calm"),
    "Completed": ("check_circle", "good"),
    "No-show": ("person_off", "warn"),
    "Gone": ("delete", "calm"),
    "Other number": ("history", "calm"),
    "Switched off": ("do_not_disturb_on", "calm"),
    "Not linked": ("link_off", "calm"),
    "Differs": ("sync_disabled", "calm"),
    "For information": ("info", "calm"),
}


def badge(word: str, icon: str = "", tone: str = "") -> SafeString:
    """A status as a word with an icon; colour comes on top and says nothing alone."""
    usual_icon, usual_tone = LOOKS.get(str(word), ("label", "calm"))
    return format_html(
        '<span class="hermes-badge hermes-{}"><span class="material-symbols-outlined" '
        'aria-hidden="true">{}</span>{}</span>',
        tone or usual_tone,
        icon or usual_icon,
        word,
    )


def when(moment: datetime | None, never: str = "–") -> SafeString | str:
    """``5 min ago`` or ``in 2 h``, with the full time on hover and for machines."""
    if moment is None:
        return never
    iso = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', iso, iso, ago(moment))


def ago(moment: datetime) -> str:
    """How far a moment is from now, in words."""
    seconds = (timezone.now() - moment).total_seconds()
    size = span(abs(seconds))
    if size == "0 s":
        return "now"
    return f"{size} ago" if seconds >= 0 else f"in {size}"


def span(seconds: float) -> str:
    """A duration in its largest unit: ``45 s``, ``3 min``, ``2 h``, ``5 d``."""
    for unit, length in [("d", 86_400), ("h", 3_600), ("min", 60)]:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def counted(number: int, one: str, many: str) -> str:
    """A number with its word: ``1 change``, ``12 changes``."""
    return f"{number:,} {one if number == 1 else many}"


_EXCEPTION = re.compile(r"^(?P<type>[A-Z]\w*(?:Error|Exception|Timeout)): ?(?P<rest>.*)", re.DOTALL)


_ABBREVIATION = re.compile(r"\b(bdr|utm|tc2)\b", re.IGNORECASE)


def with_abbreviations(label: str) -> str:
    """A field's label with what is spelt in capitals: ``UTM source``."""
    return _ABBREVIATION.sub(lambda found: found[0].upper(), label)


def plain_error(text: str) -> str:
    """An error in one sentence for staff; the details stay behind "Technical details"."""
    text = (text or "").strip()
    if match := _EXCEPTION.match(text):
        return f"Something unexpected went wrong ({match['type']}). Ask operations to have a look."
    first = text.split("\n", 1)[0]
    return first if len(first) <= 200 else f"{first[:199]}…"
