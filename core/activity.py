"""What `dsp` measures and `classifier` judges: potentials, bursts and the quality of each frame.

Ratios and multiples of noise only, so that a change of gain changes no verdict. Times in seconds or
milliseconds, as the name says; sample numbers are absolute.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """One brief potential (a candidate fasciculation) with its measures and its surroundings."""

    channel: int
    channels: tuple[int, ...]  # all channels that saw it within the fusion window
    start_sample: int
    peak_sample: int
    end_sample: int
    peak_to_peak: float  # feature branch, in the channel's units
    noise: float  # RMS, feature branch, same units
    statistic: float  # of the matched filters, in units of the noise, detection branch
    duration_ms: float  # above a tenth of the peak's envelope
    half_width_ms: float  # of the energy envelope around its peak
    rise_ms: float
    phases: int
    median_hz: float
    low_ratio: float  # step of the raw level across it over its peak to peak
    sharpness: float  # share of its energy above 200 Hz
    brightness: float  # share of its energy above 90 Hz; 1 where the signal hardly reaches above
    zero_lag: int  # channels that show the same wave at the same sample
    waveform: NDArray[np.float64] = field(repr=False)  # (n,), feature branch, peak in the middle
    coincident: int = 1  # channels with a potential of any shape within 3 ms
    coincident_share: float = 1.0  # of all channels
    # surroundings, known once the context window has passed
    shape: int = -1
    shape_match: float = 0.0  # correlation with its cluster's mean
    gap_before_s: float = (
        np.inf
    )  # to the neighbour on the channel that is no spike and no heartbeat
    gap_after_s: float = np.inf
    same_gap_before_s: float = np.inf  # to the neighbour of the same shape
    same_gap_after_s: float = np.inf
    near_burst_s: float = np.inf  # to the nearest burst's edge
    other_edge_s: float = np.inf  # to the nearest burst's edge on another channel
    rhythm_hz: float = 0.0  # of the train that it belongs to, 0 if none
    rhythm_cv: float = np.inf
    rhythm_n: int = 0
    heart_hz: float = 0.0  # rate of a heartbeat that it is locked to, 0 if none
    heart_score: float = 0.0  # 0-1
    beat_gap_s: float = np.inf  # to the nearest beat of a heart, itself left out
    width_ms: float = 0.0  # energy above 3 % of its peak's, in 10-ms steps
    busy_ms: float = 0.0  # the same within 0.15 s either side, with what breaks it left out
    background: float = 1.0  # RMS of the surroundings (0.75 s) over the noise
    bed_hz: float = 0.0  # others nearly as strong or stronger per second within 5 s either side
    bigger_gap_s: float = np.inf  # to the nearest larger potential on the channel
    bigger_after_s: float = np.inf  # and to the nearest that follows
    crowd_hz: float = 0.0  # others of a third of its strength or more per second within 1 s
    same_hz: float = 0.0  # others of the same shape per second within 2.5 s either side
    weak_hz: float = 0.0  # others too weak to be given per second within 10 s: the noise's tail
    volley: int = 0  # others within 0.5 s either side, echoes left out
    volley_chance: float = 1.0  # of so many, if potentials came at random
    familiar: float = -6.0  # log-odds (-6 to 6) that it is one more of a shape known from others
    faint: bool = False  # neither strong enough to stand for itself nor of a known shape
    doublet_s: float = 0.0  # to a second discharge of its shape that rides on it, 0 if none does
    burst_step_s: float = np.inf  # longest break on the way to a burst within 2 s

    @property
    def snr(self) -> float:
        """Peak to peak over noise RMS."""
        return self.peak_to_peak / self.noise


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """A stretch of sustained activity on one channel, with its measures."""

    channel: int
    channels: tuple[int, ...]  # all channels active for most of it
    start_sample: int
    peak_sample: int
    end_sample: int
    peak_to_peak: float
    noise: float
    rms_ratio: float  # RMS over noise, middle of the burst
    rise_s: float  # 10 to 90 % of the plateau
    fall_s: float
    median_hz: float
    waxing: float  # relative envelope modulation at 0.8-3 Hz
    tremor_hz: float  # envelope's peak frequency at 3-14 Hz
    tremor_ratio: float  # share of envelope power at that line
    crest: float  # 99 % quantile over RMS: discrete potentials or interference
    pulse_hz: float  # rate of separable pulses, 0 if they merge
    pulse_cv: float  # of their intervals
    low_ratio: float  # energy below 20 Hz over energy above, raw
    common: float  # zero-lag correlation with the other channels
    prodrome_per_min: float  # isolated potentials in the minute before
    aftermath_per_min: float  # and in the ten seconds after
    cut: bool  # touches a gap or an end of the recording
    beat: float = 0.0  # correlation of the level with itself a period (0.5-1.4 s) later
    counterbeat: float = 0.0  # and half a period (0.2-0.6 s) later
    slow_over_fast: float = 1.0  # unsteadiness at 0.8-3 Hz over that at 3-6 Hz, 1 by chance
    rise_dip: float = 0.0  # below its own highest so far while it rises, octaves
    prodrome_gain: float = 0.0  # potentials in the 20 s before over the rate until then, octaves

    def duration_s(self, rate_hz: float) -> float:
        """How long it lasts."""
        return (self.end_sample - self.start_sample) / rate_hz


@dataclass(frozen=True, slots=True, eq=False)
class FrameQuality:
    """One frame (1 s or what was left before a gap): can its channels be judged, and how noisy are they."""

    first_sample: int
    n_samples: int
    reasons: tuple[tuple[str, ...], ...]  # a tuple of names for each channel; empty is usable
    noise: tuple[float, ...]  # RMS, feature branch, channel's units
    lost_samples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A potential just seen, about a second after it was: for whoever watches, and judged by nobody.

    It may turn out to be anything, and comes again as a `Potential` once its surroundings are known.
    """

    channel: int
    peak_sample: int
    statistic: float  # of the matched filters, in units of the noise


@dataclass(frozen=True, slots=True, eq=False)
class Swell:
    """Sustained activity that was going on a moment ago: what is known of it so far.

    It comes about once a second, with `ended` when it is over, and again as a `Burst` from the same start
    once its surroundings are known; if it turns out to be no burst, `lapsed` is all that comes.
    """

    so_far: Burst  # as if it ended at what was seen: its fall and its aftermath are unknown until `ended`
    seen_sample: int  # the signal was seen up to here
    climb: float  # growth of the level after its first 0.4 s, octaves a second; 0 if too short
    just_before: int  # isolated potentials in the 20 s before its start
    long_before: int  # and in the 40 s before those
    state: Literal["open", "ended", "lapsed"] = "open"


Activity = Potential | Burst | FrameQuality | Sighting | Swell
