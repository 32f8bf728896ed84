"""The scorecard that comes with the package is that of the training script, which repeats itself."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks import train_potentials as training
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.score import expected_calibration_error
from fasciscope.classifier.features import FEATURES
from fasciscope.classifier.trainedmodel import scorecard


def examples(n: int, seed: int) -> training.Examples:
    """Potentials whose first two features tell what they are; most are true, as in the benchmark."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, len(FEATURES)))
    chance = 1 / (1 + np.exp(-(4.0 + 2.0 * values[:, 0] - np.abs(values[:, 1]))))
    return training.Examples(
        values, rng.uniform(size=n) < chance, np.arange(n) // 5, np.zeros(n, dtype=int)
    )


def test_the_card_was_made_by_this_script() -> None:
    script = Path(training.__file__).read_bytes()
    assert scorecard().origin.script_sha256 == hashlib.sha256(script).hexdigest(), (
        "train it again: python -m benchmarks.train_potentials"
    )


def test_the_recordings_it_was_trained_on_are_the_develop_parts_and_as_they_were() -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")
    known = dict(reversed(line.split(" ", 1)) for line in scorecard().origin.recordings)
    assert list(known) == training.recordings()
    for name, digest in known.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest().startswith(digest), name


def test_the_same_examples_give_the_same_card_and_others_another() -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")  # their hashes stand in the card
    one, again, other = (training.card_text(examples(600, seed)) for seed in (1, 1, 2))
    assert one == again != other


def test_knots_lie_where_there_is_something_to_tell_however_few_the_others_are() -> None:
    rng = np.random.default_rng(5)
    true = np.arange(5000) >= 40
    knots = training.knots_of(rng.normal(np.where(true, 20.0, 5.0), 2.0), true)
    assert np.sum(knots < 10.0) >= training.KNOTS // 2 - 1


@pytest.mark.slow
def test_the_probabilities_are_frequencies_on_what_was_not_fitted() -> None:
    seen, fresh = examples(8000, 3), examples(8000, 4)
    knots = [training.knots_of(seen.values[:, k], seen.true) for k in range(len(FEATURES))]
    points = training.fitted(
        training.design(seen.values, knots), seen.true, seen.weights, training.penalty(knots)
    )
    at, share = training.calibrated(training.held_out(seen, knots), seen.true, seen.weights)
    stated = np.interp(training.design(fresh.values, knots) @ points, at, share)
    sure = list(zip(stated.tolist(), fresh.true.tolist(), strict=True))
    assert expected_calibration_error(sure) < 0.05
    assert abs(stated - fresh.true).mean() < 0.8 * 2 * fresh.true.mean() * (1 - fresh.true.mean())
