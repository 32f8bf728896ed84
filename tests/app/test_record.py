"""Recording as a person does it: from the command to the folder, and through all that can go wrong."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import edfio
import numpy as np
import pytest

from fasciscope.app.main import run
from fasciscope.app.player import Player, play_on_terminal
from fasciscope.datasets import open_recording
from fasciscope.datasets.session import FACTS, OPEN_FACTS
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import virtual_board

RATE_HZ = 250.0
COMMAND = [sys.executable, "-W", "error", "-m", "fasciscope.app"]
needs_terminals = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def record(source: str, out: Path, *more: str) -> int:
    return run(["record", source, "--out", str(out), *more])


def test_what_a_live_session_found_is_what_analyse_finds_in_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "virtual:bitalino?scenario=demo&speed=0&faults=lost=2e-5,gap=6:0.05,gap=12:0.5"
    live, again = tmp_path / "live", tmp_path / "again"
    muscle = ["--muscle", "calf=gastrocnemius/left"]
    assert record(source, live, "--for", "20s", "--channels", "calf=1,2", *muscle) == 0
    told = capsys.readouterr().out
    assert "fasciculation calf" in told
    assert told.splitlines()[-1] == f"report: {live / 'report.html'}"
    assert run(["analyse", str(live), "--out", str(again)]) == 0
    for name in ("events.tsv", "summary.json"):
        assert (live / name).read_bytes() == (again / name).read_bytes()
    summary = json.loads((live / "summary.json").read_text())
    assert summary["recording"]["device"] == "BITalino (r)evolution"
    assert len(summary["gaps"]) == 1
    facts = json.loads((live / FACTS).read_text())
    assert facts["n_samples"] == 20_000
    assert facts["lost_samples"] >= 500
    assert facts["source"] == source
    assert facts["channels"][0]["muscle"] == "gastrocnemius"


def test_json_lines_tell_events_and_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "virtual:cyton?speed=0"
    assert record(source, tmp_path / "s", "--for", "15", "--json", "--keep-wire") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds[-1] == "status"
    assert lines[-1]["at_s"] == 15.0
    assert lines[-1]["lost"] == 0
    assert lines[-1]["disk_free_bytes"] > 0
    assert lines[-1]["noise"] > 0
    assert {"fasciculation"} <= {one["trial_type"] for one in lines if one["type"] == "event"}
    wire = (tmp_path / "s" / "wire.bin").read_bytes()
    decoder = CODECS["cyton"].decoder()
    frames = [decoder.feed(wire).frames, decoder.finish().frames]
    counts = np.concatenate([one.counts for one in frames])
    stored = edfio.read_bdf(tmp_path / "s" / "signal.bdf").signals[0].digital
    np.testing.assert_array_equal(counts[:3750, 0], stored[:3750])


def test_the_noise_of_a_board_that_sends_little_at_a_time_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["stream", "virtual:ganglion?speed=0", "--for", "3s", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["type"] == "status"
    assert 1.0 < last["noise"] < 20.0


def test_a_stream_shows_events_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["stream", "virtual:cyton?speed=0", "--for", "15"]) == 0
    said = capsys.readouterr()
    assert "fasciculation" in said.out
    assert "lost 0" in said.err
    assert run(["stream", "virtual:cyton?speed=0", "--for", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["type"] == "status"
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_streamed_as_if_it_happened_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert record("virtual:cyton?speed=0&faults=gap=4:1", tmp_path / "s", "--for", "20") == 0
    found = (tmp_path / "s" / "events.tsv").read_text().count("\tfasciculation\t")
    capsys.readouterr()
    source = f"file:{tmp_path / 's'}?speed=40"
    assert run(["stream", source, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    labels = [line["trial_type"] for line in lines if line["type"] == "event"]
    seen = [line["peak_s"] for line in lines if line["type"] == "sighting"]
    assert labels.count("fasciculation") == found > 3
    assert len(seen) >= found
    assert lines[-1]["lost"] == 250
    assert run(["record", source, "--out", str(tmp_path / "x")]) == 2
    assert "recorded already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("nonsense", 2, "KIND:TARGET"),
        ("virtual:toaster", 2, "Boards known"),
        ("virtual:cyton?speed=fast", 2, "times as fast"),
        ("virtual:cyton?scenario=x", 2, "No scenario"),
        ("virtual:cyton?faults=x", 2, "corrupt=P"),
        ("virtual:cyton?colour=red", 2, "scenario"),
        ("virtual:cyton?rate=x", 2, "no number"),
        ("serial:/dev/nope", 3, "?board=NAME"),
        ("serial:/dev/nope?board=cyton", 4, "cannot be opened"),
        ("serial:/dev/nope?board=cyton&baud=x", 2, "no speed"),
        ("serial:/dev/nope?board=cyton-wifi", 2, "not on a serial port"),
        ("tcp:127.0.0.1?board=cyton-wifi", 2, "names no port"),
        ("tcp:127.0.0.1:1?board=cyton-wifi", 4, "cannot be reached"),
    ],
)
def test_what_cannot_be_recorded_is_told_and_leaves_nothing(
    tmp_path: Path, source: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert record(source, tmp_path / "s", "--for", "1") == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_channel_that_the_board_has_not_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert record("virtual:cyton", tmp_path / "s", "--channels", "9") == 2
    assert "EMG8" in capsys.readouterr().err


@contextmanager
def stage(folder: Path, name: str, rate_hz: float = RATE_HZ) -> Iterator[tuple[Path, Played]]:
    """A board on a terminal whose samples are their own numbers."""
    codec = CODECS[PROFILES[name].codec]

    def numbered(first: int, n: int) -> np.ndarray:
        at = np.arange(first, first + n, dtype=np.int32)[:, None]
        return np.repeat(at + 1, codec.n_channels, axis=1)

    played = Played(virtual_board(name, numbered), rate_hz)
    ready, over = threading.Event(), threading.Event()
    link = folder / "port"

    def work() -> None:
        play_on_terminal(Player(played), over.is_set, lambda _name: ready.set(), link)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(10)
        yield link, played
    finally:
        over.set()
        thread.join()


def started(source: str, out: Path) -> subprocess.Popen[str]:
    """A recording in a process of its own, once it has told where it stands."""
    child = subprocess.Popen(
        [*COMMAND, "record", source, "--out", str(out), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    assert "status" in line, (line, child.communicate())
    return child


def digital(path: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*data ?record", UserWarning)
        return edfio.read_bdf(path).signals[0].digital


@needs_terminals
@pytest.mark.parametrize("n", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_any_moment_at_most_the_last_second_is_missing_and_repair_makes_it_whole(
    tmp_path: Path, n: int, capsys: pytest.CaptureFixture[str]
) -> None:
    mne = pytest.importorskip("mne")
    pick = random.Random(n)
    for k in range(n):
        out = tmp_path / f"s{k}"
        with stage(tmp_path, "cyton") as (port, played):
            child = started(f"serial:{port}?board=cyton", out)
            threading.Event().wait(pick.uniform(1.0, 3.0))
            child.kill()
            sent = played.board.sent
            child.communicate()
        before = digital(out / "signal.bdf")
        assert len(before) >= sent - 1.3 * RATE_HZ  # a second, and what was on its way
        np.testing.assert_array_equal(before, np.arange(1, len(before) + 1))
        assert not (out / FACTS).exists()
        assert run(["repair", str(out)]) == 0
        after = digital(out / "signal.bdf")
        np.testing.assert_array_equal(after, np.arange(1, len(after) + 1))
        assert len(after) >= len(before)
        assert (out / FACTS).exists()
        assert not (out / OPEN_FACTS).exists()
        raw = mne.io.read_raw_bdf(out / "signal.bdf", verbose="error")
        assert raw.n_times == len(after) == open_recording(out).n_samples
        assert (out / "report.html").exists()
        assert run(["repair", str(out)]) == 0
        assert "whole already" in capsys.readouterr().out


@needs_terminals
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_ctrl_c_and_sigterm_end_it_cleanly(tmp_path: Path, number: int) -> None:
    out = tmp_path / "s"
    with stage(tmp_path, "cyton", 500.0) as (port, played):
        child = started(f"serial:{port}?board=cyton", out)
        child.send_signal(number)
        said, complained = child.communicate(timeout=60)
        assert not played.board.manner.streaming  # the board was told to stop
    assert child.returncode == 0, complained
    facts = json.loads((out / FACTS).read_text())
    assert facts["n_samples"] == open_recording(out).n_samples > 0
    assert json.loads(said.splitlines()[-1])["type"] == "status"
    assert (out / "report.html").exists()


@needs_terminals
def test_keys_that_are_typed_become_markers(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    out = tmp_path / "s"
    with stage(tmp_path, "cyton") as (port, _played):
        child = subprocess.Popen(
            [*COMMAND, "record", f"serial:{port}?board=cyton", "--out", str(out), "--for", "3s"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stderr is not None
        assert b"lost" in child.stderr.readline()  # the first status: it is running
        os.write(ours, "mé\n".encode())
        child.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert child.returncode == 0
    texts = [a.text for a in open_recording(out).annotations]
    assert [text for text in texts if text.startswith("marker")] == ["marker m", "marker é"]


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a small disk"
)
def test_a_full_disk_ends_it_with_exit_5_and_what_was_written_is_kept(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted: {mounted.stderr.decode()}")
    try:
        out = disk / "s"
        done = subprocess.run(
            [*COMMAND, "record", "virtual:cyton?speed=0", "--out", str(out), "--for", "10m"],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 5, done.stderr
        assert "No space left" in done.stderr
        assert "Traceback" not in done.stderr
        n = len(digital(out / "signal.bdf"))
        assert n * 27 > 150_000  # most of the disk is samples
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert run(["repair", str(out)]) == 0
        assert open_recording(out).n_samples == len(digital(out / "signal.bdf")) == n
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_repair_of_what_is_no_session_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["repair", str(tmp_path)]) == 3
    assert "no session" in capsys.readouterr().err
