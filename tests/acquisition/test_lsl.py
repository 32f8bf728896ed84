"""Streams of the Lab Streaming Layer by pylsl's and by mne-lsl's outlets, through the whole live way."""

import os
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
