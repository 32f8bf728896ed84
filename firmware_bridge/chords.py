"""Upside Down Labs: Arduinos and others with the Chords firmware, and the NPG Lite.

Serial: C7 7C | counter | n x 16-bit big-endian, unsigned | 01, of 2 n + 4 bytes; n is not in the frame.
No checksum. A board of up to 14 bits sends C7 7C at the start of a frame only, one of 16 bits anywhere.
Bluetooth: a notification is ten times counter | n x 16-bit, without marks. Sources: UNO-R3.ino
@9553b2f7717e, UNO-R4.ino @a4ffc8ecb646, NPG-LITE-Serial.ino @25fbe78bd94b, NPG-LITE-BLE.ino
@1a104b58a024 (upsidedownlabs/Chords-Arduino-Firmware), chords_serial.py and chords_ble.py
(Chords-Python @5f36655d3205).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage
from fasciscope.firmware_bridge.framing import FixedFraming, Rows
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Gatt, Profile
from fasciscope.firmware_bridge.rows import RowDecoder

SYNC = (0xC7, 0x7C)
END = 0x01
CONFIRM = 2
WRAP = 256
NEAR = 8
BLOCKS = 10
"""Samples in a notification."""
BAUDS = (230_400, 115_200)
"""The older firmware's, then the newer one's of boards with an AVR: ask at both."""
NO_NOTIFICATION = "not of a notification's length"
NO_SUCH_COUNT = "a count that the converter cannot give"

WHORU = b"WHORU\n"
"""Answered by the board's name (`ANSWERS`) and CR LF."""
START = b"START\n"
STOP = b"STOP\n"
"""An Uno stops by any byte that it gets."""
STATUS = b"STATUS\n"
"""Answered by START or STOP on an Uno, by RUNNING or STOPPED on an NPG Lite."""

SERVICE = "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
DATA = "beb5483e-36e1-4688-b7f5-ea07361b26a8"
CONTROL = "0000ff01-0000-1000-8000-00805f9b34fb"
"""Takes the same commands, with or without the line end, and answers by a notification."""
BATTERY = "f633d0ec-46b4-43c1-a39f-1ca06d0602e1"
"""One byte, percent."""

_SERIAL = {
    "chords-uno-r3": (6, 10),
    "chords-nano": (8, 10),
    "chords-mega": (16, 10),
    "chords-uno-r4": (6, 14),
    "chords-pico": (3, 12),
    "chords-giga-r1": (6, 16),
    "chords-black-pill": (8, 12),
    "chords-stm32g4": (16, 12),
    "chords-esp32-s3": (16, 12),
    "npg-lite": (3, 12),
    "npg-lite-6": (6, 12),
}
_BLE = {"npg-lite-ble": (3, 12), "npg-lite-ble-6": (6, 12)}

ANSWERS = {
    "UNO-R3": "chords-uno-r3",
    "UNO-CLONE": "chords-uno-r3",
    "GENUINO-UNO": "chords-uno-r3",
    "NANO-CLASSIC": "chords-nano",
    "NANO-CLONE": "chords-nano",
    "MEGA-2560-R3": "chords-mega",
    "MEGA-2560-CLONE": "chords-mega",
    "UNO-R4": "chords-uno-r4",
    "RPI-PICO-RP2040": "chords-pico",
    "GIGA-R1": "chords-giga-r1",
    "STM32F4-BLACK-PILL": "chords-black-pill",
    "STM32G4-CORE-BOARD": "chords-stm32g4",
    "ESP32-S3": "chords-esp32-s3",
    "NPG-LITE": "npg-lite",
}
"""The wire format of a board by its answer to WHORU; NPG-LITE may have 6 channels as well as 3."""


def decoder(n_channels: int, bits: int = 16) -> RowDecoder:
    """Bytes of a board with so many channels to frames.

    A frame that holds more than `bits` can is damaged, and garbage. Of 16 bits a payload can look
    like a frame's start: then frames must follow one another, at the start of the stream too.
    """
    sound = partial(_sound, highest=(1 << bits) - 1)
    weak = (1 << bits) > SYNC[1] << 8
    framing = FixedFraming(2 * n_channels + 4, sound, _follows, CONFIRM, weak=weak)
    return RowDecoder(framing, _frames)


def _sound(rows: Rows, highest: int) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = (rows[:, 0] == SYNC[0]) & (rows[:, 1] == SYNC[1])
    sound &= rows[:, -1] == END
    if highest >> 8 < 0xFF:
        likely = np.flatnonzero(sound)
        sound[likely] = (rows[likely, 3:-1:2] <= highest >> 8).all(axis=1)
    return sound


def _follows(before: Rows, after: Rows) -> NDArray[np.bool_]:
    """A few may be missing. What stands still is no counter."""
    ahead = after[:, 2] - before[:, 2]
    follows: NDArray[np.bool_] = (ahead >= 1) & (ahead <= NEAR)
    return follows


def _frames(rows: Rows) -> Frames:
    counts = big_endian(rows[:, 3:-1], 2, signed=False)
    return Frames(counts.astype(np.int32), rows[:, 2].astype(np.int64))


def encode(frames: Frames) -> bytes:
    """What a board would send over its serial port."""
    n, n_channels = frames.counts.shape
    rows = np.zeros((n, 2 * n_channels + 4), np.uint8)
    rows[:, :2] = SYNC
    rows[:, 2:-1] = _blocks(frames)
    rows[:, -1] = END
    return rows.tobytes()


def _blocks(frames: Frames) -> Rows:
    """Counter and values (n, 2 n_channels + 1)."""
    assert frames.counter is not None, "these boards count their samples"
    counter = (frames.counter % WRAP).astype(np.uint8)
    return np.column_stack([counter, to_big_endian(frames.counts, 2)])


class NotificationDecoder:
    """Notifications of an NPG Lite with so many channels to frames, a sample each.

    A notification is taken or left as a whole. When its queue is full the board drops samples and
    does not count them: such losses show in the rate only.
    """

    buffered = 0

    def __init__(self, n_channels: int, bits: int = 12) -> None:
        self._n_channels = n_channels
        self._highest = (1 << bits) - 1
        self._offset = 0

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its samples."""
        offset, size = self._offset, 2 * self._n_channels + 1
        self._offset += len(data)
        whole = len(data) == BLOCKS * size
        rows = np.frombuffer(data if whole else b"", np.uint8).reshape(-1, size)
        counts = big_endian(rows[:, 1:], 2, signed=False)
        wrong = NO_SUCH_COUNT if whole else NO_NOTIFICATION
        if not whole or counts.max() > self._highest:
            rows, counts = rows[:0], counts[:0]
        garbage = (Garbage(offset, len(data), wrong),) if data and not len(rows) else ()
        frames = Frames(counts.astype(np.int32), rows[:, 0].astype(np.int64))
        return Decoded(frames, rows.size, garbage)

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return self.feed(b"")


def encode_notifications(frames: Frames) -> bytes:
    """What an NPG Lite would notify, ten samples a notification, one after another."""
    return _blocks(frames).tobytes()


CODECS = {
    name: Codec(
        decoder=partial(decoder, n, bits),
        encode=encode,
        low=(0,) * n,
        high=((1 << bits) - 1,) * n,
        wrap=WRAP,
        confirm=CONFIRM,
    )
    for name, (n, bits) in _SERIAL.items()
} | {
    name: Codec(
        decoder=partial(NotificationDecoder, n, bits),
        encode=encode_notifications,
        low=(0,) * n,
        high=((1 << bits) - 1,) * n,
        wrap=WRAP,
        packet_n=BLOCKS * (2 * n + 1),
        batch=BLOCKS,
    )
    for name, (n, bits) in _BLE.items()
}
"""By the board, which tells the number of channels; a candy-board speaks as its chords-board."""

PROFILES = {
    **{
        f"{kind}-{name}": Profile(
            f"chords-{name}", (START,), (STOP,), pause_s=0.3, wakes_s=2.0, bauds=BAUDS
        )
        for kind, names in (
            ("chords", ("uno-r3", "nano", "mega", "uno-r4", "pico", "giga-r1", "black-pill")),
            ("candy", ("uno-r3", "uno-r4", "pico")),
        )
        for name in names
    },
    "npg-lite": Profile("npg-lite", (START,), (STOP,), pause_s=0.3, bauds=BAUDS),
    "npg-lite-ble": Profile(
        "npg-lite-ble", (START,), (STOP,), gatt=Gatt(("NPG",), SERVICE, (DATA,), CONTROL)
    ),
}
"""How to talk to the boards, by the name in the table of boards."""
