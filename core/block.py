"""A contiguous run of samples, and why some of them do not count."""

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fasciscope.core.stream import StreamInfo

FILL_S = 0.1
"""Gaps up to this length are filled and flagged `MISSING`, so that filters need not start anew; a longer
one is a jump of `first_sample`."""

Scalar = TypeVar("Scalar", bound=np.generic)


class Flag(IntFlag):
    """Why a sample does not count, as bits; 0 is a sound sample."""

    MISSING = 1  # not in the file or lost on the way; the value is a filling
    CLIPPED = 2  # at the converter's rail
    OFF_CONTACT = 4  # the board says that the electrode is off


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The same samples, not to be written."""
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Contiguous samples.

    `first_sample` is absolute: it counts lost samples, so a jump against the end of the block before
    is a gap. `uv` is (n_samples, n_channels), in microvolts (in the file's units for an uncalibrated
    channel) and finite. `flags` (n_samples, n_channels) holds `Flag` bits, None when every sample is
    sound. `received_s` is the host's monotonic time of the last sample, None for files.

    DESIGN.md gives one `valid` a sample; electrodes fail one by one, so here it is one a channel.
    """

    info: StreamInfo
    first_sample: int
    uv: NDArray[np.float64]
    flags: NDArray[np.uint8] | None = None
    received_s: float | None = field(default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "uv", _read_only(np.asarray(self.uv, dtype=np.float64)))
        assert self.uv.ndim == 2, self.uv.shape
        assert self.uv.shape[1] == self.info.n_channels, self.uv.shape
        if self.flags is not None:
            object.__setattr__(self, "flags", _read_only(np.asarray(self.flags, dtype=np.uint8)))
            assert self.flags.shape == self.uv.shape, (self.flags.shape, self.uv.shape)

    @property
    def n_samples(self) -> int:
        """Samples in the block; 0 is legal anywhere."""
        return int(self.uv.shape[0])

    @property
    def end_sample(self) -> int:
        """The absolute number of the sample after the last."""
        return self.first_sample + self.n_samples

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(n_samples, n_channels): True where a sample is sound."""
        if self.flags is None:
            return np.ones(self.uv.shape, dtype=bool)
        sound: NDArray[np.bool_] = self.flags == 0
        return sound


def block_with_nan_flagged(
    info: StreamInfo, first_sample: int, uv: NDArray[np.float64]
) -> SampleBlock:
    """A block whose NaN and infinite samples are flagged MISSING and filled with 0: gaps, never silence."""
    finite = np.isfinite(uv)
    if finite.all():
        return SampleBlock(info, first_sample, uv)
    flags = np.where(finite, 0, int(Flag.MISSING)).astype(np.uint8)
    return SampleBlock(info, first_sample, np.where(finite, uv, 0.0), flags)
