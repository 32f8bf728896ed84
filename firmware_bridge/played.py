"""A virtual board against time: what it has sent by a moment, and what goes wrong with it."""

from fasciscope.firmware_bridge.faults import Faults, Spoiler
from fasciscope.firmware_bridge.virtual import VirtualBoard

MOST_S = 2.0  # of samples at once, however far behind


class Played:
    """Plays a board by a clock that is told: `now_s` are seconds since it was first plugged in.

    Pure: no port, no clock of its own. Its samples go on while it is unplugged, as a muscle's do.
    """

    def __init__(self, board: VirtualBoard, rate_hz: float, faults: Faults | None = None) -> None:
        self.board = board
        self._faults = faults or Faults()
        self._rate_hz = rate_hz * (1.0 + self._faults.drift_ppm * 1e-6)
        self._spoiler = Spoiler(self._faults, board.codec.packet_n)
        self._began_s = 0.0
        self._first_s: float | None = None
        self._starts = 0
        self._was_reset = False
        self._unasked = board.manner.streaming
        if self._unasked:
            self._begin(0.0)

    def is_gone(self, now_s: float) -> bool:
        """Whether it is unplugged now."""
        if self._faults.unplug_s is None:
            return False
        at_s, lasts_s = self._faults.unplug_s
        return at_s <= now_s < at_s + lasts_s

    def back_s(self) -> float:
        """When it is plugged in again."""
        at_s, lasts_s = self._faults.unplug_s or (0.0, 0.0)
        return at_s + lasts_s

    def unplug(self) -> None:
        """Its power is gone: it has to be started anew."""
        self.board.manner.streaming = False

    def plug(self, now_s: float) -> None:
        """Its power is back: a board that streams from power-on does so again."""
        if self._unasked and not self.board.manner.streaming:
            self.board.manner.streaming = True
            self.board.begin()
            self._begin(now_s)

    def hear(self, data: bytes, now_s: float) -> bytes:
        """Take what the host says; give the answer."""
        answer = self.board.receive(data)
        if self.board.starts > self._starts:
            self._begin(now_s)
        return answer

    def due(self, now_s: float) -> bytes:
        """What it has sent by now, and not before."""
        if not self.board.manner.streaming or self._pauses(now_s):
            return b""
        reset_s = self._faults.reset_s
        if reset_s is not None and now_s >= reset_s and not self._was_reset:
            self.board.reset_counter()
            self._was_reset = True
        n = int((now_s - self._began_s) * self._rate_hz) - self.board.sent
        return self._spoiler.spoil(self._sent(min(n, round(MOST_S * self._rate_hz))))

    def _sent(self, n: int) -> bytes:
        """The next samples, without those of the gap."""
        at_s, lasts_s = self._faults.gap_s or (0.0, 0.0)
        edges_s = (at_s - self._began_s, at_s - self._began_s + lasts_s)
        before, within = (round(edge_s * self._rate_hz) - self.board.sent for edge_s in edges_s)
        parts = (min(n, before), min(n, within) - max(0, before), n - max(0, within))
        sent = [self.board.stream(max(0, min(n, part))) for part in parts]
        return sent[0] + sent[2]

    def _begin(self, now_s: float) -> None:
        if self._first_s is None:
            self._first_s = now_s
        self._began_s, self._starts = now_s, self.board.starts
        self.board.origin = round((now_s - self._first_s) * self._rate_hz)

    def _pauses(self, now_s: float) -> bool:
        if self._faults.pause_s is None:
            return False
        at_s, lasts_s = self._faults.pause_s
        return at_s <= now_s < at_s + lasts_s
