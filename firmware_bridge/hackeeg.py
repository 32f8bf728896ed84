"""HackEEG: a sample is 35 bytes, sent over USB as a line of JSON or in MessagePack.

micros u32 and sample number u32, little-endian | ADS1299 status, 3 bytes | 8 x 24-bit big-endian. As JSON
``{"C":200,"D":"<base64>"}`` and a newline, 65 bytes; as MessagePack 9 bytes that never change, then the
35. Answers to commands are lines of JSON in both modes. No checksum. Sources: hackeeg/driver.py
(starcat-io/hackeeg-client-python @2ef5291df9a5), hackeeg_driver.ino (hackeeg-driver-arduino
@021603747c6c).
"""

import base64
import json
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message
from fasciscope.firmware_bridge.framing import Cut, FixedFraming, Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming
from fasciscope.firmware_bridge.integers import (
    big_endian,
    little_endian,
    to_big_endian,
    to_little_endian,
)
from fasciscope.firmware_bridge.profile import Profile

N_CHANNELS = 8
SAMPLE_N = 35
WRAP = 1 << 32
LONGEST_LINE = 1024
NO_LINE = "neither a sample nor a line of text"

_JSON_HEAD = b'{"C":200,"D":"'
_JSON_TAIL = b'"}\n'
_BASE64_N = 48
_JSON_N = len(_JSON_HEAD) + _BASE64_N + len(_JSON_TAIL)
_PACK_HEAD = bytes([0x82, 0xA1, 0x43, 0xCC, 0xC8, 0xA1, 0x44, 0xC4, SAMPLE_N])
_PACK_N = len(_PACK_HEAD) + SAMPLE_N
_IS_BASE64 = np.isin(
    np.arange(256),
    np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8),
)

_CONFIG1 = 1
_RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)
"""By their code in the converter's first register."""


def command(name: str, *parameters: int) -> bytes:
    """A command with its parameters, as a line of JSON; the board answers each with a line."""
    return json.dumps({"COMMAND": name, "PARAMETERS": parameters}).encode("ascii") + b"\n"


TO_JSON_LINES = b"jsonlines\n"
"""From the text mode that the board wakes up in; the commands below are for the other two."""
MESSAGEPACK = command("messagepack")
START = (command("start"), command("rdatac"))
STOP = (command("stop"), command("sdatac"))


def rate_command(rate_hz: int) -> bytes:
    """Set the rate (one of 250 to 16000 Hz); not while it streams."""
    return command("wreg", _CONFIG1, 0x90 | _RATES_HZ.index(rate_hz))


class HackeegDecoder:
    """Bytes of a HackEEG to frames and messages, in JSON lines or in `messagepack`.

    A line of text that is no sample is a message, given when a frame's length of bytes has come
    after it began; in MessagePack the newest frame waits for the next. Aux: `status` (n, 3) bytes.
    """

    def __init__(self, *, messagepack: bool = False) -> None:
        self._framing = (
            HeldFraming(_PACK_N, _sound_pack) if messagepack else FixedFraming(_JSON_N, _sound_json)
        )
        self._samples = _samples_pack if messagepack else _samples_json
        self._raw = b""  # what the framing still holds, as it came
        self._text = b""  # what is no frame and may be the start of a line
        self._too_long = False  # the line that the text is of was given up
        self._at = 0  # the place in the stream of `_raw`

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return len(self._raw) + len(self._text)

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        self._raw += data
        return self._decoded(self._framing.feed(data), final=False)

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(self._framing.finish(), final=True)

    def _decoded(self, cut: Cut, *, final: bool) -> Decoded:
        begin, text_end = self._at, self._at
        self._at += len(self._raw) - self._framing.buffered
        garbage: list[Garbage] = []
        messages: list[Message] = []
        for gap in cut.garbage:
            if gap.offset != text_end:
                self._end_text(text_end, garbage)
            text_end = gap.offset + gap.length
            self._text += self._raw[gap.offset - begin : text_end - begin]
            self._lines(text_end, garbage, messages)
        if final or text_end != self._at:
            self._end_text(text_end, garbage)
        self._raw = self._raw[self._at - begin :]
        frames = _frames(self._samples(cut.rows))
        return Decoded(frames, cut.rows.size, tuple(garbage), tuple(messages))

    def _lines(self, end: int, garbage: list[Garbage], messages: list[Message]) -> None:
        """Take the whole lines from the text, which ends at the place `end`."""
        at = end - len(self._text)
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            text = None if self._too_long else _text_of(line)
            if text is None:
                garbage.append(Garbage(at, len(line) + 1, NO_LINE))
            else:
                messages.append(Message(at, len(line) + 1, text))
            at += len(line) + 1
            self._too_long = False
        if len(self._text) >= LONGEST_LINE:
            self._end_text(end, garbage)
            self._too_long = True

    def _end_text(self, end: int, garbage: list[Garbage]) -> None:
        """What is left of the text is no line."""
        if self._text:
            garbage.append(Garbage(end - len(self._text), len(self._text), NO_LINE))
        self._text, self._too_long = b"", False


def _text_of(line: bytes) -> str | None:
    """What a line says, None if it is no text, or what is left of a sample."""
    line = line.removesuffix(b"\r")
    if len(line) >= LONGEST_LINE or not (line.isascii() and line.decode("ascii").isprintable()):
        return None
    text = line.decode("ascii")
    if '"' not in text:
        return text
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return text if isinstance(told, dict) and "D" not in told else None


def _sound_json(rows: Rows) -> NDArray[np.bool_]:
    """The line of a sample, and nothing but base64 in it (35 bytes are 47 letters and a pad)."""
    tail = b"=" + _JSON_TAIL
    sound: NDArray[np.bool_] = rows[:, 0] == _JSON_HEAD[0]
    likely = np.flatnonzero(sound)
    found = rows[likely]
    good = (found[:, : len(_JSON_HEAD)] == np.frombuffer(_JSON_HEAD, np.uint8)).all(axis=1)
    good &= (found[:, -len(tail) :] == np.frombuffer(tail, np.uint8)).all(axis=1)
    good &= _IS_BASE64[found[:, len(_JSON_HEAD) : -len(tail)]].all(axis=1)
    sound[likely] = good
    return sound


def _sound_pack(rows: Rows) -> NDArray[np.bool_]:
    sound: NDArray[np.bool_] = rows[:, 0] == _PACK_HEAD[0]
    likely = np.flatnonzero(sound)
    head = np.frombuffer(_PACK_HEAD, np.uint8)
    sound[likely] = (rows[likely, : len(head)] == head).all(axis=1)
    return sound


def _samples_json(rows: Rows) -> Rows:
    """The samples' bytes (n, 35): with an A for the pad, all the base64 is one piece."""
    letters = rows[:, len(_JSON_HEAD) : -len(_JSON_TAIL)].copy()
    letters[:, -1] = ord("A")
    raw = base64.b64decode(letters.tobytes())
    return np.frombuffer(raw, np.uint8).reshape(len(rows), SAMPLE_N + 1)[:, :SAMPLE_N]


def _samples_pack(rows: Rows) -> Rows:
    return rows[:, len(_PACK_HEAD) :]


def _frames(samples: Rows) -> Frames:
    return Frames(
        counts=big_endian(samples[:, 11:], 3).astype(np.int32),
        counter=little_endian(samples[:, 4:8], 4, signed=False)[:, 0],
        device_us=little_endian(samples[:, :4], 4, signed=False)[:, 0],
        aux={"status": samples[:, 8:11]},
    )


def encode(frames: Frames, *, messagepack: bool = False) -> bytes:
    """What the board would send; without a clock, all at 0."""
    n = len(frames.counts)
    assert frames.counter is not None, "a HackEEG numbers its samples"
    clock = np.zeros(n, np.int64) if frames.device_us is None else frames.device_us
    samples = np.zeros((n, SAMPLE_N), np.uint8)
    samples[:, :4] = to_little_endian(clock[:, None], 4)
    samples[:, 4:8] = to_little_endian(frames.counter[:, None], 4)
    samples[:, 8:11] = np.asarray(frames.aux.get("status", (0xC0, 0, 0)), np.uint8)
    samples[:, 11:] = to_big_endian(frames.counts, 3)
    if messagepack:
        head = np.tile(np.frombuffer(_PACK_HEAD, np.uint8), (n, 1))
        return np.concatenate([head, samples], axis=1).tobytes()
    lines = (base64.b64encode(sample.tobytes()) for sample in samples)
    return b"".join(_JSON_HEAD + line + _JSON_TAIL for line in lines)


CODECS = {
    name: Codec(
        decoder=partial(HackeegDecoder, messagepack=messagepack),
        encode=partial(encode, messagepack=messagepack),
        low=(-(1 << 23),) * N_CHANNELS,
        high=((1 << 23) - 1,) * N_CHANNELS,
        wrap=WRAP,
    )
    for name, messagepack in (("hackeeg", False), ("hackeeg-messagepack", True))
}
"""In JSON lines, and in MessagePack."""

PROFILES = {
    "hackeeg": Profile(
        "hackeeg",
        (TO_JSON_LINES, *START),
        STOP[::-1],
        pause_s=0.1,
        bauds=(2_000_000,),
        at_rate=lambda rate_hz: (TO_JSON_LINES, rate_command(_rate(rate_hz))),
    )
}
"""In JSON lines."""


def _rate(rate_hz: float) -> int:
    if rate_hz not in _RATES_HZ:
        told = ", ".join(map(str, _RATES_HZ))
        raise UsageError(f"A HackEEG has no rate of {rate_hz:g} Hz. It has {told}.")
    return int(rate_hz)
