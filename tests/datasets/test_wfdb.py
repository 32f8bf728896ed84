"""WFDB records against wfdb-python, and against headers that nobody should write."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciscope.core import (
    FasciscopeError,
    Flag,
    InputError,
    MissingFactError,
    Recording,
    UnsupportedError,
)
from fasciscope.datasets import ReadOptions, open_recording

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")  # of wfdb's use of pandas

Real = Callable[[str], Path]
BITS = {"16": 16, "61": 16, "24": 24, "32": 32, "80": 8, "212": 12}


def opened(path: Path, **options: object) -> Recording:
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def flags(recording: Recording) -> np.ndarray:
    blocks = list(recording.blocks())
    none = [np.zeros(b.uv.shape, np.uint8) if b.flags is None else b.flags for b in blocks]
    return np.concatenate(none)


def plain(folder: Path, header: str, counts: np.ndarray | bytes = b"") -> Path:
    raw = counts if isinstance(counts, bytes) else counts.astype("<i2").tobytes()
    (folder / "r.dat").write_bytes(raw)
    path = folder / "r.hea"
    path.write_bytes(header.encode())
    return path


@pytest.mark.parametrize("form", ["16", "24", "32", "80", "212"])
@pytest.mark.parametrize("n", [20001, 4, 1])
def test_what_wfdb_writes_reads_as_it_reads_it(tmp_path: Path, form: str, n: int) -> None:
    wfdb = pytest.importorskip("wfdb")
    rng = np.random.default_rng(int(form) + n)
    top = 1 << BITS[form] - 2
    counts = rng.integers(-top, top, (n, 3))
    wfdb.wrsamp(
        "r",
        fs=2048,
        units=["mV", "uV", "V"],
        sig_name=["EMG a", "EMG b", "EMG c"],
        d_signal=counts,
        fmt=[form] * 3,
        adc_gain=[200.5, 3.0, 1e6],
        baseline=[-12, 0, 77],
        write_dir=str(tmp_path),
    )
    want = wfdb.rdrecord(str(tmp_path / "r")).p_signal * [1e3, 1.0, 1e6]
    for name in ("r.hea", "r.dat"):
        recording = opened(tmp_path / name)
        got = signal(recording)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-9)
        assert recording.n_samples == n
        assert [c.name for c in recording.info.channels] == ["EMG a", "EMG b", "EMG c"]
        assert recording.info.channels[0].uv_per_count == pytest.approx(1e3 / 200.5)
        assert recording.info.resolution_uv == pytest.approx(1e3 / 200.5)


def test_big_endian_format_61_reads_as_wfdb_reads_it(tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    counts = np.random.default_rng(3).integers(-30000, 30000, (5000, 2))
    lines = [f"r.dat 61 100/mV 16 0 {counts[0, i]} 0 0 EMG {i}" for i in range(2)]
    path = plain(tmp_path, "\n".join(["r 2 1000 5000", *lines]), counts.astype(">i2").tobytes())
    np.testing.assert_allclose(signal(opened(path))[:, 0], counts[:, 0] * 10.0)
    np.testing.assert_allclose(
        signal(opened(path)), wfdb.rdrecord(str(tmp_path / "r")).p_signal * 1e3
    )


def test_signals_in_several_files_stand_side_by_side(tmp_path: Path) -> None:
    a, b = (np.random.default_rng(i).integers(-999, 999, (7001, 2)) for i in (1, 2))
    (tmp_path / "a.dat").write_bytes(a.astype("<i2").tobytes())
    (tmp_path / "b.dat").write_bytes(bytes(100) + b.astype("<i2").tobytes())
    lines = ["x 4 1000 7001"] + [f"a.dat 16 1/uV 0 0 0 0 0 EMG {i}" for i in (1, 2)]
    lines += [f"b.dat 16+100 1/uV 0 0 0 0 0 EMG {i}" for i in (3, 4)]
    (tmp_path / "x.hea").write_text("\n".join(lines))
    np.testing.assert_array_equal(signal(opened(tmp_path / "x.hea")), np.column_stack([a, b]))
    picked = opened(tmp_path / "x.hea", channels=("EMG 4", "1"))
    np.testing.assert_array_equal(signal(picked), np.column_stack([b[:, 1], a[:, 0]]))


@pytest.mark.parametrize(
    "name",
    [
        "emgdb/emg_healthy.hea",
        "emgdb/emg_myopathy.dat",
        "grabmyo/session1_participant1_gesture1_trial1.hea",
        "grabmyo/session1_participant1_gesture10_trial1.hea",
        "grabmyo/session1_participant1_gesture16_trial1.dat",
    ],
)
def test_real_records_read_as_wfdb_reads_them(real: Real, name: str) -> None:
    wfdb = pytest.importorskip("wfdb")
    recording = opened(real(name))
    want = wfdb.rdrecord(str(real(name).with_suffix("")))
    np.testing.assert_allclose(signal(recording), want.p_signal * 1e3, atol=1e-9)
    assert recording.info.rate_hz == want.fs
    assert "dorsiflexed" not in repr(recording)


def test_the_count_of_no_sample_is_missing_and_a_run_at_the_rail_clipped(tmp_path: Path) -> None:
    counts = np.random.default_rng(0).integers(-2000, 2000, 9000)
    counts[100:105] = -32768
    counts[300:304] = 2047
    counts[500] = -2048
    path = plain(tmp_path, "r 1 1000 9000\nr.dat 16 1/uV 12 0 0 0 0 EMG\n", counts)
    got = flags(opened(path))[:, 0]
    assert list(np.flatnonzero(got == Flag.MISSING)) == [100, 101, 102, 103, 104]
    assert list(np.flatnonzero(got == Flag.CLIPPED)) == [300, 301, 302, 303]
    assert np.count_nonzero(got) == 9
    assert signal(opened(path))[102, 0] == 0


def test_annotations_carry_letters_and_auxiliary_strings(tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    plain(tmp_path, "r 1 1000 1000\nr.dat 16 1/uV 16 0 0 0 0 EMG\n", np.zeros(1000))
    wfdb.wrann(
        "r",
        "atr",
        sample=np.array([5, 900, 5_000_000, 5_000_001]),
        symbol=["N", '"', "+", "r"],
        aux_note=["", "twitch", "(AFIB", ""],
        fs=1000,
        write_dir=str(tmp_path),
    )
    found = [(a.onset_s, a.text) for a in opened(tmp_path / "r.hea").annotations]
    assert found == [(0.005, "N"), (0.9, "twitch"), (5000.0, "(AFIB"), (5000.001, "r")]
    halved = opened(tmp_path / "r.hea", rate_hz=2000.0).annotations
    assert halved[1].onset_s == 0.45


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3000), st.sampled_from("NLRVT|s~x("), st.text("abc (", max_size=5)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_annotations_agree_with_wfdb(tmp_path: Path, made: list[tuple[int, str, str]]) -> None:
    wfdb = pytest.importorskip("wfdb")
    plain(tmp_path, "r 1 1000 10\nr.dat 16 1/uV 16 0 0 0 0 EMG\n", np.zeros(10))
    samples = np.cumsum([step for step, _, _ in made])
    wfdb.wrann(
        "r",
        "atr",
        samples,
        [symbol for _, symbol, _ in made],
        aux_note=[aux.strip() for _, _, aux in made],
        write_dir=str(tmp_path),
    )
    read = wfdb.rdann(str(tmp_path / "r"), "atr")
    want = [
        (s / 1000, aux.rstrip("\0") or symbol)
        for s, symbol, aux in zip(read.sample, read.symbol, read.aux_note, strict=True)
    ]
    assert [(a.onset_s, a.text) for a in opened(tmp_path / "r.hea").annotations] == want


def test_a_torn_annotation_file_is_refused_by_name(tmp_path: Path) -> None:
    path = plain(tmp_path, "r 1 1000 10\nr.dat 16 1/uV 16 0 0 0 0 EMG\n", np.zeros(10))
    (tmp_path / "r.atr").write_bytes(b"\x05\x04\x06")
    with pytest.raises(InputError, match=r"r\.atr ends"):
        opened(path)


def test_a_missing_partner_is_named(tmp_path: Path) -> None:
    (tmp_path / "lone.dat").write_bytes(bytes(100))
    with pytest.raises(InputError, match=r"lone\.hea"):
        opened(tmp_path / "lone.dat")
    path = plain(tmp_path, "r 1 1000 10\nother.dat 16 1/uV 16 0 0 0 0 EMG\n", np.zeros(10))
    with pytest.raises(InputError, match=r"other\.dat, which is not beside it"):
        opened(path)


@pytest.mark.parametrize(
    "file", ["../r.dat", "/etc/passwd", "..\\r.dat", "C:r.dat", "..", "a/../r.dat"]
)
def test_signal_files_outside_the_folder_are_refused(tmp_path: Path, file: str) -> None:
    path = plain(tmp_path, f"r 1 1000 10\n{file} 16 1/uV 16 0 0 0 0 EMG\n", np.zeros(10))
    with pytest.raises(InputError, match="own folder"):
        opened(path)


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("r/3 1 1000 10\nr.dat 16 1/uV", "segments"),
        ("r 1 1000 10\nr.dat 16x2 1/uV", "several samples a frame"),
        ("r 1 1000 10\nr.dat 16:5 1/uV", "skewed"),
        ("r 1 1000 10\nr.dat 8 1/uV", "format 8"),
        ("r 1 1000 10\n~ 16 1/uV", "no signal file"),
    ],
)
def test_kinds_that_are_not_read_are_refused_with_the_reason(
    tmp_path: Path, header: str, word: str
) -> None:
    with pytest.raises(UnsupportedError, match=word):
        opened(plain(tmp_path, header, np.zeros(10)))


def test_facts_that_the_header_leaves_out_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingFactError, match="--rate"):
        opened(plain(tmp_path, "r 1\nr.dat 16 1/uV", np.zeros(10)))
    assert opened(tmp_path / "r.hea", rate_hz=1000.0).n_samples == 10
    path = plain(tmp_path, "r 1 1000\nr.dat 16", np.arange(10))
    with pytest.raises(MissingFactError, match="--unit"):
        opened(path)
    np.testing.assert_array_equal(signal(opened(path, unit="uV"))[:, 0], np.arange(10))
    np.testing.assert_array_equal(signal(opened(path, unit="counts"))[:, 0], np.arange(10))


def test_the_start_needs_both_time_and_date(tmp_path: Path) -> None:
    line = "\nr.dat 16 1/uV 16 0 0 0 0 EMG"
    path = plain(tmp_path, "r 1 1000 10 12:34:56.5 03/02/2021" + line, np.zeros(10))
    assert opened(path).provenance.start_time == "2021-02-03T12:34:56.500000"
    plain(tmp_path, "r 1 1000 10 12:34:56" + line, np.zeros(10))
    assert opened(path).provenance.start_time is None


def test_a_short_signal_file_is_noted_and_an_empty_one_refused(tmp_path: Path) -> None:
    header = "r 1 1000 100\nr.dat 16 1/uV 16 0 0 0 0 EMG"
    recording = opened(plain(tmp_path, header, np.zeros(60)))
    assert recording.n_samples == 60
    assert "60 of 100" in recording.provenance.notes[0]
    with pytest.raises(InputError, match="no whole sample"):
        opened(plain(tmp_path, header, b"\0"))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "# only a comment",
        "r",
        "r x 1000 10",
        "r -1 1000 10\nr.dat 16",
        "r 99999999999 1000 10\nr.dat 16",
        "r 2 1000 10\nr.dat 16 1/uV",
        "r 1 nan 10\nr.dat 16 1/uV",
        "r 1 1e999 10\nr.dat 16 1/uV",
        "r 1 0 10\nr.dat 16 1/uV",
        "r 1 -5 10\nr.dat 16 1/uV",
        "r 1 1000 10\nr.dat 16 nan/uV",
        "r 1 1000 10\nr.dat 16 1e-300/uV",
        "r 1 1000 10\nr.dat 16 1/uV x",
        "r 1 1000 10\nr.dat sixteen 1/uV",
        "r 1 1000 10\nr.dat 16+99999999999 1/uV",
        "\x00\x01\x02\x03",
    ],
)
def test_damaged_headers_are_refused_at_once(tmp_path: Path, header: str) -> None:
    path = plain(tmp_path, header, np.zeros(10))
    began = time.monotonic()
    with pytest.raises(InputError):
        signal(opened(path))
    assert time.monotonic() - began < 1.0


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_to_a_sound_record_reads_or_is_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    header = bytearray(b"r 1 1000/2(0) 40 1:2:3 1/2/2003\nr.dat 212+3 1.5(7)/uV 12 0 5 6 0 EMG\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(header) - 1))
        header[at : at + 1] = data.draw(st.binary(max_size=2) | st.sampled_from([b"9" * 9, b"-"]))
    plain(tmp_path, "", data.draw(st.binary(max_size=90)))
    (tmp_path / "r.hea").write_bytes(bytes(header) or b" ")
    (tmp_path / "r.atr").write_bytes(data.draw(st.binary(max_size=30)) + b"\0\0")
    try:
        recording = opened(tmp_path / "r.hea")
        total = sum(block.n_samples for block in recording.blocks())
    except FasciscopeError:
        return
    assert total == recording.n_samples
