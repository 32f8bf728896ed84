"""Thalmic Myo armband: notifications of 16 bytes by four characteristics in turn, at 200 samples a second.

Each is two samples of eight int8. There is no counter; but a link puts the number of its
characteristic, 0 to 3, before each, and these come in turn: a loss of up to three shows, a whole round of
four (40 ms) looks like none. Sources: myohw.h (thalmiclabs/myo-bluetooth @c79c1a5d86bd), pyomyo.py
(PerlinWarp/pyomyo @6c1728eb094c), _myo_ble_streamer.py (LibEMG/libemg @285350e4d4fd).
"""

import numpy as np

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.profile import Gatt, Profile

N_CHANNELS = 8
PER_FRAME = 2
"""Samples of a notification."""
WRAP = 4
"""Characteristics."""
LENGTH = 1 + PER_FRAME * N_CHANNELS
NO_NOTIFICATION = "not of a notification's length"
NO_CHARACTERISTIC = "from a characteristic that carries no EMG"

OFF, FILTERED, RAW = 0, 2, 3
"""Of the EMG. Mode 1, which no document knows, is a rectified envelope at 50 Hz elsewhere."""
NEVER_SLEEP = b"\x09\x01\x01"
NORMAL_SLEEP = b"\x09\x01\x00"
"""After a while without movement: the armband's own default."""
DEEP_SLEEP = b"\x04\x00"
"""It wakes by its USB cable only."""
UNLOCK = b"\x0a\x01\x02"
"""Until it is locked again; the EMG comes without."""


def _uuid(short: int) -> str:
    return f"d506{short:04x}-a904-deb9-4748-2c7f4a124842"


SERVICE = _uuid(0x0005)
DATA = tuple(_uuid(short) for short in (0x0105, 0x0205, 0x0305, 0x0405))
CONTROL = _uuid(0x0401)


def mode_command(emg: int, motion: int = 0, classifier: int = 0) -> bytes:
    """What is sent: EMG `OFF`, `FILTERED` or `RAW`; motion 0 to 4, the classifier 0 or 1."""
    return bytes([0x01, 3, emg, motion, classifier])


def vibrate_command(strength: int) -> bytes:
    """Vibrate: 1 for short, 2, or 3 for long."""
    return bytes([0x03, 1, strength])


class MyoDecoder:
    """Notifications, each with the number of its characteristic before it, to frames of two samples.

    The counter is that number. Whatever mode was asked for, the bytes look the same.
    """

    buffered = 0

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples."""
        offset = self._offset
        self._offset += len(data)
        whole = len(data) == LENGTH
        if not whole or data[0] >= WRAP:
            wrong = NO_CHARACTERISTIC if whole else NO_NOTIFICATION
            garbage = (Garbage(offset, len(data), wrong),) if data else ()
            return Decoded(_frames(b""), 0, garbage)
        return Decoded(_frames(data), len(data))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")


def _frames(data: bytes) -> Frames:
    rows = np.frombuffer(data, np.int8).reshape(-1, LENGTH)
    counts = rows[:, 1:].reshape(-1, N_CHANNELS).astype(np.int32)
    return Frames(counts, rows[:, 0].astype(np.int64), PER_FRAME)


def encode(frames: Frames) -> bytes:
    """What a Myo would notify, with the numbers of the characteristics, one after another."""
    assert frames.counter is not None, "a Myo's characteristics come in turn"
    number = (frames.counter % WRAP).astype(np.int8)
    values = frames.counts.astype(np.int8).reshape(-1, LENGTH - 1)
    return np.column_stack([number, values]).tobytes()


CODECS = {
    "myo": Codec(
        decoder=MyoDecoder,
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
        "myo",
        (NEVER_SLEEP, mode_command(RAW)),
        (NORMAL_SLEEP, mode_command(OFF)),
        pause_s=0.1,
        gatt=Gatt(("Myo", "My Myo"), SERVICE, DATA, CONTROL),
    )
}
"""By the board. Its owner may have given it another name, which then has to be told."""
