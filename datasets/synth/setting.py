"""Where a synthetic recording is made: the board, the sites, the clock; and what an ingredient gives."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import ChannelInfo, StreamInfo
from fasciscope.core.channel import Side
from fasciscope.datasets.synth.truth import TruthEvent

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Wave = Callable[[Array], Array]
"""A pure function of time: (n,) seconds to (n_channels, n) microvolts."""

FINE_HZ = 16_000.0
"""Waveforms are computed at this rate or a little above, then brought to the board's."""


@dataclass(frozen=True, slots=True)
class Board:
    """A converter: size and number of its counts, and what stands before it.

    `antialias` is a Butterworth filter of order 4 at 0.4 of the rate; without it the signal folds.
    `envelope` boards send the rectified, smoothed signal. Defaults: 24 bits at gain 24 from 4.5 V.
    """

    name: str = "fine 24-bit board"
    lsb_uv: float = 4.5e6 / 24 / 2**23
    bits: int = 24
    antialias: bool = True
    envelope: bool = False

    @property
    def rail_uv(self) -> float:
        """The largest value that it can give."""
        return float(self.lsb_uv * (2 ** (self.bits - 1) - 1))


@dataclass(frozen=True, slots=True)
class Site:
    """An electrode pair: channel name, muscle, side. Pairs on one muscle hear each other's units."""

    name: str
    muscle: str | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """The stage on which ingredients are laid out."""

    rate_hz: float
    n_samples: int
    info: StreamInfo
    board: Board

    @property
    def n_channels(self) -> int:
        """How many electrode pairs."""
        return self.info.n_channels

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return self.n_samples / self.rate_hz

    @property
    def phases(self) -> int:
        """Fine samples in one of the board's."""
        return math.ceil(FINE_HZ / self.rate_hz)

    @property
    def fine_hz(self) -> float:
        """The rate at which waveforms are computed."""
        return self.rate_hz * self.phases

    def picked(self, channels: tuple[int, ...] | None) -> tuple[int, ...]:
        """The channels that exist of those asked for; None asks for all."""
        everything = range(self.n_channels)
        return tuple(everything if channels is None else (c for c in channels if c in everything))

    def neighbours(self, channel: int) -> tuple[int, ...]:
        """The other channels on the same muscle and side, nearest number first."""
        here = self.info.channels[channel]
        if here.muscle is None:
            return ()
        same = [
            c
            for c, info in enumerate(self.info.channels)
            if c != channel and (info.muscle, info.side) == (here.muscle, here.side)
        ]
        return tuple(sorted(same, key=lambda c: abs(c - channel)))


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """One waveform placed many times.

    `bank` (phases, columns, n): the wave at each fraction of a sample; a column a channel of
    `channels`. `start`, `phase`, `scale` (k,) place it; `event` (k,) is the brief event, counted
    within the ingredient and channel, that a placement belongs to, -1 for none.
    """

    bank: Array
    channels: tuple[int, ...]
    start: Integers
    phase: Integers
    scale: Array
    event: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What one ingredient adds: placed waveforms, continuous waves, lost stretches, and the truth."""

    stamps: tuple[Stamps, ...] = ()
    waves: tuple[Wave, ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    truth: tuple[TruthEvent, ...] = field(default=())


class Ingredient(Protocol):
    """Something that a scenario lists; draws all its chance from `rng`."""

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Work out where everything goes."""
        ...


def merged(layers: list[Layer]) -> Layer:
    """One layer of many."""
    return Layer(
        tuple(s for layer in layers for s in layer.stamps),
        tuple(w for layer in layers for w in layer.waves),
        tuple(sorted(span for layer in layers for span in layer.lost)),
        tuple(sorted((e for layer in layers for e in layer.truth), key=_order)),
    )


def _order(event: TruthEvent) -> tuple[int, int, int, str]:
    return (event.start_sample, event.channel, event.peak_sample, event.ingredient)


def channel_infos(sites: tuple[Site, ...], board: Board) -> tuple[ChannelInfo, ...]:
    """The sites as a recording's channels."""
    return tuple(ChannelInfo(site.name, board.lsb_uv, site.muscle, site.side) for site in sites)
