"""C3D: the real file against ezc3d itself, and files that end early."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fasciscope.core import InputError
from fasciscope.datasets import ReadOptions, open_recording

ezc3d = pytest.importorskip("ezc3d")

Real = Callable[[str], Path]


def test_the_emg_channels_read_as_ezc3d_reads_them_and_silent_sensors_are_named(real: Real) -> None:
    path = real("c3d/markers_analogs.c3d")
    recording = open_recording(path)
    whole = ezc3d.c3d(str(path))
    labels = whole["parameters"]["ANALOG"]["LABELS"]["value"]
    names = [channel.name for channel in recording.info.channels]
    truth = whole["data"]["analogs"][0][[labels.index(name) for name in names]].T * 1e6
    signal = np.concatenate([block.uv for block in recording.blocks()])
    np.testing.assert_allclose(signal, truth)
    assert all("EMG" in name for name in names)
    assert (np.abs(truth).max(axis=0) > 0).all()
    assert "Sensor 12.EMG12" in " ".join(recording.provenance.notes)


@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.9, 0.999])
def test_a_file_that_ends_early_is_refused(real: Real, tmp_path: Path, share: float) -> None:
    raw = real("c3d/markers_analogs.c3d").read_bytes()
    path = tmp_path / "a.c3d"
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(InputError):
        open_recording(path, ReadOptions(unit="V"))
