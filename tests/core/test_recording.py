"""A recording can be read again and again."""

import numpy as np

from fasciscope.core import ChannelInfo, Provenance, Recording, SampleBlock, StreamInfo


def test_each_reading_begins_anew() -> None:
    info = StreamInfo("board", 1000.0, (ChannelInfo("a", 1.0),))
    block = SampleBlock(info, 0, np.zeros((5, 1)))
    recording = Recording(info, lambda: iter([block]), Provenance("x.edf", "EDF"))
    assert list(recording.blocks()) == [block]
    assert list(recording.blocks()) == [block]
