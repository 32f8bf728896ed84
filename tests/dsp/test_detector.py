"""The detector: each potential once, wherever in its frame it lies."""

import numpy as np
import pytest
from signals import activities, blocks_of, info_of, noise, strong, with_waves

from fasciscope.core import Burst, Potential


@pytest.mark.parametrize("rate_hz", [500.0, 1000.0, 1259.26, 2000.0])
def test_a_potential_is_found_once_wherever_in_its_frame_it_lies(rate_hz: float) -> None:
    at_s = 2.0 + 1.0173 * np.arange(58)  # every phase of the frame, its ends included
    uv = noise(round(62 * rate_hz), seed=1)
    info = info_of(1, rate_hz)
    found = activities(
        info, blocks_of(info, with_waves(uv, at_s, rate_hz, size=100.0, centre_hz=70.0))
    )
    seen_s = np.array([p.peak_sample / rate_hz for p in strong(found)])
    near = np.abs(seen_s[:, None] - at_s) < 0.012
    assert near.sum(axis=0).tolist() == [1] * len(at_s)
    assert (~near.any(axis=1)).sum() <= 1  # noise


def test_a_train_of_twitches_is_no_burst() -> None:
    uv = with_waves(noise(30_000, seed=2), np.arange(12, 20, 0.125), 1000.0, size=90.0)
    info = info_of(1)
    found = activities(info, blocks_of(info, uv))
    assert not any(isinstance(a, Burst) for a in found)
    assert len(strong(found)) == 64


def test_potentials_come_in_order_and_each_once() -> None:
    rng = np.random.default_rng(3)
    uv = with_waves(noise(40_000, 2, seed=3), np.sort(rng.uniform(1, 39, 60)), 1000.0, size=90.0)
    info = info_of(2)
    peaks = [
        (a.peak_sample, a.channel)
        for a in activities(info, blocks_of(info, uv))
        if isinstance(a, Potential)
    ]
    assert peaks == sorted(set(peaks))


@pytest.mark.slow
def test_six_hours_of_white_noise_give_one_false_alarm_in_ten_minutes_at_most() -> None:
    info = info_of(4)
    found = 0
    for seed in range(6):
        uv = noise(900_000, 4, seed=100 + seed)
        found += len(strong(activities(info, blocks_of(info, uv))))
    assert found <= 36
