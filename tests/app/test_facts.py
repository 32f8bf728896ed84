from pathlib import Path

import numpy as np
import pytest

from fasciscope.app import facts
from fasciscope.app.facts import Facts, facts_of, open_with, parse_place
from fasciscope.core import (
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
    UsageError,
)
from fasciscope.datasets import ReadOptions
from fasciscope.datasets.select import Column, channel_infos
from fasciscope.firmware_bridge.boards import board


def samples(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of counts that says neither its rate nor its unit, as the door to the readers gives it."""

    def opened(path: Path, options: ReadOptions) -> Recording:
        if options.rate_hz is None:
            raise MissingFactError("The file does not say its sampling rate.", "--rate HZ")
        (channel,) = channel_infos([Column("biceps")], options)
        info = StreamInfo("", options.rate_hz, (channel,))
        uv = (512.0 + np.arange(2000) % 7)[:, None] * (channel.uv_per_count or 1.0)
        blocks = [SampleBlock(info, 0, uv[:900]), SampleBlock(info, 1000, uv[1000:])]
        return Recording(info, lambda: iter(blocks), Provenance(str(path), "counts"))

    monkeypatch.setattr(facts, "open_recording", opened)
    return Path("counts.csv")


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
    assert [block.first_sample for block in made.blocks()] == [0, 1000]


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


def test_channels_stand_between_commas_and_quotes_keep_a_comma() -> None:
    assert facts_of(channels=('A, "B,C"', "3,")).options.channels == ("A", "B,C", "3")
    assert facts_of().options == ReadOptions()
    with pytest.raises(UsageError, match="toaster"):
        facts_of(board_name="toaster")
