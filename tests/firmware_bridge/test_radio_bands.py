"""Myo, gForce and Mudra Link against verified bytes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge import gforce, mudra, myo
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Frames

Vectors = Callable[[str], dict[str, Any]]


def test_a_myo_decodes_as_others_decode_it(vectors: Vectors) -> None:
    (one,) = vectors("myo")["vectors"]
    decoder = myo.decoder()
    data = [bytes.fromhex(item["payload_hex"]) for item in one["emg"]["notifications"]]
    frames = [decoder.feed(bytes([k]) + each).frames for k, each in enumerate(data)]
    counts = np.concatenate([each.counts for each in frames])
    assert counts.tolist() == one["emg"]["decoded"]
    counters = [each.counter for each in frames]
    assert np.concatenate([c for c in counters if c is not None]).tolist() == [0, 1, 2, 3]
    said = [bytes.fromhex(value) for handle, value in one["setup_RAW"] if handle == "0x19"]
    assert myo.NEVER_SLEEP in said
    assert myo.START[:3] == said[0][:3]  # raw samples; that client asks for motion too


def test_a_myo_may_sleep_again_when_it_is_stopped() -> None:
    profile = myo.PROFILES["myo"]
    assert profile.start == (b"\x09\x01\x01", b"\x01\x03\x03\x00\x00")
    assert profile.stop == (b"\x09\x01\x00", b"\x01\x03\x00\x00\x00")


def test_a_myo_notification_of_a_wrong_length_or_characteristic_is_garbage() -> None:
    decoder = myo.decoder()
    assert decoder.feed(bytes(16)).garbage[0].reason == myo.NO_NOTIFICATION
    assert decoder.feed(bytes([4]) + bytes(16)).garbage[0].reason == myo.NO_CHARACTERISTIC


def test_a_gforce_decodes_whole_and_in_parts(vectors: Vectors) -> None:
    (one,) = vectors("oymotion_gforce")["vectors"]
    commands = {name: bytes.fromhex(value) for name, value in one["commands"].items()}
    assert gforce.rate_command(1000, 8) == commands["set_emg_1000Hz_8bit"]
    assert gforce.rate_command(500, 12) == commands["set_emg_500Hz_12bit"]
    assert commands["notif_emg_on"] == gforce.START
    assert commands["notif_off"] == gforce.STOP
    decoder = gforce.GforceDecoder()
    whole = decoder.feed(bytes.fromhex(one["notification_hex"]))
    assert whole.frames.counts[: len(one["rows_u8"])].tolist() == one["rows_u8"]
    parts = [bytes.fromhex(part) for part in one["partial_hex"]]
    given = [decoder.feed(part) for part in parts]
    assert [each.n_bytes for each in given] == [0, 0, sum(map(len, parts))]
    np.testing.assert_array_equal(given[-1].frames.counts, whole.frames.counts)
    assert decoder.buffered == 0


def test_a_missing_part_costs_its_notification_and_no_other(vectors: Vectors) -> None:
    (one,) = vectors("oymotion_gforce")["vectors"]
    first, second, third = (bytes.fromhex(part) for part in one["partial_hex"])
    decoder = gforce.GforceDecoder()
    out = [decoder.feed(part) for part in (first, third, first, second, third, second)]
    out.append(decoder.finish())
    assert sum(len(each.frames.counts) for each in out) == 16
    named = [item for each in out for item in each.garbage]
    assert {item.reason for item in named} == {gforce.BROKEN, gforce.OTHER}
    assert [(item.offset, item.length) for item in named] == [
        (0, len(first)),
        (len(first), len(third)),
        (2 * len(first) + len(second) + 2 * len(third), len(second)),
    ]


def in_parts(notification: bytes, room: int) -> list[bytes]:
    """As a gForce sends it to a radio that takes `room` bytes at once."""
    pieces = [notification[at : at + room - 2] for at in range(0, len(notification), room - 2)]
    return [bytes([gforce.PART, len(pieces) - 1 - k]) + piece for k, piece in enumerate(pieces)]


@pytest.mark.parametrize("lost", range(8))
def test_whichever_part_is_lost_the_notifications_around_are_whole(lost: int) -> None:
    counts = np.arange(3 * 16 * 8, dtype=np.int32).reshape(-1, 8) % 251
    wire = gforce.encode(Frames(counts, per_frame=16))
    parts = [part for at in (0, 129, 258) for part in in_parts(wire[at : at + 129], 20)]
    assert len(parts) == 3 * 8
    missing = parts.pop(8 + lost)
    decoder = gforce.GforceDecoder()
    out = [*map(decoder.feed, parts), decoder.finish()]
    got = np.concatenate([each.frames.counts for each in out])
    np.testing.assert_array_equal(got, np.delete(counts, np.s_[16:32], axis=0))
    named = sum(item.length for each in out for item in each.garbage)
    assert named == sum(map(len, parts[:8])) - len(missing)


def test_a_gforce_decoder_never_waits_for_more_than_so_many_parts() -> None:
    decoder = gforce.GforceDecoder()
    for left in range(255, 0, -1):
        decoder.feed(bytes([gforce.PART, left]) + bytes(242))
        assert decoder.buffered <= gforce.MOST_PARTS * 244
    assert len(decoder.feed(bytes(129)).garbage) == 2
    assert decoder.buffered == 0


@pytest.mark.parametrize("n_samples", [2, 4, 8, 16])
def test_twelve_bits_may_come_in_longer_notifications(n_samples: int) -> None:
    counts = (np.arange(n_samples * 8, dtype=np.int32) * 37 % 4096).reshape(-1, 8)
    decoder = gforce.GforceDecoder(12)
    content = bytes([gforce.SAMPLES]) + counts.astype("<u2").tobytes()
    for sent in ([content], in_parts(content, 62)):
        got = np.concatenate([decoder.feed(each).frames.counts for each in sent])
        np.testing.assert_array_equal(got, counts)
        assert decoder.buffered == 0


@pytest.mark.parametrize("length", [1, 2, 17, 32, 34, 49, 16 * 32 + 33])
def test_a_gforce_notification_of_another_length_is_garbage(length: int) -> None:
    out = gforce.GforceDecoder(12).feed(bytes([gforce.SAMPLES]) + bytes(length - 1))
    assert [(item.reason, item.length) for item in out.garbage] == [(gforce.OTHER, length)]
    assert out.frames.n_frames == 0


@pytest.mark.parametrize(("rate_hz", "bits"), [(750, 8), (1000, 12)])
def test_a_rate_that_a_gforce_has_not_is_refused(rate_hz: float, bits: int) -> None:
    with pytest.raises(UsageError, match="500"):
        gforce.rate_command(rate_hz, bits)


def test_a_mudra_link_decodes_as_others_decode_it(vectors: Vectors) -> None:
    for one in vectors("mudra_link")["vectors"]:
        decoder = mudra.decoder()
        out = [decoder.feed(bytes.fromhex(each)) for each in one["notifications_hex"]]
        counts = np.concatenate([each.frames.counts for each in out])
        assert counts.tolist() == one["rows"], one["name"]
        assert sum(len(each.garbage) for each in out) == one["stats"]["malformed"]
        told = [each.frames.counter[-1] for each in out if each.frames.n_frames]  # type: ignore[index]
        if told:
            assert told[-1] == one["stats"]["last_device_time_us"]


def test_a_lost_mudra_notification_is_seen_by_the_band_s_clock(vectors: Vectors) -> None:
    lost = next(
        v for v in vectors("mudra_link")["vectors"] if v["name"].startswith("device_time_jump")
    )
    decoder = mudra.decoder()
    frames = [decoder.feed(bytes.fromhex(each)).frames for each in lost["notifications_hex"]]
    at_us = np.concatenate([f.counter for f in frames if f.counter is not None])
    steps = np.rint(np.diff(at_us) / CODECS["mudra-link"].advance)
    assert steps[17] - 1 == pytest.approx(18, abs=1)
    assert (np.delete(steps, 17) == 1).all()


REST_US = (8836734, 8858598, 8879954, 8901627, 8923168, 9398915, 9420268, 9441934)
"""Of the notifications 14 to 18 and 40 to 42 of 18 samples in mudraka's capture 16bit_rest."""
REST_AT = (14, 15, 16, 17, 18, 40, 41, 42)


def test_a_mudra_link_s_uneven_clock_tells_a_gap_to_the_sample() -> None:
    decoder = mudra.decoder()
    sent = [bytes(108) + at_us.to_bytes(4, "little") for at_us in REST_US]
    counters = [decoder.feed(each).frames.counter for each in sent]
    at_us = np.concatenate([counter for counter in counters if counter is not None])
    steps = np.rint(np.diff(at_us) / CODECS["mudra-link"].advance).astype(int)
    assert steps[17::18].tolist() == [1 + 18 * (n - 1) for n in np.diff(REST_AT)]
    assert set(np.delete(steps, np.s_[17::18])) == {1}


def test_a_mudra_link_is_told_to_send_16_bits() -> None:
    assert mudra.PROFILES["mudra-link"].start == (b"\x22\x00", b"\x06\x00\x01")
