"""A synthetic scenario as the counts of a board, and the board played."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.app.player import Player, pseudo_terminal
from fasciscope.core import UsageError
from fasciscope.datasets.synth import SCENARIOS, Site, synthesise
from fasciscope.datasets.synth import Board as Converter
from fasciscope.firmware_bridge import CODECS, Codec, board
from fasciscope.firmware_bridge.virtual import MANNERS, virtual_board


class ScenarioSignal:
    """`firmware_bridge.virtual.Signal` of a scenario: its blocks in counts, again and again.

    The scenario's sites are the first channels; the others hold the middle of their range.
    """

    def __init__(self, name: str, scenario: str) -> None:
        if scenario not in SCENARIOS:
            raise UsageError(
                f"No scenario {scenario!r}. There are: {', '.join(sorted(SCENARIOS))}."
            )
        table = board(name)
        self._codec: Codec = CODECS[MANNERS[name][0]]
        assert table.rate_hz is not None
        assert table.uv_per_count is not None
        self._scale = table.uv_per_count
        chosen = SCENARIOS[scenario]
        converter = Converter(name, self._scale, table.bits, antialias=False)
        sites: tuple[Site, ...] = chosen.sites[: self._codec.n_channels]
        made = replace(chosen, rate_hz=table.rate_hz, board=converter, sites=sites)
        self._recording = synthesise(made).recording
        self._blocks = self._samples()
        self._waiting = np.empty((0, self._codec.n_channels), np.int32)

    def __call__(self, first: int, n: int) -> NDArray[np.int32]:
        """The next `n` samples; `first` 0 begins anew."""
        if first == 0:
            self._blocks = self._samples()
            self._waiting = self._waiting[:0]
        while len(self._waiting) < n:
            self._waiting = np.concatenate([self._waiting, next(self._blocks)])
        given, self._waiting = self._waiting[:n], self._waiting[n:]
        return given

    def _samples(self) -> Iterator[NDArray[np.int32]]:
        low, high = np.array(self._codec.low), np.array(self._codec.high)
        middle = (low + high + 1) // 2
        while True:
            for block in self._recording.blocks():
                counts = np.tile(middle, (block.n_samples, 1))
                used = block.uv.shape[1]
                counts[:, :used] += np.round(block.uv / self._scale).astype(np.int64)
                yield np.clip(counts, low, high).astype(np.int32)


def play(name: str, scenario: str, seconds: float | None, *, say: Callable[[str], None]) -> None:
    """Play the board on a pseudo-terminal until `seconds` have passed, or for ever; `say` its port."""
    if name not in MANNERS:
        raise UsageError(f"No virtual {name!r}. Boards played: {', '.join(sorted(MANNERS))}.")
    played = virtual_board(name, ScenarioSignal(name, scenario))
    rate_hz = board(name).rate_hz
    assert rate_hz is not None
    with pseudo_terminal() as (port, called):
        say(called)
        player = Player(played, port, rate_hz)
        end_s = None if seconds is None else time.monotonic() + seconds
        while end_s is None or time.monotonic() < end_s:
            player.step()
