"""All suites by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.composed import composed
from benchmarks.accuracy.cramping import contracting, cramping, wayward
from benchmarks.accuracy.disturbed import disturbed
from benchmarks.accuracy.evoked import evoked
from benchmarks.accuracy.led import led, paced
from benchmarks.accuracy.placed import coarse, lively, placed
from benchmarks.accuracy.resting import moving, resting, wavy
from benchmarks.accuracy.synthetic import mixed, ramps, rhythms, sustained
from benchmarks.accuracy.willed import jerking, tonic
from fasciscope.core import Label

Make = Callable[[Part, range], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Suite:
    """How its cases are made, and how many seeds an honest figure takes."""

    make: Make
    seeds: int = 1
    real: bool = True  # needs recordings


SUITES = {
    "placed": Suite(placed, 4),
    "lively": Suite(lively, 2),
    "coarse": Suite(coarse, 2),
    "rest": Suite(resting),
    "wavy": Suite(wavy),
    "movement": Suite(moving),
    "evoked": Suite(evoked),
    "disturbed": Suite(disturbed, 2),
    "tonic": Suite(tonic, 2),
    "jerks": Suite(jerking, 2),
    "contraction": Suite(contracting, 8),
    "led": Suite(led, 4),
    "paced": Suite(paced, 2),
    "cramp": Suite(cramping, 8),
    "wayward": Suite(wayward, 4),
    "composed": Suite(composed, 2),
    "mixed": Suite(mixed, 12, real=False),
    "sustained": Suite(sustained, 20, real=False),
    "ramps": Suite(ramps, 20, real=False),
    "rhythms": Suite(rhythms, 1, real=False),
}

WIDER = {"8-12": ">= 8", "12-25": ">= 8"}
"""The band that a band is a part of; it is told by how often potentials come, too."""

PER_MIN = {"0.5-5 a minute": 5.0, "5-20 a minute": 20.0, "20-60 a minute": np.inf}
"""How often: each up to."""

TOGETHER = {
    "cramps and contractions": (
        "contraction",
        "led contraction",
        "paced contraction",
        "cramp",
        "wayward cramp",
    )
}
"""Suites whose whole contractions and cramps are counted together: what is called one may be the other."""

EVERYTHING = "all suites"
ALL = "all"


def bands(case: Case) -> list[str]:
    """All bands that a case counts in."""
    wider = WIDER.get(case.band)
    if wider is None:
        return list(dict.fromkeys((case.band or ALL, ALL)))
    truth = case.truth
    wanted = [e for e in truth.of(Label.FASCICULATION, 0) if not e.optional]
    per_min = len(wanted) * 60.0 * truth.rate_hz / truth.n_samples
    often = next(name for name, most in PER_MIN.items() if per_min < most)
    return [case.band, wider, f"{wider}, {often}", ALL]
