"""How probable each pattern of a session is; the probabilities sum to 1.

Fasciculation. A site's rate of counted potentials is Poisson; its posterior is a gamma distribution
of shape `count` and rate `minutes`, for a prior density in proportion to 1/rate that weighs `DOUBT`
times as much below the false-alarm rate as above: q = P(gamma > false alarms) becomes
q / (q + DOUBT (1 - q)). It favours fasciculation only where false alarms would give fewer with a
probability of 0.9. The clearest site decides.
Cramp. At least one of the cramps is real, each by its own verdict's probability.
Other activity. The share of it against its limit, cubed, as odds: a scale, not a calibrated figure.
Quiet is what is left; of that, exp(-minutes) is not assessable: with that probability a site that
fasciculates once a minute would have shown nothing (all of it under 90 s).
"""

import math
from collections.abc import Sequence

from scipy.special import gammaincc

from fasciscope.core import Event, Label, Pattern, SiteSummary, StreamInfo

USABLE_S = 90.0  # DESIGN.md 6; needle practice (S11)
SHORTEST_S = 20.0  # below this not even what is seen says anything of the session
FALSE_PER_MIN = 0.2  # the detector's floor on resting signal (tests/quality)
LEAST_COUNT = 2  # one potential is no pattern; ultrasound asks for two (S16)
DOUBT = 9.0  # prior odds against: even odds need 0.9 against false alarms
UNSEEN_PER_MIN = 1.0  # the rate that a quiet session would have shown
ACTIVE_SHARE = 0.05
RHYTHMIC = 10
CROWDED_PER_MIN = 20.0  # voluntary-looking potentials: a muscle that is not at rest
FAR_BEYOND = 1e6  # times the limit: certain, and its cube is still a number
STEEPNESS = 3
SUREST = 0.99  # as the rules for potentials: points from synthetic cramps are no certainty


def pattern_probabilities(
    info: StreamInfo, sites: Sequence[SiteSummary], events: Sequence[Event]
) -> dict[Pattern, float]:
    """Probability of every pattern, in the order in which equals are preferred."""
    if info.tier.letter == "D":
        return {pattern: float(pattern is Pattern.NOT_ASSESSABLE) for pattern in Pattern}
    usable_s = max(site.usable_s for site in sites)
    cramp = cramp_chance(events)
    told = usable_s >= SHORTEST_S or cramp > 0
    twitching = max(map(fasciculation_chance, sites)) if told else 0.0
    active = activity_chance(sites, events)
    neither = (1 - cramp) * (1 - twitching)
    unseen = math.exp(-UNSEEN_PER_MIN * usable_s / 60.0) if usable_s >= USABLE_S else 1.0
    return {
        Pattern.CRAMP_FASCICULATION: cramp * twitching,
        Pattern.CRAMP: cramp * (1 - twitching),
        Pattern.BENIGN_FASCICULATION: (1 - cramp) * twitching,
        Pattern.OTHER_ACTIVITY: neither * active,
        Pattern.QUIET: neither * (1 - active) * (1 - unseen),
        Pattern.NOT_ASSESSABLE: neither * (1 - active) * unseen,
    }


def beyond_false_alarms(site: SiteSummary) -> float:
    """q: the gamma posterior's probability that the site's rate exceeds that of false alarms.

    It is also the probability that false alarms alone give fewer than were counted.
    """
    count = site.counts.get(Label.FASCICULATION, 0)
    return float(gammaincc(count, expected_false(site))) if count >= LEAST_COUNT else 0.0


def expected_false(site: SiteSummary) -> float:
    """How many false alarms the site's usable time would give."""
    return FALSE_PER_MIN * site.usable_s / 60.0


def fasciculation_chance(site: SiteSummary) -> float:
    """Posterior probability that more than false alarms is there."""
    q = beyond_false_alarms(site)
    return q / (q + DOUBT * (1.0 - q))


def cramp_chance(events: Sequence[Event]) -> float:
    """Probability that at least one of the cramps is one; no verdict counts for more than `SUREST`."""
    cramps = (e.probability for e in events if e.label is Label.CRAMP)
    return 1.0 - math.prod(1.0 - min(sure, SUREST) for sure in cramps)


def activity_chance(sites: Sequence[SiteSummary], events: Sequence[Event]) -> float:
    """Probability that other activity is what the session shows, if it shows no more than that."""
    share, rhythmic, voluntary = activity(sites, events)
    minutes = sum(site.recorded_s for site in sites) / 60.0
    crowded = voluntary / (CROWDED_PER_MIN * minutes) if minutes else 0.0
    times = min(max(share / ACTIVE_SHARE, rhythmic / RHYTHMIC, crowded), FAR_BEYOND)
    odds = times**STEEPNESS
    return odds / (1.0 + odds)


def activity(sites: Sequence[SiteSummary], events: Sequence[Event]) -> tuple[float, int, int]:
    """Share of the time in sustained activity, and potentials in rhythmic trains and in ongoing activity."""
    recorded_s = sum(site.recorded_s for site in sites)
    active_s = sum(site.active_s for site in sites)
    labels = [event.label for event in events]
    share = active_s / recorded_s if recorded_s else 0.0
    return share, labels.count(Label.REPETITIVE), labels.count(Label.VOLUNTARY)
