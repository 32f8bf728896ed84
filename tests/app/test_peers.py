"""Other people's clients read from our virtual boards what these send.

Some of them are GPL: they are run here, and no part of them is in fasciscope.
"""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from fasciscope.app.player import Player, pseudo_terminal
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import Signal, virtual_board

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def numbered(name: str) -> Signal:
    """Counts that tell their own number and channel, within every channel's range."""
    codec = CODECS[PROFILES[name].codec]
    span = np.array(codec.high) + 1

    def counts(first: int, n: int) -> np.ndarray:
        at = np.arange(first, first + n)[:, None] + 5 * np.arange(codec.n_channels)
        return (at % span).astype(np.int32)

    return counts


@contextmanager
def played(name: str, rate_hz: float) -> Iterator[str]:
    """The port of a board that is played by another thread."""
    over = threading.Event()
    with pseudo_terminal() as (way, port):
        player = Player(Played(virtual_board(name, numbered(name), rate_hz), rate_hz))

        def work() -> None:
            while not over.is_set():
                player.step(way)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield port
        finally:
            over.set()
            thread.join()


def test_bitalinos_own_api_reads_every_sample_and_every_number() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is old
        bitalino = pytest.importorskip("bitalino")
    with played("bitalino", 1000.0) as port:
        device = bitalino.BITalino(port, timeout=5)
        assert "BITalino" in device.version()
        device.start(1000, [0, 1, 2, 3, 4, 5])
        rows = np.concatenate([device.read(100) for _ in range(5)]).astype(int)
        device.stop()
        device.close()
    assert (np.diff(rows[:, 0]) % 16 == 1).all()
    np.testing.assert_array_equal(rows[:, 5:], numbered("bitalino")(0, 500))
