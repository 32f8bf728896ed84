"""A session in numbers: what the summary file, the report and the catalogue's match() read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fasciscope.core.channel import ChannelInfo
from fasciscope.core.event import Label
from fasciscope.core.rate import Interval, RateUnder
from fasciscope.core.stream import StreamInfo
from fasciscope.core.timing import Halves, Timing


class Pattern(StrEnum):
    """What a session looks like; never a diagnosis."""

    QUIET = "quiet"
    BENIGN_FASCICULATION = "benign_fasciculation"
    CRAMP = "cramp"
    CRAMP_FASCICULATION = "cramp_fasciculation"
    OTHER_ACTIVITY = "other_activity"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """Something measured that a person should look at: name, sentence, source."""

    name: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A cluster of like potentials on one channel: a distinct shape, not a motor unit.

    `mean` and `spread` (standard deviation) are (n,) waveforms in the channel's units, sampled at the
    stream's rate with the peak in the middle.
    """

    number: int
    channel: int
    count: int
    snr_median: float
    amplitude_cv: float
    stability: float  # mean correlation of members with the mean waveform
    mean: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """One channel's figures. Times in seconds, rates per usable minute; `noise` in channel units."""

    channel: ChannelInfo
    recorded_s: float
    usable_s: float
    lost_s: float
    active_s: float  # spent in sustained activity; not usable for counting fasciculations
    unusable_s: dict[str, float]  # by reason; reasons overlap
    counts: dict[Label, int]
    duration_s: dict[Label, float]
    rate_per_min: Interval  # fasciculations
    noise: float
    snr_median: float | None
    amplitude_uv_median: float | None
    amplitude_uv_iqr: tuple[float, float] | None
    isolated_share: float | None
    interval_cv: float | None
    n_shapes: int
    rate_method: str = "exact Poisson (Garwood 1936)"
    rate_sensitivity: tuple[RateUnder, ...] = ()
    timing: Timing | None = None
    halves: Halves | None = None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session's figures, verdict and the rules that gave them."""

    info: StreamInfo
    source: str
    format: str
    version: str
    duration_s: float
    sites: tuple[SiteSummary, ...]
    pattern: Pattern
    pattern_probability: float
    pattern_reasons: tuple[str, ...]
    review_flags: tuple[ReviewFlag, ...]
    limits: tuple[str, ...]  # what this recording cannot tell
    gaps: tuple[tuple[float, float], ...]  # onset and length in seconds
    minute_counts: tuple[tuple[int, ...], ...]  # fasciculations: a row a minute, a column a channel
    minute_usable_s: tuple[tuple[float, ...], ...]
    settings: dict[str, str | float | int | None]
    start_time: str | None = None
    notes: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    pattern_probabilities: Mapping[Pattern, float] = field(default_factory=dict)  # they sum to 1
    pattern_sensitivity: Mapping[str, Pattern] = field(default_factory=dict)  # by rule of counting
