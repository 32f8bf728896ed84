"""Boards in the air: `board --ble` and our own `ble:` link, through the real bleak, without a radio."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.app import peripheral
from fasciscope.app.main import run
from fasciscope.app.virtual import ScenarioSignal, played_scenario
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.profiles import PROFILES

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("needs Linux and dbus-daemon (apt install dbus-daemon)", allow_module_level=True)

from fasciscope.acquisition.ble import BleLink, Patience
from fasciscope.acquisition.link import LinkLostError

from ..acquisition.fake_bluez import private_bus
from ..acquisition.hosting import HostingBluez

BOUND_S = 20.0
QUICK = Patience(scan_s=10.0, settle_s=0.05, connect_s=5.0, call_s=5.0)
IN_THE_AIR = sorted(name for name, profile in PROFILES.items() if profile.gatt is not None)


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with private_bus() as address:
        yield address


@pytest.fixture
def bluez(bus: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostingBluez]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with HostingBluez(bus) as service:
        yield service


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + BOUND_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.002)


@contextmanager
def in_the_air(name: str, rate_hz: float, faults: Faults | None = None) -> Iterator[None]:
    """A board that another thread plays as the command does."""
    gatt = peripheral.check_gatt(name)
    played = played_scenario(name, ScenarioSignal(name, "demo"), rate_hz, faults)
    over, said = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            peripheral.play_on_ble(played, gatt, over.is_set, lambda port: said.set())
        except BaseException as error:
            errors.append(error)
            said.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert said.wait(BOUND_S)
        yield
    finally:
        over.set()
        thread.join(BOUND_S)
    assert errors == []


def heard(link: BleLink, name: str, n_samples: int) -> NDArray[np.int32]:
    """Start the board, and so many of its samples at least."""
    for command in PROFILES[name].start:
        link.write(command)
    decoder = CODECS[PROFILES[name].codec].decoder()
    got = [np.empty((0, CODECS[PROFILES[name].codec].n_channels), np.int32)]
    while sum(map(len, got)) < n_samples:
        piece = link.read(BOUND_S)
        assert piece is not None
        decoded = decoder.feed(piece.data)
        assert decoded.garbage == ()
        got.append(decoded.frames.counts)
    return np.concatenate(got)


@pytest.mark.parametrize("name", IN_THE_AIR)
def test_what_a_board_sends_arrives_as_the_scenario_has_it(bluez: HostingBluez, name: str) -> None:
    gatt = peripheral.check_gatt(name)
    link = BleLink("", gatt, patience=QUICK)
    with in_the_air(name, 1000.0):
        assert bluez.advertised == [gatt.names[0]]
        link.open()
        got = heard(link, name, 800)
        link.close()
    scenario = ScenarioSignal(name, "demo")(0, 60_000)
    first = 0 if PROFILES[name].start else start_of(got, scenario)
    np.testing.assert_array_equal(got, scenario[first : first + len(got)])
    assert bluez.advertised == bluez.registered == []


def start_of(got: NDArray[np.int32], scenario: NDArray[np.int32]) -> int:
    """Where these samples begin."""
    same = np.lib.stride_tricks.sliding_window_view(scenario[:, 0], 50) == got[:50, 0]
    (first,) = np.flatnonzero(same.all(axis=1))
    return int(first)
