"""Switches for trouble: what goes wrong, on which calls, how often."""

import fnmatch
import itertools
import random
import threading
from dataclasses import asdict, dataclass

#: Before the system sees the request.
BEFORE = {"error", "reset", "unauthorized", "burst", "daily", "blocked"}
#: After it has done what was asked.
AFTER = {"error_after", "reset_after", "lost_answer", "truncated"}
KINDS = {"latency", *BEFORE, *AFTER}
BODIES = ("json", "html", "empty")


class UnknownTrouble(ValueError):
    """A rule that cannot be: a wrong kind, or a value of the wrong type."""


@dataclass
class Rule:
    """One kind of trouble for the calls that match."""

    #: ``latency``: wait ``seconds`` before the call is handled. ``error``: answer
    #: ``status`` and do nothing. ``error_after``: do it, then answer ``status``.
    #: ``reset``, ``reset_after``: the connection is reset before, or after, the work.
    #: ``lost_answer``: do it, then close the connection without a word. ``truncated``:
    #: do it, then answer with half of what there is to say.
    #: ``unauthorized``, ``burst``, ``daily``, ``blocked``: the system's own 401, two
    #: forms of 429, and the HTML 403 of the guard in front of it.
    kind: str
    #: ``*`` for any.
    method: str = "*"
    #: Shell pattern of the path.
    path: str = "*"
    system: str = "*"
    #: How many calls it hits; None for all until it is taken away.
    times: int | None = 1
    #: Let so many matching calls through first.
    skip: int = 0
    probability: float = 1.0
    seconds: float = 0.0
    status: int = 500
    #: What ``error`` and ``error_after`` answer with: ``json`` in the system's own words,
    #: ``html`` as from a proxy in front of it, or ``empty``.
    body: str = "json"
    #: What ``error`` and ``error_after`` are called, where a system has names for errors.
    code: str = ""
    #: So many seconds are in the ``Retry-After`` of all that is an error; 0: there is none.
    retry_after: int = 0
    number: int = 0
    hits: int = 0

    def matches(self, system: str, method: str, path: str) -> bool:
        """Whether this call is meant."""
        return (
            self.system in ("*", system)
            and self.method in ("*", method)
            and fnmatch.fnmatchcase(path, self.path)
        )


#: Argument of ``Trouble.add`` to what it may be.
_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "method": (str,),
    "path": (str,),
    "system": (str,),
    "times": (int, type(None)),
    "skip": (int,),
    "probability": (int, float),
    "seconds": (int, float),
    "status": (int,),
    "body": (str,),
    "code": (str,),
    "retry_after": (int,),
}

_RANGES = {"status": (400, 599), "seconds": (0, 120), "retry_after": (0, 86_400)}


class Trouble:
    """The rules in force."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        # Chance, but the same chance on every run.
        self._random = random.Random(seed)
        self._rules: list[Rule] = []
        self._cleared = threading.Event()

    def add(self, kind: str, **options: object) -> Rule:
        """Put a rule in force; the options are the fields of ``Rule``.

        Raises:
            UnknownTrouble: No such kind or option, or a value that cannot be.
        """
        _check({"kind": kind, **options})
        rule = Rule(kind, **options, number=next(self._numbers))
        with self._lock:
            self._rules.append(rule)
        return rule

    def remove(self, number: int) -> bool:
        """Take one rule away; whether there was one."""
        with self._lock:
            kept = [rule for rule in self._rules if rule.number != number]
            found = len(kept) < len(self._rules)
            self._rules = kept
        return found

    def clear(self) -> None:
        """No more trouble; who waits because of it goes on."""
        with self._lock:
            self._rules = []
            self._cleared.set()
            self._cleared = threading.Event()

    def wait(self, seconds: float) -> None:
        """Be as slow as a rule says."""
        self._cleared.wait(seconds)

    def rules(self) -> list[dict]:
        """Those in force, for the page."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def strike(self, system: str, method: str, path: str) -> list[Rule]:
        """The rules that hit this call. Counts the hit, so ask once per call."""
        if not self._rules:
            return []
        with self._lock:
            struck = [rule for rule in self._rules if self._hits(rule, system, method, path)]
            self._rules = [rule for rule in self._rules if rule.times != 0]
        return struck

    def _hits(self, rule: Rule, system: str, method: str, path: str) -> bool:
        if not rule.matches(system, method, path):
            return False
        if rule.skip:
            rule.skip -= 1
            return False
        if self._random.random() >= rule.probability:
            return False
        rule.hits += 1
        if rule.times is not None:
            rule.times -= 1
        return True


def _check(options: dict) -> None:
    for name, value in options.items():
        if name not in _TYPES:
            raise UnknownTrouble(f"{name} is no option")
        if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
            raise UnknownTrouble(f"{name} has the wrong type")
    if options["kind"] not in KINDS:
        raise UnknownTrouble(f"kind is one of {', '.join(sorted(KINDS))}")
    if options.get("body", "json") not in BODIES:
        raise UnknownTrouble(f"body is one of {', '.join(BODIES)}")
    for name, (least, most) in _RANGES.items():
        if not least <= options.get(name, least) <= most:
            raise UnknownTrouble(f"{name} is {least} to {most}")
    times = options.get("times", 1)
    if times is not None and times < 1:
        raise UnknownTrouble("times is 1 or more, or null")
    if options.get("skip", 0) < 0:
        raise UnknownTrouble("skip is 0 or more")
