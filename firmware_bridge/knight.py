"""NeuroPawn Knight: frames of 21 bytes over USB serial, 115200 baud.

A0 | counter | 8 x 16-bit big-endian | lead-off P | lead-off N | C0. No checksum: a header byte, a
footer byte and the counter are all there is. The board streams from power-on, all channels off (zeros)
until it is told otherwise; there is no start and no stop. Source: brainflow neuropawn/knight.cpp
(@9097190cc70f); of the commands, users' programs that run it through BrainFlow.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

LENGTH = 21
HEADER = 0xA0
FOOTER = 0xC0
N_CHANNELS = 8
GAINS = (1, 2, 3, 4, 6, 8, 12)
CONFIRM = 2
WRAP = 256
NEAR = 8


def channel_command(channel: int, gain: int | None = 12) -> bytes:
    """Switch a channel (from 1) on with this gain, or off with None. The usual gain is 12."""
    assert 1 <= channel <= N_CHANNELS, "channels are numbered from 1 to 8"
    if gain is None:
        return f"choff_{channel}".encode()
    assert gain in GAINS, "a gain of the converter"
    return f"chon_{channel}_{gain}".encode()


def bias_command(channel: int, *, on: bool = True) -> bytes:
    """Let a channel (from 1) take part in the driven reference, or not."""
    assert 1 <= channel <= N_CHANNELS, "channels are numbered from 1 to 8"
    return f"{'rldadd' if on else 'rldremove'}_{channel}".encode()


def decoder() -> RowDecoder:
    """Bytes of a Knight to frames. Aux: `lead_off` (n, 2), a bit a channel, P and N."""
    return RowDecoder(FixedFraming(LENGTH, _sound, _follows, CONFIRM), _frames)


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
        counts=big_endian(rows[:, 2:18], 2).astype(np.int32),
        counter=rows[:, 1].astype(np.int64),
        aux={"lead_off": rows[:, 18:20]},
    )


def encode(frames: Frames) -> bytes:
    """What the board would send."""
    n = len(frames.counts)
    assert frames.counter is not None, "a Knight counts its frames"
    rows = np.zeros((n, LENGTH), np.uint8)
    rows[:, 0] = HEADER
    rows[:, 1] = frames.counter % WRAP
    rows[:, 2:18] = to_big_endian(frames.counts, 2)
    rows[:, 18:20] = np.asarray(frames.aux.get("lead_off", np.zeros((n, 2))), np.uint8)
    rows[:, -1] = FOOTER
    return rows.tobytes()


CODECS = {
    "knight": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 15),) * N_CHANNELS,
        high=((1 << 15) - 1,) * N_CHANNELS,
        wrap=WRAP,
        confirm=CONFIRM,
    )
}
"""Without the motion sensor: the board with one has longer frames."""

PROFILES = {
    "knight": Profile(
        "knight",
        tuple(channel_command(k) for k in range(1, N_CHANNELS + 1)),
        tuple(channel_command(k, None) for k in range(1, N_CHANNELS + 1)),
        pause_s=0.05,
        bauds=(115_200,),
        streams=True,
    )
}
"""It streams what is switched on."""
