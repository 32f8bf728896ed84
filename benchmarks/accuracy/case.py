"""A case: a recording and what is in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import ChannelInfo, Provenance, Recording, SampleBlock, StreamInfo
from fasciscope.datasets.synth import Truth

Array = NDArray[np.float64]


class Part(StrEnum):
    """Which half of the benchmark: tuning sees `develop` only."""

    DEVELOP = "develop"
    TEST = "test"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One recording with its truth; `source` names whose signal it is, `band` the potentials' size.

    `known` are the spans (first, end) in which the truth is known, in order; empty: everywhere.
    """

    suite: str
    source: str
    recording: Recording
    truth: Truth
    band: str = ""
    known: tuple[tuple[int, int], ...] = ()

    def knows(self, sample: int) -> bool:
        """Is the truth known at this sample?"""
        return not self.known or any(first <= sample < end for first, end in self.known)

    @property
    def known_n(self) -> int:
        """Samples in which the truth is known."""
        return sum(end - first for first, end in self.known) if self.known else self.truth.n_samples

    @property
    def uv(self) -> Array:
        """(n, n_channels) all samples; lost ones are 0."""
        n = self.truth.n_samples
        whole = np.zeros((n, self.recording.info.n_channels))
        for block in self.recording.blocks():
            whole[block.first_sample : block.end_sample] = block.uv
        return whole


def recording_of(
    uv: Array,
    rate_hz: float,
    *,
    resolution_uv: float | None = None,
    bandwidth_hz: tuple[float, float] | None = None,
    calibrated: bool = True,
    lost: Sequence[tuple[int, int]] = (),
) -> Recording:
    """Samples (n,) or (n, n_channels) as a recording in blocks of 1 s; samples `lost` are gaps."""
    uv = np.ascontiguousarray(uv if uv.ndim == 2 else uv[:, None])
    factor = 1.0 if calibrated else None
    channels = tuple(ChannelInfo(f"EMG{k + 1}", factor) for k in range(uv.shape[1]))
    info = StreamInfo("benchmark", rate_hz, channels, bandwidth_hz, resolution_uv)
    block_n = round(rate_hz)

    def blocks() -> Iterator[SampleBlock]:
        bounds = [0, *(edge for span in lost for edge in span), len(uv)]
        for first, end in zip(bounds[::2], bounds[1::2], strict=True):
            for start in range(first, end, block_n):
                yield SampleBlock(info, start, uv[start : min(start + block_n, end)])

    return Recording(info, blocks, Provenance("benchmark", "array"), n_samples=len(uv))


def empty_truth(recording: Recording) -> Truth:
    """Nothing happens."""
    info = recording.info
    n = recording.n_samples
    assert n is not None
    return Truth((), info.rate_hz, tuple(c.name for c in info.channels), n)
