"""The Arduino sketch itself, compiled with the Arduino core, run in simavr and read over a port."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from simulated_uno import Client, any_line, lines_of, n_frames, simulated, simulated_port

from fasciscope.app.sources import open_source, wanted_of
from fasciscope.core import SampleBlock
from fasciscope.firmware_bridge import own
from fasciscope.firmware_bridge.frames import Decoded
from fasciscope.firmware_bridge.framing import CUT_OFF
from fasciscope.firmware_bridge.own_hello import Hello, hello_of

Build = Callable[..., Path]
FIRMWARE = Path(__file__).resolve().parents[2] / "firmware_bridge" / "firmware"

FASTEST_HZ = {
    (1, 115_200): 3539,
    (2, 115_200): 1771,
    (8, 115_200): 443,
    (1, 500_000): 6250,
    (8, 500_000): 1000,
}
QUICK = [(2, 115_200), (1, 500_000)]


def injected(numbers: NDArray[np.int64], n_channels: int) -> NDArray[np.int64]:
    """What simavr's converter (0 to 1023 for 0 to 5 V) makes of the sawtooth of simrun.c, (n, n_channels)."""
    mv = (37 * numbers[:, None] + 500 * np.arange(n_channels)) % 5000
    return mv * 1023 // 5000


def numbers_of(taken: list[Decoded]) -> NDArray[np.int64]:
    """The number of each sample."""
    firsts = [one.frames.counter for one in taken if one.frames.counter is not None]
    per_frame = taken[0].frames.per_frame
    return (np.concatenate(firsts)[:, None] + np.arange(per_frame)).ravel()


def clocks_of(taken: list[Decoded]) -> NDArray[np.int64]:
    return np.concatenate(
        [one.frames.device_us for one in taken if one.frames.device_us is not None]
    )


def assert_as_injected(taken: list[Decoded]) -> None:
    """Every sample that came is that of its number, to the count."""
    counts = np.concatenate([one.frames.counts for one in taken])
    np.testing.assert_array_equal(counts, injected(numbers_of(taken), counts.shape[1]))


def garbage_of(taken: list[Decoded]) -> int:
    return sum(piece.length for one in taken for piece in one.garbage)


def stream(client: Client, frames: int) -> list[Decoded]:
    """From the start command, with its answer before all samples, to the stop's answer."""
    taken = client.ask(own.START, lambda out: n_frames(out) >= frames)
    assert lines_of(taken) == ["ok start"]
    return taken + client.ask(own.STOP, lambda out: any_line(out, "ok stop"))


@pytest.mark.parametrize("n_channels", [1, 3, 8])
def test_every_sample_that_goes_in_comes_out(
    sketch: Build, simulator: Path, n_channels: int
) -> None:
    with simulated(simulator, sketch(FS_CHANNELS=n_channels), n_channels) as client:
        assert lines_of(client.ask(own.rate_command(400), lambda out: any_line(out, "ok")))
        taken = stream(client, 100)
    numbers = numbers_of(taken)
    np.testing.assert_array_equal(numbers, np.arange(len(numbers)))
    assert_as_injected(taken)
    assert garbage_of(taken) == 0
    assert lines_of(taken)[-1] == "ok stop lost 0"


def test_the_rate_is_the_one_that_the_board_says(sketch: Build, simulator: Path) -> None:
    with simulated(simulator, sketch()) as client:
        told = hello_of(client.said(own.HELLO, "end"))
        assert told == Hello("arduino-avr", 1, 10, 0, 1023, (2_000_000, 2000))
        clocks = clocks_of(stream(client, 200))
    apart_us = 16e6 / told.rate_hz
    late_us = clocks - clocks[0] - apart_us * np.arange(len(clocks))
    assert np.abs(late_us).max() <= 16  # of 3.2 s; the clock itself has steps of 4 us


@pytest.mark.parametrize(
    ("n_channels", "baud"),
    [case if case in QUICK else pytest.param(*case, marks=pytest.mark.slow) for case in FASTEST_HZ],
)
def test_at_its_fastest_rate_the_board_loses_nothing(
    sketch: Build, simulator: Path, n_channels: int, baud: int
) -> None:
    fastest = FASTEST_HZ[n_channels, baud]
    elf = sketch(FS_CHANNELS=n_channels, FS_BAUD=baud)
    with simulated(simulator, elf, n_channels) as client:
        assert client.said(own.rate_command(20_000), "error") == [f"error rate 31..{fastest} Hz"]
        assert client.said(own.rate_command(fastest), "ok")
        taken = stream(client, 800)
    assert lines_of(taken)[-1] == "ok stop lost 0"
    assert_as_injected(taken)
    row = f"AVR, {baud} baud"
    page = (FIRMWARE / "README.md").read_text("utf-8")
    (line,) = [line for line in page.splitlines() if row in line]
    assert int(line.split("|")[1 + n_channels]) == fastest


def test_what_the_board_cannot_send_is_counted_to_the_sample(
    sketch: Build, simulator: Path
) -> None:
    flood = b"hello?\n" * 4  # their answers take 0.14 s of the line, which is nearly full already
    with simulated(simulator, sketch()) as client:
        assert client.said(own.rate_command(3539), "ok")
        taken = client.ask(own.START, lambda out: n_frames(out) >= 50)
        taken += client.ask(flood, lambda out: lines_of(out).count("end 8") == 4)
        taken += client.ask(b"", lambda out: n_frames(out) >= 50)
        taken += client.ask(own.STOP, lambda out: any_line(out, "ok stop"))
    numbers = numbers_of(taken)
    missing = int((np.diff(numbers) - 1).sum())
    assert missing > 0
    assert lines_of(taken)[-1] == f"ok stop lost {missing}"
    assert garbage_of(taken) == 0
    assert_as_injected(taken)  # what came after the loss has the right numbers


def test_bytes_that_are_lost_on_the_way_cost_their_frames_and_are_counted(
    sketch: Build, simulator: Path
) -> None:
    answer, frame = own.LENGTH, own.LENGTH  # "ok start" comes first
    first = answer + 20 * frame + 10  # from inside the 21st frame to inside the 23rd
    with simulated(simulator, sketch(), drop=(first, 2 * frame)) as client:
        taken = stream(client, 60)
    numbers = numbers_of(taken)
    missing = np.setdiff1d(np.arange(numbers[-1] + 1), numbers)
    np.testing.assert_array_equal(missing, np.arange(20 * 16, 23 * 16))
    assert garbage_of(taken) == frame
    assert lines_of(taken)[-1] == "ok stop lost 0"  # the board has sent them
    assert_as_injected(taken)


def test_a_second_start_counts_from_zero_again(sketch: Build, simulator: Path) -> None:
    with simulated(simulator, sketch()) as client:
        stream(client, 10)
        assert numbers_of(stream(client, 10))[0] == 0
        client.ask(own.START, lambda out: n_frames(out) >= 5)
        again = client.ask(own.START, lambda out: any_line(out, "ok start"))
        after = client.ask(b"", lambda out: n_frames(out) >= 5)
    numbers = np.concatenate([numbers_of(again), numbers_of(after)])
    begun = int(np.flatnonzero(numbers == 0)[-1])  # before it, what was under way
    np.testing.assert_array_equal(numbers[begun:], np.arange(len(numbers) - begun))


def test_a_live_source_reads_the_sketch_over_its_port(sketch: Build, simulator: Path) -> None:
    with simulated_port(simulator, sketch(), speed=1) as port:
        opened = open_source(f"serial:{port}?board=fasciscope-uno&rate=1000", wanted_of((), ()))
        source, blocks = opened.live(None), list[SampleBlock]()
        with source:
            for delivery in source.deliveries():
                blocks += delivery.blocks
                if blocks and blocks[-1].end_sample >= 1500:
                    break
            blocks += source.finish().blocks
    samples = np.concatenate([block.uv for block in blocks])
    assert blocks[0].first_sample == 0
    np.testing.assert_array_equal(samples, injected(np.arange(len(samples)), 1))
    assert source.tally.lost == 0
    assert set(source.tally.reasons) <= {CUT_OFF}  # what was under way when the port was closed


@pytest.mark.slow
def test_half_a_minute_in_true_time_is_whole(sketch: Build, simulator: Path) -> None:
    with simulated(simulator, sketch(), speed=1) as client:
        taken = stream(client, 30_000 // 16)
    numbers = numbers_of(taken)
    np.testing.assert_array_equal(numbers, np.arange(len(numbers)))
    assert_as_injected(taken)
    assert garbage_of(taken) == 0


def test_the_sketch_for_esp32_is_sound_against_stand_ins_for_its_headers() -> None:
    if shutil.which("c++") is None:
        pytest.skip("no c++ (Debian: g++)")
    words = ["c++", "-std=gnu++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    stand_ins = Path(__file__).parent / "esp32_stand_ins"
    words += [f"-I{stand_ins}", f"-I{FIRMWARE / 'src'}", "-include", "Arduino.h", "-x", "c++"]
    done = subprocess.run(
        [*words, FIRMWARE / "examples" / "esp32" / "esp32.ino"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
