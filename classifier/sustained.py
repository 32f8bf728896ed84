"""Cramp or contraction by a trained scorecard: a calibrated probability, and what weighed most."""

from functools import cache
from pathlib import Path

from fasciscope.classifier.burst_features import BURST_FEATURES
from fasciscope.classifier.cramp import SHORTEST_S, UNSURE, too_short
from fasciscope.classifier.features import weighed_most
from fasciscope.classifier.scorecard import Scorecard, load_scorecard
from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Burst, Label

CARD = Path(__file__).with_name("bursts.toml")


@cache
def burst_scorecard() -> Scorecard:
    """The one that comes with the package."""
    return load_scorecard(CARD, tuple(feature.name for feature in BURST_FEATURES))


def weigh_sustained(burst: Burst, duration_s: float) -> Verdict:
    """Cramp, voluntary, or uncertain between them."""
    if duration_s < SHORTEST_S:
        return too_short(duration_s)
    card = burst_scorecard()
    values = tuple(feature.of(burst) for feature in BURST_FEATURES)
    points = card.contributions(values)
    cramp = card.probability(points)
    probability = round(max(cramp, 1.0 - cramp), 3)
    label = Label.CRAMP if cramp >= 0.5 else Label.VOLUNTARY
    if probability < UNSURE:
        label = Label.UNCERTAIN
    told = weighed_most(BURST_FEATURES, values, points)
    reason = f"Sustained for {duration_s:.0f} s; weighed most: {told}."
    return Verdict(label, probability, (reason,), ("weighed", "sustained"))
