"""What the trained model looks at in a brief potential: numbers with units, and words for a person."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fasciscope.core import Burst, Potential

Activity = TypeVar("Activity", Potential, Burst)

THRESHOLD = 5.15  # the detector's
TOLD = 3
FAR_S = 10.0  # the context's length: further than this is never


@dataclass(frozen=True, slots=True)
class Feature(Generic[Activity]):
    """A figure of an activity: its unit, how it is computed, and a phrase with {} for the figure.

    `direction` 1: more of it never speaks against, -1: never for; 0: either.
    """

    name: str
    unit: str
    of: Callable[[Activity], float]
    words: str
    direction: int = 0


def weighed_most(
    features: Sequence[Feature[Any]], values: Sequence[float], points: Sequence[float]
) -> str:
    """The three figures that weighed most, in words with their points."""
    order = sorted(range(len(points)), key=lambda k: -abs(points[k]))[:TOLD]
    told = (f"{features[k].words.format(values[k])} ({points[k]:+.1f})" for k in order)
    return "; ".join(told)


def _same_gap_s(p: Potential) -> float:
    return min(p.same_gap_before_s, p.same_gap_after_s, FAR_S)


def _gap_s(p: Potential) -> float:
    return min(p.gap_before_s, p.gap_after_s, FAR_S)


def _regularity(p: Potential) -> float:
    return min(p.rhythm_cv, 1.0) if p.rhythm_n else 1.0


def _tail_hz(p: Potential) -> float:
    """Weak ones a second speak against what is hardly stronger: they count by the threshold over it."""
    return p.weak_hz * min(1.0, THRESHOLD / p.statistic)


FEATURES: tuple[Feature[Potential], ...] = (
    Feature("snr", "noise RMS", lambda p: p.snr, "{:.1f} times the noise high"),
    Feature("statistic", "noise", lambda p: p.statistic, "standing out by {:.1f}"),
    Feature("fit", "1", lambda p: p.snr / p.statistic, "height over fit {:.1f}"),
    Feature("half_width_ms", "ms", lambda p: p.half_width_ms, "half of its energy in {:.0f} ms"),
    Feature("width_ms", "ms", lambda p: p.width_ms, "{:.0f} ms long in all"),
    Feature("duration_ms", "ms", lambda p: p.duration_ms, "{:.0f} ms above a tenth"),
    Feature("rise_ms", "ms", lambda p: p.rise_ms, "rising for {:.0f} ms"),
    Feature("phases", "1", lambda p: float(p.phases), "{:.0f} phases"),
    Feature("median_hz", "Hz", lambda p: p.median_hz, "median frequency {:.0f} Hz"),
    Feature("sharpness", "1", lambda p: p.sharpness, "{:.0%} of it above 200 Hz"),
    Feature("low_ratio", "1", lambda p: p.low_ratio, "baseline step {:.2f} of its height"),
    Feature("background", "noise RMS", lambda p: p.background, "level around it {:.2f}"),
    Feature("bed_hz", "1/s", lambda p: p.bed_hz, "{:.1f} like it a second around"),
    Feature("crowd_hz", "1/s", lambda p: p.crowd_hz, "{:.1f} others a second beside it"),
    Feature("tail_hz", "1/s", _tail_hz, "{:.2f} weak ones a second for its strength"),
    Feature("same_hz", "1/s", lambda p: p.same_hz, "{:.1f} of its shape a second"),
    Feature("same_gap_s", "s", _same_gap_s, "next of its shape {:.1f} s away"),
    Feature("gap_s", "s", _gap_s, "next potential {:.1f} s away"),
    Feature("near_burst_s", "s", lambda p: min(p.near_burst_s, FAR_S), "contraction {:.1f} s away"),
    Feature("bigger_gap_s", "s", lambda p: min(p.bigger_gap_s, FAR_S), "larger one {:.1f} s away"),
    Feature("heart_score", "1", lambda p: p.heart_score, "{:.0%} like a heart's beat"),
    Feature("regularity", "1", _regularity, "intervals varying by {:.0%}"),
    Feature("volley", "1", lambda p: float(p.volley), "{:.0f} others within half a second"),
    Feature(
        "volley_rarity",
        "decades",
        lambda p: -math.log10(max(p.volley_chance, 1e-4)),
        "so many by chance once in 10^{:.1f}",
    ),
    Feature("shape_match", "1", lambda p: p.shape_match, "{:.2f} like the others of its shape"),
    Feature(
        "familiar", "log-odds", lambda p: p.familiar, "its shape known from others by {:+.0f} of 6"
    ),
)
