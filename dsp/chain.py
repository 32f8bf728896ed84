"""The streaming chain: blocks in, measured activity out, each once, when it is final."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Activity, SampleBlock, Sighting, StreamInfo
from fasciscope.dsp import quality
from fasciscope.dsp.assessor import Assessor
from fasciscope.dsp.burstbook import BurstBook, FrameStats, Running
from fasciscope.dsp.bursts import Region
from fasciscope.dsp.conditioner import Conditioned, Conditioner
from fasciscope.dsp.context import Context, Span
from fasciscope.dsp.detector import Detector, Noise
from fasciscope.dsp.frames import Framer
from fasciscope.dsp.grid import grid_for
from fasciscope.dsp.matched import QUIET
from fasciscope.dsp.measurer import Candidates, Measurer
from fasciscope.dsp.noise import PIECE_S, NoiseTracker
from fasciscope.dsp.settings import ChainSettings
from fasciscope.dsp.swells import SwellBook

ISOLATED_S = 0.25  # the isolated-discharge rule (S9)


class Chain:
    """Stage[SampleBlock, Activity] of one stream.

    Pushed blocks are contiguous or jump forward; what comes out is in order of its kind: qualities
    frame by frame, potentials by peak, bursts by start. The output is the same, bit for bit, however
    the samples were cut into blocks.
    """

    def __init__(self, info: StreamInfo, settings: ChainSettings | None = None) -> None:
        self._settings = settings or ChainSettings()
        self.grid = grid_for(info.rate_hz, self._settings)
        n = info.n_channels
        self._rate_hz = info.rate_hz
        self._n_channels = n
        self._framer = Framer(n, self.grid.frame_n, info.rate_hz)
        self._conditioner = Conditioner(self.grid, n, self._settings)
        self._noise = _Noises(n, self._settings)
        self._assessor = Assessor(info, self._settings)
        self._detector = Detector(self.grid, n, self._conditioner.delay_n, self._settings)
        self._measurer = Measurer(n, self.grid, self._conditioner, self._settings)
        self._context = Context(
            n,
            info.rate_hz,
            self._settings.context_s,
            self._settings.threshold,
            self._settings.faint_threshold,
        )
        self._bursts = BurstBook(n, self.grid, self._settings)
        self._swells = SwellBook(n, self.grid)
        self._unmeasured, self._nothing = np.full(n, np.nan), np.zeros(n)
        self._shortest_hops = self._settings.burst_min_s / self.grid.hop_s
        self._held: list[Conditioned] | None = []  # None once the noise is known

    @property
    def line_hz(self) -> float:
        """The mains frequency in use."""
        return self._conditioner.mains.line_hz

    def push(self, block: SampleBlock) -> Iterator[Activity]:
        """Take the next block; give what became final."""
        for piece in self._conditioner.run_all(tuple(self._framer.push(block))):
            yield from self._condition(piece)

    def finish(self) -> Iterator[Activity]:
        """Give everything that still waits."""
        for piece in self._conditioner.run_all(tuple(self._framer.finish())):
            yield from self._condition(piece)
        yield from self._unhold()
        yield from self._release(0, final=True)

    def _condition(self, piece: Conditioned) -> Iterator[Activity]:
        self._assessor.settle_lsb(piece)
        self._learn(piece)
        if self._held is None:
            yield from self._process(piece)
            return
        self._held.append(piece)
        if len(self._held) * self._settings.frame_s >= self._settings.noise_hold_s:
            yield from self._unhold()

    def _learn(self, piece: Conditioned) -> None:
        """Noise and its correlation, from where nothing happens."""
        energy = self._noise.learn(
            piece.energy, self._assessor.scale.lsb, everything=self._held is not None
        )
        noise = self._noise.now().detection
        quiet = energy <= (QUIET * noise) ** 2  # pieces in holes are NaN: not quiet
        bins = piece.bins[: len(quiet) * self.grid.piece]
        self._detector.bank.learn(bins, quiet, noise)

    def _unhold(self) -> Iterator[Activity]:
        """At the start, frames wait until there is enough to know the noise from."""
        held, self._held = self._held, None
        for piece in held or ():
            yield from self._process(piece)

    def _process(self, piece: Conditioned) -> Iterator[Activity]:
        noise = self._noise.now()
        yield from self._assessor.judge(piece, noise.feature)
        closed, hops, energy = self._detector.regions_closed(piece, noise)
        self._context.add_level(hops, energy)
        candidates = self._detector.candidates(piece, noise)
        yield from self._sightings(candidates)
        self._bursts.add_frame(self._stats(piece, noise))
        for channel in sorted(set(candidates.channel.tolist())):
            self._bursts.add_pulses(channel, candidates.sample[candidates.channel == channel])
        ends = [self._running(region) for region in closed]
        now = piece.frame.end_sample
        yield from self._swells.close(now, ends, self._bursts)
        yield from self._swells.open(now, self._open_bursts(), self._bursts)
        for one in ends:
            if one.is_burst:
                self._bursts.close(one.region, one.span)
        if self._measurer.add(piece, candidates):
            for waiting in self._measurer.measure():
                if self._assessor.usable(waiting.potential):
                    self._context.add(waiting)
            # a potential may lie a little before the frames that follow
            self._assessor.forget(piece.frame.first_sample - self.grid.frame_n)
            yield from self._release(piece.frame.end_sample)

    def _sightings(self, candidates: Candidates) -> Iterator[Sighting]:
        """The strong ones outside bursts, as soon as they are seen."""
        strong = candidates.statistic >= self._settings.threshold
        if not strong.any():
            return
        bursting = [bool(self._open_spans(channel)) for channel in range(self._n_channels)]
        strong &= ~np.array(bursting)[candidates.channel]
        for k in np.flatnonzero(strong):
            channel, sample = int(candidates.channel[k]), int(candidates.sample[k])
            self._swells.see(channel, sample)
            yield Sighting(channel, sample, float(candidates.statistic[k]))

    def _release(self, now: int, *, final: bool = False) -> Iterator[Activity]:
        spans = [self._bursts.spans(c) + self._open_spans(c) for c in range(self._n_channels)]
        for potential in self._context.release(now, spans, final=final):
            alone = min(potential.gap_before_s, potential.gap_after_s) >= ISOLATED_S
            if alone and not potential.faint:
                self._bursts.add_isolated(potential.channel, potential.peak_sample)
            yield potential
        yield from self._bursts.release(now, final=final)

    def _open_spans(self, channel: int) -> list[Span]:
        region = self._detector.regions.open[channel]
        if region is None or not region.is_burst(self._shortest_hops):
            return []
        return [self._span(region)]

    def _open_bursts(self) -> list[Running]:
        running = [self._running(r) for r in self._detector.regions.open if r is not None]
        return [one for one in running if one.is_burst]

    def _running(self, region: Region) -> Running:
        return Running(region, self._span(region), region.is_burst(self._shortest_hops))

    def _span(self, region: Region) -> Span:
        return Span(self._detector.hop_sample(region.start), self._detector.hop_sample(region.end))

    def _stats(self, piece: Conditioned, noise: Noise) -> FrameStats:
        first, end = piece.frame.first_sample, piece.frame.end_sample
        if not self._detector.busy.any() or len(piece.feature) <= 1:
            none = self._unmeasured
            return FrameStats(first, end, none, none, none, self._nothing, noise.feature)
        return FrameStats(
            first_sample=first,
            end_sample=end,
            mean_hz=_mean_hz(piece.feature, self._rate_hz),
            peak_to_peak=np.ptp(piece.feature, axis=0),
            slow_ratio=_slow_ratio(piece, self._rate_hz),
            common=_common(piece.bins),
            noise=noise.feature,
        )


class _Noises:
    """The noise of both branches from the pieces of each frame.

    Pieces above the threshold of bursts are left out, so a contraction does not become noise; after
    the longest burst that there is, what remains loud is noise after all.
    """

    def __init__(self, n_channels: int, settings: ChainSettings) -> None:
        n_pieces = round(settings.noise_window_s / PIECE_S)
        self._loud = settings.burst_on
        self._patience = round(settings.burst_longest_s / PIECE_S)
        self._skipped = np.zeros(n_channels, dtype=int)
        self._tracker = NoiseTracker(2 * n_channels, n_pieces)  # detection, then feature branch
        tiny = np.full(n_channels, np.finfo(float).tiny)
        self._now = Noise(tiny, tiny)

    def learn(
        self, energies: NDArray[np.float64], lsb: NDArray[np.float64], *, everything: bool
    ) -> NDArray[np.float64]:
        """Take a frame's piece energies of both branches; give those of the detection branch."""
        n = len(lsb)
        energy = energies[:, :n]
        if not everything and len(energy):
            taken = energy <= (self._loud * self._now.detection) ** 2
            self._skipped = np.where(taken.any(axis=0), 0, self._skipped + len(energy))
            taken |= self._skipped > self._patience
            if not taken.all():
                energies = np.where(np.concatenate([taken, taken], axis=1), energies, np.nan)
        self._tracker.push(energies)
        floor = np.where(lsb > 0, lsb, np.finfo(float).tiny)  # NaN is not
        rms = self._tracker.rms(np.concatenate([floor, floor]))
        self._now = Noise(rms[:n], rms[n:])
        return energy

    def now(self) -> Noise:
        """The present noise, at least one count."""
        return self._now


def _mean_hz(feature: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Root-mean-square frequency of each channel (Hjorth's mobility)."""
    change = np.diff(feature, axis=0)
    ratio = np.sqrt((change**2).mean(axis=0) / ((feature**2).mean(axis=0) + 1e-300))
    mean_hz: NDArray[np.float64] = np.arcsin(np.minimum(ratio / 2, 1.0)) * rate_hz / np.pi
    return mean_hz


def _slow_ratio(piece: Conditioned, rate_hz: float) -> NDArray[np.float64]:
    slow = quality.slow_rms(piece.frame.uv, rate_hz)
    ratio: NDArray[np.float64] = slow / (np.sqrt((piece.feature**2).mean(axis=0)) + 1e-300)
    return ratio


def _common(bins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each channel's largest zero-lag correlation with another."""
    norm = np.sqrt((bins**2).sum(axis=0)) + 1e-150  # its square must not be 0
    alike = np.abs((bins.T @ bins) / np.outer(norm, norm))
    np.fill_diagonal(alike, 0.0)
    largest: NDArray[np.float64] = alike.max(axis=1)
    return largest
