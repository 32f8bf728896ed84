"""A frame that waits for the next: what a missing byte costs where nothing else shows it."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fasciscope.firmware_bridge.framing import Rows
from fasciscope.firmware_bridge.held_framing import HeldFraming

LENGTH = 6
HEAD = (0xF0, 0x0F)


def sound(rows: Rows) -> NDArray[np.bool_]:
    good: NDArray[np.bool_] = (rows[:, 0] == HEAD[0]) & (rows[:, 1] == HEAD[1])
    return good


def stream_of(n: int) -> bytes:
    return b"".join(bytes([*HEAD, k, k, k, k]) for k in range(n))


def cut(framing: HeldFraming, pieces: list[bytes]) -> tuple[list[int], set[int]]:
    """The numbers of the frames that are found, and every place of garbage."""
    cuts = [*(framing.feed(piece) for piece in pieces), framing.finish()]
    numbers = [int(row[2]) for one in cuts for row in one.rows]
    places = {
        at for one in cuts for g in one.garbage for at in range(g.offset, g.offset + g.length)
    }
    assert framing.buffered == 0
    assert LENGTH * len(numbers) + len(places) == sum(map(len, pieces))
    return numbers, places


def test_a_frame_whose_last_byte_is_missing_is_given_up_and_no_other() -> None:
    data = stream_of(8)
    numbers, places = cut(HeldFraming(LENGTH, sound), [data[:23] + data[24:]])
    assert numbers == [0, 1, 2, 4, 5, 6, 7]
    assert places == set(range(18, 23))


def test_a_frame_before_one_whose_mark_is_damaged_is_kept() -> None:
    data = bytearray(stream_of(8))
    data[24] ^= 0xFF
    numbers, places = cut(HeldFraming(LENGTH, sound), [bytes(data)])
    assert numbers == [0, 1, 2, 3, 5, 6, 7]
    assert places == set(range(24, 30))


def test_the_newest_frame_waits_for_the_next_and_for_no_more() -> None:
    framing = HeldFraming(LENGTH, sound)
    data = stream_of(2)
    assert len(framing.feed(data[:11]).rows) == 0
    assert len(framing.feed(data[11:]).rows) == 1
    assert framing.buffered == LENGTH


@given(
    cuts=st.lists(st.integers(0, 200), max_size=10),
    damage=st.lists(st.tuples(st.integers(0, 140), st.binary(max_size=3)), max_size=5),
    confirm=st.integers(1, 3),
    rewind=st.booleans(),
)
def test_how_bytes_are_cut_changes_nothing(
    cuts: list[int], damage: list[tuple[int, bytes]], confirm: int, rewind: bool
) -> None:
    data = stream_of(24)
    for at, instead in damage:
        data = data[:at] + instead + data[at + 1 :]
    edges = sorted({0, len(data), *(at % (len(data) + 1) for at in cuts)})
    pieces = [data[a:b] for a, b in pairwise(edges)]
    one, other = (HeldFraming(LENGTH, sound, confirm=confirm, rewind=rewind) for _ in range(2))
    assert cut(one, [data]) == cut(other, [b"", *pieces])
