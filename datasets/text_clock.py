"""The sampling rate that a time column tells: its unit, its median step, whether it jitters."""

import re

import numpy as np
from numpy.typing import NDArray

from fasciscope.datasets.placing import GAP_STEPS, MAX_TIME, Clock

UNIT_S = {"s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "segundos": 1.0,
          "ms": 1e-3, "msec": 1e-3, "millis": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
          "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "usec": 1e-6, "micros": 1e-6, "microseconds": 1e-6,
          "ns": 1e-9, "nanoseconds": 1e-9, "min": 60.0, "minutes": 60.0}  # fmt: skip
"""Seconds in a unit of time, by the words that stand in headers."""

PLAUSIBLE_HZ = (50.0, 50_000.0)
"""Rates that an EMG file of unnamed time unit may have."""

MAX_ODD_SHARE = 0.05
"""With more odd steps than this a clock jitters."""

MIN_TIMES = 3

_TIME_NAME = re.compile(
    r"^(x_)?(time|timestamps?|times|t|zeit|tiempo|temps|elapsed|seconds|sec|secs|s|ms|millis|us|micros)"
    r"([ _\-.]*[\(\[]?(?P<unit>[a-zµμ]*)[\)\]]?)$",
    re.IGNORECASE,
)


def is_time_name(name: str) -> bool:
    """True for the usual names of a time column."""
    match = _TIME_NAME.match(name.strip())
    return match is not None and (not match["unit"] or match["unit"].lower() in (*UNIT_S, "stamp"))


def unit_s_of_name(name: str) -> float | None:
    """Seconds in one unit of a time column, if its name says so."""
    match = _TIME_NAME.match(name.strip())
    if match is None:
        return None
    return UNIT_S.get(match["unit"].lower()) or UNIT_S.get(match[2].lower())


def clock_of(
    times: NDArray[np.float64], unit_s: float | None, told_rate_hz: float | None = None
) -> Clock | None:
    """The clock of a time column from its first values (n,), None where it does not tell a rate.

    The rate is the mean over the steps that are no gaps, rounded to a whole number where half a
    sample over the whole stretch is all that it would move. `unit_s` None is settled by the only unit
    that gives a plausible rate (a step of exactly 1 is taken for a counter), or by `told_rate_hz`.
    """
    times = times[np.isfinite(times)].clip(-MAX_TIME, MAX_TIME)
    steps = np.diff(times)
    if len(times) < MIN_TIMES or not (steps > 0).any():
        return None
    # times rounded to the millisecond take steps of 0, 1 and 2 of it: the mean of the core is the step
    typical = float(np.median(steps)) or float(np.mean(steps))
    if typical <= 0:
        return None
    odd = (steps > GAP_STEPS * typical) | (steps < typical * (2 - GAP_STEPS))
    regular = bool(odd.mean() <= MAX_ODD_SHARE)
    if not regular:
        odd = steps > 20 * max(typical, float(np.mean(steps)))
    step = float(steps[~odd].mean()) if (~odd).any() else 0.0
    if not step > 0:
        return None
    unit_s = unit_s or _only_unit_s(step, told_rate_hz)
    if unit_s is None:
        return None
    rate_hz = 1.0 / (step * unit_s)
    whole = round(rate_hz) if rate_hz < 1e9 else 0
    if whole and abs(rate_hz - whole) <= whole * 0.5 / len(steps):
        rate_hz = float(whole)
    return Clock(rate_hz, unit_s, regular)


def _only_unit_s(step: float, told_rate_hz: float | None) -> float | None:
    units = (1.0, 1e-3, 1e-6, 1e-9)
    if told_rate_hz is not None:
        fitting = [u for u in units if abs(1.0 / (step * u) / told_rate_hz - 1.0) < MAX_ODD_SHARE]
        return fitting[0] if fitting else None
    if step == 1.0:
        return None
    low, high = PLAUSIBLE_HZ
    fitting = [u for u in units if low <= 1.0 / (step * u) <= high]
    return fitting[0] if len(fitting) == 1 else None
