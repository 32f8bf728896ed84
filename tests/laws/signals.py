"""Short signals for the tests of the chain: noise, potentials, holes and gaps where they are wanted."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from fasciscope.classifier import EventClassifier, TrainedModel
from fasciscope.core import (
    Activity,
    ChannelInfo,
    Event,
    Flag,
    Potential,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets import Scenario, synthesise
from fasciscope.datasets.synth import Fasciculations, Mains, Voluntary
from fasciscope.dsp import Chain, ChainSettings, Conditioner, filters
from fasciscope.dsp.frames import Frame, Framer
from fasciscope.dsp.grid import grid_for
from fasciscope.dsp.mains import MainsCanceller

Span = tuple[int, int]  # first sample, and the one after the last

LIVELY = Scenario(
    "lively",
    (
        Fasciculations(n_units=3, rate_per_min=30.0, amplitude_uv=(60.0, 200.0)),
        Voluntary(0, 8.0, 2.0),
        Mains(amplitude_uv=3.0),
    ),
    seed=3,
    duration_s=16.0,
    rate_hz=1000.0,
)


def info_of(
    n_channels: int,
    rate_hz: float = 1000.0,
    *,
    resolution_uv: float | None = 0.02,
    calibrated: bool = True,
    envelope: bool = False,
) -> StreamInfo:
    scale = 1.0 if calibrated else None
    channels = tuple(ChannelInfo(f"ch{k}", scale) for k in range(n_channels))
    return StreamInfo("test", rate_hz, channels, resolution_uv=resolution_uv, envelope=envelope)


def strong(found: Iterable[Activity]) -> list[Potential]:
    """The potentials that stand for themselves or are of a known shape."""
    return [a for a in found if isinstance(a, Potential) and not a.faint]


def noise(n: int, n_channels: int = 1, *, rms: float = 3.0, seed: int = 0) -> NDArray[np.float64]:
    return rms * np.random.default_rng(seed).standard_normal((n, n_channels))


def wave(rate_hz: float, size: float, *, centre_hz: float = 80.0) -> NDArray[np.float64]:
    """A biphasic potential of some 15 ms, `size` peak to peak."""
    time_s = np.arange(-0.02, 0.02, 1 / rate_hz)
    shape = np.sin(2 * np.pi * centre_hz * time_s) * np.exp(-((time_s * centre_hz / 0.6) ** 2))
    return size * shape / np.ptp(shape)


def with_waves(
    uv: NDArray[np.float64],
    at_s: Iterable[float],
    rate_hz: float,
    *,
    size: float = 60.0,
    channel: int = 0,
    centre_hz: float = 80.0,
) -> NDArray[np.float64]:
    """A copy with a potential at each time."""
    out, shape = uv.copy(), wave(rate_hz, size, centre_hz=centre_hz)
    for time_s in at_s:
        start = round(time_s * rate_hz) - len(shape) // 2
        out[start : start + len(shape), channel] += shape
    return out


@cache
def lively() -> tuple[StreamInfo, NDArray[np.float64]]:
    """16 s of two channels with twitches, a contraction and hum; read-only."""
    made = synthesise(LIVELY).recording
    uv = np.concatenate([block.uv for block in made.blocks()])
    uv.flags.writeable = False
    return made.info, uv


def blocks_of(
    info: StreamInfo,
    uv: NDArray[np.float64],
    gaps: Sequence[Span] = (),
    holes: Sequence[tuple[int, int, int]] = (),
) -> list[SampleBlock]:
    """One block a stretch: `gaps` are left out, `holes` (first, end, channel) flagged and filled."""
    kept = np.ones(len(uv), dtype=bool)
    for first, end in gaps:
        kept[first:end] = False
    flags = np.zeros(uv.shape, dtype=np.uint8)
    for first, end, channel in holes:
        flags[first:end, channel] = int(Flag.MISSING)
    filled = np.where(flags != 0, 0.0, uv)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]])))
    return [
        SampleBlock(info, int(a), filled[a:b], flags[a:b] if flags[a:b].any() else None)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def cut(blocks: Iterable[SampleBlock], sizes: Sequence[int]) -> Iterator[SampleBlock]:
    """Every stretch cut into pieces of these sizes (0 is an empty block), what is left in one."""
    for block in blocks:
        start = 0
        for size in (*sizes, block.n_samples):
            end = min(start + size, block.n_samples)
            flags = None if block.flags is None else block.flags[start:end]
            yield SampleBlock(block.info, block.first_sample + start, block.uv[start:end], flags)
            start = end


def recording_of(
    info: StreamInfo, blocks: Sequence[SampleBlock], n_samples: int | None = None
) -> Recording:
    return Recording(info, lambda: iter(blocks), Provenance("test", "test"), (), n_samples)


def activities(
    info: StreamInfo, blocks: Iterable[SampleBlock], settings: ChainSettings | None = None
) -> list[Activity]:
    """Everything that the chain gives."""
    chain = Chain(info, settings)
    found = [activity for block in blocks for activity in chain.push(block)]
    return [*found, *chain.finish()]


def events(info: StreamInfo, blocks: Iterable[SampleBlock]) -> list[Event]:
    """Everything that chain and classifier give."""
    classifier = EventClassifier(info, TrainedModel(info))
    made = [e for activity in activities(info, blocks) for e in classifier.push(activity)]
    return [*made, *classifier.finish()]


def frames_of(
    info: StreamInfo, uv: NDArray[np.float64], holes: NDArray[np.bool_], sizes: Sequence[int]
) -> Iterator[Frame]:
    """One contiguous stretch with flagged holes, by way of blocks of these sizes."""
    grid = grid_for(info.rate_hz, ChainSettings())
    framer = Framer(info.n_channels, grid.frame_n, info.rate_hz)
    flags = (holes * int(Flag.MISSING)).astype(np.uint8)
    for block in cut([SampleBlock(info, 0, uv, flags)], sizes):
        yield from framer.push(block)
    yield from framer.finish()


def run_conditioner(
    uv: NDArray[np.float64], holes: NDArray[np.bool_], sizes: Sequence[int]
) -> NDArray[np.float64]:
    """The feature branch of a stream without mains to take out."""
    info, used = info_of(uv.shape[1]), ChainSettings(mains="50")
    conditioner = Conditioner(grid_for(info.rate_hz, used), info.n_channels, used)
    conditioner.mains = _NoMains(used.mains, info.rate_hz, 400.0, info.n_channels)
    return np.concatenate(
        [conditioner.run(frame).feature for frame in frames_of(info, uv, holes, sizes)]
    )


class _NoMains(MainsCanceller):
    """Takes nothing out: the filters alone are on trial."""

    def run(
        self,
        uv: NDArray[np.float64],
        first_sample: int,
        n_frames: int = 1,
        holes: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float64]:
        return uv


def run_low_pass(
    uv: NDArray[np.float64], holes: NDArray[np.bool_], sizes: Sequence[int]
) -> NDArray[np.float64]:
    """The detection branch's filter over frames."""
    info = info_of(uv.shape[1])
    low = filters.SosFilter(filters.low_pass_sos(info.rate_hz, 200.0), info.n_channels)
    low.restart(uv[0])
    return np.concatenate([low.run(frame.uv) for frame in frames_of(info, uv, holes, sizes)])


@cache
def twitching(seed: int, rate_hz: float) -> NDArray[np.float64]:
    """20 s of noise and potentials below 380 Hz, so that 1 kHz can carry all of it."""
    n = int(20 * rate_hz)
    rng = np.random.default_rng(seed)
    at_s = np.cumsum(rng.uniform(0.7, 1.6, 16))
    uv = with_waves(noise(n, 2, seed=seed), at_s[at_s < 19], rate_hz, size=70.0)
    uv = with_waves(uv, at_s[at_s < 18] + 0.4, rate_hz, size=60.0, channel=1, centre_hz=60.0)
    low = signal.butter(8, 380.0, fs=rate_hz, output="sos")
    out: NDArray[np.float64] = signal.sosfiltfilt(low, uv, axis=0)
    return out
