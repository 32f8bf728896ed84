"""Plays a virtual board on a pseudo-terminal, at its true pace: POSIX only, and the only such place."""

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.virtual import VirtualBoard

TICK_S = 0.004
READ_BYTES = 4096
MOST_S = 1.0  # of samples at once, however far behind


@contextmanager
def pseudo_terminal() -> Iterator[tuple[int, str]]:
    """(our end, the name of the port for any client), both raw. Raises UsageError on Windows."""
    if sys.platform == "win32":
        raise UsageError(
            "There are no pseudo-terminals on Windows. Play the board on Linux or macOS."
        )
    import tty

    ours, theirs = os.openpty()
    try:
        tty.setraw(ours)
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        yield ours, os.ttyname(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


class Player:
    """Carries bytes between a board and a port; `step` does what is due now."""

    def __init__(self, board: VirtualBoard, port: int, rate_hz: float) -> None:
        self._board = board
        self._port = port
        self._rate_hz = rate_hz
        self._began_s = 0.0
        self._starts = 0
        self._waiting = b""  # what the port did not take yet

    def step(self, wait_s: float = TICK_S) -> None:
        """Answer what the host said within `wait_s`, and send the samples that are due by then."""
        ready, _, _ = select.select([self._port], [], [], wait_s)
        if ready:
            self._waiting += self._board.receive(os.read(self._port, READ_BYTES))
            if self._board.starts > self._starts:
                self._began_s, self._starts = time.monotonic(), self._board.starts
        self._send()
        if self._board.manner.streaming and not self._waiting:
            due = int((time.monotonic() - self._began_s) * self._rate_hz) - self._board.sent
            self._waiting = self._board.stream(min(due, round(MOST_S * self._rate_hz)))
            self._send()

    def _send(self) -> None:
        """As much as the port takes: a host that does not read makes the board wait and loses nothing."""
        while self._waiting:
            try:
                taken = os.write(self._port, self._waiting)
            except BlockingIOError:
                return
            self._waiting = self._waiting[taken:]
