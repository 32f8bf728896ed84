"""BioSPPy's simple text against NumPy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fasciscope.core import Flag, InputError, MissingFactError, Recording
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]
HEAD = "# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= {}\n"


def opened(path: Path, **options: object) -> Recording:
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def test_a_real_emg_reads_as_numpy_reads_it(real: Real) -> None:
    path = real("biosppy/emg.txt")
    recording = opened(path, unit="counts")
    np.testing.assert_array_equal(signal(recording)[:, 0], np.loadtxt(path))
    assert recording.info.rate_hz == 1000
    assert recording.info.channels[0].name == "EMG"
    with pytest.raises(MissingFactError, match="--unit"):
        opened(path)


def test_a_real_ecg_is_read_only_when_asked_for(real: Real) -> None:
    with pytest.raises(MissingFactError, match="--channels"):
        opened(real("biosppy/ecg.txt"), unit="counts")
    assert len(signal(opened(real("biosppy/ecg.txt"), unit="counts", channels=("ECG",)))) == 15_000


def test_labels_name_the_columns_and_rails_are_clipped(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HEAD.format("EMG\tEDA") + "4095\t1\n" * 5 + "7\t1\n" * 50)
    (block,) = opened(path, unit="uV").blocks()
    assert block.info.resolution_uv == 1.0
    assert block.flags is not None
    assert (block.flags[:5] == Flag.CLIPPED).all()
    assert block.valid[5:].all()


@pytest.mark.parametrize("body", ["", "1\n2\t3\n", "1\nx\n", "\0\1\2"])
def test_damaged_files_are_refused(tmp_path: Path, body: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HEAD.format("EMG") + body)
    with pytest.raises(InputError):
        signal(opened(path, unit="uV"))


@pytest.mark.parametrize("rate", ["nan", "0", "x"])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HEAD.format("EMG").replace("1000.00", rate) + "1\n2\n")
    with pytest.raises(InputError, match="--rate"):
        opened(path, unit="uV")


def test_spikerecorders_marks_are_no_recording(real: Real) -> None:
    with pytest.raises(InputError, match="marks, not a recording"):
        opened(real("derived/emg_bursts-events.txt"))
