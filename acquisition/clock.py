"""The sample clock: what the board's rate truly is, from its counter and the times of arrival.

Arrivals are late by something, never early: a USB bridge hands over a burst every 16 ms, a busy host
looks when it can. So of each second only the arrival with the least delay counts, and a line through
these is fitted twice, the second time without those that stand out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 1.0
FEWEST = 10  # seconds before anything is said
MOST = 4096  # points kept; then neighbours are merged, so that a night stays small
OUTLIER = 3.0  # times the usual distance from the line
GAUSSIAN = 1.4826  # standard deviation over the median of absolute deviations


@dataclass(frozen=True, slots=True)
class ClockFit:
    """The true rate, how far it is from the nominal one in millionths, and its standard error."""

    rate_hz: float
    ppm: float
    ppm_error: float


class SampleClock:
    """Takes (samples so far, time of arrival); gives the rate once ten seconds have passed."""

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_hz = nominal_hz
        self._points: list[
            tuple[float, float]
        ] = []  # nominal time, delay: the least of each window
        self._window_s = WINDOW_S
        self._first: tuple[int, float] | None = None

    def add(self, sample: int, received_s: float) -> None:
        """Take the number of the last sample of a read, and the host's monotonic time then."""
        if self._first is None:
            self._first = (sample, received_s)
        first, begin_s = self._first
        at_s = (sample - first) / self._nominal_hz
        delay_s = received_s - begin_s - at_s
        if self._points and int(self._points[-1][0] / self._window_s) == int(at_s / self._window_s):
            if delay_s < self._points[-1][1]:
                self._points[-1] = (at_s, delay_s)
            return
        self._points.append((at_s, delay_s))
        if len(self._points) > MOST:
            self._thin()

    def fit(self) -> ClockFit | None:
        """The rate so far; None while too little is known."""
        if len(self._points) < FEWEST:
            return None
        at_s, delay_s = np.array(self._points).T
        slope, offset = np.polyfit(at_s, delay_s, 1)
        away = np.abs(delay_s - (slope * at_s + offset))
        kept = away <= OUTLIER * max(GAUSSIAN * float(np.median(away)), 1e-9)
        slope, error = _slope(at_s[kept], delay_s[kept])
        # the delay grows by `slope` seconds a nominal second: a slow board takes longer for its samples
        return ClockFit(
            rate_hz=self._nominal_hz / (1.0 + slope),
            ppm=(1.0 / (1.0 + slope) - 1.0) * 1e6,
            ppm_error=error * 1e6,
        )

    def sample_at(self, received_s: float) -> float:
        """The number of the sample that would arrive at this time without delay; after the first `add`."""
        rate_hz, origin_s = self._line()
        return (received_s - origin_s) * rate_hz

    def time_of(self, sample: float) -> float:
        """When this sample would arrive without delay, as the host's monotonic time; after the first `add`."""
        rate_hz, origin_s = self._line()
        return origin_s + sample / rate_hz

    def _line(self) -> tuple[float, float]:
        """(rate, time of sample 0): no arrival lies before this line, and one lies on it."""
        assert self._first is not None, "a clock that was never set"
        first, begin_s = self._first
        found = self.fit()
        rate_hz = self._nominal_hz if found is None else found.rate_hz
        at_s, delay_s = np.array(self._points).T
        samples = first + at_s * self._nominal_hz
        return rate_hz, float((begin_s + at_s + delay_s - samples / rate_hz).min())

    def _thin(self) -> None:
        """Windows of twice the length: of every two points the one with the less delay."""
        self._window_s *= 2
        pairs: dict[int, tuple[float, float]] = {}
        for at_s, delay_s in self._points:
            window = int(at_s / self._window_s)
            if window not in pairs or delay_s < pairs[window][1]:
                pairs[window] = (at_s, delay_s)
        self._points = list(pairs.values())


def _slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """(slope, its standard error) of a straight line by least squares."""
    centred = x - x.mean()
    spread = float((centred**2).sum())
    slope = float((centred * y).sum()) / spread
    residual = y - y.mean() - slope * centred
    error = float(np.sqrt((residual**2).sum() / max(len(x) - 2, 1) / spread))
    return slope, error
