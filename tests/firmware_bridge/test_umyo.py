"""uMyo's frames as its base's firmware makes them and its makers' parser reads them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.firmware_bridge.frames import Decoded, Frames
from fasciscope.firmware_bridge.umyo import (
    ANOTHER,
    LENGTH,
    MOST_UNITS,
    PROFILES,
    UmyoDecoder,
    encode,
)

Vectors = Callable[[str], dict[str, Any]]


def frames_of(units: list[int], first: int = 0) -> Frames:
    """A frame a unit; every uMyo counts its own."""
    counts = np.random.default_rng(3).integers(-9000, 9000, (8 * len(units), 1)).astype(np.int32)
    numbers = [first + units[:k].count(unit) for k, unit in enumerate(units)]
    return Frames(counts, np.array(numbers) % 256, 8, aux={"unit": np.array(units)})


def all_of(one: UmyoDecoder, *pieces: bytes) -> list[Decoded]:
    return [*(one.feed(piece) for piece in pieces), one.finish()]


def whole(decoded: list[Decoded]) -> Frames:
    """All the frames but the held one, and that one, as one."""
    one, other = (part.frames for part in decoded)
    aux = {name: np.concatenate([one.aux[name], other.aux[name]]) for name in one.aux}
    counter = np.array(counters(decoded))
    return Frames(np.concatenate([one.counts, other.counts]), counter, 8, aux=aux)


def counters(decoded: list[Decoded]) -> list[int]:
    return [int(k) for part in decoded for k in part.frames.counter]  # type: ignore[union-attr]


def test_frames_of_the_base_are_read_as_its_makers_read_them(vectors: Vectors) -> None:
    told = vectors("umyo.usb_base")["vectors"]
    stream = b"".join(bytes.fromhex(one["frame_hex"]) for one in told)
    frames = whole(all_of(UmyoDecoder(), stream))
    peer = [one["decoded"] for one in told]
    assert frames.n_frames == len(peer)
    assert frames.counts[:, 0].tolist() == [value for one in peer for value in one["emg"]]
    names = {
        "unit": "unit_id",
        "rssi": "rssi",
        "battery_mv": "batt_mv",
        "version": "version",
        "spectrum": "spectr",
        "quaternion": "Qsg",
        "acceleration": "acc",
    }
    for ours, theirs in names.items():
        assert frames.aux[ours].tolist() == [one[theirs] for one in peer], ours
    angles = np.asarray(frames.aux["angles"])
    assert angles[:, [0, 2]].tolist() == [[one["yaw"], one["roll"]] for one in peer]
    assert counters([Decoded(frames, 0)]) == [one["prev_data_id"] for one in peer]
    assert encode(frames) == stream


def test_the_counter_goes_on_from_255_to_0(vectors: Vectors) -> None:
    told = vectors("umyo.usb_base")["vectors"]
    stream = b"".join(bytes.fromhex(one["frame_hex"]) for one in told)
    assert counters(all_of(UmyoDecoder(), stream)) == [254, 255, 0, 1, 2, 3]


def test_of_several_umyos_one_is_taken_and_the_others_are_named() -> None:
    units = [7, 9, 9, 7, 9, 7, 9]
    decoded = all_of(UmyoDecoder(), encode(frames_of(units)))
    assert counters(decoded) == [0, 1, 2, 3]
    assert {int(u) for part in decoded for u in part.frames.aux["unit"].tolist()} == {9}
    found = [(g.offset, g.reason) for part in decoded for g in part.garbage]
    assert found == [(k * LENGTH, ANOTHER) for k, unit in enumerate(units) if unit != 9]


def test_the_umyo_that_is_asked_for_is_taken_from_its_first_frame_on() -> None:
    decoded = all_of(UmyoDecoder(unit=7), encode(frames_of([9, 9, 7, 9, 7])))
    assert counters(decoded) == [0, 1]


def test_a_damaged_unit_in_the_first_frame_costs_that_frame_only() -> None:
    stream = bytearray(encode(frames_of([7] * 5)))
    stream[6] ^= 1
    cut = [bytes(stream[at : at + 50]) for at in range(0, len(stream), 50)]
    for pieces in (cut, [bytes(stream)]):
        decoded = all_of(UmyoDecoder(), *pieces)
        assert counters(decoded) == [1, 2, 3, 4]


@pytest.mark.parametrize("n", [1, MOST_UNITS, MOST_UNITS + 20])
def test_frames_that_are_all_of_another_unit_wait_for_a_few_only(n: int) -> None:
    one = UmyoDecoder()
    for k in range(n):
        one.feed(encode(frames_of([k])))
        assert one.buffered <= MOST_UNITS * LENGTH
    one.finish()
    assert one.buffered == 0


def test_the_first_frame_alone_is_given_at_the_end() -> None:
    assert counters(all_of(UmyoDecoder(), encode(frames_of([7], first=5)))) == [5]


def test_a_false_start_inside_a_frame_costs_no_other() -> None:
    frames = frames_of([7] * 6)
    frames.counts[20:22, 0] = [0x4FD5, 0x013C]
    stream = encode(frames)
    decoded = all_of(UmyoDecoder(), stream[LENGTH + 30 :])
    assert counters(decoded) == [2, 3, 4, 5]
    assert [(g.offset, g.length) for part in decoded for g in part.garbage] == [(0, LENGTH - 30)]


def test_the_base_needs_no_command() -> None:
    assert PROFILES["umyo"].bauds == (921_600,)
    assert PROFILES["umyo"].start == ()
