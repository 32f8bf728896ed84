"""A synthetic scenario as the counts of a board, and the board that plays it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import UsageError
from fasciscope.datasets.synth import SCENARIOS, PacketLoss, Site, Truth, synthesise
from fasciscope.datasets.synth import Board as Converter
from fasciscope.firmware_bridge import CODECS, Codec, board
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import USUAL_RATE_HZ, virtual_board

USUAL_RANGE_UV = 3000.0
"""The whole range of boards whose scale nobody published, as they are played."""


def rate_of(name: str, rate_hz: float | None = None) -> float:
    """The rate at which the board is played."""
    return rate_hz or board(name).rate_hz or USUAL_RATE_HZ


class ScenarioSignal:
    """`firmware_bridge.virtual.Signal` of a scenario: its blocks in counts, again and again.

    The scenario's sites are the first channels; the others hold the middle of their range. Samples
    are asked for in order; some may be left out.
    """

    def __init__(self, name: str, scenario: str, rate_hz: float | None = None) -> None:
        if scenario not in SCENARIOS:
            raise UsageError(
                f"No scenario {scenario!r}. There are: {', '.join(sorted(SCENARIOS))}."
            )
        table = board(name)
        self._codec: Codec = CODECS[PROFILES[name].codec]
        n_codes = np.array(self._codec.high) - np.array(self._codec.low) + 1.0
        n_codes = np.minimum(n_codes, 2.0**table.bits)
        self._scale = np.full(len(n_codes), table.uv_per_count or 0.0)
        if table.uv_per_count is None:
            self._scale = USUAL_RANGE_UV / n_codes
        chosen = SCENARIOS[scenario]
        converter = Converter(name, float(self._scale[0]), table.bits, antialias=False)
        sites: tuple[Site, ...] = chosen.sites[: self._codec.n_channels]
        heard = tuple(one for one in chosen.ingredients if not isinstance(one, PacketLoss))
        made = synthesise(
            replace(
                chosen,
                ingredients=heard,  # what is lost on the way is the way's matter (`Faults`)
                rate_hz=rate_of(name, rate_hz),
                board=converter,
                sites=sites,
            )
        )
        self.sites = sites
        self.truth: Truth = made.truth
        self._recording = made.recording
        self._blocks = self._samples()
        self._at = 0  # the number of the first that waits
        self._waiting = np.empty((0, self._codec.n_channels), np.int32)

    @property
    def n_samples(self) -> int | None:
        """How long the scenario is before it begins again."""
        return self._recording.n_samples

    def __call__(self, first: int, n: int) -> NDArray[np.int32]:
        """`n` samples from `first` on; one before the last that was given begins anew."""
        if first < self._at:
            self._blocks, self._at = self._samples(), 0
            self._waiting = self._waiting[:0]
        while self._at + len(self._waiting) < first + n:
            passed = min(max(0, first - self._at), len(self._waiting))
            self._at += passed
            self._waiting = np.concatenate([self._waiting[passed:], next(self._blocks)])
        start = first - self._at
        given = self._waiting[start : start + n]
        self._at, self._waiting = first + n, self._waiting[start + n :]
        return given

    def _samples(self) -> Iterator[NDArray[np.int32]]:
        low, high = np.array(self._codec.low), np.array(self._codec.high)
        middle = (low + high + 1) // 2
        while True:
            for block in self._recording.blocks():
                counts = np.tile(middle, (block.n_samples, 1))
                used = block.uv.shape[1]
                counts[:, :used] += np.round(block.uv / self._scale[:used]).astype(np.int64)
                counts = np.clip(counts, low, high)
                yield (counts - (counts - low) % self._codec.step).astype(np.int32)


def played_scenario(
    name: str,
    signal: ScenarioSignal,
    rate_hz: float | None = None,
    faults: Faults | None = None,
) -> Played:
    """The board of this name, playing the signal. Raises UsageError if it cannot be played."""
    check_played(name)
    rate_hz = rate_of(name, rate_hz)
    return Played(virtual_board(name, signal, rate_hz), rate_hz, faults)


def check_played(name: str) -> None:
    """Raise UsageError where no board of this name is played."""
    if name not in PROFILES:
        raise UsageError(f"No virtual {name!r}. Boards played: {', '.join(sorted(PROFILES))}.")
