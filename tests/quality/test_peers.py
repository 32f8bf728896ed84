"""The others' detectors are called as they should be: large potentials in white noise are found."""

import warnings

import numpy as np
import pytest

from benchmarks.accuracy.case import Case, empty_truth, recording_of
from benchmarks.accuracy.peers import BUILT_IN, LIBRARIES, present
from benchmarks.accuracy.score import tally
from fasciscope.datasets.synth import Waveform, place

RATE_HZ = 1000.0


def case() -> Case:
    """A minute of noise with a potential of 25 times its RMS every two seconds or so."""
    rng = np.random.default_rng(3)
    time_s = np.arange(-0.02, 0.02, 1 / RATE_HZ)
    wave = np.sin(2 * np.pi * 80 * time_s) * np.exp(-((time_s / 0.0075) ** 2))
    times = np.arange(2.0, 58.0, 2.0) + rng.uniform(-0.3, 0.3, 28)
    rest = 5.0 * rng.standard_normal(60_000)
    made = place(rest, RATE_HZ, [Waveform(wave, RATE_HZ)], times, 25.0)
    return Case("test", "noise", recording_of(made.uv, RATE_HZ), made.truth)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BUILT_IN, *LIBRARIES])
def test_large_potentials_in_white_noise_are_found(name: str) -> None:
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name][0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' own, of what they import
        found = tally(case(), present()[name](case()))
    assert found.hits >= 0.8 * (found.hits + found.missed)


def test_silence_gives_nothing() -> None:
    recording = recording_of(np.zeros(5000), RATE_HZ)
    silence = Case("test", "silence", recording, empty_truth(recording))
    assert [name for name in BUILT_IN if present()[name](silence)] == []
