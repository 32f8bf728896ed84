"""Streams of the Lab Streaming Layer by pylsl's and by mne-lsl's outlets, through the whole live way."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fasciscope.app.main import run
from fasciscope.app.sources import Wanted, open_source
from fasciscope.core import DeviceError, MissingFactError
from fasciscope.datasets import open_recording

SESSION = uuid.uuid4().hex[:8]
RATE_HZ = 500.0
FASCISCOPE = [sys.executable, "-m", "fasciscope"]


@pytest.fixture(scope="module", autouse=True)
def lsl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """pylsl that hears this machine only; the configuration must be there before it is imported."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(
        "[ports]\nIPv6 = disable\n[multicast]\nResolveScope = machine\n"
        "AddressesOverride = {127.0.0.1}\nTTLOverride = 0\n"
        f"[lab]\nKnownPeers = {{127.0.0.1}}\nSessionID = {SESSION}\n[log]\nlevel = -2\n"
    )
    os.environ["LSLAPICFG"] = str(config)
    return pytest.importorskip("pylsl")


def values(first: int, n: int) -> np.ndarray:
    """(n, 2): counts that tell their number, in microvolts with a fraction."""
    at = np.arange(first, first + n)[:, None]
    return (at % 4000 + np.array([0.25, 0.5])).astype(np.float32)


@contextmanager
def outlet(lsl: Any, name: str, unit: str | None, kind: str = "pylsl") -> Iterator[None]:
    """A stream at true pace while it lasts."""
    if kind == "pylsl":
        info = lsl.StreamInfo(name, "EMG", 2, RATE_HZ, "float32", f"id-{name}")
        channels = info.desc().append_child("channels")
        for label in ("calf", "thigh"):
            one = channels.append_child("channel")
            one.append_child_value("label", label)
            if unit:
                one.append_child_value("unit", unit)
        out = lsl.StreamOutlet(info)
    else:
        mne_lsl = pytest.importorskip("mne_lsl.lsl")
        info = mne_lsl.StreamInfo(name, "EMG", 2, RATE_HZ, "float32", f"id-{name}")
        info.set_channel_names(["calf", "thigh"])
        info.set_channel_types("emg")
        info.set_channel_units("microvolts" if unit is None else unit)
        out = mne_lsl.StreamOutlet(info)
    over = threading.Event()

    def work(push: Any) -> None:
        sent, began = 0, lsl.local_clock()
        while not over.wait(0.02):
            due = int((lsl.local_clock() - began) * RATE_HZ)
            if due > sent:
                push(values(sent, due - sent))
                sent = due

    push = out.push_chunk
    thread = threading.Thread(
        target=work, args=((lambda rows: push(rows.tolist())) if kind == "pylsl" else push,)
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        del out


@pytest.mark.parametrize(
    ("kind", "unit"), [("pylsl", "uV"), ("pylsl", "-6"), ("mne", "microvolts")]
)
def test_what_another_program_sends_is_recorded_in_microvolts(
    lsl: Any, tmp_path: Path, kind: str, unit: str
) -> None:
    name = f"stream-{kind}-{uuid.uuid4().hex[:6]}"
    with outlet(lsl, name, unit, kind):
        assert run(["record", f"lsl:{name}", "--out", str(tmp_path / "s"), "--for", "2s"]) == 0
    read = open_recording(tmp_path / "s")
    assert [c.name for c in read.info.channels] == ["calf", "thigh"]
    assert read.info.rate_hz == RATE_HZ
    uv = np.concatenate([block.uv for block in read.blocks()])
    assert len(uv) == 1000
    np.testing.assert_allclose(uv[:, 1] - uv[:, 0], 0.25, atol=0.03)
    np.testing.assert_allclose(np.diff(uv[:, 0]), 1.0, atol=0.03)  # none is missing


def test_a_stream_without_a_unit_needs_one_and_a_stream_that_is_not_there_is_told(lsl: Any) -> None:
    name = f"bare-{uuid.uuid4().hex[:6]}"
    with outlet(lsl, name, None):
        with pytest.raises(MissingFactError, match="unit=uV"):
            open_source(f"lsl:{name}", Wanted({}))
        opened = open_source(f"lsl:{name}?unit=mV", Wanted({}, ("thigh",)))
        with opened.live(None) as source:
            block = next(d.blocks[0] for d in source.deliveries() if d.blocks)
    assert block.info.channels[0].name == "thigh"
    assert (block.uv[:, 0] % 1000.0).min() >= 499.0  # 0.5 mV above a whole one
    with pytest.raises(DeviceError, match="no LSL stream"):
        open_source("lsl:nobody", Wanted({}))


@pytest.fixture
def ramps(tmp_path: Path) -> Path:
    """A recording of 12 s whose values tell their number, 3 s of them missing."""
    at = np.arange(int(12 * RATE_HZ))
    kept = (at < 6 * RATE_HZ) | (at >= 9 * RATE_HZ)
    rows = [f"{n / RATE_HZ:.3f},{n % 4000},{n % 4000 + 0.5}" for n in at[kept]]
    path = tmp_path / "ramps.csv"
    path.write_text("time,calf,thigh\n" + "\n".join(rows) + "\n")
    return path


class Listener:
    """Another program: one inlet for the samples, one for the events, until both streams are gone."""

    def __init__(self, lsl: Any, name: str) -> None:
        self._lsl, self._name = lsl, name
        self.rows: list[list[float]] = []
        self.stamps: list[float] = []
        self.events: list[str] = []
        self.event_stamps: list[float] = []
        self.info: Any = None
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(60.0)
        assert not self._thread.is_alive(), "the streams never ended"

    def _run(self) -> None:
        lsl = self._lsl
        found = {}
        for name in (self._name, f"{self._name}-events"):
            found[name] = lsl.resolve_byprop("name", name, minimum=1, timeout=30.0)[0]
        inlets = [lsl.StreamInlet(one, recover=False) for one in found.values()]
        for inlet in inlets:
            inlet.open_stream(timeout=10.0)
        self.info = inlets[0].info(timeout=10.0)
        self.listening.set()
        gone = [False, False]
        while not all(gone):
            for k, (rows, stamps) in enumerate(
                ((self.rows, self.stamps), (self.events, self.event_stamps))
            ):
                try:
                    if not gone[k]:
                        more, at = inlets[k].pull_chunk(timeout=0.1)
                        rows.extend(more if k == 0 else [one[0] for one in more])
                        stamps.extend(at)
                except lsl.util.LostError:
                    gone[k] = True


def test_what_is_streamed_reaches_other_programs_sample_for_sample(lsl: Any, ramps: Path) -> None:
    name = f"out-{uuid.uuid4().hex[:6]}"
    listener = Listener(lsl, name)
    address = f"file:{ramps}?unit=uV&speed=4"
    assert run(["stream", address, "--channels", "calf,thigh", "--lsl", name]) == 0
    listener.join()
    rows, stamps = np.array(listener.rows), np.array(listener.stamps)
    assert len(rows) > 3 * RATE_HZ
    np.testing.assert_array_equal(rows[:, 1] - rows[:, 0], 0.5)
    steps = np.rint(np.diff(rows[:, 0]) % 4000).astype(int)
    assert set(steps) == {1, int(3 * RATE_HZ) + 1}, "the gap, and no other"
    np.testing.assert_allclose(np.diff(stamps), steps / RATE_HZ, atol=1e-6)
    channel = listener.info.desc().child("channels").child("channel")
    assert channel.child_value("label") == "calf"
    assert channel.child_value("unit") == "microvolts"
    assert listener.info.nominal_srate() == RATE_HZ


def test_events_reach_other_programs_with_their_own_times(
    lsl: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"told-{uuid.uuid4().hex[:6]}"
    listener = Listener(lsl, name)
    address = "virtual:bitalino?speed=8"
    assert run(["stream", address, "--for", "40s", "--json", "--lsl", name]) == 0
    listener.join()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(f"{e['trial_type']} {e['channel']}", e["onset_s"]) for e in lines if "onset_s" in e]
    heard = list(zip(listener.events, listener.event_stamps, strict=True))
    judged = [one for one in heard if not one[0].startswith("seen ")]
    assert len(judged) > 3
    assert [text for text, _ in judged] == [text for text, _ in told]
    since = np.array([at for _, at in judged]) - judged[0][1]
    np.testing.assert_allclose(since, [at - told[0][1] for _, at in told], atol=0.2)
    assert {text for text, _ in heard} >= {"seen EMG1"}


def test_mne_lsl_reads_names_units_and_values_of_our_stream(lsl: Any, ramps: Path) -> None:
    mne_lsl = pytest.importorskip("mne_lsl.lsl")
    name = f"mne-{uuid.uuid4().hex[:6]}"
    address = f"file:{ramps}?unit=uV&speed=4"
    streaming = threading.Thread(
        target=subprocess.run,
        args=([*FASCISCOPE, "stream", address, "--channels", "calf,thigh", "--lsl", name],),
        kwargs={"check": True},
    )
    streaming.start()
    try:
        inlet = mne_lsl.StreamInlet(mne_lsl.resolve_streams(30.0, name=name)[0], recover=False)
        inlet.open_stream(10.0)
        info = inlet.get_sinfo(10.0)
        assert info.get_channel_names() == ["calf", "thigh"]
        assert info.get_channel_units() == ["microvolts", "microvolts"]
        assert [kind.lower() for kind in info.get_channel_types()] == ["emg", "emg"]
        rows, _ = inlet.pull_chunk(timeout=20.0, max_samples=500)
        inlet.close_stream()
    finally:
        streaming.join()
    assert len(rows) == 500
    np.testing.assert_array_equal(rows[:, 1] - rows[:, 0], 0.5)
    np.testing.assert_array_equal(np.diff(rows[:, 0]) % 4000, 1.0)
