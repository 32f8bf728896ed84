"""A link: one open way to a board, whatever carries the bytes."""

from dataclasses import dataclass
from typing import Protocol

from fasciscope.core import DeviceError


class LinkLostError(DeviceError):
    """The board was there and is gone: unplugged, out of range, closed by the other side."""


class NoFramesError(DeviceError):
    """Something is there, but it does not speak as this board does."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that came at once, and the host's monotonic time then; of a radio one whole notification."""

    data: bytes
    received_s: float


class Link(Protocol):
    """One way to a board. It is opened, read and closed by one thread; it may be opened again.

    Where a radio sends by several characteristics, each notification has one byte before it: the
    number of its characteristic in the board's profile.
    """

    @property
    def name(self) -> str:
        """What a person calls it: a port, an address."""
        ...

    @property
    def lost_packets(self) -> int:
        """Notifications that the link itself had to throw away since it was made."""
        ...

    @property
    def caution(self) -> str:
        """What a person should know of the way as it was opened; empty if all is well."""
        ...

    def open(self) -> None:
        """Open it: find the device anew by what identifies it. Raises DeviceError if it is not there."""
        ...

    def read(self, timeout_s: float) -> Piece | None:
        """What came next; None if nothing did in this time. Raises LinkLostError when the board is gone."""
        ...

    def write(self, data: bytes) -> None:
        """Send a command, whole. Raises LinkLostError when the board is gone."""
        ...

    def vary(self) -> bool:
        """Take another setting (a speed) at the next opening; False if all were tried."""
        ...

    def close(self) -> None:
        """Give the port back; never raises, may be called twice."""
        ...
