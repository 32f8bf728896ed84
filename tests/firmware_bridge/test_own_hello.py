"""What a board says of itself is read as it was said, and what cannot be is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.own import OwnDecoder
from fasciscope.firmware_bridge.own_hello import Hello, hello_of

UNO = Hello("uno", 1, 10, 0, 1023, (2_000_000, 2000), 4.8828125)

hellos = st.builds(
    Hello,
    board=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=34),
    channels=st.integers(1, 8),
    bits=st.integers(1, 16),
    low=st.integers(-(1 << 15), -1),
    high=st.integers(0, (1 << 15) - 1),
    rate=st.tuples(st.integers(1, 99_999_999), st.integers(1, 99_999_999)),
    uv_per_count=st.none() | st.integers(1, 9_999_999).map(lambda n: n / 1000),
)


@given(hellos)
def test_what_is_said_is_read(hello: Hello) -> None:
    messages = OwnDecoder(1).feed(hello.encode()).messages
    assert hello_of(m.text for m in messages) == hello


def test_the_rate_and_the_codec_follow() -> None:
    assert UNO.rate_hz == 1000.0
    assert UNO.codec.high == (1023,)
    assert replace(UNO, channels=3).codec.per_frame == 5


def test_a_word_of_a_later_firmware_is_passed_over() -> None:
    lines = [*UNO.lines()[:-1], "battery 80", "end 9"]
    assert hello_of(lines) == UNO


@pytest.mark.parametrize("lost", range(9))
def test_with_a_line_lost_there_is_no_answer_but_the_next_one_is_read(lost: int) -> None:
    lines = list(UNO.lines())
    del lines[lost]
    assert hello_of(lines) is None
    assert hello_of([*lines, *UNO.lines()]) == UNO


def test_another_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(DeviceError, match=r"version 2 .* it is 1.*Load"):
        hello_of(replace(UNO, version=2).lines())


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("channels 1", "channels 9"),
        ("channels 1", "channels one"),
        ("rate 2000000/2000", "rate 1000"),
        ("rate 2000000/2000", "rate 1000/0"),
        ("scale 4.8828125", "scale -1"),
        ("scale 4.8828125", "scale nan"),
        ("samples 16", "samples 8"),
        ("range 0 1023", "range 0 65535"),
    ],
)
def test_what_cannot_be_is_refused(line: str, instead: str) -> None:
    lines = [instead if one == line else one for one in UNO.lines()]
    assert lines != list(UNO.lines())
    with pytest.raises(DeviceError, match=instead.replace("-", ".")):
        hello_of(lines)
