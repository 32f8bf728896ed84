"""A link to a board that is not there: `firmware_bridge.played` in this process, at any pace."""

import time
from collections import deque

from fasciscope.acquisition.link import LinkLostError, Piece
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.played import Played

STEP_S = 0.02
"""How often a board hands over what it has."""


class VirtualLink:
    """`Link` to a played board, `speed` times as fast as true time; 0 is as fast as it is read.

    Arrival times are those of the board's own time, so a night in a minute is still a night.
    """

    def __init__(self, name: str, played: Played, speed: float = 1.0) -> None:
        self._name = name
        self._played = played
        self._speed = speed
        self._origin_s = time.monotonic()
        self._now_s = 0.0
        self._waiting: deque[bytes] = deque()

    @property
    def name(self) -> str:
        """What it is called."""
        return f"virtual {self._name}"

    @property
    def lost_packets(self) -> int:
        """It throws nothing away."""
        return 0

    @property
    def caution(self) -> str:
        """There is nothing to know."""
        return ""

    def open(self) -> None:
        """Plug it in. Raises DeviceError while a fault has it unplugged."""
        now_s = self._now()
        if self._played.is_gone(now_s):
            if self._speed:
                raise DeviceError(f"{self.name} is unplugged.")
            self._now_s = self._played.back_s()

    def read(self, timeout_s: float) -> Piece | None:
        """What it sent next; None if nothing did in this time. Raises LinkLostError when it is gone."""
        until_s = time.monotonic() + timeout_s
        while True:
            self._gather()
            if self._waiting:
                return Piece(self._waiting.popleft(), self._origin_s + self._now_s)
            if time.monotonic() >= until_s or not (
                self._speed or self._played.board.manner.streaming
            ):
                return None
            if self._speed:
                time.sleep(min(STEP_S / self._speed, timeout_s))

    def write(self, data: bytes) -> None:
        """Tell it something."""
        answer = self._played.hear(data, self._now())
        if answer:
            self._waiting.append(answer)

    def vary(self) -> bool:
        """There is one setting only."""
        return False

    def close(self) -> None:
        """Leave it; what it had sent is gone."""
        self._waiting.clear()

    def _now(self) -> float:
        if self._speed:
            self._now_s = (time.monotonic() - self._origin_s) * self._speed
        return self._now_s

    def _gather(self) -> None:
        """Let it send what is due; without a pace, time goes on by that."""
        if self._waiting:
            return
        if not self._speed and self._played.board.manner.streaming:
            self._now_s += STEP_S
        now_s = self._now()
        if self._played.is_gone(now_s):
            self._played.unplug()
            raise LinkLostError(f"{self.name} was unplugged.")
        data = self._played.due(now_s)
        size = self._played.board.codec.packet_n or len(data) or 1
        self._waiting.extend(data[at : at + size] for at in range(0, len(data), size))
