"""Calls into bleak: bounded, and their failures told; no radio is needed for that."""

import asyncio
from enum import Enum

import pytest

from fasciscope.acquisition import ble_loop
from fasciscope.acquisition.ble_loop import BleLoop, explained, within
from fasciscope.core import DeviceError


async def stubborn() -> None:
    """Never answers, and does not let itself be cancelled once."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def broken_off() -> None:
    raise asyncio.CancelledError


async def answer() -> int:
    return 7


def test_an_answer_in_time_is_handed_on() -> None:
    loop = BleLoop("test")
    assert loop.ask(within(10.0, "Asking", answer())) == 7
    loop.stop()
    loop.stop()


def test_a_call_that_hangs_even_while_it_is_given_up_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ble_loop, "GRACE_S", 0.05)
    loop = BleLoop("test")
    with pytest.raises(DeviceError, match=r"^Asking: no answer within 0.02 s"):
        loop.ask(within(0.02, "Asking", stubborn()))
    loop.stop()


def test_a_call_that_bleak_breaks_off_is_told() -> None:
    loop = BleLoop("test")
    with pytest.raises(DeviceError, match=r"^Asking: broken off"):
        loop.ask(within(10.0, "Asking", broken_off()))
    loop.stop()


class Reason(Enum):
    DENIED_BY_USER = 1


class NotAvailableError(Exception):
    reason = Reason.DENIED_BY_USER


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotAvailableError("not available"), "privacy settings.* not available"),
        (Exception("No powered Bluetooth adapters found."), "Bluetooth is off"),  # bleak 1
        (Exception("No Bluetooth adapters found."), "no Bluetooth adapter"),
        (Exception("org.freedesktop.DBus.Error.ServiceUnknown", "x"), "systemctl start bluetooth"),
        (FileNotFoundError(2, "No such file"), "systemctl start dbus bluetooth"),
        (EOFError(), "systemctl start dbus bluetooth"),
        (ValueError("odd"), "^Scanning: ValueError: odd. Switch the board off and on"),
    ],
)
def test_a_failure_says_what_to_do_and_what_was_found(error: Exception, words: str) -> None:
    told = explained(error, "Scanning")
    assert type(told) is DeviceError
    with pytest.raises(DeviceError, match=words):
        raise told
