"""Cramp or contraction: points for what published cramps do and contractions do not.

Rates of units are alike in both (S28), so no rate is used. Points, with the source of each idea; the
weights are rounded from a logistic fit to synthetic cramps and contractions of the same loudness and
length (science.md 3.1 and 7.3), so the probability is not a clinical one.
"""

import math
from dataclasses import dataclass

from fasciscope.core import Burst, Label
from fasciscope.classifier.verdict import Verdict

SHORTEST_S = 3.0
"""Cramps last seconds to minutes (S28: 23.6 +/- 16.2 s); below this nobody could tell."""

UNSURE = 0.65
"""Below this probability of either, the verdict is `uncertain`... for bursts long enough to ask."""


@dataclass(frozen=True, slots=True)
class Point:
    """One piece of evidence: its points for a cramp (positive) and the words for either side."""

    score: float
    words: str


def points(burst: Burst) -> tuple[Point, ...]:
    """The evidence, strongest first."""
    rise_s = max(burst.rise_s, 0.1)
    prodrome = min(burst.prodrome_per_min, 20.0)
    evidence = (
        Point(
            2.5 * math.log2(rise_s / 0.95),
            f"it builds up over {burst.rise_s:.1f} s (a cramp recruits over 1-10 s, a contraction "
            f"ramps in 0.1-1 s)",
        ),
        Point(
            40.0 * (burst.waxing - 0.14),
            f"its strength waxes by {burst.waxing:.0%} at 0.5-3 Hz (cramps share a 1.4 Hz "
            f"modulation)",
        ),
        Point(
            0.25 * prodrome - 0.5,
            f"{burst.prodrome_per_min:.0f} isolated potentials in the minute before",
        ),
        Point(
            -1.5 if len(burst.channels) > 1 else 0.0,
            f"active on {len(burst.channels)} sites together (a contraction takes its neighbours "
            f"along)",
        ),
    )
    return tuple(sorted(evidence, key=lambda p: -abs(p.score)))


def judge_sustained(burst: Burst, duration_s: float) -> Verdict:
    """Cramp, voluntary, or uncertain between them."""
    if duration_s < SHORTEST_S:
        return Verdict(
            Label.VOLUNTARY,
            0.8,
            (
                f"Sustained activity of {duration_s:.1f} s: too short for a cramp "
                f"(under {SHORTEST_S:.0f} s).",
            ),
            ("short",),
        )
    evidence = points(burst)
    total = sum(p.score for p in evidence)
    cramp = 1.0 / (1.0 + math.exp(-total))
    label = Label.CRAMP if cramp >= 0.5 else Label.VOLUNTARY
    probability = round(max(cramp, 1.0 - cramp), 3)
    sided = [p.words for p in evidence if (p.score > 0) == (label is Label.CRAMP) and p.score]
    against = [p.words for p in evidence if (p.score > 0) != (label is Label.CRAMP) and p.score]
    reasons = [f"Sustained for {duration_s:.0f} s; " + "; ".join(sided[:3]) + "."]
    if against:
        reasons.append("Against it: " + against[0] + ".")
    if probability < UNSURE:
        return Verdict(Label.UNCERTAIN, probability, tuple(reasons), ("sustained",))
    return Verdict(label, probability, tuple(reasons), ("sustained",))
