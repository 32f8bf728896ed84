"""Cramp or contraction in its first seconds: what its beginning tells.

Two things tell: cramps begin with fasciculations (S38) that come faster and faster, and recruit over
1-10 s where a contraction ramps in 0.1-1 s. A contraction that is raised slowly on a screen's command
grows like a cramp, so growth alone is not enough, and a cramp without fasciculations before it is
announced late or not at all. Weights are rounded from a logistic fit to the first three seconds of
synthetic cramps, cramps of real units, and real and synthetic contractions.
"""

import math

from fasciscope.classifier.cramp import Point, sites_point
from fasciscope.core import Swell

EARLY_S = 5.0
"""Until then only the beginning tells; from then on the model judges it as if it ended now."""
MOST_EXCESS = 5.0


def first_points(swell: Swell) -> tuple[Point, ...]:
    """The evidence for a cramp by now, strongest first."""
    evidence = (_prodrome(swell), _climb(swell), sites_point(len(swell.so_far.channels)))
    return tuple(sorted(evidence, key=lambda p: -abs(p.score)))


def _prodrome(swell: Swell) -> Point:
    """Potentials in the 20 s before, beyond the rate of the 40 s before those."""
    excess = swell.just_before - swell.long_before / 2
    return Point(
        1.1 * min(max(excess, 0.0), MOST_EXCESS) - 1.0,
        f"{swell.just_before} isolated potentials came in the 20 s before, {swell.long_before} in the "
        f"40 s before those (a cramp grows out of them)",
    )


def _climb(swell: Swell) -> Point:
    grown = 3.0 * min(max(swell.climb, 0.0), 0.6) - 1.5 * max(swell.climb - 1.0, 0.0)
    return Point(
        max(grown - 0.9, -3.0),
        f"its strength changes by a factor of {2.0**swell.climb:.1f} a second (a cramp builds up over "
        f"1-10 s)",
    )


def chance(evidence: tuple[Point, ...]) -> float:
    """Probability of a cramp against a contraction."""
    return 1.0 / (1.0 + math.exp(-sum(point.score for point in evidence)))
