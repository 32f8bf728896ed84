"""SpikeRecorder's events files."""

from pathlib import Path

import pytest

from fasciscope.core import InputError
from fasciscope.datasets.spikerecorder import marks_beside, started

HEAD = "# Marker IDs can be arbitrary strings.\n# Marker ID,\tTime (in s)\n"


def events(folder: Path, text: str) -> Path:
    (folder / "a-events.txt").write_text(HEAD + text)
    return folder / "a.wav"


def test_marks_come_in_order_of_time(tmp_path: Path) -> None:
    marks, notes = marks_beside(events(tmp_path, "2,\t5.2\r\n1,\t2.0\n\nflex, left,\t3\n"))
    assert [(m.onset_s, m.text) for m in marks] == [(2.0, "1"), (3.0, "flex, left"), (5.2, "2")]
    assert notes == ()


def test_sorted_spikes_are_no_marks_and_are_told(tmp_path: Path) -> None:
    text = "1,\t2.0\n_ch0_neuron0,\t6.4\n_neuron0threshhig-2288,\t0.0000\n"
    marks, notes = marks_beside(events(tmp_path, text))
    assert [m.text for m in marks] == ["1"]
    assert "2 lines" in notes[0]


def test_no_events_file_means_no_marks(tmp_path: Path) -> None:
    assert marks_beside(tmp_path / "a.wav") == ([], ())


@pytest.mark.parametrize("line", ["1", "1,\tsoon", "1,\tnan", "1,\t-3", ",\t3"])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match="line 4"):
        marks_beside(events(tmp_path, f"1,\t1.0\n{line}\n"))


def test_the_name_tells_the_start() -> None:
    assert started(Path("BYB_Recording_2022-01-13_13.18.29.wav")) == "2022-01-13T13:18:29"
    assert started(Path("BYB_Recording_2022-02-31_13.18.29.wav")) is None
    assert started(Path("mine.wav")) is None
