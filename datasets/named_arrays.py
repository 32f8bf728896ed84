"""MATLAB (v5, v7.3) and NumPy archives: recordings where the names tell the layout.

Understood: a matrix called data, emg, signal, ... with a rate called fs, rate, ... beside it, both at
the top or within one struct (emgGO); the export of OTBiolab+ (Data, Description, SamplingFrequency).
Anything else, and two matrices that could both be meant, is refused with the names that were found.
What a file declares is compared with what it holds before memory is asked for.
"""

import math
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import scipy.io
from numpy.typing import NDArray

from fasciscope.core import InputError, Recording, UnsupportedError
from fasciscope.datasets.hdf5 import check_hdf5, opened_hdf5
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, array_source, guarded, recording
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
MAT_MATRIX, MAT_COMPRESSED = 14, 15
PIECE_BYTES = 1 << 20
MAX_TEXT_CHARS = 1 << 16
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
        source = _layout(path, name, _unwrapped(path, found))
    return recording(path, source, options)


def _load_v5(path: Path) -> Mapping[str, Any]:
    _check_size(path, _unpacked_bytes(path), "unpacks to")
    loaded = scipy.io.loadmat(path, simplify_cells=True, verify_compressed_data_integrity=True)
    return {name: value for name, value in loaded.items() if not name.startswith("__")}


def _unpacked_bytes(path: Path) -> int:
    """What the variables take unpacked: compressed ones are unpacked, piece by piece, and counted.

    Source: MathWorks, "MAT-File Format", level 5: tags of type and size, compressed or not.
    """
    total = 0
    with path.open("rb") as handle:
        head = handle.read(MAT_HEAD_BYTES)
        order: Literal["little", "big"] = "big" if head[126:128] == b"MI" else "little"
        while len(tag := handle.read(8)) == 8 and total <= MAX_BYTES:
            kind, size = (int.from_bytes(tag[i : i + 4], order) for i in (0, 4))
            if kind not in (MAT_MATRIX, MAT_COMPRESSED):
                break  # SciPy refuses it
            at = handle.tell()
            total += _inflated(handle, size, order) if kind == MAT_COMPRESSED else size
            handle.seek(at + size)
    return total


def _inflated(handle: IO[bytes], size: int, order: Literal["little", "big"]) -> int:
    """Bytes that `size` compressed ones unpack to, or what their tag claims if that is more."""
    stream = zlib.decompressobj()
    declared = counted = 0
    while not stream.eof and max(declared, counted) <= MAX_BYTES:
        packed = stream.unconsumed_tail
        if not packed:
            packed = handle.read(min(size, PIECE_BYTES))
            size -= len(packed)
        piece = stream.decompress(packed, PIECE_BYTES)
        if not packed and not piece:
            break  # cut short: SciPy refuses it
        declared = declared if counted else int.from_bytes(piece[4:8], order)
        counted += len(piece)
    return max(declared, counted)


def _check_size(path: Path, n_bytes: int, verb: str) -> None:
    if n_bytes > MAX_BYTES:
        raise InputError(
            f"{path.name} {verb} {n_bytes / 2**30:.1f} GB; allowed are {MAX_BYTES / 2**30:g} GB. "
            f"Split it, or export it as EDF+ or CSV."
        )


def _load_v73(path: Path) -> Mapping[str, Any]:
    check_hdf5(path)
    with opened_hdf5(path) as handle:
        _check_size(path, _declared_bytes(handle), "declares")
        return _datasets(handle)


def _declared_bytes(group: Any) -> int:
    items = [group[name] for name in group if not name.startswith("#")]
    return sum(
        _declared_bytes(item) if hasattr(item, "keys") else item.size * item.dtype.itemsize
        for item in items
    )


def _datasets(group: Any) -> dict[str, Any]:
    """Numbers, texts and structs; what cells refer to, under ``#refs#``, is left aside."""
    found: dict[str, Any] = {}
    for name in group:
        item = group[name]
        if name.startswith("#"):
            continue
        if hasattr(item, "keys"):
            found[name] = _datasets(item)
        elif item.attrs.get("MATLAB_class") == b"char" and item.dtype.kind in "iu":
            codes = np.asarray(item).T.reshape(-1) if item.size <= MAX_TEXT_CHARS else ()
            found[name] = "".join(map(chr, codes))
        elif item.dtype.kind in "iuf":
            found[name] = np.asarray(item).T  # HDF5 holds MATLAB's matrices transposed
    return found


def _load_npz(path: Path) -> Mapping[str, Any]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_size(path, sum(member.file_size for member in members), "unpacks to")
        for member in members:
            if member.filename.endswith(".npy"):
                with archive.open(member) as handle:
                    _check_member(path, member, handle)
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _check_member(path: Path, member: zipfile.ZipInfo, handle: IO[bytes]) -> None:
    """Raise InputError where an array is pickled, or larger by its header than the member is."""
    version = np.lib.format.read_magic(handle)
    if version not in ((1, 0), (2, 0)):  # later ones are of tables with named columns
        raise InputError(
            f"{path.name}: {member.filename} is of version {version[0]}.{version[1]} of NumPy's "
            f"format; plain numbers are of version 1.0 or 2.0. Save the samples as such."
        )
    read = np.lib.format.read_array_header_1_0
    shape, _, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(handle)
    if dtype.hasobject:
        raise InputError(
            f"{path.name}: {member.filename} holds pickled Python objects, which could run any "
            f"program and are not read. Save numbers and texts only."
        )
    there, told = member.file_size - handle.tell(), math.prod(shape) * dtype.itemsize
    if told > there or min(shape, default=0) < 0:
        raise InputError(
            f"{path.name}: {member.filename} says {'x'.join(map(str, shape))} numbers of "
            f"{dtype.itemsize} bytes, but holds {there} bytes. It is damaged: copy it again."
        )


def _unwrapped(path: Path, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inside of the one struct that has a signal in it, unless there is one beside it."""
    structs = {n: v for n, v in found.items() if isinstance(v, Mapping) and _signals(v)}
    if _signals(found) or not structs:
        return found
    if len(structs) > 1:
        raise UnsupportedError(
            f"{path.name} holds {len(structs)} structs with a signal: {_listing(structs)}. "
            f"Save the one to analyse in a file of its own."
        )
    (inside,) = structs.values()
    return inside


def _layout(path: Path, name: str, found: Mapping[str, Any]) -> Source:
    if {"Data", "Description", "SamplingFrequency"} <= set(found):
        return _otbiolab(path, name, found)
    signals, rate = _signals(found), _pick(found, RATES)
    if not signals:
        if any(word in str(key).lower() for key in found for word in TEMPLATES):
            raise UnsupportedError(
                f"{path.name} holds waveforms of single units ({', '.join(list(found)[:4])} ...), not a "
                f"recording. Open the recording that they were taken from."
            )
        raise UnsupportedError(
            f"{path.name} has no matrix called {', '.join(SIGNALS[:4])} ...: it holds {_listing(found)}. "
            f"Export samples as CSV with one column a channel, or name them so."
        )
    like = [n for n in signals if np.shape(found[n]) == np.shape(found[signals[0]])]
    if len(like) > 1:
        raise UnsupportedError(
            f"{path.name} holds {len(like)} matrices that could be the EMG: "
            f"{_listing({n: found[n] for n in like})}. Save the one to analyse in a file of its own."
        )
    matrix = np.atleast_2d(np.asarray(found[signals[0]]))
    matrix = matrix.T if matrix.shape[0] < matrix.shape[1] else matrix  # time is the long side
    rate_hz = _scalar(path, found[rate], rate) if rate else None
    unit = _pick(found, UNITS)
    label = _text(found[unit]) if unit else ""
    columns = [Column(f"EMG{i + 1}", label, "EMG", rate_hz) for i in range(matrix.shape[1])]
    return _from_matrix(name, name, columns, matrix)


def _otbiolab(path: Path, name: str, found: Mapping[str, Any]) -> Source:
    matrix = np.asarray(found["Data"])
    labels = [str(text) for text in np.atleast_1d(found["Description"])]
    if not _is_matrix(matrix) or matrix.shape[1:] != (len(labels),):
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


def _from_matrix(name: str, device: str, columns: list[Column], matrix: NDArray[Any]) -> Source:
    return array_source(name, device, [Signal(column) for column in columns], matrix)


def _pick(found: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    lowered = {str(key).lower(): str(key) for key in found}
    return next((lowered[name] for name in names if name in lowered), None)


def _signals(found: Mapping[str, Any]) -> list[str]:
    """Names of the matrices that are called as a signal is, in the order of `SIGNALS`."""
    called = [str(n) for n, v in found.items() if str(n).lower() in SIGNALS and _is_matrix(v)]
    return sorted(called, key=lambda name: SIGNALS.index(name.lower()))


def _is_matrix(value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        return False
    return value.ndim <= 2 and value.size > 1


def _shape(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return "x".join(map(str, shape)) if shape else type(value).__name__


def _listing(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} {_shape(v)}" for n, v in list(found.items())[:12]) or "nothing"


def _text(value: Any) -> str:
    """A text, also the lone one of an array (NumPy saves texts so); "" for anything else."""
    array = np.asarray(value)
    return str(array.reshape(-1)[0]) if array.dtype.kind == "U" and array.size == 1 else ""


def _scalar(path: Path, value: Any, name: str) -> float:
    numbers = np.atleast_1d(np.asarray(value))
    if numbers.size != 1 or numbers.dtype.kind not in "iuf":
        raise InputError(f"{path.name}: {name} is {_shape(value)}, not one number.")
    return float(numbers.reshape(-1)[0])
