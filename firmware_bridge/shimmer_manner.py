"""How a Shimmer3 answers: every command is acknowledged, some are answered too.

A command may come in pieces: pyshimmer writes its arguments apart. Sources: brainflow
shimmer/shimmer3.cpp (@0415e0393c3a), and what pyshimmer 1.0.0 was seen to send.
"""

from dataclasses import dataclass

from fasciscope.firmware_bridge.codec import Codec
from fasciscope.firmware_bridge.shimmer import (
    ACKNOWLEDGE,
    BOTH_CHIPS_16,
    BOTH_CHIPS_24,
    FIRMWARE_VERSION,
    HARDWARE_VERSION,
    INQUIRY,
    START,
    STOP,
)

_ACKNOWLEDGED = bytes([ACKNOWLEDGE])
_RATE = b"\x03"
_ARGUMENTS = {b"\x05": 2, b"\x08": 3, b"\x8b": 1, b"\xa3": 1}
"""Bytes that follow the command: rate, sensors, CRC, acknowledgement in the stream."""
_SHIMMER3 = b"\x25\x03"
_LOG_AND_STREAM = bytes.fromhex("2f 0300 0000 10 00")
"""Its kind (3), then version 0.16.0."""


@dataclass(slots=True)
class ShimmerManner:
    """A Shimmer3 that is set to what `codec` says, and stays so: other settings are acknowledged only."""

    codec: Codec
    streaming: bool = False
    _waits: int = 0  # for so many bytes of a command

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a command; answer when the command is whole, to unknown ones nothing."""
        if self._waits:
            self._waits -= 1
            return b"" if self._waits else _ACKNOWLEDGED
        self._waits = _ARGUMENTS.get(byte, 0)
        if byte in (START, STOP):
            self.streaming = byte == START
            return _ACKNOWLEDGED
        answer = self._answers().get(byte)
        return b"" if answer is None else _ACKNOWLEDGED + answer

    def _answers(self) -> dict[bytes, bytes]:
        divider = self.codec.advance.to_bytes(2, "little")
        layout = BOTH_CHIPS_24 if self.codec.high[0] >> 15 else BOTH_CHIPS_16
        channels = bytes([len(layout.channels), 1, *layout.channels])
        return {
            HARDWARE_VERSION: _SHIMMER3,
            FIRMWARE_VERSION: _LOG_AND_STREAM,
            _RATE: b"\x04" + divider,
            INQUIRY: b"\x02" + divider + bytes(4) + channels,
        }
