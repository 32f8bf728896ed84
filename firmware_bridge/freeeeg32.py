"""FreeEEG32: frames of 106 bytes over USB serial, 921600 baud.

A0 | counter | 32 x 24-bit big-endian | 7 bytes of no known meaning | C0. No checksum, and no command:
the board streams from power-on. Source: brainflow freeeeg/freeeeg.cpp (@9097190cc70f), which cuts
where C0 is followed by A0 and does not know the length; 106 is that of BrainFlow's emulator, not yet
of a board, so the length can be set.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

LENGTH = 106
HEADER = 0xA0
FOOTER = 0xC0
N_CHANNELS = 32
DATA = slice(2, 2 + 3 * N_CHANNELS)
CONFIRM = 2
WRAP = 256
NEAR = 8


def decoder(length: int = LENGTH) -> RowDecoder:
    """Bytes of a FreeEEG32 to frames of `length` bytes. Aux: `trailer`, the bytes before the last."""
    assert length > DATA.stop, "a frame holds all channels and a footer"
    return RowDecoder(FixedFraming(length, _sound, _follows, CONFIRM), _frames)


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, 0] == HEADER) & (rows[:, -1] == FOOTER)
    return sound


def _follows(before: Rows, after: Rows) -> NDArray[np.bool_]:
    """A few may be missing. What stands still is no counter."""
    ahead = after[:, 1] - before[:, 1]
    follows: NDArray[np.bool_] = (ahead >= 1) & (ahead <= NEAR)
    return follows


def _frames(rows: Rows) -> Frames:
    return Frames(
        counts=big_endian(rows[:, DATA], 3).astype(np.int32),
        counter=rows[:, 1].astype(np.int64),
        aux={"trailer": rows[:, DATA.stop : -1]},
    )


def encode(frames: Frames, length: int = LENGTH) -> bytes:
    """What the board would send."""
    n = len(frames.counts)
    assert frames.counter is not None, "a FreeEEG32 counts its frames"
    rows = np.zeros((n, length), np.uint8)
    rows[:, 0] = HEADER
    rows[:, 1] = frames.counter % WRAP
    rows[:, DATA] = to_big_endian(frames.counts, 3)
    rows[:, DATA.stop : -1] = np.asarray(frames.aux.get("trailer", 0), np.uint8)
    rows[:, -1] = FOOTER
    return rows.tobytes()


CODECS = {
    "freeeeg32": Codec(
        decoder=partial(decoder, LENGTH),
        encode=encode,
        low=(-(1 << 23),) * N_CHANNELS,
        high=((1 << 23) - 1,) * N_CHANNELS,
        wrap=WRAP,
        confirm=CONFIRM,
    )
}
"""One setting."""

PROFILES = {"freeeeg32": Profile("freeeeg32", bauds=(921_600,))}
"""It streams from power-on."""
