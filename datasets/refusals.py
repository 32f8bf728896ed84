"""Files that lie beside recordings and are none: refused with what to open instead."""

from pathlib import Path

from fasciscope.core import InputError, Recording
from fasciscope.datasets.options import ReadOptions


def refuse_json(path: Path, _options: ReadOptions) -> Recording:
    """Raise InputError: JSON holds settings, events or discharge times."""
    near = path.parent.iterdir() if path.parent.is_dir() else ()
    others = sorted(file.name for file in near if file.is_file() and file.suffix != ".json")
    beside = f" Beside it: {', '.join(others[:5])}." if others else ""
    raise InputError(
        f"{path.name} is JSON, which holds facts or events beside a recording, no samples. "
        f"Open the recording itself.{beside}"
    )
