"""Lines as sketches print them: MyoWare's own, the serial plotter's, and what a bad cable makes of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.firmware_bridge import CODECS, Decoded, Frames
from fasciscope.firmware_bridge.ascii_lines import (
    DIGITS,
    FIRST,
    LONGEST_FIELD,
    NOT_NUMBERS,
    PROFILES,
    RAGGED,
    TOO_LONG,
    LineDecoder,
    encode,
    labels,
)
from fasciscope.firmware_bridge.framing import CUT_OFF


def read(reader: LineDecoder, *pieces: bytes) -> list[Decoded]:
    """What is found in the pieces, after a line end that shows where lines begin."""
    return [reader.feed(b"\n"), *(reader.feed(piece) for piece in pieces), reader.finish()]


def counts(found: list[Decoded]) -> list[list[int]]:
    return [row for one in found for row in one.frames.counts.tolist()]


def reasons(found: list[Decoded]) -> list[str]:
    return [item.reason for one in found for item in one.garbage]


SKETCHES = {
    "one number, CR LF": (b"512\r\n0\r\n1023\r\n", [[512], [0], [1023]]),
    "one number, LF": (b"512\n0\n", [[512], [0]]),
    "one number, CR": (b"512\r0\r", [[512], [0]]),
    "a double, as MyoWare's library prints it": (b"512.00\r\n0.0\r\n7.\r\n", [[512], [0], [7]]),
    "commas": (b"1,2,3\r\n4,5,6\r\n", [[1, 2, 3], [4, 5, 6]]),
    "tabs": (b"1\t2\t3\r\n", [[1, 2, 3]]),
    "semicolons and spaces": (b" 1 ; 2 ;3 \r\n", [[1, 2, 3]]),
    "spaces": (b"  1   2 3\r\n", [[1, 2, 3]]),
    "a comma after the last, as the central of MyoWare prints it": (b"1.00,2.00,\r\n", [[1, 2]]),
    "labels of the serial plotter": (b"raw:1,env:2\r\nraw:-3,env:+4\r\n", [[1, 2], [-3, 4]]),
    "labels, tabs and spaces": (b"Muscle_1: 17\tMuscle_2: 18\r\n", [[17, 18]]),
    "a label with a number in it": (b"A0:1 A1:2\r\n", [[1, 2]]),
    "a label that is not ASCII": ("µV:5\r\n".encode(), [[5]]),
    "zeros before": (b"007\r\n-09\r\n", [[7], [-9]]),
    "empty lines": (b"\r\n\r\n\n5\r\n\r\n6\r\n\n", [[5], [6]]),
    "the most digits": (b"999999999,-999999999\r\n", [[999999999, -999999999]]),
}


@pytest.mark.parametrize("kind", SKETCHES)
def test_what_sketches_print_is_read_however_it_is_cut(kind: str) -> None:
    stream, rows = SKETCHES[kind]
    for at in range(len(stream) + 1):
        found = read(LineDecoder(len(rows[0])), stream[:at], stream[at:])
        assert counts(found) == rows
        assert all(one.garbage == () or one.garbage[0].reason == CUT_OFF for one in found)
        n_bytes = sum(one.n_bytes for one in found)
        assert n_bytes + sum(g.length for one in found for g in one.garbage) == 1 + len(stream)
        assert n_bytes >= len(stream)  # a line end at the end may wait for its other half


def test_the_first_line_is_dropped_since_its_start_may_be_missing() -> None:
    reader = LineDecoder()
    found = reader.feed(b"12\r\n512\r\n")
    assert found.frames.counts.tolist() == [[512]]
    assert [(g.offset, g.length, g.reason) for g in found.garbage] == [(0, 2, FIRST)]


def test_a_banner_is_garbage_by_name() -> None:
    found = read(LineDecoder(), b"MyoWare Example_01_analogRead_SINGLE\r\n1\r\n2\r\n")
    assert counts(found) == [[1], [2]]
    assert reasons(found) == [NOT_NUMBERS]


@pytest.mark.parametrize("line", [b"1", b"1,2,3", b"a:1,b:2,c:3", b"1,2,3,4,5"])
def test_a_line_of_another_number_of_channels_is_ragged(line: bytes) -> None:
    found = read(LineDecoder(2), b"1,2\r\n" + line + b"\r\n3,4\r\n")
    assert counts(found) == [[1, 2], [3, 4]]
    assert reasons(found) == [RAGGED]


@pytest.mark.parametrize(
    "line",
    [
        b"1,,2",
        b",1,2",
        b"1,nan",
        b"0x10,2",
        b"1e3,2",
        b"1,--2",
        b"1,2 V",
        b"1.5,2",
        b"1,1234567890",
        b"1\x002",
        b"a:b:1,2",
        b"\xff1,2",
    ],
)
def test_a_line_that_is_not_of_whole_numbers_is_none(line: bytes) -> None:
    found = read(LineDecoder(2), b"1,2\r\n" + line + b"\r\n3,4\r\n")
    assert counts(found) == [[1, 2], [3, 4]]
    assert reasons(found) == [NOT_NUMBERS]


@pytest.mark.parametrize("piece", [1, 100, 100_000])
def test_a_line_that_never_ends_is_not_kept(piece: int) -> None:
    reader, endless = LineDecoder(), b"7" * 5000
    found = [reader.feed(b"\n5\n")]
    for at in range(0, len(endless), piece):
        found.append(reader.feed(endless[at : at + piece]))
        assert reader.buffered <= LONGEST_FIELD
    found += [reader.feed(b"\r\n6\r\n"), reader.finish()]
    assert counts(found) == [[5], [6]]
    assert set(reasons(found)) == {TOO_LONG}
    assert sum(g.length for one in found for g in one.garbage) == 5000


def test_half_a_line_at_the_end_is_none() -> None:
    found = read(LineDecoder(), b"512\r\n51")
    assert counts(found) == [[512]]
    assert reasons(found) == [CUT_OFF]


def test_decimals_are_counts_of_their_last_place() -> None:
    found = read(
        LineDecoder(2, decimals=2), b"1.25,-0.5\r\n7,1234567.89\r\n0.29,2.000\r\n1.255,1\r\n"
    )
    assert counts(found) == [[125, -50], [700, 123456789], [29, 200]]
    assert reasons(found) == [NOT_NUMBERS]


@pytest.mark.parametrize("decimals", [0, 1, 2, 4, 8])
def test_what_is_printed_with_decimals_is_read_back(decimals: int) -> None:
    rng = np.random.default_rng(8)
    values = rng.integers(-(10**DIGITS) + 1, 10**DIGITS, (500, 3)).astype(np.int32)
    reader = LineDecoder(3, decimals)
    found = [reader.feed(encode(Frames(values), decimals)), reader.feed(b"\n"), reader.finish()]
    assert counts(found) == values.tolist()
    assert reasons(found) == []


PIECES = st.sampled_from(
    [
        b"1",
        b"23",
        b"-",
        b".",
        b".00",
        b",",
        b"\t",
        b" ",
        b"\r",
        b"\n",
        b"\r\n",
        b"a:",
        b":",
        b"9" * 99,
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(PIECES, max_size=60),
    cuts=st.lists(st.integers(0, 2000), max_size=20),
    n_channels=st.integers(1, 3),
)
def test_how_lines_are_cut_changes_nothing(
    parts: list[bytes], cuts: list[int], n_channels: int
) -> None:
    stream = b"".join(parts)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    whole = read(LineDecoder(n_channels), stream)
    cut = read(LineDecoder(n_channels), *(stream[a:b] for a, b in pairwise(edges)))
    assert counts(cut) == counts(whole)
    told = [
        {
            at: g.reason
            for one in found
            for g in one.garbage
            for at in range(g.offset, g.offset + g.length)
        }
        for found in (cut, whole)
    ]
    assert told[0].keys() == told[1].keys()
    assert sum(one.n_bytes for one in cut) + len(told[0]) == len(stream) + 1


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"1,2\r\n", ("", "")),
        (b"raw:1,env : 2", None),
        (b"raw:1\tenv: 2\n", ("raw", "env")),
        (b"raw:1,2.5", ("raw", "")),
        ("µV:1".encode(), ("µV",)),
        (b"Scanning", None),
        (b"", None),
    ],
)
def test_the_labels_of_a_line_are_told(line: bytes, names: tuple[str, ...] | None) -> None:
    assert labels(line) == names


def test_sketches_are_listened_to_without_a_word() -> None:
    assert set(PROFILES) == {"myoware-envelope", *(f"lines-{n}" for n in range(1, 9))}
    for name, profile in PROFILES.items():
        assert profile.codec == name
        assert name in CODECS
        assert (profile.start, profile.stop) == ((), ())
        assert profile.bauds[0] == 115_200
        assert profile.wakes_s >= 2.0
