"""Volleys: potentials that come together where little else comes.

Fasciculations come at random (science.md 3.2: Poisson). Three potentials within half a second, where
groups of them are rare, are not random: someone moved, or a contraction began and was let go.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

REACH_S = 0.5
ECHO_S = 0.06  # late components of one discharge are no members (S8: F-waves at 25-45 ms)
FEWEST_SPANS = 8  # below this nothing is known of how often they come


def members(seconds: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the potentials at `seconds` (m,) are no echo of a larger one; `size` (m,)."""
    close = np.abs(seconds[:, None] - seconds) <= ECHO_S
    echo = close & (size > size[:, None])
    alone: NDArray[np.bool_] = np.logical_not(echo.any(axis=1))
    return alone


def volley_around(
    seconds: NDArray[np.float64], before_s: float, after_s: float
) -> tuple[int, float]:
    """(others within half a second of 0, chance of so many) among potentials at `seconds` (m,).

    0 is the potential itself. How often they come elsewhere is counted in spans of a second that hold
    any, so that a second volley does not look like a high rate; `before_s` and `after_s` are how far
    there is signal to look at. The chance is that of a Poisson count, 1 where too little was seen.
    """
    others = int((np.abs(seconds) <= REACH_S).sum()) - 1
    if others < 1:
        return 0, 1.0
    spans = sum(max(0, int((seen_s - REACH_S) / (2 * REACH_S))) for seen_s in (before_s, after_s))
    if spans < FEWEST_SPANS:
        return others, 1.0
    far = seconds[np.abs(seconds) > REACH_S]
    held = len(np.unique(np.ceil((np.abs(far) - REACH_S) / (2 * REACH_S)) * np.sign(far)))
    expected = -math.log1p(-min(held + 0.5, spans - 0.5) / spans)
    return others, float(pdtrc(others - 1, expected))  # a Poisson count of so many or more
