"""A real potential, and how it is brought to another rate."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly
from scipy.signal.windows import tukey

from fasciscope.datasets.synth.setting import Array

TAPER = 0.15
"""Share of a waveform that is faded in and out, so that its ends make no step."""


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """One real potential: microvolts (n,) at its own rate."""

    uv: Array
    rate_hz: float


def at_rate(waveform: Waveform, rate_hz: float) -> Array:
    """The wave (m,) at another rate, its ends faded to zero."""
    uv = np.asarray(waveform.uv, dtype=np.float64)
    ends = np.concatenate([uv[: max(1, len(uv) // 20)], uv[-max(1, len(uv) // 20) :]])
    faded = (uv - np.median(ends)) * tukey(len(uv), TAPER)
    ratio = Fraction(rate_hz / waveform.rate_hz).limit_denominator(1000)
    wave: Array = resample_poly(faded, ratio.numerator, ratio.denominator)
    return wave
