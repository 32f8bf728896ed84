"""The scorecard is plain data: what it says can be checked by hand, and a damaged one is refused."""

from pathlib import Path

import pytest

from fasciscope.classifier.features import FEATURES
from fasciscope.classifier.scorecard import load_scorecard
from fasciscope.classifier.trainedmodel import CARD, scorecard
from fasciscope.core import InputError

CARD_TEXT = """
version = "1"
intercept = -1.0
scores = [-2.0, 0.0, 2.0]
probabilities = [0.1, 0.5, 0.9]

[origin]
made_by = "a test"
script_sha256 = "0"
seed = "1"
suites = ["none"]
recordings = ["none"]
examples = "none"
note = "none"

[[feature]]
feature = "height"
unit = "1"
knots = [1.0, 3.0]
points = [0.0, 4.0]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "card.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("height", "points", "chance"),
    [(0.0, 0.0, 0.3), (1.5, 1.0, 0.5), (3.0, 4.0, 0.9), (99.0, 4.0, 0.9)],
)
def test_points_run_straight_between_knots_and_stay_level_beyond(
    tmp_path: Path, height: float, points: float, chance: float
) -> None:
    card = load_scorecard(written(tmp_path, CARD_TEXT), ("height",))
    assert card.contributions((height,)) == (points,)
    assert card.probability((points,)) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("found", "damaged", "told"),
    [
        ("knots = [1.0, 3.0]", "knots = [3.0, 1.0]", "rising"),
        ("points = [0.0, 4.0]", "points = [0.0]", "as many"),
        ("points = [0.0, 4.0]", "points = [0.0, nan]", "finite"),
        ("[0.1, 0.5, 0.9]", "[0.1, 0.5, 1.9]", "between 0 and 1"),
        ("intercept = -1.0", "", "'intercept' is missing"),
        ("intercept = -1.0", "intercept = [", "is not TOML"),
        ('feature = "height"', 'feature = "width"', "this version computes height"),
    ],
)
def test_a_damaged_card_is_refused_and_the_place_named(
    tmp_path: Path, found: str, damaged: str, told: str
) -> None:
    path = written(tmp_path, CARD_TEXT.replace(found, damaged))
    with pytest.raises(InputError, match=r"card\.toml") as error:
        load_scorecard(path, ("height",))
    assert told in str(error.value)


def test_the_card_of_the_package_scores_every_feature() -> None:
    card = scorecard()
    assert [f.unit for f in card.feature] == [f.unit for f in FEATURES]
    assert list(card.probabilities) == sorted(card.probabilities)
    assert CARD.stat().st_size < 10_000  # a person can read it
