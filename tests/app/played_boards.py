"""Virtual boards in their own thread, for clients of other people; and what these ought to read."""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from fasciscope.app.player import Player, play_calling, pseudo_terminal
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import Signal, virtual_board

PATIENCE_S = 20.0
"""However slow the machine is; a client that is whole needs a second."""
SCATTER = 2_654_435_761


def scattered(name: str) -> Signal:
    """Counts all over every channel's range, each number's its own."""
    codec = CODECS[PROFILES[name].codec]
    low, high = np.array(codec.low, np.int64), np.array(codec.high, np.int64)

    def counts(first: int, n: int) -> np.ndarray:
        at = np.arange(first, first + n, dtype=np.int64)[:, None]
        mixed = (SCATTER * (at + 1) + 977 * np.arange(codec.n_channels) * (at + 3)) >> 7
        return (low + mixed % (high - low + 1)).astype(np.int32)

    return counts


def follow(rows: ArrayLike, signal: Signal, latest: int = 5000) -> int:
    """Check that `rows` are the signal's from some sample on, none missing; give its number."""
    got = np.asarray(rows)
    assert len(got), "nothing was read"
    first = np.flatnonzero((signal(0, latest) == got[0]).all(axis=1))
    assert len(first), f"no sample is {got[0]}"
    np.testing.assert_array_equal(got, signal(int(first[0]), len(got)))
    return int(first[0])


def until(done: Callable[[], bool]) -> bool:
    """Wait for what a client's own thread does."""
    pause = threading.Event()
    return any(done() or pause.wait(0.01) for _ in range(round(100 * PATIENCE_S)))


@contextmanager
def played(
    name: str, signal: Signal, rate_hz: float, through: Callable[[Played], Any] = lambda one: one
) -> Iterator[str]:
    """The port of a board that is played by another thread, `through` something that stands between."""
    over = threading.Event()
    with pseudo_terminal() as (way, port):
        player = Player(through(Played(virtual_board(name, signal, rate_hz), rate_hz)))

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


@contextmanager
def calling(name: str, signal: Signal, rate_hz: float, tcp_port: int) -> Iterator[None]:
    """A board in another thread that calls a client on this machine as soon as that listens."""
    over = threading.Event()
    player = Player(Played(virtual_board(name, signal, rate_hz), rate_hz))
    thread = threading.Thread(
        target=play_calling, args=(player, over.is_set, lambda _name: None, tcp_port)
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def brainflow_heard(client: Any, n_samples: int = 600) -> NDArray[np.float64]:
    """What a session of BrainFlow gives of so many samples and more."""
    client.prepare_session()
    try:
        client.start_stream(45_000)
        assert until(lambda: client.get_board_data_count() >= n_samples)
        data: NDArray[np.float64] = client.get_board_data()
        client.stop_stream()
    finally:
        client.release_session()
    return data


def peer(name: str) -> Any:
    """The module of a peer; old ones warn as they are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name)
