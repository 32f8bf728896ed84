"""uMyo: frames of 65 bytes from its USB base, and notifications of its 2026 firmware.

Base: 4F D5 | RSSI | number | 62 | unit, 4 bytes | 88 | parameter | battery | version | 0 | data number |
8 x 16-bit samples | 4 spectrum | 4 quaternion | 3 acceleration | 3 angles | 3 magnetometer, big-endian,
no checksum. The base drops packets; the data number counts their blocks of eight samples. Each sample
has one of 9 or 11 samples before added to it (a notch). Sources: udevices_base_main.c
(ultimaterobotics/udevices_base @f2ee284d3c81), umyo_parser.py (uMyo_python_tools @e5fd691f09d3).
Radio: number of the first sample, 4 bytes | 16-bit samples, little-endian, with a byte of format before
or without. Source, one only: uf1_umyo_ble_adapter.py (uf1-tools @4b8a21eeb1da).
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.framing import Cut, Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming
from fasciscope.firmware_bridge.integers import (
    big_endian,
    little_endian,
    to_big_endian,
    to_little_endian,
)
from fasciscope.firmware_bridge.profile import Gatt, Profile

LENGTH = 65
PER_FRAME = 8
"""Samples of a frame; on the radio too, where a notification holds as many as three."""
WRAP = 256
BAUDS = (921_600,)
KNOWN = {0: 0x4F, 1: 0xD5, 4: 62, 9: 80 + PER_FRAME}
"""Bytes that every frame has, by their place."""
MOST_UNITS = 16
"""Frames that are waited for until one uMyo was heard twice."""
ANOTHER = "of another uMyo"
NO_BATTERY = -1

RADIO_WRAP = 1 << 32
MOST_FRAMES = 3
"""In a notification."""
FORMAT = 2
"""Of a notification of samples only."""
SERVICE = "93375900-f229-8b49-b397-44b5899b8601"
DATA = "fc7a850d-c1a5-f61f-0da7-9995621fbd01"
NAME = "fc7a850d-c1a5-f61f-0da7-9995621fbd02"
"""The name that its owner gave it, as text."""
NO_NOTIFICATION = "no notification of a uMyo"


class _Field(NamedTuple):
    """`n` integers of `width` bytes from byte `start` on."""

    start: int
    n: int
    width: int
    signed: bool


_SAMPLES = _Field(15, PER_FRAME, 2, signed=True)
_AUX = {
    "rssi": _Field(2, 1, 1, signed=False),
    "packet": _Field(3, 1, 1, signed=False),
    "unit": _Field(5, 1, 4, signed=False),
    "version": _Field(12, 1, 1, signed=False),
    "spectrum": _Field(31, 4, 2, signed=False),
    "quaternion": _Field(39, 4, 2, signed=True),
    "acceleration": _Field(47, 3, 2, signed=True),
    "angles": _Field(53, 3, 2, signed=True),
    "magnetometer": _Field(59, 3, 2, signed=True),
}
_PARAMETER, _BATTERY, _DATA_NUMBER = 10, 11, 14


class UmyoDecoder:
    """Bytes of the USB base to frames of eight samples of one uMyo, `unit`.

    None: the first that is heard twice (a damaged number is not). The base may hear others: their
    frames are garbage by name. Aux, a row a frame: `rssi`, `packet`, `unit`, `version`, `battery_mv`
    (-1 where it isn't told), `spectrum` (n, 4), `quaternion` (n, 4), `acceleration`, `angles`,
    `magnetometer` (n, 3), as on the wire.
    """

    def __init__(self, unit: int | None = None) -> None:
        self._framing = HeldFraming(LENGTH, _sound)
        self._unit = unit
        self._waiting = Cut(np.empty((0, LENGTH), np.uint8), np.empty(0, np.int64), ())

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return self._framing.buffered + self._waiting.rows.size

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        return self._decoded(self._framing.feed(data), final=False)

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(self._framing.finish(), final=True)

    def _decoded(self, cut: Cut, *, final: bool) -> Decoded:
        rows = np.concatenate([self._waiting.rows, cut.rows])
        offsets = np.concatenate([self._waiting.offsets, cut.offsets])
        units = _read(rows, _AUX["unit"])[:, 0]
        if self._unit is None:
            self._unit = _heard_twice(units, final=final)
        kept = 0 if self._unit is None else len(rows)
        self._waiting = Cut(rows[kept:], offsets[kept:], ())
        ours = units[:kept] == self._unit
        others = (Garbage(int(at), LENGTH, ANOTHER) for at in offsets[:kept][~ours])
        garbage = sorted((*cut.garbage, *others), key=lambda one: one.offset)
        rows = rows[:kept][ours]
        return Decoded(_frames(rows), rows.size, tuple(garbage))


def _sound(rows: Rows) -> NDArray[np.bool_]:
    sound = np.ones(len(rows), dtype=bool)
    for place, byte in KNOWN.items():
        sound &= rows[:, place] == byte
    return sound


def _heard_twice(units: NDArray[np.int64], *, final: bool) -> int | None:
    """The first unit that comes a second time; None while that is open."""
    heard: list[int] = units[:MOST_UNITS].tolist()
    for k, unit in enumerate(heard):
        if unit in heard[:k]:
            return unit
    decided = len(heard) == MOST_UNITS or (final and heard)
    return heard[0] if decided else None


def _read(rows: Rows, field: _Field) -> NDArray[np.int64]:
    stop = field.start + field.n * field.width
    return big_endian(rows[:, field.start : stop], field.width, signed=field.signed)


def _frames(rows: Rows) -> Frames:
    aux: dict[str, NDArray[np.generic]] = {}
    for name, field in _AUX.items():
        values = _read(rows, field)
        aux[name] = values[:, 0] if field.n == 1 else values
    battery_mv = 2000 + 10 * rows[:, _BATTERY].astype(np.int64)
    aux["battery_mv"] = np.where(rows[:, _PARAMETER] == 0, battery_mv, NO_BATTERY)
    counts = _read(rows, _SAMPLES).reshape(-1, 1).astype(np.int32)
    return Frames(counts, rows[:, _DATA_NUMBER].astype(np.int64), PER_FRAME, aux=aux)


def encode(frames: Frames) -> bytes:
    """What the base would send of one uMyo; what is not in `aux` is 0, the battery at its lowest."""
    assert frames.counter is not None, "a uMyo counts its blocks"
    rows = np.zeros((frames.n_frames, LENGTH), np.uint8)
    for place, byte in KNOWN.items():
        rows[:, place] = byte
    rows[:, _DATA_NUMBER] = frames.counter % WRAP
    _write(rows, _SAMPLES, frames.counts)
    for name, field in _AUX.items():
        if name in frames.aux:
            _write(rows, field, np.asarray(frames.aux[name], np.int64))
    if "battery_mv" in frames.aux:
        battery_mv = np.asarray(frames.aux["battery_mv"], np.int64)
        rows[:, _PARAMETER] = battery_mv == NO_BATTERY
        rows[:, _BATTERY] = np.clip((battery_mv - 2000) // 10, 0, 255)
    return rows.tobytes()


def _write(rows: Rows, field: _Field, values: NDArray[np.integer]) -> None:
    stop = field.start + field.n * field.width
    rows[:, field.start : stop] = to_big_endian(values.reshape(len(rows), field.n), field.width)


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
        counter = (first + PER_FRAME * np.arange(n, dtype=np.int64)) % RADIO_WRAP
        aux: Mapping[str, NDArray[np.generic]] = {
            name: value.repeat(n, axis=0) for name, value in self._motion.items()
        }
        return Frames(samples[:, None].astype(np.int32), counter, PER_FRAME, aux=aux)


def encode_radio(frames: Frames, *, formatted: bool = True) -> bytes:
    """What a uMyo would notify without motion, three frames each, then one of what is left over.

    `formatted` says that the byte of format comes before; that last one never has it.
    """
    assert frames.counter is not None, "a uMyo counts its samples"
    rows = np.hstack(
        [
            to_little_endian(frames.counter[:, None] % RADIO_WRAP, 4),
            to_little_endian(frames.counts.reshape(-1, PER_FRAME), 2),
        ]
    )
    n = len(rows) // MOST_FRAMES * MOST_FRAMES
    last = b"".join([rows[n : n + 1, :4].tobytes(), rows[n:, 4:].tobytes()])
    first, samples = rows[:n:MOST_FRAMES, :4], rows[:n, 4:].reshape(n // MOST_FRAMES, -1)
    mark = np.full((len(first), int(formatted)), FORMAT, np.uint8)
    return np.hstack([mark, first, samples]).tobytes() + last


_SIGNED_16 = (-(1 << 15), (1 << 15) - 1)

CODECS = {
    "umyo": Codec(
        decoder=UmyoDecoder,
        encode=encode,
        low=_SIGNED_16[:1],
        high=_SIGNED_16[1:],
        wrap=WRAP,
        per_frame=PER_FRAME,
    )
} | {
    name: Codec(
        decoder=UmyoRadioDecoder,
        encode=partial(encode_radio, formatted=formatted),
        low=_SIGNED_16[:1],
        high=_SIGNED_16[1:],
        wrap=RADIO_WRAP,
        advance=PER_FRAME,
        per_frame=PER_FRAME,
        packet_n=52 + formatted,
    )
    for name, formatted in (("umyo-ble", True), ("umyo-ble-1", False))
}
"""The USB base; the radio with the byte of format, and without: one decoder reads both."""

PROFILES = {
    "umyo": Profile("umyo", bauds=BAUDS),
    "umyo-ble": Profile("umyo-ble", gatt=Gatt(names=("uMyo-",), service=SERVICE, data=(DATA,))),
}
"""By the board; a uMyo sends without being asked."""
