"""A decoder for boards whose frames are all of one length: a framing, and what its rows say."""

from collections.abc import Callable
from typing import Protocol

from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.framing import Cut, Rows


class Framing(Protocol):
    """What cuts bytes into rows (`FixedFraming`, `HeldFraming`)."""

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        ...

    def feed(self, data: bytes) -> Cut:
        """Take bytes; give the frames that are whole, and what is no frame."""
        ...

    def finish(self) -> Cut:
        """No more bytes come: give what can still be told apart."""
        ...


class RowDecoder:
    """Bytes to frames: `framing` cuts them, `frames_of` reads its rows (n, length)."""

    def __init__(self, framing: Framing, frames_of: Callable[[Rows], Frames]) -> None:
        self._framing = framing
        self._frames_of = frames_of

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return self._framing.buffered

    def feed(self, data: bytes) -> Decoded:
        """Take bytes; give what became final."""
        return self._decoded(self._framing.feed(data))

    def finish(self) -> Decoded:
        """Give what still waits."""
        return self._decoded(self._framing.finish())

    def _decoded(self, cut: Cut) -> Decoded:
        return Decoded(self._frames_of(cut.rows), cut.rows.size, cut.garbage)
