"""uMyo over Bluetooth, firmware of 2026: notifications of 8, 16 or 24 samples.

Number of the first sample, 4 bytes | 16-bit samples | 4 x 16-bit orientation or none, little-endian; the
newer version has a byte of format before. Notifications of motion alone come between. Source, one only:
uf1_umyo_ble_adapter.py (ultimaterobotics/uf1-tools @4b8a21eeb1da).
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Gatt, Profile

PER_FRAME = 8
"""Samples of a frame."""
WRAP = 1 << 32
MOST_FRAMES = 3
"""In a notification."""
FORMAT = 2
"""Of a notification of samples only."""
SERVICE = "93375900-f229-8b49-b397-44b5899b8601"
DATA = "fc7a850d-c1a5-f61f-0da7-9995621fbd01"
NAME = "fc7a850d-c1a5-f61f-0da7-9995621fbd02"
"""The name that its owner gave it, as text."""
NO_NOTIFICATION = "no notification of a uMyo"


class _Layout(NamedTuple):
    """A kind of notification: its byte of format, its samples, and what comes after them."""

    format: int | None
    n_samples: int
    motion: tuple[str, ...] = ()


_MOTION = {"inertial": 6, "magnetometer": 3, "quaternion": 4}
"""16-bit integers of each: acceleration and rotation, magnetic field, orientation."""
_LAYOUTS = {
    61: _Layout(1, 24, ("quaternion",)),
    53: _Layout(2, 24),
    27: _Layout(3, 0, tuple(_MOTION)),
    60: _Layout(None, 24, ("quaternion",)),
    52: _Layout(None, 24),
    36: _Layout(None, 16),
    20: _Layout(None, 8),
    26: _Layout(None, 0, tuple(_MOTION)),
}
"""By the length in bytes."""
_NOTHING = np.empty(0, np.int64)


class UmyoRadioDecoder:
    """Notifications, with the byte of format or without, to frames of eight samples.

    The counter is the number of a frame's first sample. Aux: `inertial` (n, 6), `magnetometer` (n, 3)
    and `quaternion` (n, 4), each the last that came by then, 0 before. A notification that holds
    nothing else is known bytes without a frame.
    """

    buffered = 0

    def __init__(self) -> None:
        self._offset = 0
        self._motion = {name: np.zeros((1, n), np.int64) for name, n in _MOTION.items()}

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples."""
        offset = self._offset
        self._offset += len(data)
        layout = _LAYOUTS.get(len(data))
        if layout is None or (layout.format is not None and layout.format != data[0]):
            wrong = (Garbage(offset, len(data), NO_NOTIFICATION),) if data else ()
            return Decoded(self._frames(_NOTHING, 0), 0, wrong)
        raw = np.frombuffer(data, np.uint8)[None, layout.format is not None :]
        first = 0
        if layout.n_samples:
            first = int(little_endian(raw[:, :4], 4, signed=False)[0, 0])
            raw = raw[:, 4:]
        values = little_endian(raw, 2)
        at = layout.n_samples
        for name in layout.motion:
            self._motion[name] = values[:, at : at + _MOTION[name]]
            at += _MOTION[name]
        return Decoded(self._frames(values[0, : layout.n_samples], first), len(data))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")

    def _frames(self, samples: NDArray[np.int64], first: int) -> Frames:
        n = len(samples) // PER_FRAME
        counter = (first + PER_FRAME * np.arange(n, dtype=np.int64)) % WRAP
        aux: Mapping[str, NDArray[np.generic]] = {
            name: value.repeat(n, axis=0) for name, value in self._motion.items()
        }
        return Frames(samples[:, None].astype(np.int32), counter, PER_FRAME, aux=aux)


def encode(frames: Frames, *, formatted: bool = True) -> bytes:
    """What a uMyo would notify without motion, three frames each, then one of what is left over.

    `formatted` says that the byte of format comes before; that last one never has it.
    """
    assert frames.counter is not None, "a uMyo counts its samples"
    rows = np.hstack(
        [
            to_little_endian(frames.counter[:, None] % WRAP, 4),
            to_little_endian(frames.counts.reshape(-1, PER_FRAME), 2),
        ]
    )
    n = len(rows) // MOST_FRAMES * MOST_FRAMES
    last = b"".join([rows[n : n + 1, :4].tobytes(), rows[n:, 4:].tobytes()])
    first, samples = rows[:n:MOST_FRAMES, :4], rows[:n, 4:].reshape(n // MOST_FRAMES, -1)
    mark = np.full((len(first), int(formatted)), FORMAT, np.uint8)
    return np.hstack([mark, first, samples]).tobytes() + last


CODECS = {
    name: Codec(
        decoder=UmyoRadioDecoder,
        encode=partial(encode, formatted=formatted),
        low=(-(1 << 15),),
        high=((1 << 15) - 1,),
        wrap=WRAP,
        advance=PER_FRAME,
        per_frame=PER_FRAME,
        packet_n=52 + formatted,
        batch=MOST_FRAMES,
    )
    for name, formatted in (("umyo-ble", True), ("umyo-ble-1", False))
}
"""With the byte of format, and without: the decoder reads both."""

PROFILES = {
    "umyo-ble": Profile("umyo-ble", gatt=Gatt(names=("uMyo-",), service=SERVICE, data=(DATA,)))
}
"""By the board; it sends to whom listens, without being asked."""
