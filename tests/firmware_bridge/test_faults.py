"""Faults on request: what was asked for happens, as often as it was asked for, the same each time."""

import numpy as np
import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.faults import Faults, Spoiler, parse_faults


def test_faults_are_read_from_text() -> None:
    read = parse_faults("lost=1e-4, pause=10:0.5,unplug=20:3,drift=-200,reset=7,gap=1:2,seed=3")
    assert read == Faults(
        lost=1e-4, pause_s=(10.0, 0.5), unplug_s=(20.0, 3.0), drift_ppm=-200.0, reset_s=7.0,
        gap_s=(1.0, 2.0), seed=3,
    )  # fmt: skip
    assert parse_faults("") == Faults()


@pytest.mark.parametrize("text", ["lose=1", "lost", "pause=3", "seed=x", "=", "lost=1=2"])
def test_a_fault_that_is_none_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="corrupt=P"):
        parse_faults(text)


@pytest.mark.parametrize("kind", ["lost", "doubled", "corrupt"])
@pytest.mark.parametrize("packet_n", [None, 20])
def test_bytes_are_spoilt_as_often_as_asked(kind: str, packet_n: int | None) -> None:
    data = np.random.default_rng(1).bytes(200_000)
    came = Spoiler(Faults(**{kind: 0.01}), packet_n).spoil(data)
    assert came == Spoiler(Faults(**{kind: 0.01}), packet_n).spoil(data)
    if kind == "corrupt":
        wrong = np.frombuffer(came, np.uint8) != np.frombuffer(data, np.uint8)
        assert wrong.mean() == pytest.approx(0.0 if packet_n else 0.01, rel=0.1)
    else:
        sign = -1 if kind == "lost" else 1
        assert len(came) - len(data) == pytest.approx(sign * 2000, rel=0.25)
        assert len(came) % (packet_n or 1) == 0


def test_without_faults_bytes_are_left_alone() -> None:
    assert Spoiler(Faults(), None).spoil(b"abc") == b"abc"
    assert Spoiler(Faults(lost=0.5), None).spoil(b"") == b""
