"""Boards of our own firmware tell what they are, and that counts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fasciscope.acquisition import hello
from fasciscope.acquisition.hello import hello_over
from fasciscope.acquisition.link import NoFramesError, Piece
from fasciscope.acquisition.virtual_link import VirtualLink
from fasciscope.app.own_way import own_way
from fasciscope.app.sources import Wanted, open_source
from fasciscope.core import DeviceError, UsageError
from fasciscope.firmware_bridge import Board, board, own
from fasciscope.firmware_bridge.own_hello import Hello
from fasciscope.firmware_bridge.own_manner import OwnManner
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import VirtualBoard, virtual_board

PROFILE: Profile = replace(PROFILES["fasciscope-uno"], wakes_s=0.0)
TABLE: Board = board("fasciscope-uno")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Played boards answer at once."""
    monkeypatch.setattr(hello, "ANSWER_S", 0.2)


SKETCH = Hello("EMG bench 3", 3, 12, 0, 4095, (1_000_000, 1001), 0.5)


def numbered(n_channels: int) -> Callable[[int, int], np.ndarray]:
    """Samples that tell their number."""
    return lambda first, n: np.tile((first + np.arange(n)[:, None]) % 4000, n_channels).astype("i4")


def told_link(said: Hello = SKETCH) -> VirtualLink:
    """A board that says this of itself."""
    sketch = VirtualBoard(OwnManner(said.codec, said), numbered(said.channels))
    return VirtualLink("sketch", Played(sketch, said.rate_hz), 0.0)


class Damaged(VirtualLink):
    """Spoils the first answers to a question."""

    spoils = 1

    def read(self, timeout_s: float) -> Piece | None:
        piece = super().read(timeout_s)
        if piece is None or self.spoils == 0:
            return piece
        self.spoils -= 1
        return Piece(piece.data[:50] + b"?" + piece.data[51:], piece.received_s)


class TwoSpeeds(VirtualLink):
    """Deaf until it was varied."""

    deaf = True

    def write(self, data: bytes) -> None:
        if not self.deaf:
            super().write(data)

    def vary(self) -> bool:
        was, self.deaf = self.deaf, False
        return was


def test_the_boards_word_goes_before_the_tables() -> None:
    way = own_way(TABLE, PROFILE, told_link(), None)
    assert way.rate_hz == 1_000_000 / 1001
    assert (way.board.title, way.board.channels, way.board.bits) == (
        "EMG bench 3, fasciscope firmware",
        3,
        12,
    )
    assert [(r.low, r.high, r.uv_per_count) for r in way.ranges] == [(0, 4095, 0.5)] * 3
    assert way.board.caution == ""
    assert way.names == ("EMG1", "EMG2", "EMG3")


def test_a_virtual_board_is_recorded_at_the_rate_that_it_tells() -> None:
    opened = open_source("virtual:fasciscope-3?speed=0&rate=400", Wanted({}))
    assert opened.info.rate_hz == 400.0
    assert opened.info.n_channels == 3
    with opened.live(None) as source:
        blocks = []
        for delivery in source.deliveries():
            blocks += delivery.blocks
            if blocks and blocks[-1].end_sample > 2000:
                break
    assert source.tally.lost == 0
    assert [b.first_sample for b in blocks[1:]] == [b.end_sample for b in blocks[:-1]]


def test_a_rate_that_the_board_refuses_is_told_in_its_words() -> None:
    with pytest.raises(DeviceError, match=r"refuses 'rate 999'.*error 1000..1000 Hz"):
        own_way(TABLE, PROFILE, told_link(Hello("b", 1, 10, 0, 1023, (1000, 1))), 999.0)
    with pytest.raises(UsageError, match="whole numbers"):
        own_way(TABLE, PROFILE, told_link(), 99.5)


def test_a_rate_is_set_before_the_board_is_asked_and_again_before_it_starts() -> None:
    hello = Hello("b", 1, 10, 0, 1023, (1000, 1))
    way = own_way(TABLE, PROFILE, told_link(hello), 1000.0)
    assert way.profile.start == (b"rate 1000\n", own.HELLO, own.START)


def test_a_damaged_answer_is_asked_for_again() -> None:
    sketch = VirtualBoard(OwnManner(SKETCH.codec, SKETCH), numbered(3))
    link = Damaged("sketch", Played(sketch, SKETCH.rate_hz), 0.0)
    link.spoils = 2  # the answer to stop, and the first to hello?
    assert hello_over(link, PROFILE) == SKETCH


def test_a_board_that_still_streams_is_stopped_first() -> None:
    sketch = VirtualBoard(OwnManner(SKETCH.codec, SKETCH), numbered(3))
    sketch.receive(own.START)
    link = VirtualLink("sketch", Played(sketch, SKETCH.rate_hz), 0.0)
    assert hello_over(link, PROFILE) == SKETCH
    assert not sketch.manner.streaming


def test_every_speed_is_tried_before_it_is_given_up() -> None:
    sketch = VirtualBoard(OwnManner(SKETCH.codec, SKETCH), numbered(3))
    link = TwoSpeeds("sketch", Played(sketch, SKETCH.rate_hz), 0.0)
    assert hello_over(link, PROFILE) == SKETCH


def test_a_board_with_other_firmware_is_told_as_such() -> None:
    other = virtual_board("cyton", numbered(8))
    with pytest.raises(NoFramesError, match=r"does not answer 'hello\?'.*firmware"):
        hello_over(VirtualLink("cyton", Played(other, 250.0), 0.0), PROFILE)
