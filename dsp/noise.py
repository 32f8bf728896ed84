"""The noise of each channel, estimated where there are no events.

From the RMS of 50-ms pieces over the last 20 s. Their lower quartile ignores up to three quarters of a
window of activity; the median of the pieces below twice that is the better estimate where little
happens. It is held to at most 1.5 times the lower quartile's: it follows slow changes of a resting
electrode in both directions and does not rise in a contraction.

Departures from science.md 9 step 4: quantiles of piece RMS in place of MAD of samples (the same
robustness at a fortieth of the sorting), and event samples are not cut out (the quantiles ignore
them). Floored at one LSB: at rest, a coarse converter shows nothing at all.
"""

import numpy as np
from numpy.typing import NDArray

PIECE_S = 0.05
QUARTILE_CAP = 1.5
LOUD = 2.0  # pieces above this multiple of the lower quartile's estimate are no noise

# RMS quantiles of Gaussian noise of known RMS over 50-ms pieces of a band B: chi distribution with
# 2 B T degrees of freedom; 18 for the detection branch (20-200 Hz), some 43 for the feature branch.
MEDIAN_FACTOR = 0.982
QUARTILE_FACTOR = 0.872


class NoiseTracker:
    """Rolling noise RMS of `n_channels` channels from the last `n_pieces` piece energies of each."""

    def __init__(self, n_channels: int, n_pieces: int) -> None:
        self._ring = np.full((n_channels, n_pieces), np.nan).T  # sorted by channel
        self._at = np.zeros(n_channels, dtype=int)

    def push(self, mean_squares: NDArray[np.float64]) -> None:
        """Take piece energies (n_pieces, n_channels); NaN are no pieces and take no place."""
        taken = ~np.isnan(mean_squares)
        if taken.all():  # as at rest: no need to count
            place = (self._at + np.arange(len(taken))[:, None]) % len(self._ring)
            self._ring[place, np.arange(taken.shape[1])] = mean_squares
            self._at += len(taken)
            return
        place = (self._at + np.cumsum(taken, axis=0) - 1) % len(self._ring)
        rows, columns = np.nonzero(taken)
        self._ring[place[rows, columns], columns] = mean_squares[rows, columns]
        self._at += taken.sum(axis=0)

    def rms(self, floor: NDArray[np.float64]) -> NDArray[np.float64]:
        """The present noise RMS (n_channels,), at least `floor`; `floor` where nothing is known."""
        count = np.minimum(self._at, len(self._ring))
        ordered = np.sort(self._ring.T, axis=1)  # NaN sort last
        index, low = np.arange(len(ordered)), count // 4 - (count == 0)
        quartile = ordered[index, low] / QUARTILE_FACTOR**2
        limits = (quartile * LOUD**2).tolist()
        quiet = np.array(
            [row.searchsorted(limit, "right") for row, limit in zip(ordered, limits, strict=True)]
        )
        median = ordered[index, np.maximum(quiet // 2 - (count == 0), low)]
        estimate = np.sqrt(np.minimum(median / MEDIAN_FACTOR**2, quartile * QUARTILE_CAP**2))
        return np.where(count == 0, floor, np.fmax(estimate, floor))
