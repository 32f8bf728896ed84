"""What is written is what other people's readers read, at any moment and however the process ends."""

import random
import subprocess
import sys
import textwrap
import warnings
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import edfio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.core import Annotation, ChannelInfo, StreamInfo
from fasciscope.datasets import open_recording
from fasciscope.datasets.edf_writer import END, LOST, CountRange, EdfWriter

START = datetime(2026, 11, 23, 15, 4, 5)
WIDE = CountRange(-(1 << 23), (1 << 23) - 1, 4.5e6 / 24 / (2**23 - 1))
TEN_BITS = CountRange(0, 1023, 3.3e6 / 2**10 / 1009)
BARE = CountRange(0, 1023, None)


def info_of(n: int, rate_hz: float = 250.0) -> StreamInfo:
    return StreamInfo("test", rate_hz, tuple(ChannelInfo(f"ch{k + 1}", 1.0) for k in range(n)))


def counts_of(spread: CountRange, n: int, channels: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    counts = rng.integers(spread.low, spread.high + 1, (n, channels)).astype(np.int32)
    counts[0], counts[1] = spread.low, spread.high
    return counts


def written(path: Path, counts: np.ndarray, spread: CountRange, rate_hz: float = 250.0) -> Path:
    n = counts.shape[1]
    with EdfWriter(path, info_of(n, rate_hz), (spread,) * n, START) as writer:
        writer.write(counts, 0)
    return path


def digital(path: Path) -> np.ndarray:
    read = edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf
    return np.stack([signal.digital for signal in read(path).signals[:-1]], axis=1)


@pytest.mark.parametrize(
    ("name", "spread", "rate_hz"),
    [("a.bdf", WIDE, 250.0), ("a.edf", TEN_BITS, 1000.0), ("a.edf", BARE, 199.005)],
)
def test_three_readers_read_what_was_written(
    tmp_path: Path, name: str, spread: CountRange, rate_hz: float
) -> None:
    mne = pytest.importorskip("mne")
    counts = counts_of(spread, 2345, 3)
    path = written(tmp_path / name, counts, spread, rate_hz)
    np.testing.assert_array_equal(digital(path)[: len(counts)], counts)
    scale = spread.uv_per_count
    ours = open_recording(path) if scale else None
    if ours is not None and scale:
        assert ours.info.rate_hz == pytest.approx(rate_hz, rel=1e-6)
        uv = np.concatenate([block.uv for block in ours.blocks()])
        step = 1e-6 * scale * max(abs(spread.low), spread.high)
        np.testing.assert_allclose(uv[: len(counts)], counts * scale, atol=step)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MNE remarks on units that it does not know
        raw = getattr(mne.io, f"read_raw_{path.suffix[1:]}")(path, verbose="error")
    assert raw.info["sfreq"] == pytest.approx(rate_hz, rel=1e-6)
    assert raw.n_times >= len(counts)
    assert END in raw.annotations.description


@given(cuts=st.lists(st.integers(1, 999), max_size=8))
def test_how_samples_come_changes_no_byte(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    counts = counts_of(TEN_BITS, 1000, 2)
    whole = written(folder / "whole.edf", counts, TEN_BITS)
    with EdfWriter(folder / "cut.edf", info_of(2), (TEN_BITS,) * 2, START) as writer:
        for low, high in pairwise(sorted({0, 1000, *cuts})):
            writer.write(counts[low:high], low)
            writer.write(counts[:0], high)
    assert (folder / "cut.edf").read_bytes() == whole.read_bytes()


def test_what_is_missing_is_filled_and_named_so_that_time_stays_true(tmp_path: Path) -> None:
    counts = counts_of(WIDE, 500, 2)
    path = tmp_path / "gap.bdf"
    with EdfWriter(path, info_of(2), (WIDE,) * 2, START) as writer:
        writer.write(counts[:300], 0)
        writer.annotate_loss(300, 10_000, 9_990, 10_010)
        writer.write(counts[300:], 10_300)
    read = digital(path)
    np.testing.assert_array_equal(read[:300], counts[:300])
    assert (read[300:10_300] == counts[299]).all()
    np.testing.assert_array_equal(read[10_300:10_500], counts[300:])
    said = {a.text: a for a in edfio.read_bdf(path).annotations}
    named = said[f"10000 {LOST}, 9990 to 10010"]
    assert named.onset == pytest.approx(1.2)
    assert named.duration == pytest.approx(40.0)
    status = edfio.read_bdf(path).signals[-1].digital
    assert set(np.flatnonzero(status == 1)) == set(range(300, 10_300))
    assert set(np.flatnonzero(status == 2)) == set(range(10_500, len(status)))
    assert said[END].onset == pytest.approx(42.0)


def test_thousands_of_annotations_survive_in_order(tmp_path: Path) -> None:
    path = tmp_path / "many.edf"
    told = [Annotation(k / 100, 0.011, f"fasciculation {k} é") for k in range(5000)]
    with EdfWriter(path, info_of(1), (TEN_BITS,), START) as writer:
        for k, annotation in enumerate(told):
            writer.write(np.full((2, 1), 512, np.int32), 2 * k)
            writer.annotate(annotation)
    read = [a for a in edfio.read_edf(path).annotations if a.text != END]
    assert [a.text for a in read] == [a.text for a in told]
    assert [a.text for a in open_recording(path).annotations if a.text != END] == [
        a.text for a in told
    ]


def test_a_text_cannot_break_out_of_its_annotation(tmp_path: Path) -> None:
    path = tmp_path / "odd.edf"
    with EdfWriter(path, info_of(1), (TEN_BITS,), START) as writer:
        writer.annotate(Annotation(0.1, 0.0, "a\x14\0+9\x14b" + "long " * 400))
        writer.write(np.full((300, 1), 512, np.int32), 0)
    first = edfio.read_edf(path).annotations[0]
    assert first.onset == pytest.approx(0.1)
    assert first.text.startswith("a+9blong")


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "a.edf", counts_of(TEN_BITS, 10, 1), TEN_BITS)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        EdfWriter(path, info_of(1), (TEN_BITS,), START)
    assert path.read_bytes() == before


WRITING = textwrap.dedent("""
    import sys
    from datetime import datetime
    from pathlib import Path
    import numpy as np
    from fasciscope.core import ChannelInfo, StreamInfo
    from fasciscope.datasets.edf_writer import CountRange, EdfWriter
    limit = int(sys.argv[2])
    if limit:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    spread = CountRange(-(1 << 23), (1 << 23) - 1, 0.02)
    info = StreamInfo("test", 250.0, (ChannelInfo("a", 0.02), ChannelInfo("b", 0.02)))
    writer = EdfWriter(Path(sys.argv[1]), info, (spread, spread), datetime(2026, 1, 1))
    at = 0
    while True:
        counts = np.arange(at, at + 50, dtype=np.int32)[:, None] * np.array([1, -1], np.int32)
        try:
            writer.write(counts, at)
        except OSError as error:
            print("full", error.errno, flush=True)
            sys.exit(5)
        at += 50
        print(at, flush=True)
""")


def check_ramp(path: Path) -> int:
    """The samples that the file holds; each must be its own number."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", ".*data ?record", UserWarning
        )  # half a record, one uncounted
        read = digital(path)
    n = len(read)
    np.testing.assert_array_equal(read[:, 0], np.arange(n))
    np.testing.assert_array_equal(read[:, 1], -np.arange(n))
    return n


@pytest.mark.parametrize("seed", [1, 2, pytest.param(0, marks=pytest.mark.slow)])
def test_killed_at_any_moment_no_more_than_the_last_second_is_missing(
    tmp_path: Path, seed: int
) -> None:
    pick = random.Random(seed)
    for run in range(50 if seed == 0 else 2):
        path = tmp_path / f"{run}.bdf"
        child = subprocess.Popen(
            [sys.executable, "-c", WRITING, path, "0"], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        told = 0
        for _ in range(pick.randint(1, 400)):
            told = int(child.stdout.readline())
        child.kill()
        rest = child.stdout.read().split()
        child.wait()
        child.stdout.close()
        told = max([told, *map(int, rest[:-1])])
        assert check_ramp(path) >= told - 250


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "full.bdf"
    done = subprocess.run(
        [sys.executable, "-c", WRITING, path, "60000"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 5, done.stderr
    *told, last = done.stdout.splitlines()
    assert last.startswith("full")
    assert check_ramp(path) >= int(told[-1]) - 250
