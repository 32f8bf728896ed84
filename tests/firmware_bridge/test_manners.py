"""What virtual boards answer, a byte of the host at a time."""

import numpy as np
import pytest

from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.shimmer import layout_of
from fasciscope.firmware_bridge.virtual import VirtualBoard, virtual_board


def board(name: str, rate_hz: float | None = None) -> VirtualBoard:
    n_channels = CODECS[PROFILES[name].codec].n_channels
    return virtual_board(name, lambda _, n: np.zeros((n, n_channels), np.int32), rate_hz)


def test_a_shimmer_tells_its_rate_and_layout_and_acknowledges_whole_commands() -> None:
    one = board("shimmer3", 1024.0)
    layout = layout_of(one.receive(b"\x01"))
    assert layout is not None
    assert layout.divider == 32
    assert one.stream(3) == b""
    assert one.receive(b"\x08\x18\x00") == b""
    assert one.receive(b"\x07") == b"\xff"  # the last byte of the sensors, and no start
    assert not one.manner.streaming
    assert one.receive(b"\x7e") == b""
    assert one.receive(b"\x07") == b"\xff"
    assert len(one.stream(3)) == 3 * layout.length
    assert one.receive(b"\x20") == b"\xff"
    assert one.stream(3) == b""


def test_an_uno_tells_its_name_and_any_byte_stops_it() -> None:
    one = board("chords-uno-r3")
    assert one.receive(b"WHORU\n") == b"UNO-R3\r\n"
    assert one.receive(b"STATUS\r\n") == b"STOP\r\n"
    assert one.receive(b"START") == b""
    assert not one.manner.streaming
    one.receive(b"\n")
    assert one.manner.streaming
    one.receive(b"?")
    assert not one.manner.streaming


@pytest.mark.parametrize(
    ("name", "calls_itself", "streams"),
    [
        ("chords-nano", b"NANO-CLASSIC", b"START"),
        ("candy-pico", b"RPI-PICO-RP2040", b"START"),
        ("chords-black-pill", b"STM32F4-BLACK-PILL", b"START"),
        ("npg-lite", b"NPG-LITE", b"RUNNING"),
    ],
)
def test_other_chords_boards_answer_while_they_stream(
    name: str, calls_itself: bytes, streams: bytes
) -> None:
    one = board(name)
    told = one.receive(b"START\nWHORU\nSTATUS\nnonsense\n")
    assert told == calls_itself + b"\r\n" + streams + b"\r\n"
    assert one.manner.streaming
    one.receive(b"STOP\n")
    assert not one.manner.streaming


def test_a_spikershield_tells_what_it_is_between_its_samples() -> None:
    one = board("muscle-spikershield")
    decoder = CODECS["muscle-spikershield"].decoder()
    before, said, after = one.stream(5), one.receive(b"h:;\nb:;\n"), one.stream(5)
    decoded = decoder.feed(before + said + after)
    assert [message.text for message in decoded.messages] == ["HWT:MUSCLESS;"]
    assert decoded.frames.n_frames + decoder.finish().frames.n_frames == 10


def test_a_bitalino_sends_the_channels_that_it_was_asked_for() -> None:
    codec = CODECS["bitalino-6"]
    sent = np.array([[1, 2, 3, 4, 5, 63]], np.int32)
    one = virtual_board("bitalino", lambda _, n: sent.repeat(n, axis=0))
    assert one.receive(b"\x07") == b"BITalino_v5.2\n"
    assert one.receive(b"\xc3\x40") == b""  # a rate, a threshold
    one.receive(bytes([0b100010 << 2 | 1]))  # the second and the last
    frames = CODECS["bitalino-2"].decoder().feed(one.stream(9)).frames
    assert frames.counts.tolist() == [[2, 63 << 4]] * 9
    one.receive(b"\x00")
    assert not one.manner.streaming
    one.receive(bytes([0b111111 << 2 | 2]))
    assert codec.decoder().feed(one.stream(9)).frames.counts.tolist() == sent.tolist() * 9
    one.receive(b"\xff")
    told = one.receive(b"\x0b")
    assert len(told) == 17
    assert told[14] == 0x40 >> 2


def test_a_hackeeg_wakes_up_in_text_and_sends_samples_once_it_converts_and_is_read() -> None:
    one = board("hackeeg")
    assert one.receive(b'{"COMMAND": "nop"}\r\n').startswith(b"400")
    assert one.receive(b"JSONLINES\r\n") == b'{"STATUS_CODE": 200, "STATUS_TEXT": "Ok"}\n'
    assert b"400" in one.receive(b"jsonlines\n[]\n{}\n")
    assert b"200" in one.receive(b'{"COMMAND": "start"}\n')
    assert one.stream(2) == b""
    one.receive(b'{"COMMAND": "rdatac"}\n')
    assert one.stream(2).count(b'{"C":200,"D":"') == 2
    assert one.receive(b'{"COMMAND": "messagepack", "PARAMETERS": []}\n').count(b"\n") == 1
    assert one.stream(1).startswith(b"\x82")
    one.receive(b'{"COMMAND": "sdatac"}\n')
    assert one.stream(2) == b""
    one.manner.streaming = False  # it was unplugged, and wakes up in text again
    assert one.receive(b"nop\n") == b"200 Ok\r\n"


def test_a_myo_streams_by_the_mode_that_is_set_and_by_nothing_inside_other_commands() -> None:
    one = board("myo")
    one.receive(bytes([3, 1, 1, 9, 1, 1]))  # vibrate; never sleep
    one.receive(bytes([7, 5, 1, 3, 3, 0, 0]))  # a longer vibration, with a mode's bytes inside
    assert one.stream(4) == b""
    one.receive(bytes([1, 3, 3, 1, 0]))
    assert len(one.stream(4)) == 2 * 17
    one.receive(bytes([1, 3, 0, 0, 0]))
    assert one.stream(4) == b""
