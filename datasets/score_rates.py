"""Proportions, rates and counts with their 95 % intervals, and how well two counts agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from fasciscope.core import Interval, UsageError

Array = NDArray[np.float64]
Z95 = 1.959963984540054
NOTHING = Interval(float("nan"), 0.0, 1.0)


def proportion(hits: int, total: int) -> Interval:
    """Share with its Wilson interval; NaN in 0-1 where there is nothing to share."""
    if total == 0:
        return NOTHING
    share, z2 = hits / total, Z95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    low = 0.0 if hits == 0 else float(middle - half)
    high = 1.0 if hits == total else float(middle + half)
    return Interval(share, low, high)


def f1(hits: int, false: int, missed: int) -> Interval:
    """F1 with its interval.

    F1 = 2p/(1+p), where p = hits/(hits + false + missed) is a plain proportion: its Wilson interval
    carries over.
    """
    share = proportion(hits, hits + false + missed)
    if share is NOTHING:
        return NOTHING
    low, value, high = (2 * p / (1 + p) for p in (share.low, share.value, share.high))
    return Interval(value, low, high)


def per_minute(count: int, minutes: float) -> Interval:
    """Events a minute with the exact Poisson interval (Garwood 1936); NaN without time."""
    if minutes <= 0:
        return Interval(float("nan"), 0.0, float("inf"))
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(0.975, 2 * count + 2)) / 2
    return Interval(count / minutes, low / minutes, high / minutes)


def icc_2_1(ratings: Array) -> float:
    """Intraclass correlation ICC(2,1), absolute agreement, of (n_subjects, n_raters).

    Two-way random effects, single rating (Shrout & Fleiss 1979). NaN where nothing varies. Raises
    UsageError with fewer than two subjects or raters.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise UsageError(
            f"Agreement needs at least 2 recordings by 2 raters, got a table of shape {table.shape}."
        )
    n, k = table.shape
    mean = table.mean()
    between = k * np.sum((table.mean(axis=1) - mean) ** 2) / (n - 1)
    raters = n * np.sum((table.mean(axis=0) - mean) ** 2) / (k - 1)
    total = np.sum((table - mean) ** 2)
    rest = (total - (n - 1) * between - (k - 1) * raters) / ((n - 1) * (k - 1))
    spread = between + (k - 1) * rest + k * (raters - rest) / n
    return float((between - rest) / spread) if spread > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """Bland-Altman: mean difference (a - b) with its limits of agreement, as ratios of rates."""

    ratio: float
    low: float
    high: float


def bland_altman(rate_a: Array, rate_b: Array) -> Difference:
    """Agreement of two sets of rates on log(rate + 0.5), given back as ratios.

    Raises UsageError for unequal lengths or fewer than two pairs.
    """
    a, b = np.asarray(rate_a, dtype=np.float64), np.asarray(rate_b, dtype=np.float64)
    if a.shape != b.shape or a.size < 2:
        raise UsageError(f"Rates to compare need equal numbers, two or more: {a.size}, {b.size}.")
    apart = np.log(a + 0.5) - np.log(b + 0.5)
    mean, reach = float(apart.mean()), Z95 * float(apart.std(ddof=1))
    return Difference(*(float(np.exp(x)) for x in (mean, mean - reach, mean + reach)))
