"""EMaGer, 64 channels: 128 bytes a sample over USB serial, 1.5 Mbaud; step hides in the lowest bits.

64 x 16-bit big-endian. The lowest bit of each value is no data: 0 in the first value, 1 in the other 63,
which leaves values of 15 bits. No counter, no clock, no command: losses of whole samples cannot be
seen. Source: _emager_streamer.py (LibEMG/libemg @285350e4d4fd), which turns each read of 128 bytes round
until the bits match and so mixes two samples; here the bytes slide. Values are given as on the wire,
lowest bit and all, in the order of the wire; `ELECTRODES` sorts them. A byte missing near the end of a
frame can look like one missing at the start of the next (1 lost byte in 70, measured): then the next
is lost too.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

N_CHANNELS = 64
LENGTH = 2 * N_CHANNELS
BAUD = 1_500_000
# fmt: off
ELECTRODES = (
    10, 22, 12, 24, 13, 26, 7, 28, 1, 30, 59, 32, 53, 34, 48, 36,
    62, 16, 14, 21, 11, 27, 5, 33, 63, 39, 57, 45, 51, 44, 50, 40,
    8, 18, 15, 19, 9, 25, 3, 31, 61, 37, 55, 43, 49, 46, 52, 38,
    6, 20, 4, 17, 2, 23, 0, 29, 60, 35, 58, 41, 56, 47, 54, 42,
)
# fmt: on
"""The value on the wire of each electrode, row by row of the 4 x 16 grid."""


def decoder() -> RowDecoder:
    """Bytes of an EMaGer to frames."""
    return RowDecoder(FixedFraming(LENGTH, _sound), _frames)


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, 1] & 1) == 0
    likely = np.flatnonzero(sound)
    sound[likely] = np.all(rows[likely, 3::2] & 1, axis=1)
    return sound


def _frames(rows: Rows) -> Frames:
    return Frames(big_endian(rows, 2).astype(np.int32))


def encode(frames: Frames) -> bytes:
    """What the board would send: the lowest bit of each value makes way for the mark."""
    counts = frames.counts | 1
    counts[:, 0] &= ~1
    return to_big_endian(counts, 2).tobytes()


CODECS = {
    "emager": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 15), *(1 - (1 << 15),) * (N_CHANNELS - 1)),
        high=((1 << 15) - 2, *((1 << 15) - 1,) * (N_CHANNELS - 1)),
        wrap=None,
        step=2,
    )
}
"""One setting."""

PROFILES = {"emager": Profile("emager", bauds=(BAUD,))}
"""It streams from power-on."""
