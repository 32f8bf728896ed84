"""Rows of counts as they are: what comes from a program instead of a board (LSL), 32 bits little-endian."""

from functools import partial

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.packets import PacketDecoder

NO_ROWS = "not of whole rows"


def decoder(n_channels: int) -> PacketDecoder:
    """Pieces of whole rows to frames of one sample."""
    nothing = Frames(np.empty((0, n_channels), np.int32))
    return PacketDecoder(partial(_read, n_channels=n_channels), nothing)


def _read(data: bytes, n_channels: int) -> Frames | str:
    if len(data) % (4 * n_channels):
        return NO_ROWS
    return Frames(np.frombuffer(data, "<i4").reshape(-1, n_channels).astype(np.int32))


def encode(frames: Frames) -> bytes:
    """The rows as bytes."""
    return frames.counts.astype("<i4").tobytes()


def samples_codec(n_channels: int) -> Codec:
    """Rows of so many channels, of 24 bits (what is recorded), without a counter."""
    return Codec(
        decoder=partial(decoder, n_channels),
        encode=encode,
        low=(-(1 << 23),) * n_channels,
        high=((1 << 23) - 1,) * n_channels,
        wrap=None,
    )
