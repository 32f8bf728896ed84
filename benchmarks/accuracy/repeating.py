"""How far a rate repeats itself: halves of sessions against each other, and what was found against truth.

Synthetic sessions at rest whose rates spread as patients' do. Chance alone (few events in a minute)
keeps the halves apart, so the truth's own halves stand beside those that were found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.case import Array, Part
from benchmarks.accuracy.score import DRAWS
from benchmarks.accuracy.synthetic import FIRST, HUM
from fasciscope.app import analyse
from fasciscope.core import Interval, Label
from fasciscope.datasets.score_rates import Difference, bland_altman, icc_2_1
from fasciscope.datasets.synth import Fasciculations, Scenario, Site, synthesise

SESSIONS = 40
DURATION_S = 120.0
PER_MIN = (1.0, 40.0)


@dataclass(frozen=True, slots=True)
class Repeated:
    """ICC(2,1) over sessions, with 95 % intervals bootstrapped over them; rates a minute."""

    sessions: int
    halves_found: Interval
    halves_true: Interval
    found_to_true: Interval
    ratio: Difference  # found to true


def repeated(part: Part, sessions: int = SESSIONS) -> Repeated:
    """Rates of so many sessions."""
    counts = np.array([_counts(FIRST[part] + seed) for seed in range(sessions)])
    per_min = counts / (DURATION_S / 2 / 60)  # (n, found or true, half)
    whole = per_min.mean(axis=2)
    return Repeated(
        sessions,
        bootstrapped_icc(per_min[:, 0]),
        bootstrapped_icc(per_min[:, 1]),
        bootstrapped_icc(whole),
        bland_altman(whole[:, 0], whole[:, 1]),
    )


def _counts(seed: int) -> tuple[Sequence[int], Sequence[int]]:
    """Fasciculations (found, true) in either half."""
    rng = np.random.default_rng([seed, 63])
    per_min = float(np.exp(rng.uniform(*np.log(PER_MIN))))
    fasciculating = Fasciculations(rate_per_min=per_min)
    scenario = Scenario(
        "rate", (fasciculating, HUM), seed, DURATION_S, rate_hz=1000.0, sites=(Site("EMG1"),)
    )
    made = synthesise(scenario)
    found = [e for e in analyse(made.recording).events if e.label is Label.FASCICULATION]
    true = [e for e in made.truth.of(Label.FASCICULATION) if not e.optional]
    middle = made.truth.n_samples // 2
    return _halves([e.peak_sample for e in found], middle), _halves(
        [e.peak_sample for e in true], middle
    )


def _halves(peaks: Sequence[int], middle: int) -> tuple[int, int]:
    early = sum(peak < middle for peak in peaks)
    return early, len(peaks) - early


def bootstrapped_icc(rates: Array) -> Interval:
    """ICC of (n, 2) rates, resampled over its rows."""
    rng = np.random.default_rng(0)
    drawn = [icc_2_1(rates[rng.integers(len(rates), size=len(rates))]) for _ in range(DRAWS)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Interval(icc_2_1(rates), float(low), float(high))
