"""uMyo through its USB base: frames of 65 bytes.

4F D5 | RSSI | number | 62 | unit, 4 bytes | 88 | parameter | battery | version | 0 | data number |
8 x 16-bit samples | 4 spectrum | 4 quaternion | 3 acceleration | 3 angles | 3 magnetometer, big-endian,
no checksum. The base drops packets; the data number counts their blocks of eight samples. Each sample
has one of 9 or 11 samples before added to it (a notch). Sources: udevices_base_main.c
(ultimaterobotics/udevices_base @f2ee284d3c81), umyo_parser.py (uMyo_python_tools @e5fd691f09d3).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.framing import Cut, Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile

LENGTH = 65
PER_FRAME = 8
"""Samples of a frame."""
WRAP = 256
BAUDS = (921_600,)
KNOWN = {0: 0x4F, 1: 0xD5, 4: 62, 9: 80 + PER_FRAME}
"""Bytes that every frame has, by their place."""
MOST_UNITS = 16
"""Frames that are waited for until one uMyo was heard twice."""
ANOTHER = "of another uMyo"
NO_BATTERY = -1


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


CODECS = {
    "umyo": Codec(
        decoder=UmyoDecoder,
        encode=encode,
        low=(-(1 << 15),),
        high=((1 << 15) - 1,),
        wrap=WRAP,
        per_frame=PER_FRAME,
    )
}
"""By the board."""

PROFILES = {"umyo": Profile("umyo", bauds=BAUDS)}
"""By the board; a base sends without being asked."""
