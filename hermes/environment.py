"""Settings from the environment: nonsense is refused by the name of its variable."""

from __future__ import annotations

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

FALSE = ("false", "off", "n", "no", "0", "")

#: What a variable has to be, by the type it is read as.
EXPECTED = {bool: "true or false", int: "a whole number", float: "a number", dict: "name=value"}


class Env(environ.Env):
    """Raises ``ImproperlyConfigured`` for what it cannot read, and never says the value."""

    def get_value(self, var: str, cast: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, cast, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{var} must be {EXPECTED.get(cast, 'something else')}."
            ) from error

    @classmethod
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """As ever, but that a word which is neither yes nor no is not taken for a no."""
        if cast is bool and str(value).strip().lower() not in (*cls.BOOLEAN_TRUE_STRINGS, *FALSE):
            raise ValueError(value)
        return super().parse_value(value, cast)
