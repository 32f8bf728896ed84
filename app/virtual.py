"""A synthetic scenario or a recording as the counts of a board, and the board that plays it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Recording, UsageError
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import SCENARIOS, PacketLoss, Site, Truth, synthesise
from fasciscope.datasets.synth import Board as Converter
from fasciscope.firmware_bridge import CODECS, Codec, board
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import USUAL_RATE_HZ, virtual_board

USUAL_RANGE_UV = 3000.0
"""The whole range of boards whose scale nobody published, as they are played."""
SAME_RATE = 0.01
"""A recording is played by a board whose rate differs by no more."""
LONGEST_BLOCK = 4096


def rate_of(name: str, rate_hz: float | None = None) -> float:
    """The rate at which the board is played."""
    return rate_hz or board(name).rate_hz or USUAL_RATE_HZ


class BoardSignal:
    """`firmware_bridge.virtual.Signal` of a recording: its blocks in counts of a board, again and again.

    The recording's channels are the first ones of the board; the others, and its gaps, hold the middle of
    their range. Samples are asked for in order, and played `rate_hz` a second; some may be left out.
    """

    def __init__(self, name: str, recording: Recording, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._codec: Codec = CODECS[PROFILES[name].codec]
        self._scale = _uv_per_count(name)
        self._recording = recording
        self._blocks = self._samples()
        self._at = 0  # the number of the first that waits
        self._waiting = np.empty((0, self._codec.n_channels), np.int32)

    @property
    def n_samples(self) -> int | None:
        """How long it is before it begins again."""
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
            end = 0
            for block in self._recording.blocks():
                for gap in range(end, block.first_sample, LONGEST_BLOCK):
                    n = min(LONGEST_BLOCK, block.first_sample - gap)
                    yield self._on_the_wire(np.tile(middle, (n, 1)))
                counts = np.tile(middle, (block.n_samples, 1))
                used = min(block.uv.shape[1], self._codec.n_channels)
                counts[:, :used] += np.round(block.uv[:, :used] / self._scale[:used]).astype(
                    np.int64
                )
                yield self._on_the_wire(counts)
                end = block.end_sample

    def _on_the_wire(self, counts: NDArray[np.int64]) -> NDArray[np.int32]:
        """As the wire can hold them."""
        low, high = np.array(self._codec.low), np.array(self._codec.high)
        counts = np.clip(counts, low, high)
        sent: NDArray[np.int32] = (counts - (counts - low) % self._codec.step).astype(np.int32)
        return sent


class ScenarioSignal(BoardSignal):
    """The signal of a synthetic scenario, with its truth. Raises UsageError if there is no such scenario."""

    def __init__(self, name: str, scenario: str, rate_hz: float | None = None) -> None:
        if scenario not in SCENARIOS:
            raise UsageError(
                f"No scenario {scenario!r}. There are: {', '.join(sorted(SCENARIOS))}."
            )
        chosen = SCENARIOS[scenario]
        scale_uv = float(_uv_per_count(name)[0])
        sites: tuple[Site, ...] = chosen.sites[: CODECS[PROFILES[name].codec].n_channels]
        heard = tuple(one for one in chosen.ingredients if not isinstance(one, PacketLoss))
        made = synthesise(
            replace(
                chosen,
                ingredients=heard,  # what is lost on the way is the way's matter (`Faults`)
                rate_hz=rate_of(name, rate_hz),
                board=Converter(name, scale_uv, board(name).bits, antialias=False),
                sites=sites,
            )
        )
        super().__init__(name, made.recording, rate_of(name, rate_hz))
        self.truth: Truth = made.truth


class RecordingSignal(BoardSignal):
    """The signal of a recording in microvolts, sample for sample.

    Raises UsageError if it has another rate than the board, or no microvolts, and what `open_recording`
    raises.
    """

    def __init__(self, name: str, path: Path, rate_hz: float | None = None) -> None:
        recording = open_recording(path)
        info = recording.info
        set_by_user = board(name).rate_hz is None
        board_hz = info.rate_hz if set_by_user and rate_hz is None else rate_of(name, rate_hz)
        if abs(info.rate_hz / board_hz - 1.0) > SAME_RATE:
            raise UsageError(
                f"{path.name} has {info.rate_hz:g} Hz, but the board ({board(name).title}) is played "
                f"at {board_hz:g} Hz. Take a board with that rate, or one whose rate you set "
                "(fasciscope-1 to -8)."
            )
        if not all(channel.calibrated for channel in info.channels):
            raise UsageError(f"{path.name} is not in microvolts, so it cannot be put into counts.")
        super().__init__(name, recording, board_hz)


def signal_of(
    name: str, scenario: str | None, recording: Path | None, rate_hz: float | None
) -> BoardSignal:
    """What the electrodes see: a scenario (the demo's without a word) or a recording, not both."""
    if recording is None:
        return ScenarioSignal(name, scenario or "demo", rate_hz)
    if scenario is not None:
        raise UsageError("Say what is played: a scenario or a recording, not both.")
    return RecordingSignal(name, recording, rate_hz)


def _uv_per_count(name: str) -> NDArray[np.float64]:
    """Microvolts a count (n_channels,) as the board is played."""
    table, codec = board(name), CODECS[PROFILES[name].codec]
    n_codes = np.array(codec.high) - np.array(codec.low) + 1.0
    n_codes = np.minimum(n_codes, 2.0**table.bits)
    usual: NDArray[np.float64] = USUAL_RANGE_UV / n_codes
    return usual if table.uv_per_count is None else np.full(len(n_codes), table.uv_per_count)


def played_signal(name: str, signal: BoardSignal, faults: Faults | None = None) -> Played:
    """The board of this name, playing the signal. Raises UsageError if it cannot be played."""
    check_played(name)
    return Played(virtual_board(name, signal, signal.rate_hz), signal.rate_hz, faults)


def check_played(name: str) -> None:
    """Raise UsageError where no board of this name is played."""
    if name not in PROFILES:
        raise UsageError(f"No virtual {name!r}. Boards played: {', '.join(sorted(PROFILES))}.")
