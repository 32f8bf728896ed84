"""Myo, gForce and Mudra Link against verified bytes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge import gforce, mudra, myo
from fasciscope.firmware_bridge.codecs import CODECS

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
