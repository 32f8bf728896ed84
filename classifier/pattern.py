"""A session to its pattern: what it looks like as a whole, how sure, and what to look at.

The most probable pattern is named (chances.py); nothing is called quiet under 90 s of usable signal.
How it would be named if potentials were counted by other rules (counting.py) is told with it. No
pattern is a diagnosis.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fasciscope.classifier.chances import (
    LEAST_COUNT,
    UNSEEN_PER_MIN,
    USABLE_S,
    activity,
    beyond_false_alarms,
    expected_false,
    pattern_probabilities,
)
from fasciscope.classifier.limits import limits_of
from fasciscope.core import Event, Label, Pattern, ReviewFlag, SiteSummary, StreamInfo

WIDE_SITES = 5  # Howard & Murray 1992 (S24): 5 of 8 sites
HIGH_RATE_PER_MIN = 40.0  # the median of a mostly-ALS cohort (S2)
CONTINUAL_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """A pattern with its probability (0-1), reasons, review flags and limits, as sentences.

    `probabilities` are those of all patterns and sum to 1; `pattern_under` has the pattern under
    each other rule of counting for which the sites have counts.
    """

    pattern: Pattern
    probability: float
    reasons: tuple[str, ...]
    review_flags: tuple[ReviewFlag, ...]
    limits: tuple[str, ...]
    probabilities: Mapping[Pattern, float]
    pattern_under: Mapping[str, Pattern]


def judge_session(
    info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> SessionVerdict:
    """Judge a finished session from its sites and events."""
    probabilities = pattern_probabilities(info, sites, events)
    pattern = _most_probable(probabilities)
    return SessionVerdict(
        pattern,
        probabilities[pattern],
        _reasons(pattern, info, sites, events),
        tuple(_flags(sites, events, info.rate_hz)),
        limits_of(info, sites, pattern),
        probabilities,
        _pattern_under(info, sites, events),
    )


def _most_probable(probabilities: Mapping[Pattern, float]) -> Pattern:
    return max(probabilities, key=lambda pattern: probabilities[pattern])


def _pattern_under(
    info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> dict[str, Pattern]:
    """The most probable pattern under each rule of counting."""
    rules = [under.rule for under in sites[0].rate_sensitivity]
    return {
        rule: _most_probable(
            pattern_probabilities(info, [_recounted(site, k) for site in sites], events)
        )
        for k, rule in enumerate(rules)
    }


def _recounted(site: SiteSummary, rule: int) -> SiteSummary:
    counts = {**site.counts, Label.FASCICULATION: site.rate_sensitivity[rule].count}
    return replace(site, counts=counts)


def _reasons(
    pattern: Pattern, info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> tuple[str, ...]:
    match pattern:
        case Pattern.CRAMP | Pattern.CRAMP_FASCICULATION:
            return _cramps(sum(e.label is Label.CRAMP for e in events)), _twitches(sites)
        case Pattern.BENIGN_FASCICULATION:
            return _twitches(sites), "No cramp was found."
        case Pattern.OTHER_ACTIVITY:
            return (_active(sites, events),)
        case Pattern.QUIET:
            return (_quiet(max(site.usable_s for site in sites)),)
        case Pattern.NOT_ASSESSABLE:
            return (_refusal(info, max(site.usable_s for site in sites)),)


def _active(sites: Sequence[SiteSummary], events: Sequence[Event]) -> str:
    share, rhythmic, voluntary = activity(sites, events)
    return (
        f"{share:.0%} of the time holds sustained activity, {rhythmic} potentials belong to "
        f"rhythmic trains and {voluntary} to ongoing activity; no cramp, and no more isolated "
        f"potentials than chance."
    )


def _quiet(usable_s: float) -> str:
    missed = math.exp(-UNSEEN_PER_MIN * usable_s / 60.0)
    return (
        f"No more isolated potentials than chance in {usable_s / 60:.1f} usable minutes; a site that "
        f"fasciculates once a minute would show nothing in so long with probability {missed:.2f}."
    )


def _refusal(info: StreamInfo, usable_s: float) -> str:
    if info.tier.letter == "D":
        return f"Tier D ({info.tier.reason}): the signal can be shown, not judged."
    return (
        f"Only {usable_s:.0f} s are usable at the best site; "
        f"{USABLE_S:.0f} s are needed before anything is called absent."
    )


def _twitches(sites: Sequence[SiteSummary]) -> str:
    """The isolated potentials of the clearest site."""
    counted = [site for site in sites if site.counts.get(Label.FASCICULATION, 0)]
    if not counted:
        return "Isolated potentials: none."
    clearest = max(counted, key=beyond_false_alarms)
    return (
        f"{clearest.counts[Label.FASCICULATION]} isolated potentials at {clearest.channel.name}, "
        f"where false alarms alone would give about {expected_false(clearest):.1f}."
    )


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
