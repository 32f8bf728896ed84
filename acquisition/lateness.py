"""How late samples come: against the least delay of the last seconds, which is the way's own."""

from collections import deque

BUCKET_S = 2.0
BUCKETS = 3
"""The least delay is that of the last 4 to 6 s: long enough to meet an arrival without delay, short
enough that a clock which is a little off does not show."""


class Lateness:
    """Takes (samples so far, time of arrival); tells how many seconds later than usual one comes."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._least: deque[float] = deque(maxlen=BUCKETS)
        self._begun_s = 0.0

    def add(self, end_sample: int, received_s: float) -> None:
        """The samples up to `end_sample` have come."""
        delay_s = received_s - end_sample / self._rate_hz
        if not self._least or received_s - self._begun_s >= BUCKET_S:
            self._least.append(delay_s)
            self._begun_s = received_s
        else:
            self._least[-1] = min(self._least[-1], delay_s)

    def of(self, end_sample: int, received_s: float) -> float:
        """How much later than usual these would come, in seconds; 0 before anything came."""
        if not self._least:
            return 0.0
        return received_s - end_sample / self._rate_hz - min(self._least)

    def forget(self) -> None:
        """The way is another: begin anew."""
        self._least.clear()
