"""OpenSignals (PLUX, BITalino) HDF5 recordings, with the sensor's published transfer function."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError, Recording, UnsupportedError
from fasciscope.datasets.opensignals import transfer_uv_per_count
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled_columns import Sampled, needs, recording_of, whole
from fasciscope.datasets.select import Column

COUNTER_BITS = 16


def open_opensignals_hdf5(path: Path, options: ReadOptions) -> Recording:
    """Open an OpenSignals .h5 file. Raises InputError for a damaged one, UnsupportedError for others."""
    try:
        import h5py
    except ImportError as error:
        raise needs("h5py", "HDF5") from error
    try:
        handle = h5py.File(path, "r")
    except OSError as error:
        raise InputError(f"{path.name} is not a whole HDF5 file: {error}.") from error
    devices = [k for k in handle if isinstance(handle[k], h5py.Group) and "raw" in handle[k]]
    if not devices:
        raise UnsupportedError(
            f"{path.name} is HDF5, but not of OpenSignals: no device group with 'raw' among "
            f"{', '.join(list(handle)[:8]) or 'nothing'}. Export it as CSV or EDF."
        )
    if len(devices) > 1:
        raise UnsupportedError(
            f"{path.name} holds {len(devices)} devices; export them one by one from OpenSignals."
        )
    return recording_of(path, _source(path, handle[devices[0]]), options)


def _source(path: Path, group: Any) -> Sampled:
    raw = group["raw"]
    names = sorted(k for k in raw if k.startswith("channel_"))
    rate_hz = _number(path, group, "sampling rate")
    if not names or rate_hz <= 0:
        raise InputError(f"{path.name} holds no channel with a sampling rate above 0.")
    bits = [int(b) for b in np.atleast_1d(group.attrs.get("resolution", []))]
    device = _text(group.attrs.get("device", "")) or "OpenSignals"
    columns, gains, centres = [], [], []
    for k, name in enumerate(names):
        sensor = _text(raw[name].attrs.get("sensor", ""))
        gain = transfer_uv_per_count(device, sensor, bits[k]) if k < len(bits) else None
        label = _text(raw[name].attrs.get("label", "")) or name
        columns.append(Column(f"{sensor} {label}".strip(), "uV" if gain else "", sensor, rate_hz))
        gains.append(gain or 1.0)
        centres.append(2.0 ** (bits[k] - 1) if gain else 0.0)
    lengths = {int(raw[name].shape[0]) for name in names}
    if len(lengths) > 1:
        raise InputError(f"{path.name}: its channels have different lengths; it is damaged.")
    _check_counter(path, raw)

    def read(start: int, stop: int, chosen: list[int]) -> NDArray[np.float64]:
        cut = [raw[names[c]][start:stop].reshape(-1).astype(np.float64) for c in chosen]
        counts = np.stack(cut, axis=1)
        uv: NDArray[np.float64] = (counts - np.array(centres)[chosen]) * np.array(gains)[chosen]
        return uv

    steps = tuple(g if c.unit else None for g, c in zip(gains, columns, strict=True))
    when = f"{_text(group.attrs.get('date', ''))}T{_text(group.attrs.get('time', ''))}".strip("T")
    return Sampled(
        "OpenSignals HDF5", device, columns, whole(lengths.pop()), read, (), (), when or None, steps
    )


def _check_counter(path: Path, raw: Any) -> None:
    """The sequence numbers grow by one; lost samples are refused, not joined."""
    if "nSeq" not in raw:
        return
    sequence = raw["nSeq"][:].reshape(-1).astype(np.int64)
    step = np.diff(sequence)
    lost = np.flatnonzero((step != 1) & (step != 0) & (sequence[1:] != 0))
    if len(lost):
        raise InputError(
            f"{path.name}: the sequence number jumps at sample {int(lost[0]) + 1}, so samples are "
            f"lost. Export it as OpenSignals text, whose gaps are read."
        )


def _number(path: Path, group: Any, key: str) -> float:
    try:
        return float(group.attrs[key])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path.name} does not say its {key}.") from error


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
