"""When a site's fasciculations came: what their intervals and counts tell. None is "too few"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Intervals between fasciculations on the clock of usable time, and counts in equal windows.

    `dispersion` is the variance of the counts in windows of `window_s` over their mean (Poisson: 1);
    both p-values are those of a Poisson process.
    """

    n_intervals: int
    median_s: float | None
    cv: float | None
    poisson_p: float | None
    window_s: float | None
    dispersion: float | None
    dispersion_p: float | None
    doublet_share: float | None  # of discharges, followed by another within DOUBLET_S


@dataclass(frozen=True, slots=True)
class Halves:
    """Fasciculations and usable seconds of the first and the second half of a recording.

    `p` is the exact chance of halves at least so unlike at one rate; None where a half has no time.
    """

    counts: tuple[int, int]
    usable_s: tuple[float, float]
    p: float | None
