"""Hearts and metronomes are told from trains by chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fasciscope.dsp.rhythm import Train, beats_among, heart_around, parts_among, train_around

LIMIT = 0.55  # what the classifier calls a heart


def nearest(times_s: NDArray[np.float64]) -> int:
    return int(np.abs(times_s).argmin())


def by_chance(rng: np.random.Generator, rate_hz: float) -> NDArray[np.float64]:
    """A Poisson train 10 s either side of a potential at 0."""
    times = rng.uniform(-10, 10, rng.poisson(20 * rate_hz))
    return np.sort(np.concatenate([times, [0.0]]))


def beats(rng: np.random.Generator, bpm: float, cv: float, missing: float) -> NDArray[np.float64]:
    """Beats with respiratory drift, some of them missing, the one at 0 there."""
    steps = (60 / bpm) * (1 + cv * rng.standard_normal(80))
    steps *= 1 + 0.05 * np.sin(np.arange(80) / 2.5)
    times = np.cumsum(steps)
    times -= times[40]
    there = (rng.random(80) >= missing) | (times == 0)
    kept: NDArray[np.float64] = times[there & (np.abs(times) <= 10)]
    return kept


@pytest.mark.parametrize("rate_hz", [0.2, 0.5, 1.0, 2.0, 4.0])
def test_a_random_train_is_no_heart_however_dense(rate_hz: float) -> None:
    rng = np.random.default_rng(round(10 * rate_hz))
    trains = [by_chance(rng, rate_hz) for _ in range(60)]
    scores = np.array([heart_around(t, nearest(t))[1] for t in trains])
    assert scores.max() < 0.5


@pytest.mark.parametrize("bpm", [48.0, 72.0, 110.0, 150.0])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_a_heart_is_one_though_beats_are_missing(bpm: float, missing: float) -> None:
    rng = np.random.default_rng(round(bpm))
    trains = [beats(rng, bpm, 0.03, missing) for _ in range(20)]
    found = [heart_around(t, nearest(t)) for t in trains]
    assert np.mean([score > LIMIT for _, score in found]) >= (0.8 if missing else 1.0)
    rates = [60 * hz for hz, score in found if score > LIMIT]
    assert np.median(rates) == pytest.approx(bpm, rel=0.1)


def test_beats_with_a_second_wave_are_one_heart() -> None:
    times = beats(np.random.default_rng(1), 66.0, 0.03, 0.0)
    both = np.sort(np.concatenate([times, times + 0.06]))
    assert heart_around(both, nearest(both))[1] > LIMIT


def test_beats_that_miss_their_time_like_random_ones_are_no_heart() -> None:
    rng = np.random.default_rng(5)
    even = np.cumsum(0.8 + 0.03 * rng.standard_normal(12))
    uneven = np.cumsum(0.8 * (1 + rng.choice([-0.16, 0.0, 0.16], 12)))
    assert heart_around(even, 6)[1] > 0.8
    assert heart_around(uneven, 6)[1] < 0.55


def test_too_few_make_no_heart() -> None:
    assert heart_around(np.array([0.0, 0.8, 1.6, 2.4]), 0) == (0.0, 0.0)
    assert heart_around(np.array([0.0]), 0) == (0.0, 0.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.floats(-10, 10), max_size=40))
def test_a_score_is_a_share(times: list[float]) -> None:
    sorted_s = np.sort(np.array([*times, 0.0]))
    hz, score = heart_around(sorted_s, nearest(sorted_s))
    assert 0.0 <= score <= 1.0
    assert hz == 0.0 or 0.3 < hz < 4.0


@pytest.mark.parametrize("rate_hz", [2.0, 8.0, 15.0])
@pytest.mark.parametrize("cv", [0.0, 0.1, 0.2])
def test_a_train_has_the_rate_and_spread_of_its_intervals(rate_hz: float, cv: float) -> None:
    steps = (1 + cv * np.random.default_rng(3).standard_normal(60)) / rate_hz
    times = np.cumsum(steps)
    train = train_around(times, 30)
    assert train.n == 60
    assert train.rate_hz == pytest.approx(1 / np.diff(times).mean())
    assert train.cv == pytest.approx(np.diff(times).std() / np.diff(times).mean())


def test_a_train_ends_at_a_break() -> None:
    times = np.concatenate([np.arange(0, 2, 0.1), np.arange(4, 5, 0.1)])
    assert train_around(times, 5).n == 20
    assert train_around(times, 25).n == 10


@pytest.mark.parametrize(
    "times", [[0.0], [0, 0.1, 0.2, 0.3], np.arange(0, 0.5, 0.02), np.arange(0, 60, 3)]
)
def test_few_too_fast_or_too_slow_make_no_train(times: list[float]) -> None:
    assert train_around(np.array(times, dtype=float), 0) == Train()


def test_what_comes_with_every_beat_is_the_hearts_and_a_potential_near_one_beat_is_not() -> None:
    rng = np.random.default_rng(6)
    own = beats(rng, 66.0, 0.03, 0.0)
    waves = (
        own[::2] + 0.28 + 0.004 * rng.standard_normal(len(own[::2]))
    )  # T waves, half of them seen
    others = np.array([own[4] + 0.05, own[9] - 0.2, own[12] + 0.31])
    times = np.concatenate([own, waves, others])
    kind = np.repeat([0, 1, 2], [len(own), len(waves), len(others)])
    order = np.argsort(times)
    times, kind = times[order], kind[order]
    found, score = beats_among(times, (kind[:, None] == kind) & (kind == 0))
    assert score > 0.8
    assert (found == (kind == 0)).all()
    assert (parts_among(times, found) == (kind < 2)).all()


def test_without_a_heart_nothing_belongs_to_it() -> None:
    times = by_chance(np.random.default_rng(7), 2.0)
    assert not parts_among(times, np.zeros(len(times), dtype=bool)).any()
