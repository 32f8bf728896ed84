"""The rules: what a potential or a burst is, from named, sourced numbers. First match wins.

A rule is a name, a label, a test, how sure it is, and a sentence with the figures that decided. The
probabilities say how far the deciding figure lies beyond its limit; they are the rules' own measure
of margin, not frequencies in patients (the calibrated model is to come and has the same face).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fasciscope.core import Burst, Label, Potential
from fasciscope.classifier.verdict import Verdict

Activity = TypeVar("Activity", Potential, Burst)

# Potentials. S-numbers: science.md 10.
SPIKE_SHARE = 0.7  # energy above 200 Hz; a deep or superficial unit has most below (science.md 2.1)
SPIKE_SHARE_BRIEF = 0.55
SPIKE_MS = 2.2  # half of the energy within: a stimulus or a contact, not 10-20 ms of a unit
STEP_RATIO = 0.5  # the level after differs from the level before: pop, cable (science.md 4)
EVERYWHERE_CHANNELS = 3  # at one moment on three channels and most of them: not one muscle
HEART_SCORE = 0.55  # random trains reach 0.5 at most (tests/dsp/test_rhythm.py)
HEART_HZ = (
    65.0  # a QRS after the 20-Hz high-pass keeps its energy below (science.md 4: lasts 95 ms)
)
ECHO_S = 0.06  # F-waves follow at 25-45 ms (S8), late components within 60 ms
METRONOME_CV = 0.25  # spontaneous continuous units 3.5 % (S39), voluntary 10-25 % (S45, b:H)
METRONOME_N = 5
UNIT_HZ = 1.5  # one unit fasciculates at some 30/min at most (science.md 7.3)
CROWD_HZ = 4.0  # potentials of any shape; the fastest sites reach some 100/min (S23)
BUSY_HZ = 1.5  # and less than that where the level between them is raised too
BACKGROUND = 1.25  # level between potentials over the noise: at rest 1
BEDS = ((9.0, 1.0), (14.0, 2.0))  # (statistic, others of like size a second): no longer standing out
WIDE_MS = 65.0  # potentials last 10-20 ms, jerks longer (science.md 9, step 7: not > 60 ms)
EDGE_S = 0.3  # next to a contraction: its first or last unit
ISOLATION_S = 0.25  # the isolated discharge (S9)
SLOW_HZ = 40.0  # median below: slower than units 20 mm deep (science.md 2.1: 44 Hz)
SLOW_SNR = 20.0

# Bursts.
TREMOR_SHARE = 0.4  # of the envelope's power in one line: rhythmic (science.md 3.2)
TREMOR_S = 1.0
SLOW_BURST = 4.0  # slow energy over EMG energy: a movement of the cable or the electrode
COMMON = 0.97  # the same wave on all channels


@dataclass(frozen=True, slots=True)
class Rule(Generic[Activity]):
    """One rule; `label` None drops the activity (it is part of another)."""

    name: str
    label: Label | None
    applies: Callable[[Activity], bool]
    margin: Callable[[Activity], float]
    reason: Callable[[Activity], str]


def sure(margin: float) -> float:
    """Probability from a margin: 0.6 at the limit, 0.99 far beyond."""
    return round(0.6 + 0.39 * (1.0 - math.exp(-max(margin, 0.0))), 3)


def _beyond(value: float, limit: float) -> float:
    return abs(value - limit) / limit * 2.0


def _spike(p: Potential) -> bool:
    brief = p.half_width_ms < SPIKE_MS
    return p.sharpness > SPIKE_SHARE or (brief and p.sharpness > SPIKE_SHARE_BRIEF)


def _metronome(p: Potential) -> bool:
    return p.rhythm_n >= METRONOME_N and p.rhythm_cv < METRONOME_CV


def _continual(p: Potential) -> bool:
    both = p.same_gap_before_s <= ISOLATION_S and p.same_gap_after_s <= ISOLATION_S
    return both or p.same_hz >= UNIT_HZ


def _crowd(p: Potential) -> bool:
    return p.crowd_hz >= CROWD_HZ or (p.crowd_hz >= BUSY_HZ and p.background >= BACKGROUND)


def _bed(p: Potential) -> bool:
    crowded = any(p.statistic < most and p.bed_hz >= least_hz for most, least_hz in BEDS)
    return crowded or (p.statistic < BEDS[0][0] and p.background >= BACKGROUND)


def potential_rules(n_channels: int) -> tuple[Rule[Potential], ...]:
    """The rules for brief potentials in a recording of `n_channels`."""

    def everywhere(p: Potential) -> bool:
        return p.coincident >= max(EVERYWHERE_CHANNELS, math.ceil(0.75 * n_channels))

    return (
        Rule(
            "clipped",
            Label.ARTEFACT,
            lambda p: p.clipped,
            lambda p: 3.0,
            lambda p: "The converter's limit was reached within it.",
        ),
        Rule(
            "spike",
            Label.ARTEFACT,
            _spike,
            lambda p: _beyond(p.sharpness, SPIKE_SHARE_BRIEF),
            lambda p: (
                f"{p.sharpness:.0%} of its energy lies above 200 Hz, half of it within "
                f"{p.half_width_ms:.1f} ms: too sharp for a motor unit at the skin."
            ),
        ),
        Rule(
            "step",
            Label.ARTEFACT,
            lambda p: p.low_ratio > STEP_RATIO,
            lambda p: _beyond(p.low_ratio, STEP_RATIO),
            lambda p: (
                f"The baseline steps by {p.low_ratio:.1f} times its height: contact or cable."
            ),
        ),
        Rule(
            "heartbeat",
            Label.ECG,
            lambda p: p.heart_score >= HEART_SCORE and p.median_hz <= HEART_HZ,
            lambda p: 3.0 * (p.heart_score - HEART_SCORE) / (1 - HEART_SCORE),
            lambda p: (
                f"One of a train at {60 * p.heart_hz:.0f} a minute that drifts like a heart's "
                f"({p.heart_score:.0%} of the beats are there)."
            ),
        ),
        Rule(
            "everywhere",
            Label.ARTEFACT,
            everywhere,
            lambda p: 1.5,
            lambda p: f"On {p.coincident} of {n_channels} channels at the same moment.",
        ),
        Rule("echo", None, lambda p: p.bigger_gap_s <= ECHO_S, lambda p: 0.0, lambda p: ""),
        Rule(
            "metronome",
            Label.REPETITIVE,
            _metronome,
            lambda p: _beyond(p.rhythm_cv, METRONOME_CV),
            lambda p: (
                f"One of {p.rhythm_n} like potentials at {p.rhythm_hz:.1f} a second, intervals "
                f"varying by {p.rhythm_cv:.0%}: a unit that fires steadily."
            ),
        ),
        Rule(
            "rhythmic",
            Label.REPETITIVE,
            lambda p: p.heart_score >= HEART_SCORE,
            lambda p: 3.0 * (p.heart_score - HEART_SCORE) / (1 - HEART_SCORE),
            lambda p: f"One of a regular train at {60 * p.heart_hz:.0f} a minute.",
        ),
        Rule(
            "crowd",
            Label.VOLUNTARY,
            _crowd,
            lambda p: _beyond(p.crowd_hz, CROWD_HZ),
            lambda p: f"{p.crowd_hz:.1f} other potentials a second around it: activity, not rest.",
        ),
        Rule(
            "bed",
            Label.VOLUNTARY,
            _bed,
            lambda p: max(_beyond(p.bed_hz, BEDS[0][1]), _beyond(p.background, BACKGROUND)),
            lambda p: (
                f"It barely stands out of {p.bed_hz:.1f} like potentials a second and a level of "
                f"{p.background:.1f} times the noise: ongoing low activity."
            ),
        ),
        Rule(
            "wide",
            Label.ARTEFACT,
            lambda p: p.width_ms >= WIDE_MS,
            lambda p: _beyond(p.width_ms, WIDE_MS),
            lambda p: (
                f"It lasts {p.width_ms:.0f} ms, longer than one potential: a jerk or a knock."
            ),
        ),
        Rule(
            "continual",
            Label.REPETITIVE,
            _continual,
            lambda p: _beyond(p.same_hz, UNIT_HZ),
            lambda p: (
                f"Its shape comes back {p.same_hz:.1f} times a second, the nearest within "
                f"{1e3 * min(p.same_gap_before_s, p.same_gap_after_s):.0f} ms: a unit that "
                f"keeps firing."
            ),
        ),
        Rule(
            "edge",
            Label.VOLUNTARY,
            lambda p: p.near_burst_s <= EDGE_S,
            lambda p: _beyond(p.near_burst_s, EDGE_S),
            lambda p: f"{1e3 * p.near_burst_s:.0f} ms from a sustained contraction: part of it.",
        ),
        Rule(
            "slow",
            Label.UNCERTAIN,
            lambda p: p.median_hz < SLOW_HZ and p.snr < SLOW_SNR,
            lambda p: _beyond(p.median_hz, SLOW_HZ),
            lambda p: (
                f"Half of its energy lies below {p.median_hz:.0f} Hz: slower than motor units "
                f"at the skin, perhaps a movement."
            ),
        ),
        Rule("isolated", Label.FASCICULATION, lambda p: True, _isolated_margin, _isolated_reason),
    )


def _isolated_margin(p: Potential) -> float:
    """How far a potential stands out of the noise and apart from its like."""
    out = (p.statistic - 5.0) / 2.0
    apart = min(p.same_gap_before_s, p.same_gap_after_s, 2.0) / (4 * ISOLATION_S)
    return min(out, 1.0 + apart)


def _isolated_reason(p: Potential) -> str:
    apart = min(p.same_gap_before_s, p.same_gap_after_s)
    alone = f"for {apart:.1f} s" if math.isfinite(apart) else "for 10 s"
    return (
        f"A brief potential of {p.snr:.0f} times the noise, {p.duration_ms:.0f} ms long, with none "
        f"of its shape {alone} on either side."
    )


def burst_rules(n_channels: int, rate_hz: float) -> tuple[Rule[Burst], ...]:
    """The rules for sustained activity in a recording of `n_channels` at `rate_hz`."""

    def common(b: Burst) -> bool:
        return n_channels > 2 and len(b.channels) == n_channels and b.common > COMMON

    def tremor(b: Burst) -> bool:
        return b.tremor_ratio >= TREMOR_SHARE and b.duration_s(rate_hz) >= TREMOR_S

    return (
        Rule(
            "movement",
            Label.ARTEFACT,
            lambda b: b.low_ratio > SLOW_BURST,
            lambda b: _beyond(b.low_ratio, SLOW_BURST),
            lambda b: (
                f"Slow energy is {b.low_ratio:.0f} times that of the EMG band: a movement of "
                f"cable or electrode."
            ),
        ),
        Rule(
            "common",
            Label.ARTEFACT,
            common,
            lambda b: 1.0,
            lambda b: f"The same wave on all {n_channels} channels.",
        ),
        Rule(
            "tremor",
            Label.REPETITIVE,
            tremor,
            lambda b: _beyond(b.tremor_ratio, TREMOR_SHARE),
            lambda b: (
                f"Bursts at {b.tremor_hz:.1f} a second hold {b.tremor_ratio:.0%} of the "
                f"envelope's power: rhythmic."
            ),
        ),
    )


def first_match(rules: tuple[Rule[Activity], ...], activity: Activity) -> Rule[Activity] | None:
    """The first rule that applies, None if none does."""
    return next((rule for rule in rules if rule.applies(activity)), None)


def verdict_of(rule: Rule[Activity], activity: Activity) -> Verdict | None:
    """What the rule says; None if it drops the activity."""
    if rule.label is None:
        return None
    return Verdict(rule.label, sure(rule.margin(activity)), (rule.reason(activity),), (rule.name,))
