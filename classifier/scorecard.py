"""A scorecard: points for each feature, added up and turned into a probability; plain data from a file.

Each feature's points run straight between knots and stay level beyond them, so the whole model can be
read, drawn, and checked by hand: an additive logistic model (Hastie & Tibshirani 1986), calibrated by
a logistic curve on folds that it was not fitted to (Platt 1999).
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from fasciscope.classifier.table import build, parse
from fasciscope.core import InputError


@dataclass(frozen=True, slots=True)
class Points:
    """The points of one feature at its knots (rising values, in `unit`)."""

    feature: str
    unit: str
    knots: tuple[float, ...]
    points: tuple[float, ...]

    def at(self, value: float) -> float:
        """The points of a value."""
        return float(np.interp(value, self.knots, self.points))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a scorecard comes from: enough to make it again."""

    made_by: str
    script_sha256: str
    seed: str
    suites: tuple[str, ...]
    recordings: tuple[str, ...]  # "sha256 file" of what it was trained on
    examples: str
    note: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All points, the sum's start, and the calibration: scores (rising) to probabilities."""

    version: str
    intercept: float
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    feature: tuple[Points, ...]
    origin: Origin

    def contributions(self, values: tuple[float, ...]) -> tuple[float, ...]:
        """The points of each feature, in order."""
        return tuple(f.at(value) for f, value in zip(self.feature, values, strict=True))

    def probability(self, contributions: tuple[float, ...]) -> float:
        """The calibrated probability of a sum of points."""
        score = self.intercept + sum(contributions)
        return float(np.interp(score, self.scores, self.probabilities))


def load_scorecard(path: Path, features: tuple[str, ...]) -> Scorecard:
    """Read and check a scorecard of these features.

    Raises InputError, naming the field, where the file is damaged or made for other features.
    """
    card: Scorecard = build(Scorecard, parse(path), path.name)
    named = tuple(f.feature for f in card.feature)
    if named != features:
        raise InputError(
            f"{path.name} scores {', '.join(named)}; this version computes {', '.join(features)}. "
            f"Train it again ({card.origin.made_by})."
        )
    _check(path.name + ": scores", card.scores, card.probabilities)
    if not all(0.0 <= p <= 1.0 for p in card.probabilities):
        raise InputError(f"{path.name}: probabilities must lie between 0 and 1.")
    for f in card.feature:
        _check(f"{path.name}: {f.feature}", f.knots, f.points)
    return card


def _check(where: str, knots: tuple[float, ...], values: tuple[float, ...]) -> None:
    rising = all(a < b for a, b in pairwise(knots))
    if (
        not knots
        or len(knots) != len(values)
        or not rising
        or not np.isfinite([*knots, *values]).all()
    ):
        raise InputError(
            f"{where}: {len(knots)} knots and {len(values)} values; as many of both are needed, "
            f"finite, the knots rising."
        )
