"""The board's C code on this machine: what it drops it counts, what it is told it does and answers."""

import ctypes
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.firmware_bridge import own
from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.own_hello import Hello, hello_of

CLOCK_HZ = 2_000_000


class Config(ctypes.Structure):
    """fs_config."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("scale", ctypes.c_char_p),
        ("channels", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("low", ctypes.c_int16),
        ("high", ctypes.c_int16),
        ("clock_hz", ctypes.c_uint32),
        ("ticks_min", ctypes.c_uint32),
        ("ticks_max", ctypes.c_uint32),
    )


@dataclass(slots=True)
class Board:
    """A board in C, its sketch (`obey`) played here."""

    c: ctypes.CDLL
    channels: int = 1
    n_slots: int = 4
    low: int = 0
    high: int = 1023
    taken: int = 0  # samples since the start
    streaming: bool = False
    _config: Config = field(init=False)
    _slots: ctypes.Array[ctypes.c_uint32] = field(init=False)
    _board: ctypes.Array[ctypes.c_uint64] = field(init=False)
    _decoder: own.OwnDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._config = Config(
            b"uno", b"4.8828125", self.channels, 10, self.low, self.high, CLOCK_HZ, 500, 65536
        )
        self._slots = (ctypes.c_uint32 * (10 * self.n_slots))()
        self._board = (ctypes.c_uint64 * (self.c.host_board_bytes() // 8 + 1))()
        self._decoder = own.OwnDecoder(self.channels)
        n_slots = ctypes.c_uint8(self.n_slots)
        self.c.fs_board_init(self._board, ctypes.byref(self._config), self._slots, n_slots, 1000)

    def hear(self, data: bytes) -> None:
        for byte in data:
            action = self.c.fs_board_hear(self._board, ctypes.c_char(byte))
            if action == 1:
                self.c.fs_board_start(self._board)
                self.taken, self.streaming = 0, True
            elif action == 2:
                self.c.fs_board_stop(self._board)
                self.streaming = False

    def sample(self, n: int, *, missed: bool = False) -> None:
        """So many samples, each of counts that tell its number."""
        for k in range(self.taken, self.taken + n):
            counts = (ctypes.c_int16 * self.channels)(*(k % 1000 + c for c in range(self.channels)))
            self.c.fs_board_sample(self._board, None if missed else counts, ctypes.c_uint32(k))
        self.taken += n

    def frame(self) -> bytes:
        out = (ctypes.c_uint8 * own.LENGTH)()
        return bytes(out) if self.c.fs_board_frame(self._board, out) else b""

    def sent(self) -> tuple[list[int], list[str]]:
        """All that waits: the numbers of the samples, and the lines."""
        numbers, lines = [], list[str]()
        while data := self.frame():
            one = self._decoder.feed(data)
            assert one.garbage == ()
            lines += [message.text for message in one.messages]
            if one.frames.n_frames:
                numbers += self._numbers(one.frames)
        return numbers, lines

    def _numbers(self, frames: Frames) -> list[int]:
        assert frames.counter is not None
        assert frames.device_us is not None
        first = int(frames.counter[0])
        numbers = np.arange(first, first + len(frames.counts))
        want = numbers[:, None] % 1000 + np.arange(self.channels)
        np.testing.assert_array_equal(frames.counts, want)
        assert frames.device_us[0] == first
        return numbers.tolist()


def lost_in(lines: list[str]) -> int:
    (line,) = [line for line in lines if line.startswith("ok stop")]
    return int(line.split()[-1])


steps = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6), st.booleans()), max_size=20)


@settings(deadline=None)
@given(channels=st.integers(1, 8), n_slots=st.integers(2, 8), steps=steps)
def test_samples_sent_and_samples_lost_are_the_samples_taken(
    host: ctypes.CDLL, channels: int, n_slots: int, steps: list[tuple[int, int, bool]]
) -> None:
    board = Board(host, channels, n_slots)
    per_frame = own.samples_per_frame(channels)
    board.hear(own.START)
    numbers, lines = board.sent()
    assert (numbers, lines) == ([], ["ok start"])
    for n_taken, n_sent, missed in steps:
        board.sample(n_taken)
        if missed:
            board.sample(1, missed=True)
        for _ in range(n_sent):
            if data := board.frame():
                numbers += board._numbers(own.OwnDecoder(channels).feed(data).frames)
    board.hear(own.STOP)
    rest, lines = board.sent()
    numbers += rest
    assert len(numbers) + lost_in(lines) == board.taken // per_frame * per_frame
    assert numbers == sorted(set(numbers))
    assert len(numbers) % per_frame == 0


def test_a_board_that_nobody_reads_keeps_its_oldest_frames_and_counts_the_rest(
    host: ctypes.CDLL,
) -> None:
    board = Board(host, n_slots=4)
    board.hear(own.START)
    board.sample(10 * 16)
    numbers, _ = board.sent()
    assert numbers == list(range(3 * 16))
    board.sample(16)
    assert board.sent() == (list(range(160, 176)), [])
    board.hear(own.STOP)
    assert board.sent() == ([], [f"ok stop lost {7 * 16}"])


def test_a_sample_that_was_missed_costs_its_frame(host: ctypes.CDLL) -> None:
    board = Board(host, channels=2)
    board.hear(own.START)
    board.sample(10)
    board.sample(1, missed=True)
    board.sample(13)
    numbers, _ = board.sent()
    assert numbers == [*range(8), *range(16, 24)]


def test_nothing_is_sampled_before_the_start_and_after_the_stop(host: ctypes.CDLL) -> None:
    board = Board(host)
    board.sample(64)
    assert board.sent() == ([], [])
    board.hear(own.START)
    board.sample(20)
    board.hear(own.STOP)
    board.sample(64)
    assert board.sent() == (list(range(16)), ["ok start", "ok stop lost 0"])


@settings(deadline=None)
@given(
    channels=st.integers(1, 8),
    low=st.integers(-(1 << 15), 0),
    high=st.integers(1, (1 << 15) - 1),
    rate_hz=st.integers(31, 4000),
)
def test_the_board_says_what_it_is(
    host: ctypes.CDLL, channels: int, low: int, high: int, rate_hz: int
) -> None:
    board = Board(host, channels, low=low, high=high)
    board.hear(own.rate_command(rate_hz) + own.HELLO)
    _, lines = board.sent()
    told = hello_of(lines)
    rate = (CLOCK_HZ, int(CLOCK_HZ / rate_hz + 0.5))
    assert told == Hello("uno", channels, 10, low, high, rate, 4.8828125)
    assert lines[0] == "ok rate {}/{}".format(*rate)
    assert lines[1:] == list(told.lines())


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"stop\nstart\r\n", ["ok stop lost 0", "ok start"]),
        (b"rate 250\n", ["ok rate 2000000/8000"]),
        (b"rate 4000\n", ["ok rate 2000000/500"]),
        (b"rate 4100\n", ["error rate 31..4000 Hz"]),
        (b"rate 30\n", ["error rate 31..4000 Hz"]),
        (b"rate 0\nrate \nrate 1e3\n", ["error rate 31..4000 Hz"] * 3),
        (b"rate 4294968296\n", ["error rate 31..4000 Hz"]),
        (b"start\nrate 500\n", ["ok start", "error busy"]),
        (b"Start\n\n\r\n", ["error unknown command"]),
        (b"x" * 23 + b"\n", ["error unknown command"]),
        (b"x" * 24 + b"\nstop\n", ["error line too long", "ok stop lost 0"]),
        (b"x" * 5000 + b"\n", ["error line too long"]),
        (b"start\n" * 6, ["ok start"] * 4),
    ],
)
def test_each_command_has_its_answer(host: ctypes.CDLL, said: bytes, answers: list[str]) -> None:
    board = Board(host)
    board.hear(said)
    assert board.sent() == ([], answers)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_no_bytes_of_a_host_do_harm(host: ctypes.CDLL, said: list[bytes]) -> None:
    board = Board(host)
    for data in said:
        board.hear(data)
        board.sample(5)
        board.sent()
    board.hear(b"\n" + own.STOP)
    assert board.sent()[1][-1].startswith("ok stop")
