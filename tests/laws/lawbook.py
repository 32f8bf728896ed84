"""The laws of DESIGN.md 4 as functions that raise AssertionError where a law is broken.

The property tests and the planted faults (test_planted_faults.py) share them: a law that no fault
can break tells nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, signal
from signals import Span, blocks_of, cut, info_of

from fasciscope.core import (
    Activity,
    Event,
    Label,
    Potential,
    Recording,
    SampleBlock,
    SessionSummary,
    StreamInfo,
)
from fasciscope.dsp.matched import CENTRES_HZ, CYCLES, LOADING, REFRESH_FRAMES, MatchedBank
from fasciscope.dsp.noise import (
    LOUD,
    MEDIAN_FACTOR,
    QUARTILE_CAP,
    QUARTILE_FACTOR,
    NoiseTracker,
)

Analyse = Callable[[StreamInfo, Iterable[SampleBlock]], Sequence[Activity | Event]]
Judge = Callable[[StreamInfo, Iterable[SampleBlock]], Sequence[Event]]
Summarise = Callable[[Recording], SessionSummary]
Filter = Callable[[NDArray[np.float64], NDArray[np.bool_], Sequence[int]], NDArray[np.float64]]
"""(uv, holes, sizes of the frames) to the filtered samples."""


def written(items: Iterable[Activity | Event]) -> list[tuple[str, bytes]]:
    """Every field to the last bit: repr of a float is exact."""
    return [(repr(i), i.waveform.tobytes() if isinstance(i, Potential) else b"") for i in items]


def check_cut_law(
    analyse: Analyse, info: StreamInfo, blocks: Sequence[SampleBlock], sizes: Sequence[int]
) -> None:
    """Law 1 (and 4, where a size is 0): the cut changes nothing, bit for bit."""
    whole, pieces = analyse(info, blocks), analyse(info, cut(blocks, sizes))
    assert written(whole) == written(pieces)


def check_empty_law(
    analyse: Analyse, info: StreamInfo, blocks: Sequence[SampleBlock], at: Sequence[int]
) -> None:
    """Law 4: empty blocks before the blocks of these indices change nothing."""
    padded: list[SampleBlock] = []
    for index, block in enumerate(blocks):
        empty = SampleBlock(info, block.first_sample, block.uv[:0])
        padded += [empty] * at.count(index) + [block]
    end = SampleBlock(info, blocks[-1].end_sample, blocks[-1].uv[:0])
    assert written(analyse(info, blocks)) == written(analyse(info, [*padded, end]))


def check_count_law(summarise: Summarise, recording: Recording) -> None:
    """Law 5: delivered + lost = counted; lost time is never usable; the figures add up."""
    info = recording.info
    delivered = np.zeros(info.n_channels)
    for block in recording.blocks():
        delivered += block.valid.sum(axis=0)
    assert recording.n_samples is not None
    whole_s = recording.n_samples / info.rate_hz
    summary = summarise(recording)
    tiny = 0.5 / info.rate_hz
    assert abs(summary.duration_s - whole_s) < tiny
    for site, sound in zip(summary.sites, delivered, strict=True):
        assert abs(site.recorded_s - sound / info.rate_hz) < tiny
        assert abs(site.recorded_s + site.lost_s - whole_s) < tiny
        assert site.usable_s + site.active_s <= site.recorded_s + tiny
        assert all(0 <= s <= site.recorded_s + tiny for s in site.unusable_s.values())
    for k, site in enumerate(summary.sites):
        minutes = sum(row[k] for row in summary.minute_usable_s)
        assert abs(minutes - site.usable_s) <= site.active_s + tiny
        counted = sum(row[k] for row in summary.minute_counts)
        assert counted == site.counts.get(Label.FASCICULATION, 0)


def check_no_event_spans_a_gap(events: Iterable[Event], gaps: Sequence[Span]) -> None:
    """What lies on both sides of lost time is never one event, and none lies within it."""
    for event in events:
        for first, end in gaps:
            assert event.end_sample <= first or event.start_sample >= end, (event, first, end)


def check_scale_law(
    judge: Judge, info: StreamInfo, blocks: Sequence[SampleBlock], factor: float
) -> None:
    """Law 6: a gain changes no label, no count, no place."""
    assert info.resolution_uv is not None
    scaled = replace(info, resolution_uv=info.resolution_uv * factor)
    louder = [SampleBlock(scaled, b.first_sample, b.uv * factor, b.flags) for b in blocks]
    one = [(e.label, e.channel, e.start_sample, e.peak_sample) for e in judge(info, blocks)]
    other = [(e.label, e.channel, e.start_sample, e.peak_sample) for e in judge(scaled, louder)]
    assert one == other


RATE_LAW_SNR = 12.0
RATE_LAW_S = 0.001


def check_rate_law(
    judge: Judge, uv: NDArray[np.float64], rate_hz: float, other_hz: Sequence[float]
) -> int:
    """Law 7: what is clearly there at one rate is there at another, within 1 ms.

    `uv` (n, n_channels) at `rate_hz` holds nothing that the lowest rate could not carry. Gives how
    many fasciculations were compared.
    """
    compared = 0
    first = _twitches(judge, uv, rate_hz)
    for hz in other_hz:
        ratio = hz / rate_hz
        up, down = (round(ratio), 1) if ratio > 1 else (1, round(1 / ratio))
        second = _twitches(judge, signal.resample_poly(uv, up, down, axis=0), hz)
        for here, there in ((first, second), (second, first)):
            for channel, time_s, snr in here:
                if snr < RATE_LAW_SNR:
                    continue
                away = [abs(t - time_s) for c, t, _ in there if c == channel]
                nearest = min(away, default=np.inf)
                allowed = RATE_LAW_S + 0.51 / min(hz, rate_hz)  # a peak falls on a sample
                assert nearest <= allowed, (hz, time_s, snr, nearest)
                compared += 1
    return compared


def _twitches(
    judge: Judge, uv: NDArray[np.float64], rate_hz: float
) -> list[tuple[int, float, float]]:
    info = info_of(uv.shape[1], rate_hz)
    return [
        (e.channel, e.peak_sample / rate_hz, e.snr or 0.0)
        for e in judge(info, blocks_of(info, uv))
        if e.label is Label.FASCICULATION
    ]


def check_filter_oracle(
    run: Filter,
    sos: NDArray[np.float64],
    uv: NDArray[np.float64],
    holes: NDArray[np.bool_],
    sizes: Sequence[int],
    before_n: int = 0,
) -> None:
    """Law 8: on each stretch between holes the stream equals whole-array SciPy, bit for bit.

    At the very start the first `before_n` samples, if sound, are taken to have come before them too.
    """
    out = run(uv, holes, sizes)
    unit = signal.sosfilt_zi(sos)
    for channel in range(uv.shape[1]):
        sound = np.concatenate([[False], ~holes[:, channel], [False]])
        edges = np.flatnonzero(np.diff(sound))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            stretch = uv[a:b, channel]
            state = unit * stretch[0]
            if a == 0 and before_n and not holes[:before_n].any():
                before = np.asfortranarray(uv[:before_n])
                state = unit * before.mean(axis=0)[channel]
                _, state = signal.sosfilt(sos, before[:, channel], zi=state)
            expected, _ = signal.sosfilt(sos, stretch, zi=state)
            assert np.array_equal(out[a:b, channel], expected), (channel, a, b)


def check_noise_oracle(
    make: Callable[[int, int], NoiseTracker],
    squares: NDArray[np.float64],
    sizes: Sequence[int],
    n_pieces: int,
) -> None:
    """Law 8: after every push, the noise is what plain quantiles of the last pieces give."""
    tracker, floor, done = make(squares.shape[1], n_pieces), np.full(squares.shape[1], 1e-3), 0
    for size in sizes:
        tracker.push(squares[done : done + size])
        done += size
        rms = tracker.rms(floor)
        for channel in range(squares.shape[1]):
            seen = squares[:done, channel]
            kept = np.sort(seen[~np.isnan(seen)][-n_pieces:])
            assert np.isclose(rms[channel], _plain_noise(kept, 1e-3), rtol=1e-12), (channel, done)


def _plain_noise(kept: NDArray[np.float64], floor: float) -> float:
    if len(kept) == 0:
        return floor
    low = float(np.quantile(kept, len(kept) // 4 / max(len(kept) - 1, 1))) / QUARTILE_FACTOR**2
    quiet = kept[kept <= low * LOUD**2]
    middle = float(kept[max(len(quiet) // 2, len(kept) // 4)]) / MEDIAN_FACTOR**2
    return max(floor, float(np.sqrt(min(middle, low * QUARTILE_CAP**2))))


def check_bank_oracle(
    make: Callable[[float, int], MatchedBank],
    uv: NDArray[np.float64],
    bin_rate_hz: float,
    frame_n: int,
) -> None:
    """Law 8: the statistic is the generalised likelihood ratio of the quadrature pairs, by loops.

    For each window x, pair H and noise covariance R: x' R^-1 H (H' R^-1 H)^-1 H' R^-1 x.
    """
    rms = uv.std(axis=0)
    bank = make(bin_rate_hz, uv.shape[1])
    sums, counts = np.zeros((uv.shape[1], bank.length)), 0.0
    for start in range(0, len(uv), frame_n):
        frame = uv[start : start + frame_n]
        bank.learn(frame, np.ones(frame.shape, dtype=bool), rms)
        n = len(frame) - bank.length + 1
        lags = [(frame[:n] * frame[k : k + n]).sum(axis=0) for k in range(bank.length)]
        sums, counts = sums * 0.95 + np.array(lags).T, counts * 0.95 + n
        if start == 0 or (start // frame_n + 1) % REFRESH_FRAMES == 0:
            used = sums / counts
    got = bank.run(uv, rms)
    for channel in range(uv.shape[1]):
        expected = _slow_statistic(uv[:, channel], used[channel], rms[channel], bin_rate_hz)
        assert np.allclose(got[:, channel], expected, rtol=1e-6, atol=1e-9), channel


def _slow_statistic(
    x: NDArray[np.float64], lags: NDArray[np.float64], rms: float, rate_hz: float
) -> NDArray[np.float64]:
    length = len(lags)
    row = np.concatenate([[max(lags[0], rms**2)], lags[1:]])
    power, modes = np.linalg.eigh(linalg.toeplitz(row / row[0]))
    inverse = modes @ np.diag(1.0 / (np.maximum(power, LOADING) + LOADING)) @ modes.T
    padded = np.concatenate([np.zeros(length // 2), x, np.zeros(length)])
    out = np.zeros(len(x))
    for pair in _pairs(length, rate_hz):
        gain = inverse @ pair @ np.linalg.inv(pair.T @ inverse @ pair) @ pair.T @ inverse
        for at in range(len(x)):
            window = padded[at : at + length]
            out[at] = max(out[at], window @ gain @ window / rms**2)
    return out


def _pairs(length: int, rate_hz: float) -> list[NDArray[np.float64]]:
    time_s = (np.arange(length) - (length - 1) / 2) / rate_hz
    pairs = []
    for centre_hz in CENTRES_HZ:
        taper = np.exp(-2.0 * (time_s * centre_hz / CYCLES) ** 2)
        even, odd = (taper * f(2 * np.pi * centre_hz * time_s) for f in (np.cos, np.sin))
        even -= taper * even.sum() / taper.sum()
        pairs.append(np.stack([even / np.linalg.norm(even), odd / np.linalg.norm(odd)], axis=1))
    return pairs
