"""Thalmic Myo armband: two samples of eight channels a notification, from four characteristics in turn.

16 bytes, int8: the first sample's eight channels, then the second's. There is no counter, but the
characteristics are used in order, so which one a notification came from is a counter of four. The link
puts that number before each: 17 bytes. Sources: myohw.h (thalmiclabs/myo-bluetooth @c79c1a5d86bd),
pyomyo (PerlinWarp/pyomyo @6c1728eb094c).
"""

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.packets import PacketDecoder
from fasciscope.firmware_bridge.profile import Gatt, Profile

N_CHANNELS = 8
PER_FRAME = 2
LENGTH = 1 + PER_FRAME * N_CHANNELS
WRAP = 4
NO_NOTIFICATION = "not of a notification's length"
NO_CHARACTERISTIC = "of no characteristic of samples"


def _uuid(short: str) -> str:
    return f"d506{short}-a904-deb9-4748-2c7f4a124842"


SERVICE = _uuid("0005")
DATA = tuple(_uuid(f"0{k}05") for k in range(1, 5))
COMMAND = _uuid("0401")
NEVER_SLEEP = bytes([0x09, 1, 1])
START = bytes([0x01, 3, 3, 0, 0])
"""Raw samples; no motion, no gestures."""
STOP = bytes([0x01, 3, 0, 0, 0])


def decoder() -> PacketDecoder:
    """Notifications, each with the number of its characteristic before it, to frames of two samples."""
    nothing = Frames(np.empty((0, N_CHANNELS), np.int32), np.empty(0, np.int64), PER_FRAME)
    return PacketDecoder(_read, nothing)


def _read(data: bytes) -> Frames | str:
    if len(data) != LENGTH:
        return NO_NOTIFICATION
    if data[0] >= WRAP:
        return NO_CHARACTERISTIC
    counts = np.frombuffer(data, np.int8, offset=1).reshape(PER_FRAME, N_CHANNELS)
    return Frames(counts.astype(np.int32), np.array([data[0]], np.int64), PER_FRAME)


def encode(frames: Frames) -> bytes:
    """What the armband would notify, one after another, numbers before them."""
    assert frames.counter is not None, "the characteristics are a counter"
    rows = np.empty((frames.n_frames, LENGTH), np.uint8)
    rows[:, 0] = frames.counter % WRAP
    rows[:, 1:] = frames.counts.astype(np.int8).view(np.uint8).reshape(len(rows), -1)
    return rows.tobytes()


CODECS = {
    "myo": Codec(
        decoder=decoder,
        encode=encode,
        low=(-128,) * N_CHANNELS,
        high=(127,) * N_CHANNELS,
        wrap=WRAP,
        per_frame=PER_FRAME,
        packet_n=LENGTH,
    )
}
"""One setting."""

PROFILES = {
    "myo": Profile(
        "myo", (NEVER_SLEEP, START), (STOP,), gatt=Gatt(("Myo", "My Myo"), SERVICE, DATA, COMMAND)
    )
}
"""People name their armbands: `ble:NAME` finds one of another name."""
