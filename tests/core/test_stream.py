"""What a stream may be."""

import pytest

from fasciscope.core import ChannelInfo, InputError, StreamInfo

ONE = (ChannelInfo("biceps", 0.5, "biceps brachii", "left"),)


@pytest.mark.parametrize("rate_hz", [0.0, -1000.0, 9.99, 200_001.0, float("nan"), float("inf")])
def test_a_rate_that_no_emg_has_is_refused_with_the_option_that_mends_it(rate_hz: float) -> None:
    with pytest.raises(InputError, match="--rate"):
        StreamInfo("board", rate_hz, ONE)


def test_a_stream_without_channels_is_refused() -> None:
    with pytest.raises(InputError, match="no channel"):
        StreamInfo("board", 1000.0, ())


def test_two_channels_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="biceps, biceps"):
        StreamInfo("board", 1000.0, ONE + ONE)


def test_the_tier_follows_from_what_is_known() -> None:
    assert StreamInfo("board", 1000.0, ONE).tier.letter == "A"
    assert StreamInfo("board", 1000.0, ONE, resolution_uv=3.2).tier.letter == "B"
    assert StreamInfo("board", 250.0, ONE, bandwidth_hz=(0.0, 65.0)).tier.letter == "C"
    assert StreamInfo("board", 1000.0, ONE, envelope=True).tier.letter == "D"


def test_a_channel_without_a_scale_is_uncalibrated() -> None:
    assert ONE[0].calibrated
    assert not ChannelInfo("ch1", None).calibrated
