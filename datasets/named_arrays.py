"""MATLAB (v5, v7.3) and NumPy archives: recordings where the names tell the layout.

Understood: a matrix called data, emg, signal, ... with a rate called fs, rate, ... beside it, both at
the top or within one struct (emgGO); the export of OTBiolab+ (Data, Description, SamplingFrequency).
Anything else is refused with the names that were found.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import scipy.io
from numpy.typing import NDArray

from fasciscope.core import InputError, Recording, UnsupportedError
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, array_source, extra, guarded, recording
from fasciscope.datasets.select import Column

MAX_BYTES = 2 << 30
SIGNALS = ("emg", "data", "signal", "signals", "channeldata", "x", "semg", "emg_data", "raw")
RATES = (
    "fs",
    "rate",
    "rate_hz",
    "samplingrate",
    "sampling_rate",
    "samplingfrequency",
    "srate",
    "sfreq",
)
UNITS = ("unit", "units")
TEMPLATES = ("template", "muap", "sta_")

MAT_HEAD_BYTES = 128
MAT_COMPRESSED = 15
_LABEL = re.compile(r"^(?P<name>.*?)\s*\[\s*(?P<unit>[^\]]*)\]\s*$")


def open_matlab(path: Path, options: ReadOptions) -> Recording:
    """Open a .mat file of any version. Raises InputError if damaged, UnsupportedError if unclear."""
    with path.open("rb") as handle:
        newer = b"MATLAB 7.3" in handle.read(128)
    if newer:
        return _open(path, "MATLAB v7.3", _load_v73, options)
    return _open(path, "MATLAB v5", _load_v5, options)


def open_npz(path: Path, options: ReadOptions) -> Recording:
    """Open a .npz archive; nothing in it is unpickled. Raises as `open_matlab`."""
    return _open(path, "NumPy archive", _load_npz, options)


def _open(
    path: Path, name: str, load: Callable[[Path], Mapping[str, Any]], options: ReadOptions
) -> Recording:
    with guarded(path, name):
        found = load(path)
        source = _layout(path, name, _unwrapped(found))
    return recording(path, source, options)


def _load_v5(path: Path) -> Mapping[str, Any]:
    _check_size(path, _unpacked_bytes(path), "unpacks to")
    loaded = scipy.io.loadmat(path, simplify_cells=True, verify_compressed_data_integrity=True)
    return {name: value for name, value in loaded.items() if not name.startswith("__")}


def _unpacked_bytes(path: Path) -> int:
    """What the variables take unpacked, by their own tags: a few bytes of each are unpacked.

    Source: MathWorks, "MAT-File Format", level 5: tags of type and size, compressed or not.
    """
    total = 0
    with path.open("rb") as handle:
        head = handle.read(MAT_HEAD_BYTES)
        order: Literal["little", "big"] = "big" if head[126:128] == b"MI" else "little"
        while len(tag := handle.read(8)) == 8:
            kind, size = (int.from_bytes(tag[i : i + 4], order) for i in (0, 4))
            at = handle.tell()
            if kind == MAT_COMPRESSED:
                inner = zlib.decompressobj().decompress(handle.read(min(size, 4096)), 8)
                total += int.from_bytes(inner[4:8], order)
            else:
                total += size
            handle.seek(at + size)
    return total


def _check_size(path: Path, n_bytes: int, verb: str) -> None:
    if n_bytes > MAX_BYTES:
        raise InputError(
            f"{path.name} {verb} {n_bytes / 2**30:.1f} GB; allowed are {MAX_BYTES / 2**30:g} GB. "
            f"Split it, or export it as EDF+ or CSV."
        )


def _load_v73(path: Path) -> Mapping[str, Any]:
    h5py = extra("h5py")
    with h5py.File(path, "r") as handle:
        return _datasets(path, handle)


def _datasets(path: Path, group: Any) -> dict[str, Any]:
    """Numbers, texts and structs; what cells refer to, under ``#refs#``, is left aside."""
    found: dict[str, Any] = {}
    for name in group:
        item = group[name]
        if name.startswith("#"):
            continue
        if hasattr(item, "keys"):
            found[name] = _datasets(path, item)
        elif item.dtype.kind in "iuf":
            _check_size(path, item.size * 8, f"declares, as {name},")
            values = np.asarray(item).T  # HDF5 holds MATLAB's matrices transposed
            text = item.attrs.get("MATLAB_class") == b"char"
            found[name] = "".join(map(chr, values.reshape(-1))) if text else values
    return found


def _load_npz(path: Path) -> Mapping[str, Any]:
    with zipfile.ZipFile(path) as archive:
        _check_size(path, sum(member.file_size for member in archive.infolist()), "unpacks to")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _unwrapped(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inside of a lone struct that has a signal in it."""
    for value in found.values():
        if isinstance(value, Mapping) and _pick(value, SIGNALS) is not None:
            return value
    return found


def _layout(path: Path, name: str, found: Mapping[str, Any]) -> Source:
    if {"Data", "Description", "SamplingFrequency"} <= set(found):
        return _otbiolab(path, name, found)
    signal, rate = _pick(found, SIGNALS), _pick(found, RATES)
    if signal is None or not _is_matrix(found[signal]):
        if any(word in str(key).lower() for key in found for word in TEMPLATES):
            raise UnsupportedError(
                f"{path.name} holds waveforms of single units ({', '.join(list(found)[:4])} ...), not a "
                f"recording. Open the recording that they were taken from."
            )
        shapes = ", ".join(f"{n} {_shape(v)}" for n, v in list(found.items())[:12])
        raise UnsupportedError(
            f"{path.name} has no matrix called {', '.join(SIGNALS[:4])} ...: it holds {shapes or 'nothing'}. "
            f"Export samples as CSV with one column a channel, or name them so."
        )
    matrix = np.atleast_2d(np.asarray(found[signal], dtype=np.float64))
    matrix = matrix.T if matrix.shape[0] < matrix.shape[1] else matrix  # time is the long side
    rate_hz = _scalar(path, found[rate], rate) if rate else None
    unit = _pick(found, UNITS)
    label = str(found[unit]) if unit and isinstance(found[unit], str) else ""
    columns = [Column(f"EMG{i + 1}", label, "EMG", rate_hz) for i in range(matrix.shape[1])]
    return _from_matrix(name, name, columns, matrix)


def _otbiolab(path: Path, name: str, found: Mapping[str, Any]) -> Source:
    matrix = np.asarray(found["Data"], dtype=np.float64)
    labels = [str(text) for text in np.atleast_1d(found["Description"])]
    if matrix.ndim != 2 or matrix.shape[1] != len(labels):
        raise InputError(
            f"{path.name}: Data is {matrix.shape}, but {len(labels)} columns are described."
        )
    rate_hz = _scalar(path, found["SamplingFrequency"], "SamplingFrequency")
    columns = []
    for text in labels:
        match = _LABEL.match(text)
        column, unit = (match["name"], match["unit"]) if match else (text, "")
        kind = "EMG" if unit.lower() in ("uv", "mv", "v") else "other"
        columns.append(Column(column, unit, kind, rate_hz))
    return _from_matrix(name, "OTBiolab+", columns, matrix)


def _from_matrix(
    name: str, device: str, columns: list[Column], matrix: NDArray[np.float64]
) -> Source:
    return array_source(name, device, [Signal(column) for column in columns], matrix)


def _pick(found: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    lowered = {str(key).lower(): str(key) for key in found}
    return next((lowered[name] for name in names if name in lowered), None)


def _is_matrix(value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        return False
    return value.ndim <= 2 and value.size > 1


def _shape(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return "x".join(map(str, shape)) if shape else type(value).__name__


def _scalar(path: Path, value: Any, name: str) -> float:
    numbers = np.atleast_1d(np.asarray(value))
    if numbers.size != 1 or numbers.dtype.kind not in "iuf":
        raise InputError(f"{path.name}: {name} is {_shape(value)}, not one number.")
    return float(numbers.reshape(-1)[0])
