"""A session to its pattern: what it looks like as a whole, how sure, and what to look at.

The rules: something is called fasciculation only if chance false alarms would hardly give as many;
nothing is called quiet under 90 s of usable signal, nor unless a site at 1 a minute would have shown;
cramps count by their own verdicts. No pattern is a diagnosis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fasciscope.classifier.limits import limits_of
from fasciscope.core import Event, Label, Pattern, ReviewFlag, SiteSummary, StreamInfo

USABLE_S = 90.0  # DESIGN.md 6; needle practice (S11)
SHORTEST_S = 20.0  # below this not even what is seen says anything of the session
FALSE_PER_MIN = 0.2  # the detector's floor on resting signal (tests/quality)
LEAST_COUNT = 2  # one potential is no pattern; ultrasound asks for two (S16)
LIKELY = 0.9
ACTIVE_SHARE = 0.05
RHYTHMIC = 10
CROWDED_PER_MIN = 20.0  # voluntary-looking potentials: a muscle that is not at rest
WIDE_SITES = 5  # Howard & Murray 1992 (S24): 5 of 8 sites
HIGH_RATE_PER_MIN = 40.0  # the median of a mostly-ALS cohort (S2)
CONTINUAL_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """A pattern with its probability (0-1), reasons, review flags and limits, as sentences."""

    pattern: Pattern
    probability: float
    reasons: tuple[str, ...]
    review_flags: tuple[ReviewFlag, ...]
    limits: tuple[str, ...]


def judge_session(
    info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> SessionVerdict:
    """Judge a finished session from its sites and events."""
    pattern, probability, reasons = _pattern(info, sites, events)
    return SessionVerdict(
        pattern,
        round(probability, 3),
        tuple(reasons),
        tuple(_flags(sites, events, info.rate_hz)),
        limits_of(info, sites, pattern),
    )


def _pattern(
    info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> tuple[Pattern, float, list[str]]:
    usable_s = max(site.usable_s for site in sites)
    if info.tier.letter == "D":
        why = f"Tier D ({info.tier.reason}): the signal can be shown, not judged."
        return Pattern.NOT_ASSESSABLE, 1.0, [why]
    cramp = max((e.probability for e in events if e.label is Label.CRAMP), default=0.0)
    n_cramps = sum(e.label is Label.CRAMP for e in events)
    twitching, twitches = _fasciculation(sites)
    if n_cramps and twitching >= LIKELY:
        return Pattern.CRAMP_FASCICULATION, cramp * twitching, [_cramps(n_cramps), twitches]
    if n_cramps:
        return Pattern.CRAMP, cramp, [_cramps(n_cramps), twitches]
    if twitching >= LIKELY and usable_s >= SHORTEST_S:
        return Pattern.BENIGN_FASCICULATION, twitching, [twitches, "No cramp was found."]
    recorded_s = sum(site.recorded_s for site in sites)
    active = sum(site.active_s for site in sites) / recorded_s if recorded_s else 0.0
    rhythmic = sum(e.label is Label.REPETITIVE for e in events)
    voluntary = sum(e.label is Label.VOLUNTARY for e in events)
    crowded = voluntary > CROWDED_PER_MIN * recorded_s / 60.0
    if active > ACTIVE_SHARE or rhythmic >= RHYTHMIC or crowded:
        why = (
            f"{active:.0%} of the time holds sustained activity, {rhythmic} potentials belong to "
            f"rhythmic trains and {voluntary} to ongoing activity; no cramp, and no more isolated "
            f"potentials than chance."
        )
        return Pattern.OTHER_ACTIVITY, 0.9 if usable_s >= USABLE_S else 0.7, [why]
    if usable_s < USABLE_S:
        why = (
            f"Only {usable_s:.0f} s are usable at the best site; "
            f"{USABLE_S:.0f} s are needed before anything is called absent."
        )
        return Pattern.NOT_ASSESSABLE, 1.0, [why]
    missed = math.exp(-usable_s / 60.0)
    why = (
        f"No more isolated potentials than chance in {usable_s / 60:.1f} usable minutes; a site that "
        f"fasciculates once a minute would show nothing in so long with probability {missed:.2f}."
    )
    return Pattern.QUIET, 1.0 - missed, [why]


def _fasciculation(sites: Sequence[SiteSummary]) -> tuple[float, str]:
    """(probability that more than false alarms is there, sentence) of the clearest site."""
    best, words = 0.0, "Isolated potentials: none."
    for site in sites:
        count = site.counts.get(Label.FASCICULATION, 0)
        expected = FALSE_PER_MIN * site.usable_s / 60.0
        sure = _poisson_below(count, expected) if count >= LEAST_COUNT else 0.0
        if count and sure >= best:
            best = sure
            words = (
                f"{count} isolated potentials at {site.channel.name}, where false alarms alone "
                f"would give about {expected:.1f}."
            )
    return best, words


def _poisson_below(count: int, expected: float) -> float:
    """Probability that a Poisson count of mean `expected` stays below `count`."""
    term = total = math.exp(-expected)
    for k in range(1, count):
        term *= expected / k
        total += term
    return min(total, 1.0)


def _cramps(count: int) -> str:
    return f"{count} cramp{'s' if count > 1 else ''}: sustained activity that built up like one."


def _flags(
    sites: Sequence[SiteSummary], events: Sequence[Event], rate_hz: float
) -> list[ReviewFlag]:
    flags = []
    positive = [s for s in sites if s.counts.get(Label.FASCICULATION, 0) >= LEAST_COUNT]
    if len(positive) >= WIDE_SITES:
        flags.append(
            ReviewFlag(
                "widespread",
                f"Fasciculations at {len(positive)} of {len(sites)} sites. Spread over five of eight "
                f"sites was found in 48 of 54 people with motor-neuron disorders, 11 of 23 with "
                f"neuropathy or myelopathy and 3 of 39 others.",
                "Howard & Murray 1992 (S24)",
            )
        )
    for site in sites:
        if site.rate_per_min.low > HIGH_RATE_PER_MIN:
            flags.append(
                ReviewFlag(
                    "high_rate",
                    f"{site.rate_per_min.value:.0f} a minute at {site.channel.name}, above the median of "
                    f"a mostly-ALS cohort (40.5); healthy foot muscles can exceed 100.",
                    "S2, S23",
                )
            )
        repetitive_s = site.duration_s.get(Label.REPETITIVE, 0.0)
        if repetitive_s > CONTINUAL_SHARE * max(site.recorded_s, 1.0):
            flags.append(
                ReviewFlag(
                    "continuous",
                    f"Repetitive activity for {repetitive_s / 60:.1f} min at {site.channel.name}.",
                    "science.md 6.4",
                )
            )
    long = [
        e
        for e in events
        if e.label is Label.CRAMP and (e.end_sample - e.start_sample) / rate_hz > 180.0
    ]
    if long:
        flags.append(
            ReviewFlag(
                "long_cramp",
                "A cramp lasted over three minutes, longer than cramps that end by themselves usually do.",
                "S28, S37",
            )
        )
    return flags
