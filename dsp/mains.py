"""Mains and its harmonics, estimated piece by piece and subtracted: no notch, so no ringing.

Each 0.2-s piece is projected on the line and its harmonics; the drift of the line's frequency is read
from the rotation of the projections, the pieces of the last 3 s are turned into step, and a parabola
through them is subtracted. Pieces with activity are left out, so a potential or a contraction does not become
mains (the adaptation is frozen during events, science.md 4).

Departure from the adaptive (LMS/PLL) canceller that DESIGN.md names: pieces in place of samples,
which is the same idea vectorised.
"""

from dataclasses import dataclass

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


ORDERS = 3  # mean, slope, bend
FEWEST_BENT = 8
"""Pieces from which more than a mean is told."""
AHEAD_S = 0.2
"""So long after it was last seen a course is followed."""
LEAKING = 7
"""Harmonics whose change within a piece is told from activity."""
RING = RING_S * PIECES_PER_S
SINCE_S = np.arange(1 - RING, 1) / PIECES_PER_S
MOMENTS = SINCE_S ** np.arange(5)[:, None]
DIGIT = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """What is known of the line after a frame: its complex amplitude `course` over time.

    `course` (orders, harmonics, channels) are the coefficients of a polynomial in seconds since `at_s`;
    it holds until `until_s` (channels,), where it was last seen, and stays there.
    """

    course: NDArray[np.complex128]
    until_s: NDArray[np.float64]
    wander: NDArray[np.float64]
    drift_hz: float = 0.0
    at_s: float = 0.0

    def amplitude(self, since_s: NDArray[np.float64]) -> NDArray[np.complex128]:
        """(n, harmonics, channels) at times (n,) in seconds since `at_s`."""
        when = np.minimum(since_s[:, None], self.until_s)[:, None, :]
        total: NDArray[np.complex128] = self.course[-1] + np.zeros(when.shape)
        for order in self.course[-2::-1]:
            total = total * when + order
        return total


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """`course` (frames, orders, harmonics, channels) as in _Line, and the power `loose` about it."""

    course: NDArray[np.complex128]
    loose: NDArray[np.float64]  # (frames, harmonics, channels)


def fit_course(in_step: NDArray[np.complex128], quiet: NDArray[np.bool_]) -> _Fitted:
    """Parabolas through the pieces of each frame's ring, of those that are quiet.

    `in_step` (frames, RING, harmonics, channels) is 0 where not `quiet` (frames, RING, channels). The mean
    is taken where it means something, and so are slope and bend: mains sway and their frequency wanders,
    and the mean of three seconds is a second and a half late. Least squares by orthogonal polynomials
    (Forsythe 1957), so that each order is judged by itself.
    """
    n_frames, _, n_harmonics, n_channels = in_step.shape
    s0, s1, s2, s3, s4 = (MOMENTS @ quiet.astype(np.float64)).transpose(1, 0, 2)
    moved = MOMENTS[:ORDERS] @ in_step.reshape(n_frames, RING, -1)
    r0, r1, r2 = moved.reshape(n_frames, ORDERS, n_harmonics, n_channels).transpose(1, 0, 2, 3)
    bent = s0 >= FEWEST_BENT
    # what each order has of the lower ones, and its own size
    n0 = np.maximum(s0, 1.0)
    l10, l20 = s1 / n0, s2 / n0
    n1 = np.where(bent, s2 - l10 * s1, 1.0)
    l21 = np.where(bent, (s3 - l20 * s1) / n1, 0.0)
    n2 = np.where(bent, s4 - l20 * s2 - l21**2 * n1, 1.0)
    z1 = r1 - l10[:, None] * r0
    z2 = r2 - l20[:, None] * r0 - l21[:, None] * z1
    sizes = np.stack([n0, n1, n2], axis=1)[:, :, None]
    parts = np.stack([r0, z1, z2], axis=1) / sizes  # (frames, ORDERS, harmonics, channels)
    gains = (parts.real**2 + parts.imag**2) * sizes
    gains[:, 1:] *= bent[:, None, None]
    whole = (in_step.real**2 + in_step.imag**2).sum(axis=1)
    loose = np.maximum(whole - gains.sum(axis=1), 0.0)
    free = np.maximum(s0 - np.where(bent, ORDERS, 1), 1.0)
    takes = gains > (SIGNIFICANT**2 * loose / free[:, None])[:, None]
    left = np.maximum(whole - (gains * takes).sum(axis=1), 0.0) / n0[:, None]
    mean, slope, bend = (parts * takes).transpose(1, 0, 2, 3)
    slope = slope - l21[:, None] * bend
    mean = mean - l10[:, None] * slope - l20[:, None] * bend
    return _Fitted(np.stack([mean, slope, bend], axis=1), left)


class Comb:
    """One line frequency with its harmonics up to `highest_hz`, for `n_channels` channels.

    Coefficients are complex (pieces, harmonics, channels), in step with the absolute sample number;
    pieces that were not quiet are 0 with weight 0, and so is what lies before the first.
    """

    def __init__(self, line_hz: float, rate_hz: float, highest_hz: float, n_channels: int) -> None:
        self.line_hz = line_hz
        self._rate_hz = rate_hz
        self._piece_n = int(rate_hz / PIECES_PER_S)
        self.orders = np.arange(1, max(1, int(highest_hz / line_hz)) + 1)
        turns = np.outer(np.arange(self._piece_n), self.orders) * (2 * np.pi * line_hz / rate_hz)
        waves = np.concatenate([np.cos(turns), -np.sin(turns)], axis=1)
        # What changes within a piece leaks beside the line: it shows in the waves times time.
        time = np.linspace(-1.0, 1.0, self._piece_n)[:, None]
        leaks = [wave[:, :LEAKING] * time for wave in np.split(waves, 2, axis=1)]
        # Where a piece is no whole number of waves they are not at right angles: least squares.
        self._apart, mixed = np.linalg.qr(np.concatenate([waves, *leaks], axis=1))
        n_waves = waves.shape[1]
        self._unmix = np.linalg.pinv(mixed[:n_waves, :n_waves]).T
        self._kept = np.zeros((RING, len(self.orders), n_channels), dtype=complex)
        self._quiet = np.zeros((RING, n_channels), dtype=bool)
        self._calm = np.zeros((RING, n_channels))  # power beside the line of the quiet ones
        self._beside = np.zeros((0, n_channels))
        still = np.zeros((len(self.orders), n_channels), dtype=complex)
        still = np.stack([still] * ORDERS)
        self._lines = [_Line(still, np.zeros(n_channels), np.zeros(n_channels))]

    def learn(
        self,
        uv: NDArray[np.float64],
        first_sample: int,
        n_frames: int,
        holes: NDArray[np.bool_] | None = None,
    ) -> None:
        """Take frames of one length (n, n_channels); `first_sample` keeps them in step.

        Pieces that touch `holes` (n, n_channels) of a single frame teach nothing.
        """
        del self._lines[:-1]
        frame_n, (k, n_channels) = uv.shape[0] // n_frames, self._kept.shape[1:]
        n_pieces = frame_n // self._piece_n
        if n_pieces == 0:
            return
        # Frames are stacked, not joined: the product of each then has the same bits however many there are.
        framed = uv.T.reshape(n_channels, n_frames, frame_n).swapaxes(0, 1)
        cut = np.ascontiguousarray(framed[:, :, : n_pieces * self._piece_n])
        pieces = cut.reshape(n_frames, n_channels * n_pieces, self._piece_n)
        both = pieces @ self._apart
        parts = both[..., : 2 * k] @ self._unmix
        coefficients = (parts[..., :k] + 1j * parts[..., k:]).reshape(n_frames, n_channels, -1, k)
        power = np.einsum("fij,fij->fi", pieces, pieces) - np.einsum("fij,fij->fi", both, both)
        beside = np.sqrt(np.maximum(power / self._piece_n, 0.0)).reshape(n_frames, n_channels, -1)
        if holes is not None:
            cut_holes = holes[: n_pieces * self._piece_n].T.reshape(n_channels, n_pieces, -1)
            beside[0, cut_holes.any(axis=2)] = np.inf
        starts = first_sample + frame_n * np.arange(n_frames)[:, None]
        starts_s = (starts + self._piece_n * np.arange(n_pieces)) / self._rate_hz
        self._remember(coefficients.transpose(0, 2, 3, 1), beside.transpose(0, 2, 1), starts_s)

    def _remember(
        self,
        coefficients: NDArray[np.complex128],
        beside: NDArray[np.float64],
        starts_s: NDArray[np.float64],
    ) -> None:
        """Take (frames, pieces, harmonics, channels), (frames, pieces, channels), (frames, pieces)."""
        n_frames, n_pieces = starts_s.shape
        usual = np.empty((n_frames, 1, beside.shape[2]))
        for frame, new in enumerate(beside):
            self._beside = np.concatenate([self._beside, new])[-QUIET_S * PIECES_PER_S :]
            usual[frame] = np.sort(self._beside, axis=0)[len(self._beside) // 4]
        quiet = (beside <= QUIET_RATIO * usual) & (beside < np.inf)
        step = np.exp(-2j * np.pi * self.line_hz * starts_s[..., None] * self.orders)
        kept = coefficients * (step[..., None] * quiet[:, :, None, :])
        self._kept = np.concatenate([self._kept, *kept])
        self._quiet = np.concatenate([self._quiet, *quiet])
        self._calm = np.concatenate([self._calm, *np.where(quiet, beside**2, 0.0)])
        # What drifts has, over a piece, the phase of the piece's middle.
        middles_s = starts_s[:, -1] + (self._piece_n - 1) / 2 / self._rate_hz
        rings = np.arange(RING) + n_pieces * np.arange(1, n_frames + 1)[:, None]
        self._settle(rings, middles_s.tolist())
        self._kept, self._quiet = self._kept[-RING:], self._quiet[-RING:]
        self._calm = self._calm[-RING:]

    def _settle(self, rings: NDArray[np.intp], at_s: list[float]) -> None:
        """After each frame, turn its ring (frames, RING) of pieces into step with the last, and fit them."""
        kept, calm = self._kept[rings], self._calm[rings].sum(axis=1)
        drifts = self._drifts(kept[:, :, 0, :], calm)
        age = -SINCE_S
        ahead = np.exp(2j * np.pi * np.array(drifts)[:, None, None] * age[:, None] * self.orders)
        quiet = self._quiet[rings]
        fitted = fit_course(kept * ahead[..., None], quiet)
        count = quiet.sum(axis=1)
        beside = calm / np.maximum(count, 1) + 1e-300
        wander = np.sqrt(fitted.loose.sum(axis=1) / 2 / beside)
        until = np.where(quiet, SINCE_S[:, None], -np.inf).max(axis=1) + AHEAD_S
        before = self._lines.pop()
        for k, (drift_hz, now_s) in enumerate(zip(drifts, at_s, strict=True)):
            known = count[k] > 0
            course = fitted.course[k]
            if not known.all():  # nothing quiet for a while: what was known stays
                turns = drift_hz * (now_s - before.at_s) * self.orders[:, None]
                last = before.amplitude(np.array([now_s - before.at_s]))[0]
                stays = np.zeros_like(course)
                stays[0] = last * np.exp(2j * np.pi * turns)
                course = np.where(known, course, stays)
                wander[k] = np.where(known, wander[k], before.wander)
                until[k] = np.where(known, until[k], 0.0)
            before = _Line(course, until[k], wander[k], drift_hz, now_s)
            self._lines.append(before)

    def _drifts(self, first: NDArray[np.complex128], calm: NDArray[np.float64]) -> list[float]:
        """The line's drift in Hz after each frame, from its first harmonic (frames, RING, channels).

        A channel counts by its power over what is beside the line, `calm` (frames, channels): a long
        contraction passes for quiet in the end, and what it holds at 50 Hz turns as it likes.
        """
        turns = (first[:, 1:] * first[:, :-1].conj()).sum(axis=1)
        turns = (turns / (calm + 1e-300)).sum(axis=1)
        drifts, drift_hz = [], self._lines[-1].drift_hz
        for turn in turns.tolist():
            if turn != 0:
                drift_hz = float(np.angle(turn)) * PIECES_PER_S / (2 * np.pi)
            drifts.append(drift_hz)
        return drifts

    def power(self) -> float:
        """Power of the line and its harmonics relative to what is beside it, on the worst channel."""
        if len(self._beside) == 0:
            return 0.0
        beside = np.median(self._beside, axis=0) ** 2 + 1e-300
        return float((self.rms() ** 2 / beside).max())

    def rms(self) -> NDArray[np.float64]:
        """RMS of what is being subtracted, by channel."""
        power = np.abs(self._lines[-1].amplitude(np.zeros(1))[0]) ** 2
        total: NDArray[np.float64] = np.sqrt(power.sum(axis=0) / 2)
        return total

    def wander(self) -> NDArray[np.float64]:
        """RMS of the line that wanders too fast to be subtracted, over the RMS beside it.

        Of each frame taken last (frames, n_channels). Muscle activity has a tenth of its power in
        these bins: 0.3.
        """
        return np.array([line.wander for line in self._lines])

    def subtract(
        self, uv: NDArray[np.float64], first_sample: int, n_frames: int
    ) -> NDArray[np.float64]:
        """The frames taken last without the line; the same array where there is none."""
        if not any(line.course.any() for line in self._lines):
            return uv
        out, frame_n = uv.copy(order="F"), uv.shape[0] // n_frames
        for k, line in enumerate(self._lines):
            if line.course.any():
                here = slice(k * frame_n, (k + 1) * frame_n)
                out[here] -= self._wave(line, first_sample + here.start, frame_n)
        return out

    def _wave(self, line: _Line, first_sample: int, n: int) -> NDArray[np.float64]:
        """The line (n, n_channels) from `first_sample` on.

        Samples are counted in two digits, a DIGIT + b: then a few sines of each digit make all of them.
        """
        start_s, turns = (
            first_sample / self._rate_hz,
            (self.line_hz + line.drift_hz) / self._rate_hz,
        )
        start = (self.line_hz * start_s + line.drift_hz * (start_s - line.at_s)) % 1.0
        high, low = np.arange(0, n, DIGIT), np.arange(DIGIT)
        coarse = np.exp(2j * np.pi * (start + turns * high)[:, None] * self.orders)
        fine = np.exp(2j * np.pi * turns * self.orders[:, None] * low)
        since_s = np.asarray(start_s - line.at_s + (high + DIGIT / 2) / self._rate_hz)
        weights = line.amplitude(since_s).transpose(2, 0, 1) * coarse  # by channel, high, harmonic
        wave = weights.real @ fine.real - weights.imag @ fine.imag
        by_channel: NDArray[np.float64] = wave.reshape(len(wave), -1)[:, :n]
        return by_channel.T


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
        """The line that could not be subtracted, over what is beside it (frames, n_channels)."""
        return self._combs[0].wander()

    @property
    def decided(self) -> bool:
        """The line frequency is known: from now on it stays."""
        return len(self._combs) == 1

    def run(
        self,
        uv: NDArray[np.float64],
        first_sample: int,
        n_frames: int = 1,
        holes: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float64]:
        """Learn from frames of one length and give them without mains; several once it is decided.

        What lies in the `holes` of a single frame teaches nothing.
        """
        for comb in self._combs:
            comb.learn(uv, first_sample, n_frames, holes)
        if not self.decided:
            self._combs.sort(key=Comb.power, reverse=True)
            self._seen_s += uv.shape[0] / self._rate_hz
            if self._seen_s >= DECIDE_S:
                del self._combs[1:]
        return self._combs[0].subtract(uv, first_sample, n_frames)
