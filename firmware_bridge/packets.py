"""Whole notifications to frames: what radio boards without state between packets share."""

from collections.abc import Callable

from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage

Read = Callable[[bytes], Frames | str]
"""The frames of a notification, or why it holds none."""


class PacketDecoder:
    """Takes a notification at a time; one that `read` refuses is garbage, whole and by name."""

    buffered = 0

    def __init__(self, read: Read, nothing: Frames) -> None:
        self._read = read
        self._nothing = nothing
        self._offset = 0

    def feed(self, data: bytes) -> Decoded:
        """Take one whole notification; give its frames."""
        offset = self._offset
        self._offset += len(data)
        found = self._read(data) if data else self._nothing
        if isinstance(found, str):
            return Decoded(self._nothing, 0, (Garbage(offset, len(data), found),))
        return Decoded(found, len(data))

    def finish(self) -> Decoded:
        """Nothing ever waits."""
        return Decoded(self._nothing, 0)
