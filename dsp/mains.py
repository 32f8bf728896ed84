"""Mains and its harmonics, estimated piece by piece and subtracted: no notch, so no ringing.

Each 0.2-s piece is projected on the line and its harmonics; the drift of the line's frequency is read
from the rotation of the projections, the pieces of the last 3 s are turned into step and their mean
is subtracted. Pieces with activity are left out, so a potential or a contraction does not become
mains (the adaptation is frozen during events, science.md 4).

Departure from the adaptive (LMS/PLL) canceller that DESIGN.md names: pieces in place of samples,
which is the same idea vectorised.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.settings import Mains

PIECES_PER_S = 5
RING_S = 3
QUIET_S = 20
QUIET_RATIO = 2.0
"""A piece counts as quiet while its RMS beside the line is below this multiple of the usual."""
SIGNIFICANT = 3.0
"""A harmonic is subtracted when it exceeds this many standard errors."""
DECIDE_S = 5
"""With `auto`, 50 or 60 Hz is chosen anew at each frame until this much has been seen."""


class Comb:
    """One line frequency with its harmonics up to `highest_hz`, for `n_channels` channels.

    Coefficients are complex (pieces, harmonics, channels), in step with the absolute sample number;
    pieces that were not quiet are 0 with weight 0.
    """

    def __init__(self, line_hz: float, rate_hz: float, highest_hz: float, n_channels: int) -> None:
        self.line_hz = line_hz
        self._rate_hz = rate_hz
        self._piece_n = int(rate_hz / PIECES_PER_S)
        self.orders = np.arange(1, max(1, int(highest_hz / line_hz)) + 1)
        turns = np.outer(np.arange(self._piece_n), self.orders) * (line_hz / rate_hz)
        basis = np.exp(-2j * np.pi * turns) * (2.0 / self._piece_n)
        self._matrix = np.concatenate([basis.real, basis.imag], axis=1)
        self._kept = np.zeros((0, len(self.orders), n_channels), dtype=complex)
        self._quiet = np.zeros((0, n_channels), dtype=bool)
        self._beside = np.zeros((0, n_channels))
        self._drift_hz = 0.0
        self._amplitude = np.zeros((len(self.orders), n_channels), dtype=complex)  # at `_at_s`
        self._at_s = 0.0
        self._wander = np.zeros(n_channels)

    def learn(self, uv: NDArray[np.float64], first_sample: int) -> None:
        """Take the pieces of (n, n_channels); `first_sample` keeps them in step."""
        n_pieces = uv.shape[0] // self._piece_n
        if n_pieces == 0:
            return
        n_channels, k = uv.shape[1], len(self.orders)
        pieces = uv.T[:, : n_pieces * self._piece_n].reshape(n_channels * n_pieces, self._piece_n)
        both = pieces @ self._matrix
        coefficients = (both[:, :k] + 1j * both[:, k:]).reshape(n_channels, n_pieces, k)
        power = np.einsum("ij,ij->i", pieces, pieces).reshape(n_channels, n_pieces) / self._piece_n
        line = (coefficients.real**2 + coefficients.imag**2).sum(axis=2) / 2
        beside = np.sqrt(np.maximum(power - line, 0.0))
        starts_s = (first_sample + self._piece_n * np.arange(n_pieces)) / self._rate_hz
        self._remember(coefficients.transpose(1, 2, 0), beside.T, starts_s)

    def _remember(
        self,
        coefficients: NDArray[np.complex128],
        beside: NDArray[np.float64],
        starts_s: NDArray[np.float64],
    ) -> None:
        self._beside = np.concatenate([self._beside, beside])[-QUIET_S * PIECES_PER_S :]
        usual = np.sort(self._beside, axis=0)[len(self._beside) // 4]
        quiet = beside <= QUIET_RATIO * usual
        step = np.exp(-2j * np.pi * self.line_hz * starts_s[:, None] * self.orders)
        kept = coefficients * (step[:, :, None] * quiet[:, None, :])
        keep = RING_S * PIECES_PER_S
        self._kept = np.concatenate([self._kept, kept])[-keep:]
        self._quiet = np.concatenate([self._quiet, quiet])[-keep:]
        # What drifts has, over a piece, the phase of the piece's middle.
        self._settle(float(starts_s[-1]) + (self._piece_n - 1) / 2 / self._rate_hz)

    def _settle(self, last_s: float) -> None:
        """Turn the kept pieces into step with the last and take their mean where it means something."""
        first = self._kept[:, 0, :]
        turn = (first[1:] * first[:-1].conj()).sum()
        if turn != 0:
            self._drift_hz = float(np.angle(turn)) * PIECES_PER_S / (2 * np.pi)
        age = np.arange(len(self._kept) - 1, -1, -1) / PIECES_PER_S
        ahead = np.exp(2j * np.pi * self._drift_hz * age[:, None] * self.orders)
        in_step = self._kept * ahead[:, :, None]
        count = self._quiet.sum(axis=0)
        mean = in_step.sum(axis=0) / np.maximum(count, 1)
        power = (in_step.real**2 + in_step.imag**2).sum(axis=0) / np.maximum(count, 1)
        steady = mean.real**2 + mean.imag**2
        wander = np.maximum(power - steady, 0.0)
        sure = steady * np.maximum(count, 1) > SIGNIFICANT**2 * wander
        known = count > 0  # nothing quiet for a while: what was known stays
        turned = self._amplitude * np.exp(
            2j * np.pi * self._drift_hz * (last_s - self._at_s) * self.orders[:, None]
        )
        self._amplitude = np.where(known, np.where(sure, mean, 0.0), turned)
        beside = np.where(self._quiet, self._beside[-len(self._quiet) :] ** 2, 0.0).sum(axis=0)
        beside = beside / np.maximum(count, 1) + 1e-300
        self._wander = np.where(known, np.sqrt(wander.sum(axis=0) / 2 / beside), self._wander)
        self._at_s = last_s

    def power(self) -> float:
        """Power of the line and its harmonics relative to what is beside it, on the worst channel."""
        if len(self._beside) == 0:
            return 0.0
        beside = np.median(self._beside, axis=0) ** 2 + 1e-300
        return float((self.rms() ** 2 / beside).max())

    def rms(self) -> NDArray[np.float64]:
        """RMS of what is being subtracted, by channel."""
        total: NDArray[np.float64] = np.sqrt((np.abs(self._amplitude) ** 2).sum(axis=0) / 2)
        return total

    def wander(self) -> NDArray[np.float64]:
        """RMS of the line that wanders too fast to be subtracted, over the RMS beside it.

        Muscle activity has a tenth of its power in these bins: 0.3.
        """
        return self._wander

    def subtract(self, uv: NDArray[np.float64], first_sample: int) -> NDArray[np.float64]:
        """The samples without the line; the same array where there is none."""
        if not self._amplitude.any():
            return uv
        time_s = (first_sample + np.arange(uv.shape[0])) / self._rate_hz
        since = time_s - self._at_s
        base = np.exp(2j * np.pi * (self.line_hz * time_s + self._drift_hz * since))
        waves = np.cumprod(np.broadcast_to(base[:, None], (len(base), len(self.orders))), axis=1)
        wave = waves.real @ self._amplitude.real - waves.imag @ self._amplitude.imag
        return np.asfortranarray(uv - wave)


class MainsCanceller:
    """Frames (n, n_channels) without mains; `auto` finds out whether it is 50 or 60 Hz."""

    def __init__(self, mains: Mains, rate_hz: float, highest_hz: float, n_channels: int) -> None:
        lines = [50.0, 60.0] if mains == "auto" else [float(mains)]
        self._combs = [Comb(line, rate_hz, highest_hz, n_channels) for line in lines]
        self._seen_s = 0.0
        self._rate_hz = rate_hz

    @property
    def line_hz(self) -> float:
        """The line frequency in use."""
        return self._combs[0].line_hz

    def rms(self) -> NDArray[np.float64]:
        """RMS of the mains by channel."""
        return self._combs[0].rms()

    def wander(self) -> NDArray[np.float64]:
        """The line that could not be subtracted, over what is beside it, by channel."""
        return self._combs[0].wander()

    def run(self, uv: NDArray[np.float64], first_sample: int) -> NDArray[np.float64]:
        """Learn from the samples and give them without mains."""
        for comb in self._combs:
            comb.learn(uv, first_sample)
        if len(self._combs) > 1:
            self._combs.sort(key=Comb.power, reverse=True)
            self._seen_s += uv.shape[0] / self._rate_hz
            if self._seen_s >= DECIDE_S:
                del self._combs[1:]
        return self._combs[0].subtract(uv, first_sample)
