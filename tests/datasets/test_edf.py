"""EDF and BDF against edfio, pyedflib and MNE, and against files that nobody should write."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    UsageError,
)
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.edf import bandwidth_hz

Real = Callable[[str], Path]


@dataclass(frozen=True)
class Made:
    """A file to be written: digital samples of each signal by record, and any field to be spoilt."""

    samples: tuple[np.ndarray, ...]  # (n_records, samples per record)
    tals: tuple[bytes, ...] = ()  # one a record
    variant: str = ""
    record_s: str = "1"
    labels: tuple[str, ...] = ()
    unit: str = "uV"
    physical: tuple[str, str] = ("-1000", "1000")
    prefiltering: str = ""
    bdf: bool = False
    n_records: str | None = None
    n_signals: str | None = None
    header_bytes: str | None = None
    per_record: str | None = None
    tail: bytes = b""

    def write(self, path: Path) -> Path:
        path.write_bytes(self.header() + self.records() + self.tail)
        return path

    def header(self) -> bytes:
        bits = 24 if self.bdf else 16
        n = len(self.samples) + bool(self.tals)
        names = self.labels or tuple(f"EMG {i + 1}" for i in range(len(self.samples)))
        sizes = [str(block.shape[1]) for block in self.samples]
        if self.tals:
            names += (("BDF" if self.bdf else "EDF") + " Annotations",)
            sizes.append(str(self.tal_bytes() // (bits // 8)))
        sizes[0] = self.per_record or sizes[0]
        rails = (-(1 << bits - 1), (1 << bits - 1) - 1)
        columns = (
            (16, names),
            (80, [""] * n),
            (8, [self.unit] * n),
            (8, [self.physical[0]] * n),
            (8, [self.physical[1]] * n),
            (8, [str(rails[0])] * n),
            (8, [str(rails[1])] * n),
            (80, [self.prefiltering] * n),
            (8, sizes),
            (32, [""] * n),
        )
        fixed = (
            (80, "MCH-0234567 F 02-MAY-1951 Haagse_Harry"),
            (80, "Startdate 02-MAR-2012 PSG-1234 NN Telemetry03"),
            (8, "02.03.12"),
            (8, "23.59.58"),
            (8, self.header_bytes or str(256 * (n + 1))),
            (44, self.variant),
            (8, self.n_records or str(len(self.samples[0]))),
            (8, self.record_s),
            (4, self.n_signals or str(n)),
        )
        head = b"\xffBIOSEMI" if self.bdf else b"0       "
        head += b"".join(text.encode("latin-1").ljust(width) for width, text in fixed)
        return head + b"".join(
            text.encode("latin-1").ljust(width) for width, cells in columns for text in cells
        )

    def tal_bytes(self) -> int:
        return (max(map(len, self.tals)) + 8) // 6 * 6

    def records(self) -> bytes:
        parts = []
        for r in range(len(self.samples[0])):
            parts += [self.encode(block[r]) for block in self.samples]
            if self.tals:
                parts.append(self.tals[r].ljust(self.tal_bytes(), b"\0"))
        return b"".join(parts)

    def encode(self, counts: np.ndarray) -> bytes:
        if self.bdf:
            return counts.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        return counts.astype("<i2").tobytes()


def noise(n_records: int, per_record: int, seed: int = 0, limit: int = 30000) -> np.ndarray:
    return np.random.default_rng(seed).integers(-limit, limit, (n_records, per_record))


def signal(recording: Recording) -> np.ndarray:
    return np.concatenate([block.uv for block in recording.blocks()])


def flags(recording: Recording) -> np.ndarray:
    blocks = list(recording.blocks())
    none = [np.zeros(b.uv.shape, np.uint8) if b.flags is None else b.flags for b in blocks]
    return np.concatenate(none)


def uv_of(counts: np.ndarray, bits: int = 16) -> np.ndarray:
    low = -(1 << bits - 1)
    return (counts.reshape(-1) - low) * 2000.0 / ((1 << bits) - 1) - 1000.0


def opened(path: Path, **options: object) -> Recording:
    return open_recording(path, ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", ["edf", "bdf"])
def test_what_edfio_writes_reads_as_mne_and_pyedflib_read_it(tmp_path: Path, suffix: str) -> None:
    edfio, mne = pytest.importorskip("edfio"), pytest.importorskip("mne")
    pyedflib = pytest.importorskip("pyedflib")
    rng = np.random.default_rng(1)
    made = rng.normal(0, 200, (2, 7 * 1000))
    make = (edfio.Edf, edfio.EdfSignal) if suffix == "edf" else (edfio.Bdf, edfio.BdfSignal)
    remarks = [edfio.EdfAnnotation(1.25, None, "zuckt, µ – Wade"), edfio.EdfAnnotation(5, 0.5, "b")]
    path = tmp_path / f"a.{suffix}"
    signals = [
        make[1](row, 1000, label=f"EMG {i}", physical_dimension="uV") for i, row in enumerate(made)
    ]
    make[0](signals, annotations=remarks).write(path)

    recording = opened(path)
    got = signal(recording)
    raw = (mne.io.read_raw_edf if suffix == "edf" else mne.io.read_raw_bdf)(path, verbose="error")
    np.testing.assert_allclose(got, raw.get_data().T * 1e6, atol=1e-9)
    with pyedflib.EdfReader(str(path)) as reader:
        np.testing.assert_allclose(got[:, 1], reader.readSignal(1), atol=1e-9)
    assert [(a.onset_s, a.duration_s, a.text) for a in recording.annotations] == [
        (1.25, 0.0, "zuckt, µ – Wade"),
        (5.0, 0.5, "b"),
    ]
    step = np.ptp(made[0]) / ((1 << (16 if suffix == "edf" else 24)) - 1)
    assert recording.info.channels[0].uv_per_count == pytest.approx(step, rel=1e-3)
    assert recording.n_samples == 7000


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("derived/tms_rfdi_recr_20s.bdf", "read_raw_bdf"),
        ("derived/tremor_mvc_flex_Flex.edf", "read_raw_edf"),
    ],
)
def test_real_recordings_read_as_mne_reads_them(real: Real, name: str, reader: str) -> None:
    mne = pytest.importorskip("mne")
    recording = opened(real(name))
    raw = getattr(mne.io, reader)(real(name), verbose="error")
    np.testing.assert_allclose(signal(recording), raw.get_data().T * 1e6, atol=1e-9)
    assert recording.info.rate_hz == raw.info["sfreq"]
    assert recording.n_samples == len(raw)


@pytest.mark.parametrize("bdf", [False, True])
@pytest.mark.parametrize(
    ("n_records", "per_record", "record_s"),
    [
        (7, 1000, "1"),
        (40, 100, "0.1"),
        (2, 25001, "12.5005"),
        (1, 9001, "9.001"),
        (900, 3, "0.003"),
    ],
)
def test_records_of_any_length_give_every_count(
    tmp_path: Path, n_records: int, per_record: int, record_s: str, bdf: bool
) -> None:
    made = (noise(n_records, per_record, 1), noise(n_records, per_record, 2))
    path = Made(made, record_s=record_s, bdf=bdf).write(tmp_path / "a.edf")
    recording = opened(path)
    bits = 24 if bdf else 16
    want = np.column_stack([uv_of(block, bits) for block in made])
    np.testing.assert_allclose(signal(recording), want, atol=1e-9)
    starts = [block.first_sample for block in recording.blocks()]
    assert starts == list(np.cumsum([0] + [b.n_samples for b in recording.blocks()])[:-1])
    assert max(b.n_samples for b in recording.blocks()) <= 4 * recording.info.rate_hz


def test_the_patient_is_never_named_and_the_start_is_iso(tmp_path: Path) -> None:
    recording = opened(Made((noise(2, 500),), variant="EDF+C").write(tmp_path / "a.edf"))
    assert recording.provenance.start_time == "2012-03-02T23:59:58"
    assert "Harry" not in repr(recording)
    assert recording.provenance.format == "EDF+C"


def test_a_gap_of_edf_d_is_a_jump_of_first_sample(tmp_path: Path) -> None:
    tals = (
        b"+0.5\x14\x14\0+0.75\x14twitch\x14",
        b"+1.5\x14\x14",
        b"+4.1\x14\x14\0+4.2\x14late\x14",
    )
    made = Made((noise(3, 1000),), tals=tals, variant="EDF+D").write(tmp_path / "a.edf")
    recording = opened(made)
    blocks = list(recording.blocks())
    assert [(b.first_sample, b.n_samples) for b in blocks] == [(0, 2000), (3600, 1000)]
    assert recording.n_samples == 4600
    assert [(round(a.onset_s, 9), a.text) for a in recording.annotations] == [
        (0.25, "twitch"),
        (3.7, "late"),
    ]


def test_onsets_rounded_to_milliseconds_make_no_gap(tmp_path: Path) -> None:
    tals = tuple(f"+{r * 0.0333333:.3f}\x14\x14".encode() for r in range(60))
    made = Made((noise(60, 400),), tals=tals, variant="EDF+D", record_s="0.033333")
    assert opened(made.write(tmp_path / "a.edf")).n_samples == 24000


@pytest.mark.parametrize(
    ("onsets", "word"),
    [
        ((b"+0", b"+0.5"), "overlap"),
        ((b"+5", b"+1"), "order"),
        ((b"+0", b"x"), "does not say when"),
        ((b"+0", b"+900000000000"), "damaged"),
    ],
)
def test_impossible_record_times_are_refused(
    tmp_path: Path, onsets: Sequence[bytes], word: str
) -> None:
    tals = tuple(onset + b"\x14\x14" for onset in onsets)
    made = Made((noise(2, 1000),), tals=tals, variant="EDF+D").write(tmp_path / "a.edf")
    with pytest.raises(InputError, match=word):
        opened(made)


def test_times_that_contradict_a_continuous_file_are_noted(tmp_path: Path) -> None:
    tals = (b"+0\x14\x14", b"+7\x14\x14")
    made = Made((noise(2, 1000),), tals=tals, variant="EDF+C").write(tmp_path / "a.edf")
    recording = opened(made)
    assert recording.n_samples == 2000
    assert "up to 6 s off" in recording.provenance.notes[0]


def test_a_run_at_the_rail_is_clipped_and_a_touch_is_not(tmp_path: Path) -> None:
    counts = noise(4, 2000)
    counts[0, 500:502] = 32767  # a touch
    counts[1, 100:104] = -32768
    counts[1, -1] = counts[2, 0] = counts[2, 1] = 32767  # across a cut
    got = flags(opened(Made((counts,)).write(tmp_path / "a.edf")))[:, 0]
    want = [2100, 2101, 2102, 2103, 3999, 4000, 4001]
    assert list(np.flatnonzero(got == Flag.CLIPPED)) == want
    assert np.count_nonzero(got) == len(want)


def test_an_open_or_torn_recording_is_read_to_its_last_whole_record(tmp_path: Path) -> None:
    made = Made((noise(3, 1000),))
    torn = tmp_path / "torn.edf"
    torn.write_bytes((made.header() + made.records())[:-700])
    assert opened(torn).n_samples == 2000
    assert "2 of 3 data records" in opened(torn).provenance.notes[0]
    unclosed = opened(replace(made, n_records="-1", tail=b"xy").write(tmp_path / "open.edf"))
    assert unclosed.n_samples == 3000
    assert "not closed" in unclosed.provenance.notes[0]


def test_signals_of_one_rate_are_chosen_or_asked_for(tmp_path: Path) -> None:
    made = Made((noise(3, 1000), noise(3, 250), noise(3, 100)), labels=("EMG a", "EMG b", "ECG"))
    path = made.write(tmp_path / "a.edf")
    with pytest.raises(MissingFactError, match=r"different rates.*--channels"):
        opened(path)
    assert opened(path, channels=("EMG b",)).info.rate_hz == 250
    with pytest.raises(MissingFactError, match="different rates"):
        opened(path, channels=("1", "2"))
    with pytest.raises(UsageError, match="EMG a"):
        opened(path, channels=("leg",))


def test_channels_left_out_are_named(tmp_path: Path) -> None:
    path = Made((noise(3, 1000), noise(3, 100)), labels=("EMG", "Resp")).write(tmp_path / "a.edf")
    assert "Resp" in opened(path).provenance.notes[0]


def test_units_scale_and_unknown_ones_are_asked_for(tmp_path: Path) -> None:
    counts = noise(2, 1000)
    volts = Made((counts,), unit="mV", physical=("-1", "1")).write(tmp_path / "v.edf")
    np.testing.assert_allclose(signal(opened(volts))[:, 0], uv_of(counts), atol=1e-9)
    assert opened(volts).info.resolution_uv == pytest.approx(2000 / 65535)
    bare = Made((counts,), unit="").write(tmp_path / "b.edf")
    with pytest.raises(MissingFactError, match="--unit"):
        opened(bare)
    plain = opened(bare, unit="counts")
    assert plain.info.channels[0].uv_per_count is None
    np.testing.assert_array_equal(signal(plain)[:, 0], counts.reshape(-1))


def test_an_inverted_physical_range_inverts_the_signal(tmp_path: Path) -> None:
    counts = noise(2, 1000)
    path = Made((counts,), physical=("1000", "-1000")).write(tmp_path / "a.edf")
    np.testing.assert_allclose(signal(opened(path))[:, 0], -uv_of(counts), atol=1e-9)


def test_a_rate_from_the_person_moves_annotations_with_their_samples(tmp_path: Path) -> None:
    tals = (b"+0\x14\x14\0+0.5\x14x\x14", b"+1\x14\x14")
    path = Made((noise(2, 1000),), tals=tals, variant="EDF+C").write(tmp_path / "a.edf")
    recording = opened(path, rate_hz=2000.0)
    assert recording.info.rate_hz == 2000
    assert recording.annotations[0].onset_s == 0.25


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("HP:0.1Hz LP:75Hz", (0.1, 75.0)),
        ("HP:10Hz LP:500Hz N:50Hz", (10.0, 500.0)),
        ("HP: DC; LP: 410 Hz", (0.0, 410.0)),
        ("LP:1kHz", (0.0, 1000.0)),
        ("HP:0,5 LP:70", (0.5, 70.0)),
        ("HP:20Hz", None),
        ("HP:500Hz LP:20Hz", None),
        ("none", None),
        ("", None),
    ],
)
def test_prefiltering_tells_the_bandwidth(text: str, band: tuple[float, float] | None) -> None:
    assert bandwidth_hz([text]) == band
    assert bandwidth_hz([text, ""]) is None


def test_the_narrowest_band_of_all_channels_counts() -> None:
    assert bandwidth_hz(["HP:0.1Hz LP:75Hz", "HP:5Hz LP:500Hz"]) == (5.0, 75.0)


BAD = {
    "signal count negative": {"n_signals": "-1"},
    "signal count huge": {"n_signals": "9999"},
    "signal count no number": {"n_signals": "nan"},
    "header size": {"header_bytes": "99999999"},
    "header size negative": {"header_bytes": "-512"},
    "samples negative": {"per_record": "-1000"},
    "samples huge": {"per_record": "99999999"},
    "samples no number": {"per_record": "1e3"},
    "samples zero": {"per_record": "0"},
    "record time zero": {"record_s": "0"},
    "record time nan": {"record_s": "nan"},
    "record time infinite": {"record_s": "inf"},
    "records negative": {"n_records": "-5"},
    "records zero": {"n_records": "0"},
    "records no number": {"n_records": "many"},
    "physical nan": {"physical": ("nan", "1")},
    "physical infinite": {"physical": ("-1e999", "1e999")},
    "physical empty": {"physical": ("0", "0")},
    "rate too low": {"record_s": "1000000"},
}


@pytest.mark.parametrize("name", BAD)
def test_hostile_headers_are_refused_at_once(tmp_path: Path, name: str) -> None:
    path = replace(Made((noise(2, 1000),)), **BAD[name]).write(tmp_path / "a.edf")  # type: ignore[arg-type]
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        signal(opened(path))
    assert time.monotonic() - began < 1.0
    assert len(str(caught.value)) > 40


@pytest.mark.parametrize("keep", [0, 5, 100, 256, 400, 512, 2000])
def test_files_cut_before_a_whole_record_are_refused(tmp_path: Path, keep: int) -> None:
    made = Made((noise(2, 1000),))
    path = tmp_path / "a.edf"
    path.write_bytes((made.header() + made.records())[:keep])
    with pytest.raises(InputError):
        opened(path)


def test_a_file_that_shrinks_while_it_is_read_is_an_input_error(tmp_path: Path) -> None:
    path = Made((noise(9, 1000),)).write(tmp_path / "a.edf")
    recording = opened(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="ends at byte"):
        signal(recording)


def test_damaged_annotations_are_left_out_and_counted(tmp_path: Path) -> None:
    tals = (b"+0\x14\x14\0junk", b"+1\x14\x14\0+1.5\x15\x14x\x14")
    path = Made((noise(2, 1000),), tals=tals, variant="EDF+C").write(tmp_path / "a.edf")
    assert "2 damaged annotations" in opened(path).provenance.notes[0]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=900), st.booleans())
def test_arbitrary_bytes_after_the_magic_raise_nothing_else(
    tmp_path: Path, tail: bytes, bdf: bool
) -> None:
    path = tmp_path / "a.edf"
    path.write_bytes((b"\xffBIOSEMI" if bdf else b"0       ") + tail)
    with pytest.raises(FasciscopeError):
        signal(opened(path))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_to_a_sound_file_reads_or_is_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    tals = (b"+0\x14\x14\0+0.5\x14x\x14", b"+1\x14\x14")
    made = Made((noise(2, 30),), tals=tals, variant="EDF+D")
    raw = bytearray(made.header() + made.records())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(8, len(raw) - 1))
        piece = data.draw(st.sampled_from([b"9", b"-", b"\0", b" ", b"\xff", b"1e", b".", b"nan"]))
        raw[at : at + len(piece)] = piece
    path = tmp_path / "a.edf"
    path.write_bytes(bytes(raw))
    try:
        recording = opened(path)
        total = sum(block.n_samples for block in recording.blocks())
    except FasciscopeError:
        return
    assert recording.n_samples is not None
    assert 0 < total <= recording.n_samples


@pytest.mark.slow
def test_an_hour_of_eight_channels_passes_in_bounded_memory(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    made = Made(tuple(noise(1, 2000, i) for i in range(8)))
    path = tmp_path / "a.edf"
    with path.open("wb") as handle:
        handle.write(replace(made, n_records="3600").header())
        record = made.records()
        for _ in range(3600):
            handle.write(record)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total = sum(block.n_samples for block in opened(path).blocks())
    assert total == 3600 * 2000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KiB
