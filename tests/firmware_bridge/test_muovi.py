"""The Muovi's numbers as LibEMG reads them, and the ramp that holds them in their places."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.frames import Frames
from fasciscope.firmware_bridge.muovi import LENGTH, START, STOP, command, decoder, encode

Vectors = Callable[[str], dict[str, Any]]


def stream_of(numbers: NDArray[np.int64]) -> bytes:
    rng = np.random.default_rng(8)
    counts = rng.integers(-20, 20, (len(numbers), 32)).astype(np.int32)
    return encode(Frames(counts, numbers % 65536))


def test_libemg_reads_the_same_values(vectors: Vectors) -> None:
    told = vectors("otb_muovi")["vectors"][0]
    one = decoder()
    one.feed(bytes.fromhex(told["sample_hex"]))
    frames = one.finish().frames
    assert frames.counter is not None
    values = told["decoded"]
    assert frames.counts.tolist() == [values[:32]]
    assert frames.aux["motion"].tolist() == [values[32:36]]
    assert frames.aux["buffer_level"][0] - 32768 * frames.aux["trigger"][0] == values[36]
    assert frames.counter[0] == values[37] % 65536
    assert encode(frames).hex() == told["sample_hex"]
    np.testing.assert_allclose(frames.counts[0, 1:4] * 0.000286, told["first3_mV"])


def test_the_command_bytes_are_those_of_the_sources(vectors: Vectors) -> None:
    told = vectors("otb_muovi")["vectors"][0]
    assert command("gain-4").hex() == told["start_cmd_hex"]
    assert command("gain-4", go=False).hex() == told["stop_cmd_hex"]
    assert (START, STOP) == (b"\x09", b"\x08")  # OTB's own script, mode 0


def test_a_stream_that_is_joined_in_the_middle_of_a_sample_finds_its_step() -> None:
    numbers = np.arange(65500, 65600)
    decoded = decoder().feed(stream_of(numbers)[31:])
    assert decoded.frames.counter is not None
    assert decoded.frames.counter.tolist() == (numbers[1:-1] % 65536).tolist()
    assert [(g.offset, g.length) for g in decoded.garbage] == [(0, LENGTH - 31)]


def test_samples_that_the_device_left_out_cost_no_other() -> None:
    numbers = np.r_[0:30, 500:530]
    one = decoder()
    first, last = one.feed(stream_of(numbers)), one.finish()
    assert first.frames.n_frames + last.frames.n_frames == len(numbers)
    assert first.garbage + last.garbage == ()
