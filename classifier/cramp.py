"""Cramp or contraction: points for what published cramps do and contractions do not.

Rates of units are alike in both (S28), so no rate is used. Points, with the source of each idea; the
weights are rounded from a logistic fit to the develop part of the benchmark (cramps composed from real
units and synthetic ones, real contractions, synthetic ones led fast and slowly; science.md 3.1 and 7.3),
so the probability is not a clinical one. How it ends told nothing more there. That short ones are rarely
cramps is from S28, not from the fit: the composed ones are as short as the contractions.
"""

import math
from dataclasses import dataclass

from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Burst, Label

SHORTEST_S = 3.0
"""Cramps last seconds to minutes (S28: 23.6 +/- 16.2 s); below this nobody could tell."""

UNSURE = 0.6
"""Below this probability of either, the verdict is `uncertain`."""


@dataclass(frozen=True, slots=True)
class Point:
    """One piece of evidence: its points for a cramp (positive) and the words for either side."""

    score: float
    words: str


def points(burst: Burst, duration_s: float) -> tuple[Point, ...]:
    """The evidence, strongest first; no single piece may decide alone by more than its cap."""
    evidence = (
        Point(
            _capped(0.25 * math.log2(max(burst.rise_s, 0.1)), 1.5),
            f"it builds up over {burst.rise_s:.1f} s (a cramp recruits over 1-10 s; a contraction "
            f"ramps in 0.1-1 s unless it is led slowly)",
        ),
        Point(
            _capped(62.0 * (burst.waxing - 0.14), 4.0),
            f"its strength waxes by {burst.waxing:.0%} at 0.8-3 Hz (cramps share a 1.4 Hz modulation)",
        ),
        Point(
            0.4 * min(burst.prodrome_per_min, 6.0) - 0.5,
            f"{burst.prodrome_per_min:.0f} isolated potentials came in the minute before",
        ),
        Point(
            _capped(12.0 * (0.15 - burst.tremor_ratio), 2.0),
            f"{burst.tremor_ratio:.0%} of its unsteadiness is one line at 3-14 Hz (held muscles shake)",
        ),
        Point(
            max(-3.0, min(0.5, math.log2(duration_s / 8.0))),
            f"it lasts {duration_s:.0f} s (cramps: 24 s on average)",
        ),
        sites_point(len(burst.channels)),
    )
    return tuple(sorted(evidence, key=lambda p: -abs(p.score)))


def sites_point(n_sites: int) -> Point:
    """What it tells that so many channels are active together."""
    return Point(
        -3.0 if n_sites > 1 else 0.0,
        f"{n_sites} sites are active together (a contraction takes its neighbours along)",
    )


def _capped(score: float, cap: float) -> float:
    return max(-cap, min(cap, score))


def judge_sustained(burst: Burst, duration_s: float) -> Verdict:
    """Cramp, voluntary, or uncertain between them."""
    if duration_s < SHORTEST_S:
        return too_short(duration_s)
    evidence = points(burst, duration_s)
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


def too_short(duration_s: float) -> Verdict:
    """What is shorter than any cramp."""
    return Verdict(
        Label.VOLUNTARY,
        0.8,
        (f"Sustained for {duration_s:.1f} s: too short for a cramp (under {SHORTEST_S:g} s).",),
        ("short",),
    )
