"""Times of fasciculations to what their intervals and counts tell of the process behind them.

All times are on the clock of usable time, on which a Poisson process stays one whatever is cut out.
The sum of several units is near-Poisson with clustering, over-dispersed across minutes (science.md
2.4); no figure here tells one cause from another.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fasciscope.core import Halves, Timing

Times = NDArray[np.float64]

DOUBLET_S = 0.1
"""The neuronal type prefers intervals of some 80 ms (S7). Doublets at 5 ms are one potential to a
surface detector; some are told by their wave (`dsp.doublets`). What is smaller within 60 ms is taken for
an echo (S8)."""
DEAD_S = 0.06
"""Shorter intervals cannot be told apart (echoes); intervals less this are exponential too."""
LEAST_INTERVALS = 3
LEAST_TESTED = 10
WINDOWS_S = (60.0, 30.0, 10.0)
LEAST_WINDOWS = 10
LEAST_MEAN = 1.0


def timing_of(times_s: Times, usable_s: float, riding: int = 0) -> Timing:
    """The timing of fasciculations at `times_s` (n,), seconds on a clock that runs to `usable_s`.

    On `riding` of them a second discharge rides, too close to have a time of its own.
    """
    times = np.sort(times_s)
    intervals = np.diff(times)
    enough = len(intervals) >= LEAST_INTERVALS and intervals.mean() > 0
    window_s, index, p = _dispersion(times, usable_s)
    return Timing(
        n_intervals=len(intervals),
        median_s=float(np.median(intervals)) if enough else None,
        cv=float(intervals.std() / intervals.mean()) if enough else None,
        poisson_p=exponential_p(intervals[intervals > DEAD_S] - DEAD_S),
        window_s=window_s,
        dispersion=index,
        dispersion_p=p,
        doublet_share=_doublet_share(times, riding) if len(times) > LEAST_INTERVALS else None,
    )


def _doublet_share(times: Times, riding: int) -> float:
    """Of all discharges, those that another follows closely."""
    return (int(followed(times).sum()) + riding) / (len(times) + riding)


def followed(times_s: Times) -> NDArray[np.bool_]:
    """Which of sorted times (n,) another follows within `DOUBLET_S`."""
    return np.append(np.diff(times_s) <= DOUBLET_S, False)[: len(times_s)]


def exponential_p(intervals: Times) -> float | None:
    """p-value of intervals (n,) being exponential, whatever their rate; None for fewer than ten.

    Durbin's (1961) transform of the intervals over their sum gives uniform numbers, exactly and with
    no rate to estimate; they go to the Kolmogorov-Smirnov test (Lewis 1965, Biometrika 52:67).
    """
    n = len(intervals)
    if n < LEAST_TESTED:
        return None
    spacings = np.diff(np.sort(intervals / intervals.sum()), prepend=0.0)
    uniform = np.cumsum(np.arange(n, 0, -1) * spacings)[:-1]
    return float(stats.kstest(np.clip(uniform, 0.0, 1.0), "uniform").pvalue)


def _dispersion(times: Times, usable_s: float) -> tuple[float | None, float | None, float | None]:
    """(window, variance over mean of the counts in it, p-value of so much or more by chance).

    The longest window of which ten fit; its count must be 1 on average for the chi-square
    distribution to hold (Fisher's index of dispersion test; Cox & Lewis 1966, section 6.3).
    """
    fitting = (w for w in WINDOWS_S if usable_s >= LEAST_WINDOWS * w)
    window_s = next(fitting, None)
    if window_s is None:
        return None, None, None
    n = int(usable_s / window_s)
    counts, _ = np.histogram(times, bins=n, range=(0.0, n * window_s))
    mean = float(counts.mean())
    if mean < LEAST_MEAN:
        return None, None, None
    index = float(counts.var(ddof=1)) / mean
    return window_s, index, float(stats.chi2.sf((n - 1) * index, n - 1))


def halves_of(times_s: Times, middle_s: float, usable_s: float) -> Halves:
    """First half against second, where the recording's middle is at `middle_s` of the clock.

    Of all events the first half's are binomial with its share of the time, if the rate is one
    (Przyborowski & Wilenski 1940): an exact test without an estimate.
    """
    first, n = int((times_s < middle_s).sum()), len(times_s)
    shares = (middle_s, usable_s - middle_s)
    testable = n > 0 and min(shares) > 0
    p = stats.binomtest(first, n, middle_s / usable_s).pvalue if testable else None
    return Halves((first, n - first), shares, None if p is None else float(p))
