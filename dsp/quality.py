"""Can this second be judged? Named reasons per channel, from the raw signal and the branches.

`gap`: samples are lost, more than 2 % of the frame's. `flat`: no change at all. `saturation`: at the rail
for most of the frame. `clipping`: more than 0.1 % at the rail. `mains`: a line that wanders too fast to be
taken out, twice as strong as what is beside it. `motion`: slow energy far above what lies in the EMG
band. `excessive noise`: above 100 uV RMS at rest (SPiQE's exclusion threshold, S1). `low resolution`: a
50-uV potential (S23) spans fewer than three counts. Numbers: science.md 9, step 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOST_SHARE = 0.02
CLIPPED_SHARE = 0.001
SATURATED_SHARE = 0.5
NOISY_UV = 100.0
SMALLEST_POTENTIAL_UV = 50.0
COUNTS_IN_POTENTIAL = 3.0
MOTION_RATIO = 40.0
MAINS_WANDER = 2.0  # the line that wanders, over what is beside it
SLOW_PIECE_S = 0.025

GAP, FLAT, SATURATION, CLIPPING, MAINS, MOTION, NOISE, RESOLUTION = (
    "gap",
    "flat",
    "saturation",
    "clipping",
    "mains",
    "motion",
    "excessive noise",
    "low resolution",
)
REASONS = (GAP, FLAT, SATURATION, CLIPPING, MAINS, MOTION, NOISE, RESOLUTION)
"""Every reason there is, in the order in which they are given."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What one channel's numbers mean: calibrated or not, and the size of one count (0 unknown)."""

    calibrated: NDArray[np.bool_]
    lsb: NDArray[np.float64]


def reasons(
    raw: NDArray[np.float64],
    holes: NDArray[np.bool_] | None,
    noise: NDArray[np.float64],
    line_wander: NDArray[np.float64],
    scale: Scale,
    rate_hz: float,
) -> tuple[tuple[str, ...], ...]:
    """Why each channel of a frame (n, n_channels) cannot be judged; an empty tuple if it can.

    `noise` is RMS by channel, `line_wander` the share of the line that stayed (`mains`). What the holes
    themselves are for, `reasons_of_parts` tells.
    """
    low, high = raw.min(axis=0), raw.max(axis=0)
    slow = slow_rms(raw, rate_hz)
    still = high == low
    verdicts = {
        FLAT: still if holes is None else still & ~holes.all(axis=0),
        MAINS: line_wander > MAINS_WANDER,
        MOTION: slow > MOTION_RATIO * noise,
        NOISE: scale.calibrated & (noise > NOISY_UV),
        RESOLUTION: scale.calibrated & (scale.lsb * COUNTS_IN_POTENTIAL > SMALLEST_POTENTIAL_UV),
    }
    return _named(verdicts, raw.shape[1])


def reasons_of_parts(
    lost: NDArray[np.float64], railed: NDArray[np.float64]
) -> tuple[tuple[str, ...], ...]:
    """Why parts of a frame cannot be judged: the shares (n_channels,) that never came, that are at a rail."""
    verdicts = {
        GAP: lost > LOST_SHARE,
        SATURATION: railed > SATURATED_SHARE,
        CLIPPING: (railed > CLIPPED_SHARE) & (railed <= SATURATED_SHARE),
    }
    return _named(verdicts, len(lost))


def _named(verdicts: dict[str, NDArray[np.bool_]], n_channels: int) -> tuple[tuple[str, ...], ...]:
    """The names of what is true, channel by channel, in the order of `REASONS`."""
    if not np.array(list(verdicts.values())).any():
        return ((),) * n_channels
    bad = [(name, verdicts[name].tolist()) for name in REASONS if name in verdicts]
    return tuple(tuple(name for name, has in bad if has[k]) for k in range(n_channels))


def slow_rms(raw: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """RMS of the change between 25-ms means: what lies below 20 Hz, without the offset."""
    n = max(1, round(SLOW_PIECE_S * rate_hz))
    pieces = len(raw) // n
    if pieces < 3:
        return np.zeros(raw.shape[1])
    means = raw.T[:, : pieces * n].reshape(raw.shape[1], pieces, n) @ np.full(n, 1.0 / n)
    steps = means[:, 1:] - means[:, :-1]
    change: NDArray[np.float64] = np.sqrt(np.square(steps).mean(axis=1) / 2)
    return change


def smallest_step(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest difference between neighbouring samples of each channel: one count, or less."""
    change = np.abs(np.diff(raw, axis=0))
    change[change == 0] = np.inf
    step = change.min(axis=0) if len(change) else np.full(raw.shape[1], np.inf)
    return np.where(np.isfinite(step), step, 0.0)
