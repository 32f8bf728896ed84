"""The rules for brief potentials, from named, sourced numbers.

S-numbers are the sources of science.md 10, (c) figures computed there; "measured" figures come from
real motor-unit waveforms placed into real rest (benchmarks/accuracy.py).
"""

import math

from fasciscope.classifier.rules import Rule, beyond
from fasciscope.core import Label, Potential

SPIKE_SHARE = 0.7  # energy above 200 Hz; a deep or superficial unit has most below (science.md 2.1)
SPIKE_SHARE_BRIEF = 0.55
SPIKE_MS = 2.2  # half of the energy within: a stimulus or a contact, not 10-20 ms of a unit
# (statistic, step over height); units: up to 0.3, weak ones 0.4; pops some 0.5
STEPS = ((6.0, 0.5), (12.0, 0.42), (math.inf, 0.33))
BEAT_STEPS_S = 0.1  # a QRS complex beside it moves the level on one side
EVERYWHERE_SHARE = 0.75
EVERYWHERE_CHANNELS = 3  # at one moment on three channels and most of them: not one muscle
HEART_SCORE = 0.55  # random trains reach 0.5 at most (tests/dsp/test_rhythm.py)
HEART_HZ = 65.0  # a high-passed QRS keeps its energy below (science.md 4: it lasts 95 ms)
HEART_AWAY_S = 2.0  # beside a contraction, units that drop out one by one beat like a heart
ECHO_S = 0.06  # F-waves follow at 25-45 ms (S8), late components within 60 ms
PART_S = 0.025  # what comes before a larger one is part of it, or a discharge of its own
METRONOME_CV = 0.25  # spontaneous continuous units 3.5 % (S39), voluntary 10-25 % (S45, b:H)
METRONOME_N = 8  # fewer come about by chance where a unit fires once or twice a second
UNIT_HZ = 1.5  # one unit fasciculates at some 30/min at most (science.md 7.3)
CROWD_HZ = 2.5  # potentials of any shape; the fastest sites reach some 100/min (S23)
BUSY_HZ = 1.5  # and less than that where the level between them is raised too
BACKGROUND = 1.35  # level between potentials over the noise: at rest 1
BACKGROUNDS = ((8.0, 1.45), (12.0, 1.7))  # (statistic, level): it does not stand out of the level
COARSE = 1.9  # height over statistic: real units fit the matched filters better (below 1.5)
COARSE_STATISTIC = 7.0
FAINT = 5.6  # below this statistic only what is clean in all respects counts:
LONE_S = 10.0  # as far as the context reaches
FAINT_BACKGROUND = 1.25
FAINT_STEP = 0.22
FAINT_SNR = 6.0
FAINT_TAIL_HZ = 0.7
FAINT_MS = 13.0  # half of its energy within
BEDS = ((8.0, 1.1), (14.0, 1.8))  # (statistic, others as strong a second): it does not stand out
BED_TAIL_HZ = 0.8  # and below them there are weaker ones still, or more beside it: sizes are graded
WIDE_MS = 65.0  # potentials last 10-20 ms, jerks longer (science.md 9, step 7: not > 60 ms)
# Activity within 0.15 s: a potential with doublet and echo stays below 60 ms (measured); one that fires
# twice may have more, as neuronal ones do at some 80 ms (S7).
JERK_MS = 65.0
JERK_PAIR_S, JERK_PAIR_MS = 0.15, 125.0
# (share above 90 Hz, half of the energy within, activity, statistic): a knock swings at one low frequency,
# and for long even if it is small
SWINGS = (
    (0.11, 11.5, 0.0, math.inf),
    (0.06, 9.0, 55.0, 35.0),
    (0.14, 9.0, 45.0, 25.0),
)
TAILS = ((10.0, 1.2), (14.0, 3.0))  # (statistic, weak a second): Gaussian noise 0.2, rest up to 1
VOLLEY = 2  # others within half a second, by a chance of
VOLLEY_CHANCE = 0.06  # fasciculations come at random (science.md 3.2)
EDGE_S = 0.5  # next to a contraction: its first or last unit
LEADS_S = 0.6  # leading up to one in steps no longer
OTHER_EDGE_S = 0.15  # synergists start and stop together
OTHER_EDGE_STATISTIC = 14.0  # but what stands out by itself is judged by itself
ISOLATION_S = 0.25  # the isolated discharge (S9)
SLOW_HZ = 40.0  # median below: slower than units 20 mm deep (science.md 2.1: 44 Hz)
SLOW_SNR = 20.0


def _spike(p: Potential) -> bool:
    brief = p.half_width_ms < SPIKE_MS
    return p.sharpness > SPIKE_SHARE or (brief and p.sharpness > SPIKE_SHARE_BRIEF)


def _heartbeat(p: Potential) -> bool:
    away = p.near_burst_s > HEART_AWAY_S
    return away and p.heart_score >= HEART_SCORE and p.median_hz <= HEART_HZ


def _step_limit(p: Potential) -> float:
    """Small potentials ride on drift; a pop is large."""
    return next(limit for most, limit in STEPS if p.statistic < most)


def _everywhere(p: Potential) -> bool:
    return p.coincident >= EVERYWHERE_CHANNELS and p.coincident_share >= EVERYWHERE_SHARE


def _swing(p: Potential) -> bool:
    """Units 20 mm deep have as little above 90 Hz (science.md 2.1), but are over sooner, and come back."""
    return p.familiar <= 0.0 and any(
        p.brightness < share
        and p.half_width_ms >= half_ms
        and p.busy_ms >= busy_ms
        and p.statistic < most
        for share, half_ms, busy_ms, most in SWINGS
    )


def _jerk(p: Potential) -> bool:
    twice = min(p.same_gap_before_s, p.same_gap_after_s) <= JERK_PAIR_S
    return p.busy_ms >= (JERK_PAIR_MS if twice else JERK_MS)


def _echo(p: Potential) -> bool:
    before = p.bigger_gap_s < p.bigger_after_s
    return p.bigger_gap_s <= (ECHO_S if before else PART_S)


def _metronome(p: Potential) -> bool:
    return p.rhythm_n >= METRONOME_N and p.rhythm_cv < METRONOME_CV


def _continual(p: Potential) -> bool:
    both = p.same_gap_before_s <= ISOLATION_S and p.same_gap_after_s <= ISOLATION_S
    return both or p.same_hz >= UNIT_HZ


def _nearest(p: Potential) -> str:
    gap_s = min(p.same_gap_before_s, p.same_gap_after_s)
    return f", the nearest within {1e3 * gap_s:.0f} ms" if math.isfinite(gap_s) else ""


def _crowd(p: Potential) -> bool:
    return p.crowd_hz >= CROWD_HZ or (p.crowd_hz >= BUSY_HZ and p.background >= BACKGROUND)


def _edge(p: Potential) -> bool:
    return p.near_burst_s <= EDGE_S or p.burst_step_s <= LEADS_S


def _tail(p: Potential) -> bool:
    return _drowns(p, p.weak_hz, TAILS)


def _volley(p: Potential) -> bool:
    return p.volley >= VOLLEY and p.volley_chance <= VOLLEY_CHANCE


def _bed(p: Potential) -> bool:
    # a few units that fire often are not graded in size
    graded = p.weak_hz >= BED_TAIL_HZ or p.crowd_hz >= BUSY_HZ
    return (graded and _drowns(p, p.bed_hz, BEDS)) or _drowns(p, p.background, BACKGROUNDS)


def _drowns(p: Potential, figure: float, table: tuple[tuple[float, float], ...]) -> bool:
    """Does a figure of its surroundings reach the limit that the table has for its statistic?"""
    return any(p.statistic < most and figure >= limit for most, limit in table)


def _coarse(p: Potential) -> bool:
    return p.statistic < COARSE_STATISTIC and p.snr > COARSE * p.statistic


def _faint(p: Potential) -> bool:
    clean = (
        p.background <= FAINT_BACKGROUND
        and p.low_ratio <= FAINT_STEP
        and p.snr >= FAINT_SNR
        and p.weak_hz <= FAINT_TAIL_HZ
        and p.half_width_ms <= FAINT_MS
    )
    return p.statistic < FAINT and not clean and p.familiar < 0.0


def _lone(p: Potential) -> bool:
    """Where nothing else comes, one so weak is as likely the noise's: that gives one in some ten minutes."""
    alone = min(p.gap_before_s, p.gap_after_s) >= LONE_S
    return p.statistic < FAINT and p.familiar < 0.0 and alone


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


PotentialRules = tuple[Rule[Potential], ...]

RECORDED_WRONGLY: PotentialRules = (
    Rule(
        "spike",
        Label.ARTEFACT,
        _spike,
        lambda p: beyond(p.sharpness, SPIKE_SHARE_BRIEF),
        lambda p: (
            f"{p.sharpness:.0%} of its energy lies above 200 Hz, half of it within "
            f"{p.half_width_ms:.1f} ms: too sharp for a motor unit at the skin."
        ),
    ),
    Rule(
        "step",
        Label.ARTEFACT,
        lambda p: p.low_ratio > _step_limit(p) and p.beat_gap_s > BEAT_STEPS_S,
        lambda p: beyond(p.low_ratio, _step_limit(p)),
        lambda p: f"The baseline steps by {p.low_ratio:.1f} times its height: contact or cable.",
    ),
    Rule(
        "swing",
        Label.ARTEFACT,
        _swing,
        lambda p: beyond(p.half_width_ms, SWINGS[1][1]),
        lambda p: (
            f"Half of its energy takes {p.half_width_ms:.0f} ms and only {p.brightness:.0%} of it lies "
            f"above 90 Hz: a swing at one low frequency, as of a knock."
        ),
    ),
)
"""The signal itself is wrong here."""

HEART: PotentialRules = (
    Rule(
        "heartbeat",
        Label.ECG,
        _heartbeat,
        lambda p: 3.0 * (p.heart_score - HEART_SCORE) / (1 - HEART_SCORE),
        lambda p: (
            f"One of a train at {60 * p.heart_hz:.0f} a minute that drifts like a heart's "
            f"({p.heart_score:.0%} of the beats are there)."
        ),
    ),
)
"""Before all others: a strong beat also steps and lasts."""

NOT_THIS_MUSCLE: PotentialRules = (
    Rule(
        "everywhere",
        Label.ARTEFACT,
        _everywhere,
        lambda p: 1.5,
        lambda p: (
            f"On {p.coincident} channels ({p.coincident_share:.0%} of all) at the same moment."
        ),
    ),
    Rule("dim", None, lambda p: p.faint, lambda p: 0.0, lambda p: ""),
    Rule("echo", None, _echo, lambda p: 0.0, lambda p: ""),
)
"""All sites at once, too little to tell, or a part of a larger potential."""

TRAINS: PotentialRules = (
    Rule(
        "metronome",
        Label.REPETITIVE,
        _metronome,
        lambda p: beyond(p.rhythm_cv, METRONOME_CV),
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
        lambda p: beyond(p.crowd_hz, CROWD_HZ),
        lambda p: f"{p.crowd_hz:.1f} other potentials a second around it: activity, not rest.",
    ),
)
"""One of many in a rhythm or a crowd."""

ONGOING_ACTIVITY: PotentialRules = (
    Rule(
        "bed",
        Label.VOLUNTARY,
        _bed,
        lambda p: max(beyond(p.bed_hz, BEDS[0][1]), beyond(p.background, BACKGROUND)),
        lambda p: (
            f"It barely stands out of {p.bed_hz:.1f} like potentials a second and a level of "
            f"{p.background:.1f} times the noise: ongoing low activity."
        ),
    ),
    Rule(
        "wide",
        Label.ARTEFACT,
        lambda p: p.width_ms >= WIDE_MS,
        lambda p: beyond(p.width_ms, WIDE_MS),
        lambda p: f"It lasts {p.width_ms:.0f} ms, longer than one potential: a jerk or a knock.",
    ),
    Rule(
        "jerk",
        Label.VOLUNTARY,
        _jerk,
        lambda p: beyond(p.busy_ms, JERK_MS),
        lambda p: (
            f"{p.busy_ms:.0f} ms of activity around it, more than one potential with its echo: "
            f"a brief contraction."
        ),
    ),
    Rule(
        "continual",
        Label.REPETITIVE,
        _continual,
        lambda p: beyond(p.same_hz, UNIT_HZ),
        lambda p: (
            f"Its shape comes back {p.same_hz:.1f} times a second{_nearest(p)}: "
            f"a unit that keeps firing."
        ),
    ),
    Rule(
        "tail",
        Label.VOLUNTARY,
        _tail,
        lambda p: beyond(p.weak_hz, TAILS[0][1]),
        lambda p: (
            f"One of the larger of {p.weak_hz:.1f} weak potentials a second: ongoing low activity."
        ),
    ),
    Rule(
        "edge",
        Label.VOLUNTARY,
        _edge,
        lambda p: beyond(min(p.near_burst_s, p.burst_step_s), LEADS_S),
        lambda p: (
            f"{1e3 * p.near_burst_s:.0f} ms from a sustained contraction, with no long break "
            f"between: part of it."
        ),
    ),
    Rule(
        "together",
        Label.VOLUNTARY,
        lambda p: p.other_edge_s <= OTHER_EDGE_S and p.statistic < OTHER_EDGE_STATISTIC,
        lambda p: beyond(p.other_edge_s, OTHER_EDGE_S),
        lambda p: (
            f"{1e3 * p.other_edge_s:.0f} ms from where a contraction of another site begins or ends: "
            f"moved along with it."
        ),
    ),
)
"""Part of activity that goes on around it."""

BY_ITSELF: PotentialRules = (
    Rule(
        "volley",
        Label.UNCERTAIN,
        _volley,
        lambda p: beyond(p.volley_chance, VOLLEY_CHANCE) / 2,
        lambda p: (
            f"{p.volley} others within half a second, where potentials are rare: a volley, perhaps a "
            f"brief contraction; fasciculations come at random."
        ),
    ),
    Rule(
        "lone",
        Label.UNCERTAIN,
        _lone,
        lambda p: (FAINT - p.statistic) / 2,
        lambda p: (
            f"It hardly exceeds the threshold ({p.statistic:.1f}) and is alone for {LONE_S:.0f} s on either "
            f"side: now and then the noise alone gives as much."
        ),
    ),
    Rule(
        "coarse",
        Label.UNCERTAIN,
        _coarse,
        lambda p: beyond(p.snr / p.statistic, COARSE),
        lambda p: (
            f"Its height ({p.snr:.0f} times the noise) comes more from noise upon it than from a "
            f"potential's shape ({p.statistic:.1f})."
        ),
    ),
    Rule(
        "faint",
        Label.UNCERTAIN,
        _faint,
        lambda p: (FAINT - p.statistic) / 2,
        lambda p: (
            f"It hardly exceeds the threshold ({p.statistic:.1f}), and its height, its length, the "
            f"baseline under it or the level around it is not that of a potential at rest."
        ),
    ),
    Rule(
        "slow",
        Label.UNCERTAIN,
        lambda p: p.median_hz < SLOW_HZ and p.snr < SLOW_SNR,
        lambda p: beyond(p.median_hz, SLOW_HZ),
        lambda p: (
            f"Half of its energy lies below {p.median_hz:.0f} Hz: slower than motor units "
            f"at the skin, perhaps a movement."
        ),
    ),
    Rule("isolated", Label.FASCICULATION, lambda p: True, _isolated_margin, _isolated_reason),
)
"""What is left is judged by itself; the last rule applies to everything."""

POTENTIAL_RULES: PotentialRules = (
    *HEART,
    *RECORDED_WRONGLY,
    *NOT_THIS_MUSCLE,
    *TRAINS,
    *ONGOING_ACTIVITY,
    *BY_ITSELF,
)
"""All of them, in the order in which they are tried."""
