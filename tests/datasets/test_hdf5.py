"""A damaged HDF5 file on which the library hangs or dies is refused, not followed."""

from pathlib import Path

import pytest

from fasciscope.core import InputError
from fasciscope.datasets import hdf5

pytest.importorskip("h5py")


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("while True: pass", "does not come to an end"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashes"),
    ],
)
def test_a_file_that_hangs_or_kills_the_library_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: str, said: str
) -> None:
    monkeypatch.setattr(hdf5, "_LOOK", look)
    with pytest.raises(InputError, match=said):
        hdf5.check_hdf5(tmp_path / "a.h5", look_s=1.0)


def test_what_the_library_only_complains_about_is_left_to_the_reader(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"no HDF5")
    hdf5.check_hdf5(tmp_path / "a.h5")
