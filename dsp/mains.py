"""Mains and its harmonics, estimated piece by piece and subtracted: no notch, so no ringing.

Each 0.2-s piece is projected on the line and its harmonics; the drift of the line's frequency is read
from the rotation of the projections, the pieces of the last 3 s are turned into step and their median
is subtracted. Pieces with activity are left out, so a potential or a contraction does not become
mains (the adaptation is frozen during events, science.md 4), and a median forgets what slips through.

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
    NaN where a piece was not quiet.
    """

    def __init__(self, line_hz: float, rate_hz: float, highest_hz: float, n_channels: int) -> None:
        self.line_hz = line_hz
        self._rate_hz = rate_hz
        self._piece_n = int(rate_hz / PIECES_PER_S)
        self.orders = np.arange(1, max(1, int(highest_hz / line_hz)) + 1)
        turns = np.outer(np.arange(self._piece_n), self.orders) * (line_hz / rate_hz)
        self._basis = np.exp(-2j * np.pi * turns) * (2.0 / self._piece_n)
        self._matrix = np.concatenate([self._basis.real, self._basis.imag], axis=1)
        self._coefficients = np.empty((0, len(self.orders), n_channels), dtype=complex)
        self._beside = np.empty((0, n_channels))
        self._drift_hz = 0.0
        self.amplitude: NDArray[np.complex128] | None = None  # (harmonics, channels) at `_at_s`
        self._at_s = 0.0
        self._residue = np.zeros(n_channels)

    def learn(self, uv: NDArray[np.float64], first_sample: int) -> None:
        """Take the pieces of (n, n_channels); `first_sample` keeps them in step."""
        n_pieces = uv.shape[0] // self._piece_n
        if n_pieces == 0:
            return
        n_channels = uv.shape[1]
        pieces = uv.T[:, : n_pieces * self._piece_n].reshape(n_channels * n_pieces, self._piece_n)
        both = pieces @ self._matrix
        k = len(self.orders)
        coefficients = (both[:, :k] + 1j * both[:, k:]).reshape(n_channels, n_pieces, k)
        power = np.einsum("ij,ij->i", pieces, pieces).reshape(n_channels, n_pieces) / self._piece_n
        beside = np.sqrt(np.maximum(power - (np.abs(coefficients) ** 2).sum(axis=2) / 2, 0.0))
        self._remember(coefficients.transpose(1, 2, 0), beside.T, first_sample)

    def _remember(
        self, coefficients: NDArray[np.complex128], beside: NDArray[np.float64], first_sample: int
    ) -> None:
        starts_s = (first_sample + self._piece_n * np.arange(len(coefficients))) / self._rate_hz
        step = np.exp(-2j * np.pi * self.line_hz * starts_s[:, None] * self.orders)
        self._beside = np.concatenate([self._beside, beside])[-QUIET_S * PIECES_PER_S :]
        usual = np.quantile(self._beside, 0.25, axis=0)
        quiet = beside <= QUIET_RATIO * usual
        kept = np.where(quiet[:, None, :], coefficients * step[:, :, None], np.nan)
        keep = RING_S * PIECES_PER_S
        self._coefficients = np.concatenate([self._coefficients, kept])[-keep:]
        self._settle(float(starts_s[-1]))

    def _settle(self, last_s: float) -> None:
        """Turn the kept pieces into step with the last and take their median."""
        ring = self._coefficients
        first = ring[:, 0, :]
        turn = np.nansum(first[1:] * np.conj(first[:-1]))
        if turn != 0:
            self._drift_hz = float(np.angle(turn)) * PIECES_PER_S / (2 * np.pi)
        age = np.arange(len(ring) - 1, -1, -1) / PIECES_PER_S
        ahead = np.exp(2j * np.pi * self._drift_hz * age[:, None] * self.orders)
        in_step = ring * ahead[:, :, None]
        self._at_s = last_s
        known = ~np.isnan(in_step[:, 0, :]).all(axis=0)
        if not known.any():
            return  # nothing quiet for a while: what was known stays
        if self.amplitude is None:
            self.amplitude = np.zeros((len(self.orders), ring.shape[2]), dtype=complex)
        self.amplitude[:, known] = _significant_median(in_step[:, :, known])
        off = np.abs(in_step[:, :, known] - self.amplitude[:, known]) ** 2
        self._residue[known] = np.sqrt(np.nanmedian(off, axis=0).sum(axis=0) / 2)

    def power(self) -> float:
        """Power of the line and its harmonics over all channels relative to what is beside it."""
        if self.amplitude is None:
            return 0.0
        beside = np.median(self._beside, axis=0) ** 2 + 1e-300
        return float(((np.abs(self.amplitude) ** 2).sum(axis=0) / 2 / beside).max())

    def rms(self) -> NDArray[np.float64]:
        """RMS of what is being subtracted, by channel."""
        if self.amplitude is None:
            return np.zeros(self._coefficients.shape[2])
        total: NDArray[np.float64] = np.sqrt((np.abs(self.amplitude) ** 2).sum(axis=0) / 2)
        return total

    def residue(self) -> NDArray[np.float64]:
        """RMS of what wanders too fast to be subtracted, by channel."""
        return self._residue.copy()

    def subtract(self, uv: NDArray[np.float64], first_sample: int) -> NDArray[np.float64]:
        """The samples without the line; the same array where there is none."""
        if self.amplitude is None or not self.amplitude.any():
            return uv
        time_s = (first_sample + np.arange(uv.shape[0])) / self._rate_hz
        since = time_s - self._at_s
        base = np.exp(2j * np.pi * (self.line_hz * time_s + self._drift_hz * since))
        waves = np.cumprod(np.broadcast_to(base[:, None], (len(base), len(self.orders))), axis=1)
        wave = waves.real @ self.amplitude.real - waves.imag @ self.amplitude.imag
        return np.asfortranarray(uv - wave)


def _significant_median(in_step: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Median over pieces, real and imaginary apart; 0 where it is within its own error."""
    count = np.sum(~np.isnan(in_step[:, :1, :]), axis=0)
    middle = np.nanmedian(in_step.real, axis=0) + 1j * np.nanmedian(in_step.imag, axis=0)
    spread = np.nanmedian(np.abs(in_step - middle), axis=0) / np.sqrt(np.maximum(count, 1))
    middle[np.abs(middle) <= SIGNIFICANT * spread] = 0.0
    return middle


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

    def residue(self) -> NDArray[np.float64]:
        """RMS of mains that could not be taken out, by channel (holds some noise too)."""
        return self._combs[0].residue()

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
