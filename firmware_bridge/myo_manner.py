"""How a Myo armband obeys what is written to its command characteristic; it answers nothing there.

A command is its number, how many bytes follow, and these. Source: myohw.h (thalmiclabs/myo-bluetooth
@c79c1a5d86bd).
"""

from dataclasses import dataclass

from fasciscope.firmware_bridge.codec import Codec

_SET_MODE = 1
_RAW_MODES = (2, 3)
"""Of the samples: with and without the mains filtered out."""


@dataclass(slots=True)
class MyoManner:
    """A Myo; motion, gestures, sleep and vibration are commands without effect."""

    codec: Codec
    streaming: bool = False
    _heard: bytes = b""

    def hear(self, byte: bytes) -> bytes:
        """Take a byte of a command; obey at its end."""
        self._heard += byte
        if len(self._heard) < 2 or len(self._heard) < 2 + self._heard[1]:
            return b""
        (number, _, *settings), self._heard = self._heard, b""
        if number == _SET_MODE and settings:
            self.streaming = settings[0] in _RAW_MODES
        return b""
