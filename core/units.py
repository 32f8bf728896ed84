"""Units: a word in a file header to microvolts, a word on the command line to seconds."""

import re

from fasciscope.core.errors import UsageError

UV_PER_UNIT: dict[str, float] = {
    "nv": 1e-3,
    "uv": 1.0,
    "µv": 1.0,  # micro sign
    "μv": 1.0,  # Greek mu
    "microvolt": 1.0,
    "microvolts": 1.0,
    "mv": 1e3,
    "millivolt": 1e3,
    "millivolts": 1e3,
    "v": 1e6,
    "volt": 1e6,
    "volts": 1e6,
}
"""Microvolts in one unit, by lower-case name."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(h|min|m|s)?")
_SECONDS_PER = {"h": 3600.0, "min": 60.0, "m": 60.0, "s": 1.0, "": 1.0}


def uv_per_unit(unit: str) -> float | None:
    """Microvolts in one `unit`, or None where the word names no voltage (counts, %, degrees)."""
    return UV_PER_UNIT.get(unit.strip().lower())


def parse_duration_s(text: str) -> float:
    """Seconds in a duration such as ``90``, ``30s``, ``15m``, ``1h30m``.

    Raises UsageError for anything else.
    """
    compact = text.replace(" ", "")
    parts = _DURATION.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise UsageError(f"{text!r} is not a duration. Write it as 90s, 15m or 1h30m.")
    return sum(float(number) * _SECONDS_PER[unit] for number, unit in parts)
