"""What a site's count would be by other rules: isolation, doublets, how sure each event is.

On the same recordings four policies of exclusion gave rates 2.6-fold apart (S2); so every rate is told
under several.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.classifier.rate import rate_interval
from fasciscope.classifier.timing import DOUBLET_S, followed
from fasciscope.core import Event, Label, Potential, RateUnder

CONTINUAL = "continual"
"""The rule that sets a potential aside because its like comes back too soon or too often."""


@dataclass(frozen=True, slots=True)
class Discharge:
    """A potential that some rule counts: peak (s), probability, seconds to the nearest of its shape
    on either side, and whether it is counted as judged."""

    peak_s: float
    probability: float
    apart_s: float
    counted: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Discharges as columns (n,), ordered by time."""

    peak_s: NDArray[np.float64]
    probability: NDArray[np.float64]
    apart_s: NDArray[np.float64]
    counted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CountingRule:
    """A rule of counting: its name in files, its words, and how many it counts."""

    name: str
    words: str
    count: Callable[[_Table], int]


def _apart(least_s: float) -> Callable[[_Table], int]:
    return lambda table: int((table.apart_s > least_s).sum())


def _sure(least: float) -> Callable[[_Table], int]:
    return lambda table: int((table.counted & (table.probability >= least)).sum())


def _once(table: _Table) -> int:
    peaks = table.peak_s[table.counted]
    return len(peaks) - int(followed(peaks).sum())


RULES = (
    *(
        CountingRule(f"isolated_{ms}_ms", f"alone by {ms} ms", _apart(ms / 1000.0))
        for ms in (100, 250, 500)
    ),
    CountingRule("doublets_once", f"within {1000 * DOUBLET_S:.0f} ms once", _once),
    *(
        CountingRule(f"probability_{least:g}", f"probability ≥ {least:g}", _sure(least))
        for least in (0.5, 0.8, 0.9)
    ),
)
"""Alone: no potential of its shape nearer on either side (the isolated discharge, S9: 250 ms);
potentials that were set aside for nothing but such neighbours are taken in where they pass."""


def discharge_of(event: Event, potential: Potential, rate_hz: float) -> Discharge | None:
    """What the rules need of a potential and its event; None if no rule counts it."""
    counted = event.label is Label.FASCICULATION
    if not counted and event.flags != (CONTINUAL,):
        return None
    apart_s = min(potential.same_gap_before_s, potential.same_gap_after_s)
    return Discharge(event.peak_sample / rate_hz, event.probability, apart_s, counted)


def rates_under(
    discharges: Sequence[Discharge], minutes: float, dispersion: float
) -> tuple[RateUnder, ...]:
    """Count and rate under each of `RULES`; `dispersion` as for `rate_interval`."""
    ordered = sorted(discharges, key=lambda d: d.peak_s)
    table = _Table(
        np.array([d.peak_s for d in ordered], dtype=np.float64),
        np.array([d.probability for d in ordered], dtype=np.float64),
        np.array([d.apart_s for d in ordered], dtype=np.float64),
        np.array([d.counted for d in ordered], dtype=np.bool_),
    )
    return tuple(
        RateUnder(rule.name, n := rule.count(table), rate_interval(n, minutes, dispersion))
        for rule in RULES
    )
