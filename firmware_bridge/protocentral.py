"""ProtoCentral's ADS1292R, ADS1293 and HealthyPi 5: packets for its viewer OpenView.

0A FA | length of the payload, 16-bit little-endian | 02 | payload, little-endian | 00 0B. No checksum, no
counter. The marks may come in a payload too, so the length decides where a packet ends; a board's is
always the same, and a packet of another length or kind is out of step: no length can make a decoder wait.
Slow and low-passed: good enough for an ECG, not for an EMG. There is no command; a HealthyPi sends while
DTR is set. Sources: HPIOpenView.cpp (Protocentral/healthypi_5_firmware @d3ccc368beee), the examples of
ads1293 @1a183bc94882 and ads1292r @68a1009498f7, openview2 @113e136d0533.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import little_endian, to_little_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

HEAD = (0x0A, 0xFA)
DATA_KIND = 0x02
TAIL = (0x00, 0x0B)
HEAD_N = 5
BAUD = 57_600


@dataclass(frozen=True, slots=True)
class Payload:
    """What a board's packets hold: `size` bytes; `channels` values of `width` bytes and `bits` bits,
    then the `rest`, each with its first byte in the payload, its width and whether it is signed."""

    size: int
    channels: int
    width: int
    bits: int
    rest: dict[str, tuple[int, int, bool]]


ADS1292R = Payload(
    size=9,
    channels=1,
    width=2,
    bits=16,
    rest={
        "respiration": (2, 2, True),
        "respiration_rate": (4, 2, False),
        "heart_rate": (6, 2, False),
    },
)
"""Respiration is the lower 16 bits of 24, a fault of the sketch."""
ADS1293 = Payload(size=12, channels=3, width=4, bits=24, rest={})
HEALTHYPI5 = Payload(
    size=22,
    channels=1,
    width=4,
    bits=32,
    rest={
        "bioz": (4, 4, True),
        "bioz_skipped": (8, 1, False),
        "red": (9, 4, True),
        "infrared": (13, 4, True),
        "temperature_c100": (17, 2, True),
        "spo2": (19, 1, False),
        "heart_rate": (20, 1, False),
        "respiration_rate": (21, 1, False),
    },
)
"""Bioimpedance is new where `bioz_skipped` is 0; temperature in hundredths of a degree."""


def decoder(payload: Payload) -> RowDecoder:
    """Bytes of a board with this payload to frames. Aux: the payload's rest (n,), by name."""
    ends = np.array([*HEAD, payload.size, 0, DATA_KIND, *TAIL], np.uint8)
    framing = FixedFraming(len(ends) + payload.size, partial(_sound, ends=ends))
    return RowDecoder(framing, partial(_frames, payload=payload))


def _sound(rows: Rows, ends: NDArray[np.uint8]) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = rows[:, 0] == ends[0]
    likely = np.flatnonzero(sound)
    found = rows[likely]
    good = (found[:, :HEAD_N] == ends[:HEAD_N]).all(axis=1)
    sound[likely] = good & (found[:, -len(TAIL) :] == TAIL).all(axis=1)
    return sound


def _frames(rows: Rows, payload: Payload) -> Frames:
    data = rows[:, HEAD_N : -len(TAIL)]
    counts = little_endian(data[:, : payload.channels * payload.width], payload.width)
    aux = {
        name: little_endian(data[:, at : at + width], width, signed=signed)[:, 0]
        for name, (at, width, signed) in payload.rest.items()
    }
    return Frames(counts.astype(np.int32), aux=aux)


def encode(frames: Frames, payload: Payload) -> bytes:
    """What the board would send; what the frames leave out is 0."""
    n = len(frames.counts)
    rows = np.zeros((n, HEAD_N + payload.size + len(TAIL)), np.uint8)
    rows[:, :HEAD_N] = (*HEAD, payload.size, 0, DATA_KIND)
    rows[:, -len(TAIL) :] = TAIL
    data = rows[:, HEAD_N : -len(TAIL)]
    data[:, : payload.channels * payload.width] = to_little_endian(frames.counts, payload.width)
    for name, (at, width, _) in payload.rest.items():
        values = np.asarray(frames.aux.get(name, np.zeros(n)), np.int64)
        data[:, at : at + width] = to_little_endian(values[:, None], width)
    return rows.tobytes()


CODECS = {
    name: Codec(
        decoder=partial(decoder, payload),
        encode=partial(encode, payload=payload),
        low=(-(1 << payload.bits - 1),) * payload.channels,
        high=((1 << payload.bits - 1) - 1,) * payload.channels,
        wrap=None,
    )
    for name, payload in (("ads1292r", ADS1292R), ("ads1293", ADS1293), ("healthypi5", HEALTHYPI5))
}
"""By the board."""

PROFILES = {"healthypi5": Profile("healthypi5", bauds=(BAUD,))}
"""It streams while its port is open."""
