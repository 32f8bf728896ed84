"""Law 8: streaming stages against SciPy or a plain computation over the whole stretch."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lawbook import check_bank_oracle, check_filter_oracle, check_noise_oracle
from numpy.typing import NDArray
from signals import noise, run_conditioner, run_low_pass, with_waves

from fasciscope.dsp import ChainSettings, band_sos
from fasciscope.dsp.filters import low_pass_sos
from fasciscope.dsp.matched import MatchedBank
from fasciscope.dsp.noise import NoiseTracker

N = 5000
RATE_HZ = 1000.0
USED = ChainSettings()
holes_of = st.lists(
    st.tuples(st.integers(0, N - 1), st.integers(1, 400), st.integers(0, 1)), max_size=4
)


def signal_with_offset() -> NDArray[np.float64]:
    return noise(N, 2, seed=4) + np.array([700.0, -1300.0])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(holes_of, st.lists(st.integers(1, 2000), min_size=1, max_size=6))
def test_the_band_equals_sosfilt_on_each_stretch_between_holes(
    spans: list[tuple[int, int, int]], sizes: list[int]
) -> None:
    holes = np.zeros((N, 2), dtype=bool)
    for first, length, channel in spans:
        holes[first : first + length, channel] = True
    sos = band_sos(RATE_HZ, USED.high_pass_hz, USED.feature_low_pass_hz)
    check_filter_oracle(run_conditioner, sos, signal_with_offset(), holes, sizes, 100)


def test_the_detection_branch_equals_sosfilt() -> None:
    none = np.zeros((N, 2), dtype=bool)
    sos = low_pass_sos(RATE_HZ, USED.detection_low_pass_hz)
    check_filter_oracle(run_low_pass, sos, signal_with_offset(), none, [1, 0, 999, 1000])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_the_noise_equals_plain_quantiles_of_the_last_pieces(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    squares = rng.chisquare(18, (sum(sizes), 2)) * rng.choice([0.1, 1.0, 30.0], (sum(sizes), 2))
    squares[rng.random(squares.shape) < 0.2] = np.nan
    check_noise_oracle(NoiseTracker, squares, sizes, n_pieces=80)


def test_the_bank_equals_a_slow_computation() -> None:
    uv = with_waves(noise(4000, 2, rms=1.0, seed=8), [1.0, 2.5], 500.0, size=20.0)
    check_bank_oracle(MatchedBank, uv, 500.0, frame_n=500)
