"""How the level of a burst waxes: what tells a cramp's common modulation from chance and from a ramp.

All of it is relative: the logarithm of the envelope against its own local mean, so that neither
loudness, nor drift, nor a slow ramp counts. Interference of many units alone makes an envelope that is
as unsteady at 0.8-3 Hz as at 3-6 Hz and remembers nothing after half a second; units that share a
modulation (1.4 +/- 0.4 Hz in cramps, S28) make one that sinks half a period later and comes back a
period later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CORE = 0.5
"""The burst proper: from where it first reaches this share of its plateau to where it last does."""
LEVEL_S = 0.3
LOCAL_S = 1.0
"""A mean over about a period: what is slower is no waxing (half is left at 0.7 Hz, nothing of 0.3 Hz)."""
BLUR_S = 0.2
SINKS_S, RETURNS_S = (0.2, 0.6), (0.5, 1.4)  # half a period and a period of 0.8-2.5 and 0.7-2 Hz
SLOW_HZ, FAST_HZ = (0.8, 3.0), (3.0, 6.0)
SEGMENT_S = 2.0
LEAST_S = 2.0  # shorter ones hold one or two periods: nothing can be said
RISE_LEAST_S = 0.6
TINY = 1e-3
STILL = 1e-6  # RMS change of the logarithm that is rounding, no signal


@dataclass(frozen=True, slots=True)
class Waxing:
    """`beat`, `counterbeat`: correlations; `slow_over_fast`: a ratio; `rise_dip`: octaves."""

    beat: float = 0.0
    counterbeat: float = 0.0
    slow_over_fast: float = 1.0
    rise_dip: float = 0.0


def measure_waxing(envelope: NDArray[np.float64], hop_s: float) -> Waxing:
    """Measure a burst's envelope (n_hops,), in multiples of noise, of hops of `hop_s`.

    `beat` is the largest autocorrelation of the level 0.5-1.4 s later, `counterbeat` the smallest
    0.2-0.6 s later, `slow_over_fast` the density of its unsteadiness at 0.8-3 Hz over that at 3-6 Hz
    (1 by chance), `rise_dip` how far it lies below its own highest so far while it rises from a tenth to
    nine tenths of the plateau (upper quartile), on average; a ramp that is led dips little.
    """
    smooth = smoothed(envelope, min(round(LEVEL_S / hop_s), max(1, len(envelope) // 4)))
    plateau = float(np.quantile(smooth, 0.75))
    dip = _rise_dip(smooth, plateau, hop_s)
    core = np.flatnonzero(smooth >= CORE * plateau)
    level = np.log(np.maximum(envelope[core[0] : core[-1] + 1], TINY))
    if len(level) * hop_s < LEAST_S:
        return Waxing(rise_dip=dip)
    beat, counterbeat = _beats(level, hop_s)
    return Waxing(beat, counterbeat, _slow_over_fast(level, hop_s), dip)


def smoothed(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """A centred mean over `width` values; the ends are held."""
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.full(width, 1.0 / width), mode="valid")


def _beats(level: NDArray[np.float64], hop_s: float) -> tuple[float, float]:
    """The largest autocorrelation where a period ends and the smallest where half a period does."""
    local = smoothed(level, round(LOCAL_S / hop_s))
    wave = smoothed(level - local, round(BLUR_S / hop_s))
    power = float((wave * wave).sum())
    n = len(wave)
    if power <= n * STILL**2:
        return 0.0, 0.0
    sinks, returns = (
        [
            float((wave[lag:] * wave[: n - lag]).sum()) / power
            for lag in range(round(first / hop_s), min(round(last / hop_s), n - 1))
        ]
        for first, last in (SINKS_S, RETURNS_S)
    )
    return max(returns), min(sinks)


def _slow_over_fast(level: NDArray[np.float64], hop_s: float) -> float:
    """Ratio of mean spectral densities, over half-overlapping segments without their own slope."""
    n = round(SEGMENT_S / hop_s)
    starts = range(0, len(level) - n + 1, n // 2)
    cuts = np.stack([level[s : s + n] for s in starts])
    ramp = np.arange(n) - (n - 1) / 2
    cuts -= cuts.mean(axis=1, keepdims=True)
    cuts -= (cuts * ramp).sum(axis=1, keepdims=True) / (ramp * ramp).sum() * ramp
    if (cuts * cuts).mean() <= STILL**2:
        return 1.0
    power = (np.abs(np.fft.rfft(cuts * np.hanning(n), axis=1)) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(n, hop_s)
    slow, fast = (float(power[(hz >= a) & (hz < b)].mean()) for a, b in (SLOW_HZ, FAST_HZ))
    return slow / fast if fast > 0.0 else 1.0


def _rise_dip(smooth: NDArray[np.float64], plateau: float, hop_s: float) -> float:
    first = int(np.flatnonzero(smooth >= 0.1 * plateau)[0])
    top = int(np.flatnonzero(smooth >= 0.9 * plateau)[0])
    if (top - first) * hop_s < RISE_LEAST_S:
        return 0.0
    rise = np.log2(np.maximum(smooth[first:top], TINY))
    return float((np.maximum.accumulate(rise) - rise).mean())
