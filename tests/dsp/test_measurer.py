"""Measuring many together gives what measuring each at once gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import blocks_of, info_of, noise, strong, with_waves

from fasciscope.core import Activity, Potential
from fasciscope.dsp import Chain, ChainSettings

RATE_HZ = 1000.0
OWN = [
    "peak_sample",
    "start_sample",
    "end_sample",
    "peak_to_peak",
    "noise",
    "statistic",
    "duration_ms",
    "half_width_ms",
    "rise_ms",
    "phases",
    "median_hz",
    "low_ratio",
    "sharpness",
]


def potentials(uv: np.ndarray, every_s: float, **kinds: object) -> list[Potential]:
    info = info_of(uv.shape[1], RATE_HZ)
    chain = Chain(info, ChainSettings(mains="50", measure_every_s=every_s))
    found: list[Activity] = []
    for block in blocks_of(info, uv, **kinds):  # type: ignore[arg-type]
        found.extend(chain.push(block))
    found.extend(chain.finish())
    return strong(found)


def own_measures(found: list[Potential]) -> np.ndarray:
    return np.array([[getattr(p, name) for name in OWN] for p in found])


@settings(max_examples=10, deadline=None)
@given(
    at_s=st.lists(st.floats(0.3, 17.5), min_size=1, max_size=8),
    every_s=st.sampled_from([2.0, 3.0, 4.0, 7.0]),
)
def test_how_many_are_measured_together_changes_no_measure(
    at_s: list[float], every_s: float
) -> None:
    uv = with_waves(noise(18_000, seed=5), sorted(at_s), RATE_HZ, size=80.0)
    one, many = potentials(uv, 1.0), potentials(uv, every_s)
    assert [p.peak_sample for p in one] == [p.peak_sample for p in many]
    np.testing.assert_allclose(own_measures(one), own_measures(many), rtol=1e-9)


@pytest.mark.parametrize("at_s", [10.999, 11.0, 11.05, 11.999, 12.0, 14.96])
def test_a_potential_at_the_border_of_frames_is_found_once_and_whole(at_s: float) -> None:
    uv = with_waves(noise(18_000, seed=6), [at_s], RATE_HZ, size=80.0)
    (found,) = potentials(uv, 4.0)
    assert found.peak_sample / RATE_HZ == pytest.approx(at_s, abs=0.008)
    assert found.peak_to_peak == pytest.approx(80.0, rel=0.25)
