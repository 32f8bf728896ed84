"""Can this second be judged? Named reasons per channel, from the raw signal and the branches.

`gap`: more than 2 % of the samples are lost. `flat`: no change at all. `saturation`: at the rail for
most of the frame. `clipping`: more than 0.1 % at the rail. `mains`: a line that wanders too fast to be
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
RAIL_RUN = 3
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
    clipped: NDArray[np.bool_] | None,
    noise: NDArray[np.float64],
    line_wander: NDArray[np.float64],
    scale: Scale,
    rate_hz: float,
) -> tuple[tuple[str, ...], ...]:
    """Why each channel of a frame (n, n_channels) cannot be judged; an empty tuple if it can.

    `noise` is RMS by channel, `line_wander` the share of the line that stayed (`mains`); `clipped` is
    the board's own word, if it has one.
    """
    low, high = raw.min(axis=0), raw.max(axis=0)
    at_rail = _rail_share(raw, low, high, clipped, noise)
    slow = slow_rms(raw, rate_hz)
    lost = holes.mean(axis=0) if holes is not None else np.zeros(raw.shape[1])
    verdicts = {
        GAP: lost > LOST_SHARE,
        FLAT: high == low,
        SATURATION: at_rail > SATURATED_SHARE,
        CLIPPING: at_rail > CLIPPED_SHARE,
        MAINS: line_wander > MAINS_WANDER,
        MOTION: slow > MOTION_RATIO * noise,
        NOISE: scale.calibrated & (noise > NOISY_UV),
        RESOLUTION: scale.calibrated & (scale.lsb * COUNTS_IN_POTENTIAL > SMALLEST_POTENTIAL_UV),
    }
    if not np.array(list(verdicts.values())).any():
        return ((),) * int(raw.shape[1])
    bad: dict[str, list[bool]] = {name: verdicts[name].tolist() for name in REASONS}
    return tuple(
        tuple(name for name in REASONS if bad[name][channel]) for channel in range(raw.shape[1])
    )


def _rail_share(
    raw: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    clipped: NDArray[np.bool_] | None,
    noise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Share of samples that stand at an extreme for three samples or more, far outside the noise."""
    share = np.zeros(raw.shape[1])
    for channel in np.flatnonzero(high - low > 20.0 * noise):
        column = raw[:, channel]
        flat = (column == high[channel]) | (column == low[channel])
        if np.count_nonzero(flat) < RAIL_RUN:
            continue
        run = flat[: -RAIL_RUN + 1].copy()
        for k in range(1, RAIL_RUN):
            run &= flat[k : len(flat) - RAIL_RUN + 1 + k]
        share[channel] = (run.sum() + (RAIL_RUN - 1) * bool(run.any())) / len(column)
    if clipped is not None:
        share = np.maximum(share, clipped.mean(axis=0))
    return share


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
