"""The feature branch alone: what the detector saw, for pictures."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import SampleBlock, StreamInfo
from fasciscope.dsp.conditioner import Conditioner
from fasciscope.dsp.frames import Framer
from fasciscope.dsp.grid import grid_for
from fasciscope.dsp.settings import ChainSettings


def feature_branch(
    info: StreamInfo, blocks: Iterable[SampleBlock], settings: ChainSettings | None = None
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield (first sample, samples (n, n_channels)) in 20-450 Hz without mains, frame by frame."""
    used = settings or ChainSettings()
    grid = grid_for(info.rate_hz, used)
    framer = Framer(info.n_channels, grid.frame_n, info.rate_hz)
    conditioner = Conditioner(grid, info.n_channels, used)
    for block in blocks:
        for frame in framer.push(block):
            yield frame.first_sample, conditioner.run(frame).feature
    for frame in framer.finish():
        yield frame.first_sample, conditioner.run(frame).feature
