"""Analog channels of C3D motion files, through ezc3d."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError, Recording
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, array_source, extra, guarded, recording
from fasciscope.datasets.select import Column

BLOCK_BYTES = 512

MAX_FRAME = 0xFFFF
"""Longer recordings have their last frame elsewhere."""


def open_c3d(path: Path, options: ReadOptions) -> Recording:
    """Open the analog channels of a .c3d file; sensors that are zero throughout are left out.

    Raises InputError for a damaged file or one without analog channels.
    """
    ezc3d = extra("ezc3d")
    n_told = _check_header(path)
    with guarded(path, "C3D with analog channels"):
        content = ezc3d.c3d(str(path))
        analog = content["parameters"]["ANALOG"]
        rate_hz = float(analog["RATE"]["value"][0])
        names = [str(name) for name in analog["LABELS"]["value"]]
        units = [str(unit) for unit in analog["UNITS"]["value"]]
        samples: NDArray[np.float64] = content["data"]["analogs"][0]
    if n_told is not None and samples.shape[1] < n_told:
        raise InputError(
            f"{path.name} holds {samples.shape[1]} analog samples where its header says {n_told}. "
            f"It was cut short: copy it again."
        )
    here = range(min(len(names), len(samples)))
    used = [i for i in here if np.any(samples[i])]
    if not used:
        raise InputError(f"{path.name} holds no analog channel with a signal.")
    unused = [names[i] for i in here if i not in used]
    notes = (f"Left out, zero throughout: {', '.join(unused)}.",) if unused else ()
    signals = [
        Signal(Column(names[i], units[i] if i < len(units) else "", rate_hz=rate_hz)) for i in used
    ]
    source = array_source("C3D", "C3D analog", signals, samples[used].T, notes=notes)
    return recording(path, source, options)


def _check_header(path: Path) -> int | None:
    """Analog samples by the header's count of frames, None where that has overflowed.

    The header's own figures must fit the file: the parser is C++, trusts them and forgives a cut.
    """
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(BLOCK_BYTES)
    if len(head) < BLOCK_BYTES or head[1] != 0x50 or head[0] == 0:
        raise InputError(f"{path.name} has no C3D header. Was it copied whole?")
    first, last, data_block = struct.unpack("<HH", head[6:10]) + struct.unpack("<H", head[16:18])
    inside = head[0] * BLOCK_BYTES <= size and data_block * BLOCK_BYTES <= size + BLOCK_BYTES
    if not inside or data_block == 0 or last < first:
        raise InputError(f"{path.name} is shorter than its C3D header says. Was it copied whole?")
    (per_frame,) = struct.unpack("<H", head[18:20])
    return (last - first + 1) * per_frame if last < MAX_FRAME else None
