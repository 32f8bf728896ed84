"""Law 1 from the wire on: how a board's bytes are cut changes no activity that is found in them."""

from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lawbook import written

from fasciscope.acquisition.assembler import Assembler, Loss
from fasciscope.core import Activity, ChannelInfo, Potential, StreamInfo
from fasciscope.dsp import Chain
from fasciscope.firmware_bridge import CODECS, Frames

RATE_HZ = 1000.0
SECONDS = 14
CODEC = CODECS["bitalino-2"]


@cache
def wire() -> bytes:
    """Twitches in noise as a BITalino sends them, with nine frames lost, one damaged and one cut short."""
    rng = np.random.default_rng(8)
    counts = 512 + np.round(rng.normal(0.0, 3.0, (int(SECONDS * RATE_HZ), 2)))
    wave = 60 * (1 - (np.arange(-10, 11) / 2.5) ** 2) * np.exp(-((np.arange(-10, 11) / 3.5) ** 2))
    for at in (2500, 4100, 6900, 9050, 11_800):
        counts[at : at + 21, 0] += np.round(wave)
    counter = np.arange(len(counts)) % 16
    data = bytearray(CODEC.encode(Frames(counts.astype(np.int32), counter)))
    size = len(data) // len(counts)
    del data[8000 * size : 8009 * size]
    data[5000 * size + 1] ^= 0x55
    del data[10_000 * size + 2]
    return bytes(data)


def found(cuts: list[int]) -> tuple[list[Activity], list[Loss]]:
    data = wire()
    info = StreamInfo("bitalino", RATE_HZ, (ChannelInfo("a", 1.0), ChannelInfo("b", 1.0)))
    decoder, chain = CODEC.decoder(), Chain(info)
    assembler = Assembler(info, CODEC, np.ones(2))
    activities: list[Activity] = []
    losses: list[Loss] = []
    edges = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    frame_s = len(data) / SECONDS
    batches = [
        (decoder.feed(data[low:high]).frames, high / frame_s) for low, high in pairwise(edges)
    ]
    batches.append((decoder.finish().frames, SECONDS))
    pushed = [assembler.push(frames, at_s) for frames, at_s in batches]
    for one in (*pushed, assembler.finish()):
        losses.extend(one.losses)
        for block in one.blocks:
            activities.extend(chain.push(block))
    activities.extend(chain.finish())
    return activities, losses


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 1 << 20), max_size=30))
def test_how_the_bytes_of_a_board_are_cut_changes_no_activity(cuts: list[int]) -> None:
    whole, lost = found([])
    cut, cut_lost = found(cuts)
    assert sum(isinstance(activity, Potential) for activity in whole) >= 5
    assert written(whole) == written(cut)
    assert lost == cut_lost
    assert sum(loss.n_samples for loss in lost) == 11  # nine, the damaged one, the one cut short
