"""Remarks on the timing: only beyond chance."""

from dataclasses import replace

import numpy as np
import pytest

from fasciscope.classifier import halves_of, remarks_of, timing_of
from fasciscope.core import SiteSummary

from .activities import site


def timed(times: np.ndarray, usable_s: float = 600.0) -> SiteSummary:
    found = site(fasciculations=len(times))
    timing, halves = timing_of(times, usable_s), halves_of(times, usable_s / 2, usable_s)
    return replace(found, timing=timing, halves=halves)


RNG = np.random.default_rng(8)
RANDOM = timed(np.sort(RNG.uniform(0, 600, 60)))
EARLY = timed(np.sort(np.concatenate([RNG.uniform(0, 300, 30), RNG.uniform(300, 600, 12)])))
EVOKED = timed(4.0 * np.arange(1, 149) + RNG.normal(0, 0.1, 148))


def test_random_potentials_at_one_rate_need_no_remark() -> None:
    assert remarks_of([RANDOM, site()]) == ()


def test_halves_that_differ_beyond_chance_are_remarked_on_once_per_site() -> None:
    (remark,) = remarks_of([EARLY])
    assert "6 per usable minute in the first half" in remark
    assert "2.4 in the second" in remark


def test_many_sites_ask_for_more_than_one_in_twenty() -> None:
    assert remarks_of([EARLY, *[RANDOM] * 15]) == ()


def test_potentials_on_a_clock_are_remarked_on() -> None:
    (remark,) = remarks_of([EVOKED])
    assert "every 4 s" in remark


@pytest.mark.parametrize("n", [0, 3])
def test_too_few_are_not_remarked_on(n: int) -> None:
    assert remarks_of([timed(np.arange(1.0, 1.0 + n))]) == ()
