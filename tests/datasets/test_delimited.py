"""CSV, TSV and plain text against NumPy's own reading, with the manners of many countries."""

import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fasciscope.core import (
    FasciscopeError,
    Flag,
    InputError,
    MissingFactError,
    Recording,
    UsageError,
)
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]


def opened(path: Path, **options: object) -> Recording:
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def numbers(recording: Recording) -> np.ndarray:
    """Absolute sample numbers of all samples."""
    return np.concatenate([np.arange(b.first_sample, b.end_sample) for b in recording.blocks()])


def written(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def table(n: int = 100, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 5, (n, channels)).round(3)


def lines(values: np.ndarray, delimiter: str = ",", decimal: str = ".") -> str:
    return "".join(
        delimiter.join(f"{v:.3f}".replace(".", decimal) for v in row) + "\n" for row in values
    )


# A comma cannot be both: nobody could tell a delimiter from a decimal mark.
@pytest.mark.parametrize(
    ("delimiter", "decimal"),
    [
        *((d, ".") for d in (",", ";", "\t", " ", "   ", ", ")),
        *((d, ",") for d in (";", "\t", " ", "   ")),
    ],
)
@pytest.mark.parametrize("head", ["", "EMG a,EMG b\n", "# by me\n\n", "\ufeffEMG a,EMG b\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_countrys_table_reads_the_same(
    tmp_path: Path, delimiter: str, decimal: str, head: str, end: str
) -> None:
    if not delimiter.strip(" "):
        head = head.replace("EMG ", "EMG_")
    text = head.replace(",", delimiter) + lines(table(), delimiter, decimal)
    recording = opened(written(tmp_path, text.replace("\n", end)), rate_hz=1000, unit="mV")
    np.testing.assert_allclose(signal(recording), table() * 1e3)
    assert recording.info.rate_hz == 1000
    assert recording.info.resolution_uv is None


def test_one_column_with_decimal_comma_is_one_column(tmp_path: Path) -> None:
    path = written(tmp_path, "EMG (mV)\n" + lines(table(50, 1), ";", ","))
    np.testing.assert_allclose(signal(opened(path, rate_hz=1000)), table(50, 1) * 1e3)


@pytest.mark.parametrize(
    ("name", "scale"),
    [("EMG (mV)", 1e3), ("EMG_mV", 1e3), ("EMG [µV]", 1.0), ("EMG uV", 1.0), ("EMG (V)", 1e6)],
)
def test_the_unit_is_read_from_the_name(tmp_path: Path, name: str, scale: float) -> None:
    recording = opened(written(tmp_path, f"{name},x\n" + lines(table())), rate_hz=500)
    np.testing.assert_allclose(signal(recording)[:, 0], table()[:, 0] * scale)
    assert recording.info.channels[0].name == "EMG"
    named = opened(written(tmp_path, f"{name},x\n" + lines(table())), rate_hz=500, channels=(name,))
    assert named.info.channels[0].name == "EMG"


def test_a_row_of_units_beneath_the_names_is_read(tmp_path: Path) -> None:
    text = "Recorder 7\nTime,EMG,Angle\ns,mV,deg\n"
    rows = "".join(f"{i / 500:.3f},{i},3\n" for i in range(50))
    recording = opened(written(tmp_path, text + rows))
    assert recording.info.rate_hz == 500
    np.testing.assert_allclose(signal(recording)[:, 0], np.arange(50) * 1e3)


def test_what_is_not_told_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, lines(table()))
    with pytest.raises(MissingFactError, match="--rate"):
        opened(path, unit="mV")
    with pytest.raises(MissingFactError, match="--unit"):
        opened(path, rate_hz=1000)
    with pytest.raises(UsageError, match="--channels"):
        opened(path, rate_hz=1000, unit="mV", channels=("nobody",))
    assert opened(path, rate_hz=1000, unit="counts").info.channels[0].uv_per_count is None


def test_a_remark_tells_the_rate(tmp_path: Path) -> None:
    path = written(tmp_path, "# Sampling rate: 2 kHz\n# a,b\n" + lines(table()))
    recording = opened(path, unit="mV")
    assert recording.info.rate_hz == 2000
    assert [c.name for c in recording.info.channels] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "unit", "decimals", "rate_hz"),
    [
        ("Time", 1.0, 6, 1000),
        ("t", 1.0, 6, 2048),
        ("time_ms", 1e3, 3, 1024),
        ("Time [ms]", 1e3, 0, 1000),
        ("timestamp (s)", 1.0, 3, 600),
        ("seconds", 1.0, 3, 1000),
        ("us", 1e6, 0, 4000),
        ("timestamp", 1e6, 0, 1e3),
    ],
)
def test_a_time_column_gives_the_rate(
    tmp_path: Path, name: str, unit: float, decimals: int, rate_hz: float
) -> None:
    rows = "".join(f"{(5 + i / rate_hz) * unit:.{decimals}f},{i}\n" for i in range(2000))
    recording = opened(written(tmp_path, f"{name},EMG (uV)\n" + rows))
    assert recording.info.rate_hz == pytest.approx(rate_hz, rel=5e-4)
    np.testing.assert_array_equal(signal(recording)[:, 0], np.arange(2000))
    np.testing.assert_array_equal(numbers(recording), np.arange(2000))


def test_times_without_a_name_are_known_by_their_climb(tmp_path: Path) -> None:
    rows = "".join(f"{i / 1000:.3f},{i % 7}\n" for i in range(200))
    recording = opened(written(tmp_path, rows), unit="mV")
    assert recording.info.rate_hz == 1000
    assert [c.name for c in recording.info.channels] == ["ch2"]


def test_a_counter_is_no_clock(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 7}\n" for i in range(200))
    with pytest.raises(MissingFactError, match="--rate"):
        opened(written(tmp_path, "time,EMG_mV\n" + rows))


def test_jumps_in_time_are_gaps_wherever_they_fall(tmp_path: Path) -> None:
    kept = np.arange(90_000)
    kept = kept[(kept != 7) & ((kept < 300) | (kept >= 45_300)) & (kept != 80_000)]
    rows = "".join(f"{i / 1000:.3f},{i}\n" for i in kept)
    recording = opened(written(tmp_path, "time,EMG_mV\n" + rows))
    np.testing.assert_array_equal(numbers(recording), kept)
    np.testing.assert_allclose(signal(recording)[:, 0], kept * 1e3)
    asked = opened(written(tmp_path, "time,EMG_mV\n" + rows), rate_hz=999.5)
    assert asked.info.rate_hz == 999.5
    np.testing.assert_array_equal(numbers(asked), kept)


def test_jitter_is_no_gap(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for times in (
        np.arange(5000) / 500 + rng.uniform(-4e-4, 4e-4, 5000),
        np.repeat(np.arange(0, 5000, 10) / 500, 10),
        np.sort(rng.uniform(0, 10, 5000)),
    ):
        rows = "".join(f"{t:.6f},{i}\n" for i, t in enumerate(times))
        recording = opened(written(tmp_path, "time (s),EMG_mV\n" + rows))
        np.testing.assert_array_equal(numbers(recording), np.arange(5000))
        assert recording.info.rate_hz == pytest.approx(500, rel=0.01)


def test_time_that_runs_backwards_is_refused_with_its_line(tmp_path: Path) -> None:
    times = [*range(100), *range(50, 100)]
    rows = "".join(f"{t / 1000:.3f},{t}\n" for t in times)
    with pytest.raises(InputError, match="line 102: time runs backwards"):
        signal(opened(written(tmp_path, "time,EMG_mV\n" + rows)))


@pytest.mark.parametrize("word", ["", "NaN", "NULL", "NA", "n/a", " nan "])
def test_missing_cells_are_missing_on_their_channel_only(tmp_path: Path, word: str) -> None:
    rows = lines(table()) + f"1.5,{word}\n" + lines(table())
    path = written(tmp_path, "EMG a,EMG b\n" + rows)
    (block,) = opened(path, rate_hz=200, unit="mV").blocks()
    assert block.flags is not None
    assert np.argwhere(block.flags).tolist() == [[100, 1]]
    assert block.flags[100, 1] == Flag.MISSING
    assert block.uv[100].tolist() == [1500.0, 0.0]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("1,2,3", "3 cells"),
        ("1", "1 cells"),
        ("1,x", "'x'"),
        ("1_0,2", "'1_0'"),
        ("1,2 3", "'2 3'"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, wrong: str, what: str) -> None:
    text = "# remark\nEMG a,EMG b\n" + lines(table(20_000)) + f"{wrong}\n" + lines(table())
    with pytest.raises(InputError, match=f"line 20003: {what}"):
        signal(opened(written(tmp_path, text), rate_hz=1000, unit="mV"))


def test_a_cut_last_line_is_left_out_and_noted(tmp_path: Path) -> None:
    path = written(tmp_path, "a_mV,b_mV\n" + lines(table()) + "0.1")
    recording = opened(path, rate_hz=1000)
    assert len(signal(recording)) == 100
    assert "cut" in recording.provenance.notes[-1]


def test_columns_of_words_and_angles_are_no_emg(tmp_path: Path) -> None:
    rows = "".join(f"walk,{i},{i},70.2\n" for i in range(50))
    path = written(tmp_path, "phase,Rectus femoris,Vastus medialis,Knee angle\n" + rows)
    recording = opened(path, rate_hz=1000, unit="uV")
    assert [c.name for c in recording.info.channels] == ["Rectus femoris", "Vastus medialis"]
    assert "Knee angle" in recording.provenance.notes[0]


@pytest.mark.parametrize(
    ("name", "options", "skip", "columns", "scale"),
    [
        ("uci_physical_action/sub1/Normal/txt/Clapping.txt",
         {"rate_hz": 10_000, "unit": "uV"}, 0, range(8), 1),
        ("uci_lower_limb/10Nsitting.csv", {"rate_hz": 1000, "unit": "mV"}, 1, range(4), 1e3),
        ("libemg/emg_data_myo.csv", {"rate_hz": 200, "unit": "counts"}, 0, range(8), 1),
        ("emgflow/sample_data_01.csv", {"unit": "mV"}, 1, (1, 2), 1e3),
    ],
)  # fmt: skip
def test_real_tables_read_as_the_csv_module_reads_them(
    real: Real, name: str, options: dict[str, object], skip: int, columns: range, scale: float
) -> None:
    recording = opened(real(name), **options)
    with real(name).open(newline="") as handle:
        rows = list(csv.reader(handle, delimiter="\t" if name.endswith("txt") else ","))[skip:]
    cells = [[row[i].replace("NULL", "nan") for i in columns] for row in rows]
    truth = np.array(cells, dtype=float) * scale
    np.testing.assert_allclose(signal(recording), np.nan_to_num(truth))
    valid = np.concatenate([block.valid for block in recording.blocks()])
    np.testing.assert_array_equal(valid, ~np.isnan(truth))


def test_real_time_column_gives_its_rate(real: Real) -> None:
    for name in ("emgflow/sample_data_01.csv", "emgflow/sample_data_02.csv"):
        recording = opened(real(name), unit="mV")
        assert recording.info.rate_hz == 2000
        np.testing.assert_array_equal(numbers(recording), np.arange(20_000))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n\n", b"# only\n", b"EMG,x\n", b"hello\nworld\n", bytes(range(256)) * 50,
        "EMG\n1\n2\n".encode("utf-16"), b"a,b\nc,d\n", b"1,2\n" + b"9" * (1 << 20), b"x" * (2 << 20),
        b"\x89PNG\r\n\x1a\n" + bytes(500), b"time,EMG_mV\n0,1\n",
        b"time,EMG_mV\n0,1\n0,1\n0,1\n0,2\n", b"time,EMG_mV\nNaN,1\nNaN,1\nNaN,1\n",
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_at_once(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    began = time.monotonic()
    with pytest.raises(InputError):
        signal(opened(path, unit="mV"))
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("rate_hz", [0.0, float("nan"), -5.0, float("inf")])
def test_no_rate_is_refused(tmp_path: Path, rate_hz: float) -> None:
    with pytest.raises(InputError):
        opened(written(tmp_path, lines(table())), rate_hz=rate_hz, unit="mV")


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as handle:
        handle.write(b"1,2\n" * 100_000)
        handle.truncate(100 << 20)
    began = time.monotonic()
    with pytest.raises(InputError, match="line 100001 is longer"):
        signal(opened(path, rate_hz=1000, unit="mV"))
    assert time.monotonic() - began < 1.0


CELLS = st.sampled_from(
    ["1", "-2.5", "NaN", "", "x", "1e400", "time", "EMG_mV", "0,5", "inf", '"3"']
)
ANY = st.one_of(
    st.text(max_size=200),
    st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=12).map("\n".join),
    st.lists(st.lists(CELLS, max_size=4).map(";".join), max_size=12).map("\r\n".join),
    st.lists(st.floats(), max_size=20).map(
        lambda v: "time,e_mV\n" + "".join(f"{x},1\n" for x in v)
    ),
)


@example("TIME,\n1.79769313486231E308,\n-1,\n0,\n0,\n0,\n-600E291,\n", False)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ANY, st.booleans())
def test_any_text_reads_or_is_refused(tmp_path: Path, text: str, told: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        recording = opened(path, unit="mV", rate_hz=1000.0 if told else None)
        got = numbers(recording)
        values = signal(recording)
    except FasciscopeError:
        return
    assert (np.diff(got) > 0).all()
    assert np.isfinite(values).all()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_holes_in_every_row_read_as_numpy_reads_them(tmp_path: Path, delimiter: str) -> None:
    rng = np.random.default_rng(2)
    values, words = table(30_000, 3), np.array(["", "NULL", " n/a ", "NaN", "#N/A"])
    cells = values.astype(str)
    holes = rng.random(values.shape) < 0.3
    cells[holes] = rng.choice(words, int(holes.sum()))
    rows = "\n".join(delimiter.join(row) for row in cells)
    head = delimiter.join(("EMG a", "EMG b", "EMG c"))
    recording = opened(written(tmp_path, f"{head}\n{rows}\n"), rate_hz=1000, unit="uV")
    np.testing.assert_array_equal(signal(recording), np.where(holes, 0.0, values))
    valid = np.concatenate([block.valid for block in recording.blocks()])
    np.testing.assert_array_equal(valid, ~holes)
