"""The Knight's bytes as BrainFlow's driver reads them, and the commands that its users send."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge import board
from fasciscope.firmware_bridge.knight import bias_command, channel_command, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def test_brainflow_reads_the_same_values(vectors: Vectors) -> None:
    (told,) = vectors("neuropawn_knight")["vectors"]
    stream = bytes.fromhex("".join(told["frames_hex"]))
    frames = decoder().feed(stream).frames
    assert frames.counter is not None
    assert frames.counter.tolist() == [row["counter"] for row in told["decoded"]]
    assert frames.aux["lead_off"].tolist() == [row["other"] for row in told["decoded"]]
    uv = frames.counts * (board("knight").uv_per_count or 0)
    np.testing.assert_allclose(uv, [row["uV"] for row in told["decoded"]], rtol=1e-6)
    assert encode(frames) == stream


def test_commands_are_the_texts_that_users_send() -> None:
    assert channel_command(1) == b"chon_1_12"
    assert channel_command(8, None) == b"choff_8"
    assert bias_command(3) == b"rldadd_3"
    assert bias_command(3, on=False) == b"rldremove_3"


@pytest.mark.parametrize(("channel", "gain"), [(0, 12), (9, 12), (1, 5)])
def test_what_the_board_does_not_have_is_no_command(channel: int, gain: int) -> None:
    with pytest.raises(AssertionError):
        channel_command(channel, gain)
