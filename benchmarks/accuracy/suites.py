"""All suites by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.accuracy.case import Case, Part
from benchmarks.accuracy.cramping import contracting, cramping, wayward
from benchmarks.accuracy.disturbed import disturbed
from benchmarks.accuracy.evoked import evoked
from benchmarks.accuracy.led import led, paced
from benchmarks.accuracy.placed import coarse, lively, placed
from benchmarks.accuracy.resting import moving, resting, wavy
from benchmarks.accuracy.synthetic import mixed, ramps, rhythms, sustained

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
    "contraction": Suite(contracting, 8),
    "led": Suite(led, 4),
    "paced": Suite(paced, 2),
    "cramp": Suite(cramping, 8),
    "wayward": Suite(wayward, 4),
    "mixed": Suite(mixed, 12, real=False),
    "sustained": Suite(sustained, 20, real=False),
    "ramps": Suite(ramps, 20, real=False),
    "rhythms": Suite(rhythms, 1, real=False),
}
