"""AcqKnowledge recordings (BIOPAC .acq), through bioread."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled_columns import Sampled, Stretch, needs, recording_of
from fasciscope.datasets.select import Column


def open_acqknowledge(path: Path, options: ReadOptions) -> Recording:
    """Open an .acq file. Raises InputError for a damaged one."""
    try:
        import bioread
    except ImportError as error:
        raise needs("bioread", "AcqKnowledge") from error
    try:
        data = bioread.read(str(path))
        channels = list(data.channels)
        if not channels:
            raise InputError(f"{path.name} holds no channel.")
        columns = [Column(c.name, c.units, "", float(c.samples_per_second)) for c in channels]
    except InputError:
        raise
    except Exception as error:  # bioread raises whatever a damaged file leads it into
        raise InputError(
            f"{path.name} cannot be read as AcqKnowledge ({type(error).__name__}: {error}). Is it whole?"
        ) from error
    base_hz = float(data.samples_per_second)
    marks = tuple(
        Annotation(marker.sample_index / base_hz, 0.0, str(marker.text))
        for marker in (data.event_markers or ())
    )

    def stretches(column: int) -> list[Stretch]:
        return [Stretch(0, len(channels[column].data))]

    def read(start: int, stop: int, chosen: list[int]) -> NDArray[np.float64]:
        return np.stack([channels[c].data[start:stop] for c in chosen], axis=1)

    source = Sampled("AcqKnowledge", "BIOPAC", columns, stretches, read, marks)
    return recording_of(path, source, options)
