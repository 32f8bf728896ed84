"""From a scenario to a recording and its truth, in bounded memory and the same however it is cut."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from fasciscope.core import Flag, Label, Provenance, Recording, SampleBlock
from fasciscope.datasets.synth.background import NoiseField
from fasciscope.datasets.synth.loss import joined
from fasciscope.datasets.synth.scenario import Scenario
from fasciscope.datasets.synth.setting import Array, Layer, Setting, merged
from fasciscope.datasets.synth.truth import Truth, TruthEvent

CHUNK = 8192
"""Samples made at a time, whatever the blocks asked for: so blocks never change the samples."""

ENVELOPE_HZ = 4.0
COLLISION_S = 0.015
BESIDE_S = 0.05

Flags = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A synthetic recording with what truly happened in it."""

    recording: Recording
    truth: Truth


def synthesise(scenario: Scenario, block_samples: int | None = None) -> Synthetic:
    """Lay out a scenario; the samples are made as its blocks are drawn.

    Blocks hold `block_samples` (default: one second). An 8-hour recording of 8 channels passes in
    bounded memory; each pass gives the same samples. Synthetic scores are not clinical accuracy.
    """
    setting = scenario.setting()
    seeds: Counter[str] = Counter()
    layers = []
    for ingredient in scenario.ingredients:
        kind = type(ingredient).__name__
        layers.append(ingredient.lay(setting, np.random.default_rng(_seed(scenario, kind, seeds))))
    noise = scenario.noise.field(setting, _seed(scenario, "Noise", seeds))
    whole = merged(layers)
    whole = replace(whole, lost=joined(whole.lost))
    size = block_samples or max(1, round(scenario.rate_hz))

    def blocks() -> Iterator[SampleBlock]:
        return _blocks(_chunks(setting, whole, noise), setting, whole.lost, scenario.loss, size)

    note = "Synthetic signal: scores on it are not clinical accuracy."
    provenance = Provenance(f"synthetic:{scenario.name}", "synthetic", notes=(note,))
    recording = Recording(setting.info, blocks, provenance, n_samples=setting.n_samples)
    return Synthetic(recording, _truth(setting, whole, noise))


def _seed(scenario: Scenario, kind: str, seen: Counter[str]) -> np.random.SeedSequence:
    seen[kind] += 1
    key = (zlib.crc32(kind.encode()), seen[kind])
    return np.random.SeedSequence(scenario.seed, spawn_key=key)


class _Placements:
    """All stamps of a layer in order of start, to be added to one chunk after another."""

    def __init__(self, layer: Layer) -> None:
        groups = layer.stamps
        counts = [len(group.start) for group in groups]
        number = np.repeat(np.arange(len(groups)), counts)
        start = np.concatenate([np.zeros(0, dtype=np.int64), *(g.start for g in groups)])
        order = np.argsort(start, kind="stable")
        lengths = np.array([group.bank.shape[2] for group in groups], dtype=np.int64)
        self._groups = groups
        self._longest = int(lengths.max(initial=0))
        self._start, self._group = start[order], number[order]
        self._end = self._start + lengths[self._group]
        self._phase = np.concatenate([start[:0], *(g.phase for g in groups)])[order]
        self._scale = np.concatenate([np.zeros(0), *(g.scale for g in groups)])[order]

    def add(self, out: Array, first: int) -> None:
        """Add what falls in the chunk (n_channels, n) that begins at sample `first`."""
        last = first + out.shape[1]
        low = np.searchsorted(self._start, first - self._longest)
        high = np.searchsorted(self._start, last)
        inside = low + np.flatnonzero(self._end[low:high] > first)
        rows = zip(
            self._group[inside].tolist(),
            self._start[inside].tolist(),
            self._end[inside].tolist(),
            self._phase[inside].tolist(),
            self._scale[inside].tolist(),
            strict=True,
        )
        for number, start, end, phase, scale in rows:
            group = self._groups[number]
            a, b = max(start, first), min(end, last)
            piece = scale * group.bank[phase, :, a - start : b - start]
            for column, channel in enumerate(group.channels):
                out[channel, a - first : b - first] += piece[column]


def _chunks(setting: Setting, layer: Layer, noise: NoiseField) -> Iterator[tuple[Array, Flags]]:
    """Samples and flags (n, n_channels), CHUNK at a time."""
    placements, run = _Placements(layer), noise.generator()
    smooth = butter(2, ENVELOPE_HZ, fs=setting.rate_hz, output="sos")
    state = np.zeros((smooth.shape[0], setting.n_channels, 2))
    for first in range(0, setting.n_samples, CHUNK):
        last = min(first + CHUNK, setting.n_samples)
        time_s = np.arange(first, last) / setting.rate_hz
        uv = run.next(time_s)
        for wave in layer.waves:
            uv += wave(time_s)
        placements.add(uv, first)
        if setting.board.envelope:
            uv, state = sosfilt(smooth, np.abs(uv), axis=-1, zi=state)
        yield converted(uv.T, setting)


def converted(uv: Array, setting: Setting) -> tuple[Array, Flags]:
    """What the converter gives: whole counts times their size, rails flagged CLIPPED."""
    board = setting.board
    most = 2 ** (board.bits - 1) - 1
    counts = np.clip(np.rint(uv / board.lsb_uv), -most - 1, most)
    clipped = (counts >= most) | (counts <= -most - 1)
    return counts * board.lsb_uv, np.where(clipped, int(Flag.CLIPPED), 0).astype(np.uint8)


def _blocks(
    chunks: Iterator[tuple[Array, Flags]],
    setting: Setting,
    lost: tuple[tuple[int, int], ...],
    mode: str,
    size: int,
) -> Iterator[SampleBlock]:
    """Blocks of at most `size` samples, with the lost ones gone or flagged."""
    for first, uv, flags in _recut(chunks, size):
        here = [(a, b) for a, b in lost if a < first + len(uv) and b > first]
        if mode == "flagged":
            for a, b in here:
                span = slice(max(a - first, 0), b - first)
                uv[span], flags[span] = 0.0, int(Flag.MISSING)
            yield _block(setting, first, uv, flags)
            continue
        kept = np.ones(len(uv), dtype=bool)
        for a, b in here:
            kept[max(a - first, 0) : b - first] = False
        edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
        for a, b in edges.reshape(-1, 2).tolist():
            yield _block(setting, first + a, uv[a:b], flags[a:b])


def _block(setting: Setting, first: int, uv: Array, flags: Flags) -> SampleBlock:
    return SampleBlock(setting.info, first, uv, flags if flags.any() else None)


def _recut(chunks: Iterator[tuple[Array, Flags]], size: int) -> Iterator[tuple[int, Array, Flags]]:
    """Pieces of `size` samples (the last may be shorter) with the number of their first."""
    waiting: list[tuple[Array, Flags]] = []
    held, first = 0, 0
    for chunk in chunks:
        waiting.append(chunk)
        held += len(chunk[0])
        if held < size:
            continue
        uv, flags = (np.concatenate(parts) for parts in zip(*waiting, strict=True))
        whole = held - held % size
        for start in range(0, whole, size):
            stop = start + size
            yield first + start, uv[start:stop].copy(), flags[start:stop].copy()
        waiting, first, held = [(uv[whole:], flags[whole:])], first + whole, held - whole
    if held:
        uv, flags = (np.concatenate(parts) for parts in zip(*waiting, strict=True))
        yield first, uv, flags


def _truth(setting: Setting, layer: Layer, noise: NoiseField) -> Truth:
    """The layer's events with their signal-to-noise ratio and flags, and the lost stretches."""
    events = _surrounded(layer, setting)
    events = _collided(events, setting.rate_hz)
    events = [_with_snr(event, noise) for event in events]
    for channel in range(setting.n_channels):
        events += [
            TruthEvent(Label.NOT_ASSESSABLE, channel, a, a, b, "loss") for a, b in layer.lost
        ]
    events.sort(key=lambda e: (e.start_sample, e.channel, e.peak_sample, e.ingredient))
    names = tuple(channel.name for channel in setting.info.channels)
    return Truth(tuple(events), setting.rate_hz, names, setting.n_samples)


SUSTAINED = frozenset({Label.CRAMP, Label.VOLUNTARY, Label.REPETITIVE})


def _surrounded(layer: Layer, setting: Setting) -> list[TruthEvent]:
    """The events; brief ones flagged where sustained activity or loss hides them."""
    beside = round(BESIDE_S * setting.rate_hz)
    events: list[TruthEvent] = []
    for channel in range(setting.n_channels):
        mine = [event for event in layer.truth if event.channel == channel]
        busy = [(e.start_sample, e.end_sample) for e in mine if e.label in SUSTAINED]
        peaks = np.array([event.peak_sample for event in mine], dtype=np.int64)
        overlap, lost = _within(peaks, busy, beside), _within(peaks, layer.lost, beside)
        for event, hidden, gone in zip(mine, overlap.tolist(), lost.tolist(), strict=True):
            why = (*(("overlap",) if hidden else ()), *(("lost",) if gone else ()))
            sound = not why or event.label in SUSTAINED
            events.append(event if sound else replace(event, flags=(*event.flags, *why)))
    return events


def _within(
    samples: NDArray[np.int64], spans: Sequence[tuple[int, int]], beside: int
) -> NDArray[np.bool_]:
    """Which samples lie in a span or no further than `beside` from it."""
    inside = np.zeros(len(samples), dtype=bool)
    for start, end in spans:
        inside |= (samples >= start - beside) & (samples < end + beside)
    return inside


def _collided(events: list[TruthEvent], rate_hz: float) -> list[TruthEvent]:
    """Of two fasciculations on a channel within 15 ms, the smaller is flagged."""
    order = sorted(
        (e.channel, e.peak_sample, n)
        for n, e in enumerate(events)
        if e.label == Label.FASCICULATION
    )
    result = list(events)
    for (channel, peak, n), (next_channel, next_peak, m) in pairwise(order):
        if channel == next_channel and next_peak - peak <= COLLISION_S * rate_hz:
            loser = min(n, m, key=lambda k: events[k].amplitude_uv or 0.0)
            flags = (*events[loser].flags, "collision")
            result[loser] = replace(events[loser], flags=flags)
    return result


def _with_snr(event: TruthEvent, noise: NoiseField) -> TruthEvent:
    if event.amplitude_uv is None:
        return event
    rms_uv = float(noise.rms_at(np.array([event.peak_sample]), event.channel)[0])
    return replace(event, snr=event.amplitude_uv / rms_uv)
