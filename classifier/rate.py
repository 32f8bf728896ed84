"""A count to a rate per minute with its 95 % interval, widened where counts vary more than chance."""

from scipy.special import gammaincinv

from fasciscope.core import Interval, Timing

EXACT = "exact Poisson (Garwood 1936)"
ALPHA = 0.05
TAIL = 0.025


def rate_interval(count: int, minutes: float, dispersion: float = 1.0) -> Interval:
    """Events a minute with their 95 % interval; zero minutes give 0 to infinity.

    With `dispersion` 1 the interval is exact (Garwood 1936, Biometrika 28:437). Above 1 it is that of
    count / dispersion events, scaled back (quasi-Poisson: the variance is dispersion times the mean;
    McCullagh & Nelder 1989, section 6.2).
    """
    if minutes <= 0:
        return Interval(0.0, 0.0, float("inf"))
    told = count / dispersion
    low = float(gammaincinv(told, TAIL)) if count else 0.0
    high = float(gammaincinv(told + 1.0, 1.0 - TAIL))
    scale = dispersion / minutes
    return Interval(count / minutes, low * scale, high * scale)


def widening(timing: Timing) -> tuple[float, str]:
    """(factor for `rate_interval`, the method in words): more than 1 only where counts vary more
    than a Poisson process would let them, at 5 %."""
    index, p = timing.dispersion, timing.dispersion_p
    if index is None or p is None or p >= ALPHA or index <= 1.0:
        return 1.0, EXACT
    words = f"quasi-Poisson, widened for a dispersion of {index:.1f} over {timing.window_s:.0f}-s windows"
    return index, words
