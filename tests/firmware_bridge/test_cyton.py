"""The Cyton's bytes against three shipped decoders, and what those lose."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge import board
from fasciscope.firmware_bridge.cyton import CytonDecoder, accel_counts
from fasciscope.firmware_bridge.frames import Frames

Vectors = Callable[[str], dict[str, Any]]
EXACT = [
    "cyton_extremes",
    "cyton_accel_hold",
    "cyton_footers",
    "cyton_counter_wrap",
    "cyton_split_reads",
    "cyton_gain_x2",
]
FEEDABLE = ["cyton_midframe_start", "cyton_A0_payload_after_cut", "cyton_one_byte_lost"]


def decode(stream_hex: str, *, daisy: bool = False) -> Frames:
    decoder = CytonDecoder(daisy=daisy)
    first = decoder.feed(bytes.fromhex(stream_hex)).frames
    last = decoder.finish().frames  # frames that waited for another to confirm them
    assert first.counter is not None
    assert last.counter is not None
    return Frames(
        np.concatenate([first.counts, last.counts]),
        np.concatenate([first.counter, last.counter]),
        aux={name: np.concatenate([first.aux[name], last.aux[name]]) for name in first.aux},
    )


def vector(group: dict[str, Any], name: str) -> dict[str, Any]:
    return next(v for v in group["vectors"] if v["name"] == name)


@pytest.mark.parametrize("name", EXACT)
def test_brainflow_reads_the_same_values(vectors: Vectors, name: str) -> None:
    told = vector(vectors("cyton.exact"), name)
    frames = decode(told["stream_hex"])
    gain = np.full(8, 24.0)
    gain[0] = 2.0 if name == "cyton_gain_x2" else 24.0  # the first channel was told so
    uv = frames.counts * (4.5e6 / gain / (2**23 - 1))
    assert frames.counter is not None
    assert frames.counter.tolist() == [row["counter"] for row in told["decoded"]]
    np.testing.assert_allclose(uv, [row["uV"] for row in told["decoded"]], rtol=1e-9)


def test_the_usual_gain_is_that_of_the_board_table() -> None:
    assert board("cyton").uv_per_count == pytest.approx(4.5e6 / 24.0 / (2**23 - 1))


@pytest.mark.parametrize("name", FEEDABLE)
def test_it_finds_all_that_three_shipped_decoders_find_and_no_wrong_sample(
    vectors: Vectors, name: str
) -> None:
    told = vector(vectors("cyton.resync"), name)
    frames = decode(told["stream_hex"])
    assert frames.counter is not None
    found = set(frames.counter.tolist())
    assert {row["id"] for row in told["pyOpenBCI"]} <= found
    assert {row["counter"] for row in told["decoded"]} <= found
    theirs = {row["id"]: row["counts"] for row in told["pyOpenBCI"]}
    for counter, counts in zip(frames.counter.tolist(), frames.counts.tolist(), strict=True):
        assert counts == theirs.get(counter, counts)
        assert len(set(counts)) == 1  # in these streams all channels are alike


def test_a_lost_byte_costs_one_frame_where_brainflow_loses_two(vectors: Vectors) -> None:
    told = vector(vectors("cyton.resync"), "cyton_one_byte_lost")
    frames = decode(told["stream_hex"])
    assert frames.counter is not None
    assert frames.counter.tolist() == [30, 32, 33, 34]
    assert [row["counter"] for row in told["decoded"]] == [30, 33, 34]


def test_the_accelerometer_is_read_where_it_is_new(vectors: Vectors) -> None:
    told = vector(vectors("cyton.exact"), "cyton_accel_hold")
    frames = decode(told["stream_hex"])
    new, axes = accel_counts(frames)
    assert new.tolist() == [0, 2, 3]
    shown = np.array([row["accel_g"] for row in told["decoded"]])
    np.testing.assert_allclose(axes[[0, 2]] * 0.002 / 16, shown[[0, 3]], atol=1e-9)
    assert axes[1].tolist() == [0, 100, 200]  # BrainFlow misses a value whose first axis is 0


@pytest.mark.parametrize("name", ["daisy_pairs_even_daisy_odd_board", "daisy_missing_odd"])
def test_the_daisy_is_the_even_half(vectors: Vectors, name: str) -> None:
    told = vector(vectors("cyton_daisy"), name)
    frames = decode(told["stream_hex"], daisy=True)
    assert frames.counter is not None
    assert frames.counter.tolist() == [row["counter"] for row in told["decoded"]]
    uv = frames.counts * (4.5e6 / 24.0 / (2**23 - 1))
    np.testing.assert_allclose(uv, [row["uV"] for row in told["decoded"]], rtol=1e-9)


def test_a_half_whose_other_half_is_missing_is_never_paired_with_an_old_one(
    vectors: Vectors,
) -> None:
    told = vector(vectors("cyton_daisy"), "daisy_missing_even")
    decoder = CytonDecoder(daisy=True)
    one = decoder.feed(bytes.fromhex(told["stream_hex"]))
    assert one.frames.counter is not None
    assert one.frames.counter.tolist() == [0, 4]  # BrainFlow gives 0 twice, the second made up
    assert [(g.offset, g.length) for g in one.garbage] == [(66, 33)]
