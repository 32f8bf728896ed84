"""The scorecards that come with the package are those of the training scripts, which repeat themselves."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fitting, train_bursts
from benchmarks import train_potentials as training
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.score import expected_calibration_error
from fasciscope.classifier.features import FEATURES
from fasciscope.classifier.sustained import CARD, burst_scorecard
from fasciscope.classifier.trainedmodel import scorecard

CARDS = {"potentials": (training, scorecard), "bursts": (train_bursts, burst_scorecard)}


def examples(n: int, seed: int, n_features: int = len(FEATURES)) -> fitting.Examples:
    """Activities whose first two features tell what they are; most are true, as in the benchmark."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, n_features))
    chance = 1 / (1 + np.exp(-(4.0 + 2.0 * values[:, 0] - np.abs(values[:, 1]))))
    none = np.zeros(n, dtype=int)
    true = rng.uniform(size=n) < chance
    return fitting.Examples(values, true, np.arange(n) // 5, none, np.ones(n))


@pytest.mark.parametrize("name", CARDS)
def test_the_card_was_made_by_this_script(name: str) -> None:
    script, card = CARDS[name]
    assert card().origin.script_sha256 == fitting.script_sha256(Path(script.__file__)), (
        f"train it again: python -m benchmarks.train_{name}"
    )


@pytest.mark.parametrize("name", CARDS)
def test_the_recordings_it_was_trained_on_are_the_develop_parts_and_as_they_were(
    name: str,
) -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")
    script, card = CARDS[name]
    known = dict(reversed(line.split(" ", 1)) for line in card().origin.recordings)
    assert list(known) == script.recordings()
    for file, digest in known.items():
        assert hashlib.sha256((DATA / file).read_bytes()).hexdigest().startswith(digest), file


@pytest.mark.parametrize("name", CARDS)
def test_the_same_examples_give_the_same_card_and_others_another(name: str) -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")  # their hashes stand in the card
    script, card = CARDS[name]
    n = len(card().feature)
    one, again, other = (script.card_text(examples(600, seed, n)) for seed in (1, 1, 2))
    assert one == again != other


def test_points_follow_the_direction_that_a_feature_is_given() -> None:
    seen = examples(3000, 5)
    knots = [fitting.knots_of(seen.values[:, k], seen.true) for k in range(2)]
    matrix = fitting.design(seen.values[:, :2], knots)
    free, against = (
        fitting.fitted(
            matrix,
            seen.true,
            seen.weights,
            fitting.penalty(knots),
            fitting.steps(knots, directions),
        )[1 : 1 + len(knots[0])]
        for directions in ((0, 0), (-1, 0))
    )
    assert np.ptp(free) > 1.0
    assert (np.diff(free) > 0).all()
    assert np.ptp(against) < 0.01


@pytest.mark.slow
def test_the_bursts_card_is_what_the_script_makes() -> None:
    if not DATA.exists():
        pytest.skip("no real recordings here")
    assert train_bursts.card_text(train_bursts.collect()[0]) == CARD.read_text("utf-8")


def test_knots_lie_where_there_is_something_to_tell_however_few_the_others_are() -> None:
    rng = np.random.default_rng(5)
    true = np.arange(5000) >= 40
    knots = fitting.knots_of(rng.normal(np.where(true, 20.0, 5.0), 2.0), true)
    assert np.sum(knots < 10.0) >= fitting.KNOTS // 2 - 1


@pytest.mark.slow
def test_the_probabilities_are_frequencies_on_what_was_not_fitted() -> None:
    seen, fresh = examples(8000, 3), examples(8000, 4)
    knots = [fitting.knots_of(seen.values[:, k], seen.true) for k in range(len(FEATURES))]
    points = fitting.fitted(
        fitting.design(seen.values, knots), seen.true, seen.weights, fitting.penalty(knots)
    )
    at, share = fitting.calibrated(fitting.held_out(seen, knots), seen.true, seen.weights)
    stated = np.interp(fitting.design(fresh.values, knots) @ points, at, share)
    sure = list(zip(stated.tolist(), fresh.true.tolist(), strict=True))
    assert expected_calibration_error(sure) < 0.05
    assert abs(stated - fresh.true).mean() < 0.8 * 2 * fresh.true.mean() * (1 - fresh.true.mean())
