"""Doublets: a second discharge of the same unit that rides on the first, found by subtraction.

At 4-8 ms two discharges are one potential to the detector, of a shape that no single one has. Where a
shape is known from others, the potential is fitted with it once and twice, at any sizes and lags; it
is a doublet if twice explains much that once leaves over, and leaves little itself.

Measured on real units of the benchmark's develop part, sessions of five minutes: of doublets at 4-8 ms
65 % are told at 8-12 times the noise and 84 % at 12-25, of single potentials 1-3 %, most of them of a unit
that is wider than another and not yet known. In sessions of a minute few shapes are known: 20 %. Where a
doublet is told, its interval is right to the millisecond.

Source: resolution of superpositions by template subtraction, as in decomposition (science.md 9, step
11). Departures: one template for both discharges, and only in what was found already.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

INTERVAL_S = (0.003, 0.01)
"""Doublets at 4-8 ms (science.md 3.2); shorter ones are one wave, later ones two."""
LAG_S = 0.004  # between the peaks of a wave and of its template
SIZES = (0.5, 2.0)  # of the second over the first
KNOWN = 4  # potentials that a template must be the mean of
STANDS_OUT = 6.0  # the second over the noise
LEFT = 0.45  # of the energy, by both at most
LESS = 0.6  # and over what one alone leaves


def interval_s(
    wave: NDArray[np.float64],
    noise: float,
    templates: NDArray[np.float64],
    step_s: float,
) -> float:
    """Seconds between two discharges of one of `templates` (m, n) in `wave` (n,); 0 if it is one.

    All are unit vectors without mean, `step_s` a sample; `noise` is the share of noise in the wave's energy.
    """
    lag = max(1, round(LAG_S / step_s))
    shortest, longest = (max(1, round(s / step_s)) for s in INTERVAL_S)
    n, reach = len(wave), lag + longest
    padded = np.zeros(n + 2 * reach)
    padded[reach : reach + n] = wave
    fits = templates @ padded[_shifts(n, reach)]  # (m, 2 reach + 1), at lags -reach to reach
    once = float(np.max(fits[:, longest : longest + 2 * lag + 1], initial=0.0)) ** 2
    if 1.0 - once <= noise * (1.0 + STANDS_OUT**2 / n):
        return 0.0  # what one leaves over is noise
    twice, interval = 0.0, 0
    for k in range(shortest, longest + 1):
        alike = (templates[:, k:] * templates[:, :-k]).sum(axis=1)[:, None]
        explained = _both(fits[:, :-k], fits[:, k:], alike)
        best = float(explained.max(initial=0.0))
        if best > twice:
            twice, interval = best, k
    left, gain = 1.0 - twice, twice - once
    clear = gain >= STANDS_OUT**2 * noise / n and left <= min(LEFT, LESS * (1.0 - once))
    return interval * step_s if clear else 0.0


def _both(
    first: NDArray[np.float64], second: NDArray[np.float64], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Energy that two unit vectors explain together, from their projections and correlation.

    0 where one of them would be upside down, or too small beside the other.
    """
    whole = np.maximum(1.0 - alike**2, 1e-3)
    one, two = (first - alike * second) / whole, (second - alike * first) / whole
    sized = (one > 0.0) & (two >= SIZES[0] * one) & (two <= SIZES[1] * one)
    return np.where(sized, one * first + two * second, 0.0)


@cache
def _shifts(n: int, reach: int) -> NDArray[np.intp]:
    """(n, 2 reach + 1) places of a padded wave: a column a lag."""
    shifts: NDArray[np.intp] = np.arange(n)[:, None] + np.arange(2 * reach + 1)
    return shifts
