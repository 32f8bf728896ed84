"""How a BITalino (r)evolution answers: commands of a byte or two, states of 17 (live.c, uart.c)."""

from dataclasses import dataclass, replace

import numpy as np

from fasciscope.firmware_bridge import bitalino
from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.frames import Frames

VERSION = b"BITalino_v5.2\n"
_STOP, _STOP_LIVE, _STATE, _PWM = 0xFF, 0x00, 0x0B, 0xA3
_VERSIONS = (0x07, 0x0F)
_OUTPUTS, _OUTPUTS_MASK = 0xB3, 0xF3
_LIVE, _SIMULATED = 1, 2
_BATTERY_COUNT = 700
"""Of its converter, above every threshold."""


@dataclass(slots=True)
class BitalinoManner:
    """Sends the channels that its start command names, live or simulated, and its digital outputs."""

    codec: Codec
    streaming: bool = False
    channels: tuple[int, ...] = tuple(range(6))
    outputs: tuple[int, int] = (0, 0)
    threshold: int = 0
    pwm: int = 0
    _sets_pwm: bool = False

    def __post_init__(self) -> None:
        self.codec = replace(self.codec, encode=self._encode)

    def hear(self, byte: bytes) -> bytes:
        """Take a byte; give the answer."""
        value = byte[0]
        if self._sets_pwm:
            self.pwm, self._sets_pwm = value, False
        elif value == _PWM:
            self._sets_pwm = True
        elif value & _OUTPUTS_MASK == _OUTPUTS:
            self.outputs = (value >> 2 & 1, value >> 3 & 1)
        elif value == _STOP or (self.streaming and value == _STOP_LIVE):
            self.streaming = False
        elif not self.streaming:
            return self._hear_idle(value)
        return b""

    def _hear_idle(self, value: int) -> bytes:
        if value in _VERSIONS:
            return VERSION
        if value == _STATE:
            return self._state()
        if value & 3 in (_LIVE, _SIMULATED) and value >> 2:
            self.channels = tuple(k for k in range(6) if value >> 2 & 1 << k)
            self.streaming = True
        elif value & 3 == 0:
            self.threshold = value >> 2
        return b""

    def _state(self) -> bytes:
        """Six inputs in the middle of their range, the battery, and what was set."""
        values = np.array([512] * 6 + [_BATTERY_COUNT], "<u2").tobytes()
        digital = (self.outputs[0] << 1 | self.outputs[1]) << 4
        state = values + bytes([self.threshold, self.pwm, digital])
        crc = int(bitalino.crc4(np.frombuffer(state, np.uint8)[None])[0])
        return state[:-1] + bytes([digital | crc])

    def _encode(self, frames: Frames) -> bytes:
        """The frames of all six channels, with those only that were asked for."""
        bits = np.array(bitalino.BITS)
        places = np.arange(len(self.channels))
        channels = np.array(self.channels)
        counts = frames.counts[:, channels] << (bits[places] - bits[channels]).clip(0)
        digital = np.tile([0, 0, *self.outputs], (frames.n_frames, 1))
        return bitalino.encode(replace(frames, counts=counts, aux={"digital": digital}))
