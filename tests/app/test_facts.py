from pathlib import Path

import numpy as np
import pytest

from fasciscope.app.facts import Facts, open_with, parse_place
from fasciscope.core import MissingFactError, Recording, UsageError
from fasciscope.datasets import ReadOptions
from fasciscope.firmware_bridge.boards import board


def samples(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    path = tmp_path / "counts.csv"
    path.write_text("biceps\n" + "\n".join(str(512 + i % 7) for i in range(2000)) + "\n")
    return path


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("EMG1=gastrocnemius/right", ("EMG1", ("gastrocnemius", "right"))),
        ("EMG1=tibialis anterior/L", ("EMG1", ("tibialis anterior", "left"))),
        ("a b = soleus", ("a b", ("soleus", None))),
    ],
)
def test_a_place_is_a_channel_a_muscle_and_perhaps_a_side(text: str, place: object) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "EMG1", "EMG1=", "=soleus", "EMG1=soleus/up", "EMG1=soleus/"])
def test_a_place_that_is_not_understood_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError, match="--muscle"):
        parse_place(text)


def test_without_a_board_what_is_missing_stays_missing(counts: Path) -> None:
    with pytest.raises(MissingFactError):
        open_with(counts, Facts())


def test_a_board_supplies_rate_and_scale_of_its_counts(counts: Path) -> None:
    bitalino = board("bitalino")
    made = open_with(counts, Facts(board=bitalino))
    bare = open_with(counts, Facts(ReadOptions(rate_hz=1000.0, unit="counts")))
    assert made.info.rate_hz == 1000.0
    assert made.info.device == bitalino.title
    assert made.info.channels[0].uv_per_count == bitalino.uv_per_count
    assert bitalino.caution in made.provenance.notes
    assert np.array_equal(samples(made), samples(bare) * bitalino.uv_per_count)
    assert all(block.info is made.info for block in made.blocks())


def test_what_the_person_says_wins_over_the_board(counts: Path) -> None:
    made = open_with(counts, Facts(ReadOptions(rate_hz=500.0, unit="uV"), board("bitalino")))
    assert made.info.rate_hz == 500.0
    assert samples(made).max() == 518


def test_a_board_without_a_scale_leaves_the_channel_uncalibrated(counts: Path) -> None:
    made = open_with(counts, Facts(board=board("olimex")))
    assert made.info.rate_hz == 250.0
    assert not made.info.channels[0].calibrated


def test_places_are_put_on_the_channels(counts: Path) -> None:
    options = ReadOptions(rate_hz=1000.0, unit="mV")
    made = open_with(counts, Facts(options, places={"biceps": ("biceps brachii", "left")}))
    assert (made.info.channels[0].muscle, made.info.channels[0].side) == ("biceps brachii", "left")
    with pytest.raises(UsageError, match="triceps"):
        open_with(counts, Facts(options, places={"triceps": ("triceps", None)}))
