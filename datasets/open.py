"""One door for every file: look at it, choose its reader, give a Recording."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from fasciscope.core import InputError, Recording, UnsupportedError
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.session import SIGNALS, is_session, open_session

HEAD_BYTES = 4096
"""How much of a file is looked at to tell what it is."""

Opener = Callable[[Path, ReadOptions], Recording]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: name, endings, the test on the first bytes, and `module:function` of its reader.

    The reader is imported when it is needed. A reader has the type `Opener`, raises InputError (or a
    child) on anything that is wrong with the file, and reads no more than the header before blocks
    are asked for.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[bytes], bool]
    reader: str


def _is_edf(head: bytes) -> bool:
    return head.startswith((b"0       ", b"\xffBIOSEMI"))


def _is_wav(head: bytes) -> bool:
    return head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"


def _is_openbci(head: bytes) -> bool:
    return head.startswith(b"%OpenBCI Raw E")


def _is_opensignals(head: bytes) -> bool:
    return head.startswith(b"# OpenSignals Text File Format")


def _is_biosppy(head: bytes) -> bool:
    return head.startswith(b"# Simple Text Format")


def _is_spikerecorder_marks(head: bytes) -> bool:
    return head.startswith(b"# Marker IDs can be arbitrary strings")


def _is_hdf5(head: bytes) -> bool:
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def _is_matlab(head: bytes) -> bool:
    return head.startswith((b"MATLAB 5.0", b"MATLAB 7.3"))


def _is_spike2(head: bytes) -> bool:
    return b"(C) CED" in head[:32]


def _is_brainvision(head: bytes) -> bool:
    return head[:64].lstrip(b"\xef\xbb\xbf").lower().startswith(b"brain vision") or head.startswith(
        b"BrainVision"
    )


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK")


def _is_xdf(head: bytes) -> bool:
    return head.startswith(b"XDF:")


def _is_c3d(head: bytes) -> bool:
    return head[1:2] == b"\x50"


def _anything(_head: bytes) -> bool:
    return True


FORMATS: tuple[Format, ...] = (
    Format("EDF or BDF", (".edf", ".bdf", ".rec"), _is_edf, "fasciscope.datasets.edf:open_edf"),
    Format("WFDB", (".hea", ".dat"), _anything, "fasciscope.datasets.wfdb:open_wfdb"),
    Format("WAV", (".wav",), _is_wav, "fasciscope.datasets.wav:open_wav"),
    Format("Spike2", (".smr",), _is_spike2, "fasciscope.datasets.spike2:open_spike2"),
    Format(
        "BrainVision",
        (".vhdr", ".vmrk"),
        _is_brainvision,
        "fasciscope.datasets.brainvision:open_brainvision",
    ),
    Format("BrainVision", (".eeg",), _anything, "fasciscope.datasets.brainvision:open_brainvision"),
    Format(
        "OpenSignals HDF5",
        (".h5", ".hdf5"),
        _is_hdf5,
        "fasciscope.datasets.opensignals_hdf5:open_opensignals_hdf5",
    ),
    Format("MATLAB", (".mat",), _is_matlab, "fasciscope.datasets.named_arrays:open_matlab"),
    Format("NumPy archive", (".npz",), _is_zip, "fasciscope.datasets.named_arrays:open_npz"),
    Format(
        "AcqKnowledge", (".acq",), _anything, "fasciscope.datasets.acqknowledge:open_acqknowledge"
    ),
    Format("C3D", (".c3d",), _is_c3d, "fasciscope.datasets.c3d:open_c3d"),
    Format("XDF", (".xdf",), _is_xdf, "fasciscope.datasets.xdf:open_xdf"),
    Format("JSON", (".json",), _anything, "fasciscope.datasets.refusals:refuse_json"),
    # of the texts the specific ones first
    Format(
        "OpenBCI text", (".txt", ".csv"), _is_openbci, "fasciscope.datasets.openbci:open_openbci"
    ),
    Format(
        "OpenSignals text",
        (".txt",),
        _is_opensignals,
        "fasciscope.datasets.opensignals:open_opensignals",
    ),
    Format(
        "BioSPPy text", (".txt", ".csv"), _is_biosppy, "fasciscope.datasets.biosppy:open_biosppy"
    ),
    Format(
        "SpikeRecorder marks",
        (".txt",),
        _is_spikerecorder_marks,
        "fasciscope.datasets.spikerecorder:refuse_marks",
    ),
    Format(
        "text", (".txt", ".csv", ".tsv"), _anything, "fasciscope.datasets.delimited:open_delimited"
    ),
)
"""Tried in order; a format is taken if the ending is one of its own and the first bytes match."""


def open_recording(path: Path | str, options: ReadOptions | None = None) -> Recording:
    """Open any supported recording without reading more than its header.

    Raises InputError for a file that is absent, empty, damaged or of unknown kind, MissingFactError
    where the file leaves out its rate, unit or channels, UsageError where `options` ask for what is
    not there.
    """
    file = Path(path)
    if is_session(file):
        return open_session(file, options)
    if file.name in SIGNALS and is_session(file.parent) and not _overrides(options):
        return open_session(file.parent, options)  # only the session's facts tell its gaps
    head = _head(file)
    for form in FORMATS:
        if file.suffix.lower() in form.suffixes and form.matches(head):
            module, function = form.reader.split(":")
            opener: Opener = getattr(import_module(module), function)
            return opener(file, options or ReadOptions())
    known = sorted({suffix for form in FORMATS for suffix in form.suffixes})
    raise UnsupportedError(
        f"{file.name} is of no kind that is read here (it begins {head[:16]!r}). "
        f"Endings read: {' '.join(known)}. Export it as EDF+, BDF+ or CSV."
    )


def _overrides(options: ReadOptions | None) -> bool:
    """Whether the person contradicts what the file says."""
    return options is not None and (options.rate_hz is not None or options.unit is not None)


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
    except IsADirectoryError:
        raise InputError(f"{file} is a folder. Name the recording inside it.") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    if not head:
        raise InputError(f"{file.name} is empty. Was the recording copied whole?")
    return head
