"""HDF5 files opened with care: the library can loop for ever, or crash, on a damaged one.

So what a reader is about to look at is looked at by another process first; if that does not come to
an end, the file is refused.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fasciscope.core import InputError
from fasciscope.datasets.sampled import extra

LOOK_S = 10.0
"""Far longer than the names of a sound file take, on any machine."""
_LOOK = """
import sys
import h5py
def look(_name, item):
    for key in item.attrs:
        item.attrs[key]
    if isinstance(item, h5py.Dataset) and item.size:
        item[tuple(slice(0, 1) for _ in item.shape)]
with h5py.File(sys.argv[1], "r") as handle:
    look("", handle)
    handle.visititems(look)
"""


def check_hdf5(path: Path, look_s: float = LOOK_S) -> None:
    """Raise InputError if the HDF5 library does not come to an end with this file, or dies of it.

    What it only complains about is left to the reader to tell.
    """
    extra("h5py")
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-c", _LOOK, str(path)],
            capture_output=True,
            timeout=look_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{path.name} is damaged: the HDF5 library does not come to an end with it."
        ) from None
    if done.returncode < 0:
        raise InputError(f"{path.name} is damaged: the HDF5 library crashes on it.")


@contextmanager
def opened_hdf5(path: Path) -> Iterator[Any]:
    """An h5py file that was checked before."""
    h5py = extra("h5py")
    with h5py.File(path, "r") as handle:
        yield handle
