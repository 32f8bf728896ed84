"""What SpikeRecorder (Backyard Brains) leaves beside and inside its WAV files.

Marks stand in ``<name>-events.txt``: comment lines begin with ``#``, the others are ``mark,<tab>seconds``.
Names that begin with an underscore are its own spike sorting (``_ch0_neuron0``), not a person's marks.
The name of a recording tells when it was made.
"""

import math
import re
from datetime import datetime
from pathlib import Path

from fasciscope.core import Annotation, InputError, Recording
from fasciscope.datasets.options import ReadOptions

_STARTED = re.compile(r"BYB_Recording_(\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d)", re.ASCII)
MAX_BYTES = 1 << 26


def started(wav: Path) -> str | None:
    """When SpikeRecorder began the recording, ISO 8601, if the file has its name still."""
    match = _STARTED.match(wav.stem)
    try:
        return datetime.strptime(match[1], "%Y-%m-%d_%H.%M.%S").isoformat() if match else None
    except ValueError:  # a name with the 31st of February
        return None


def marks_beside(wav: Path) -> tuple[list[Annotation], tuple[str, ...]]:
    """Marks of the events file beside `wav`, in order of time, and a note on lines left out.

    Both are empty where there is no such file. Raises InputError with the line's number where the
    file is damaged.
    """
    path = wav.with_name(f"{wav.stem}-events.txt")
    try:
        with path.open("rb") as handle:
            text = handle.read(MAX_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return [], ()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    marks = [_mark(path, n, line) for n, line in lines if line and not line.startswith("#")]
    placed = sorted((m for m in marks if not m.text.startswith("_")), key=lambda m: m.onset_s)
    sorted_spikes = len(marks) - len(placed)
    note = f"{path.name}: {sorted_spikes} lines of SpikeRecorder's own spike sorting were left out."
    return placed, (note,) if sorted_spikes else ()


def refuse_marks(path: Path, _options: ReadOptions) -> Recording:
    """Raise InputError: the marks are no recording."""
    wav = path.name.replace("-events.txt", ".wav")
    raise InputError(
        f"{path.name} holds SpikeRecorder's marks, not a recording. Open {wav}; the marks beside it "
        f"are read along."
    )


def _mark(path: Path, number: int, line: str) -> Annotation:
    name, _, seconds = line.rpartition(",")
    try:
        onset_s = float(seconds)
    except ValueError:
        onset_s = math.nan
    if not name or not 0 <= onset_s < math.inf:
        raise InputError(
            f"{path.name}, line {number}: {line[:60]!r} is not `mark, seconds`. Correct the line, or "
            f"move the file away to read the recording without its marks."
        )
    return Annotation(onset_s, 0.0, name.strip())
