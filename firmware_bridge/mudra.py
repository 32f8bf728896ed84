"""Mudra Link wrist band: three channels of 16 bits, and the board's microseconds, a notification.

n x (ulnar, median, radial), signed, little-endian | u32 microseconds; n is 18 in the captures and follows
from the length. No counter: the time of the last sample stands for one, in steps of 1199 us (834 Hz).
The protocol was found by others by looking; no vendor vouches for it. Source: ttktjmt/mudraka
(@48c3a01a22f8, @56c0e35337ba, @79c883a52703).
"""

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.packets import PacketDecoder
from fasciscope.firmware_bridge.profile import Gatt, Profile

N_CHANNELS = 3
SAMPLES = 18
"""In a notification, usually."""
MOST_SAMPLES = 80
STEP_US = 1199
WRAP = 1 << 32
NO_NOTIFICATION = "not of a notification's length"


def _uuid(short: str) -> str:
    return f"0000{short}-0000-1000-8000-00805f9b34fb"


SERVICE, DATA, COMMAND = _uuid("fff0"), _uuid("fff4"), _uuid("fff1")
START = bytes([6, 0, 1])
STOP = bytes([6, 0, 0])


def decoder() -> PacketDecoder:
    """Notifications to frames of one sample; the counter is in microseconds."""
    nothing = Frames(np.empty((0, N_CHANNELS), np.int32), np.empty(0, np.int64))
    return PacketDecoder(_read, nothing)


def _read(data: bytes) -> Frames | str:
    n, rest = divmod(len(data) - 4, 2 * N_CHANNELS)
    if rest or not 1 <= n <= MOST_SAMPLES:
        return NO_NOTIFICATION
    counts = np.frombuffer(data, "<i2", n * N_CHANNELS).reshape(n, N_CHANNELS)
    last_us = int.from_bytes(data[-4:], "little")
    at_us = (last_us - STEP_US * np.arange(n - 1, -1, -1, dtype=np.int64)) % WRAP
    return Frames(counts.astype(np.int32), at_us, device_us=at_us)


def encode(frames: Frames) -> bytes:
    """What the band would notify, one after another, 18 samples each."""
    assert frames.counter is not None, "the band tells its time"
    rows = np.empty((len(frames.counts) // SAMPLES, 2 * N_CHANNELS * SAMPLES + 4), np.uint8)
    n = len(rows) * SAMPLES
    values = frames.counts[:n].astype("<i2")
    rows[:, :-4] = np.frombuffer(values.tobytes(), np.uint8).reshape(rows[:, :-4].shape)
    last_us = (frames.counter[SAMPLES - 1 : n : SAMPLES] % WRAP).astype("<u4")
    rows[:, -4:] = np.frombuffer(last_us.tobytes(), np.uint8).reshape(-1, 4)
    return rows.tobytes()


CODECS = {
    "mudra-link": Codec(
        decoder=decoder,
        encode=encode,
        low=(-(1 << 15),) * N_CHANNELS,
        high=((1 << 15) - 1,) * N_CHANNELS,
        wrap=WRAP,
        advance=STEP_US,
        packet_n=2 * N_CHANNELS * SAMPLES + 4,
        batch=SAMPLES,
    )
}
"""One setting."""

PROFILES = {
    "mudra-link": Profile(
        "mudra-link", (START,), (STOP,), gatt=Gatt(("Mudra", "mudra"), SERVICE, (DATA,), COMMAND)
    )
}
"""One setting."""
