"""From a link to blocks: every sample at its number, every loss counted, whatever goes wrong."""

from itertools import pairwise

import numpy as np
import pytest
from boards import blocks_of, live_source, played_board, span_of

from fasciscope.acquisition import LinkLostError, Piece
from fasciscope.acquisition.virtual_link import VirtualLink
from fasciscope.core import DeviceError, Flag, SampleBlock
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.profiles import PROFILES

RATE_HZ = 1000.0


def virtual(name: str, faults: Faults | None = None, rate_hz: float = RATE_HZ) -> VirtualLink:
    return VirtualLink(name, played_board(name, rate_hz, faults), speed=0)


def there(blocks: list[SampleBlock]) -> tuple[np.ndarray, np.ndarray]:
    """(number, count of the first channel) of every sample that came."""
    at = np.concatenate([np.arange(b.first_sample, b.end_sample) for b in blocks])
    count = np.concatenate([b.uv[:, 0] for b in blocks])
    lost = [
        np.zeros(b.n_samples, bool) if b.flags is None else (b.flags[:, 0] & Flag.MISSING) != 0
        for b in blocks
    ]
    sound = ~np.concatenate(lost)
    return at[sound], count[sound]


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_sample_of_a_board_arrives_at_its_number(name: str) -> None:
    rate_hz = 1024.0 if name == "shimmer3" else RATE_HZ
    source = live_source(name, virtual(name, rate_hz=rate_hz), rate_hz, patient=True)
    at, count = there(blocks_of(source, 2000))
    np.testing.assert_array_equal(at, np.arange(len(at)))
    count /= CODECS[PROFILES[name].codec].step
    begun = count[0] - 1  # who streams from power-on does not begin with 0
    np.testing.assert_array_equal(count - 1, (begun + at) % span_of(name))
    assert source.tally.lost == 0
    assert source.tally.samples == len(at) >= 2000
    assert source.tally.garbage_bytes < 70


def test_bytes_that_are_lost_doubled_and_spoilt_cost_their_frames_and_nothing_is_misplaced() -> (
    None
):
    faults = Faults(lost=3e-4, doubled=3e-4, corrupt=3e-4, seed=5)
    source = live_source("cyton", virtual("cyton", faults), RATE_HZ, patient=True)
    blocks = blocks_of(source, 60_000)
    at, count = there(blocks)
    tally = source.tally
    assert 300 < tally.lost < 4500
    assert tally.samples + tally.lost == blocks[-1].end_sample  # the count law
    assert len(at) == tally.samples
    right = count == at + 1
    assert right.mean() > 0.985  # a spoilt value in a frame without a checksum goes unseen
    assert tally.garbage_bytes == sum(tally.reasons.values()) > 0


def test_a_gap_on_the_way_is_a_gap_of_its_length() -> None:
    source = live_source("cyton", virtual("cyton", Faults(gap_s=(3.0, 0.4))), RATE_HZ, patient=True)
    blocks = blocks_of(source, 6000)
    at, count = there(blocks)
    np.testing.assert_array_equal(count, at + 1)
    assert source.tally.lost == 400
    jumps = [b.first_sample for a, b in pairwise(blocks) if b.first_sample != a.end_sample]
    assert len(jumps) == 1


def test_a_counter_that_begins_anew_is_a_short_loss_and_not_the_end() -> None:
    source = live_source("cyton", virtual("cyton", Faults(reset_s=2.0)), RATE_HZ, patient=True)
    blocks_of(source, 5000)
    assert 0 < source.tally.lost < 256


def test_a_pause_loses_nothing() -> None:
    link = virtual("cyton", Faults(pause_s=(1.0, 0.9)), 250.0)
    source = live_source("cyton", link, 250.0, patient=True)
    at, count = there(blocks_of(source, 2000))
    np.testing.assert_array_equal(count, at + 1)
    assert source.tally.lost == 0


@pytest.mark.parametrize("name", ["cyton", "bitalino"])
def test_unplugged_and_plugged_in_again_it_goes_on_after_one_gap_of_the_right_length(
    name: str,
) -> None:
    link = virtual(name, Faults(unplug_s=(4.0, 3.0)))
    source = live_source(name, link, RATE_HZ, patient=True, backoff_s=(0.0,))
    blocks = blocks_of(source, 12_000)
    at, count = there(blocks)
    gaps = np.flatnonzero(np.diff(at) > 1)
    assert len(gaps) == 1
    gap = int(at[gaps[0] + 1] - at[gaps[0]])
    assert gap == pytest.approx(3000, abs=30)
    span = span_of(name)
    off = ((count - 1 - at + span / 2) % span) - span / 2  # the board's samples went on meanwhile
    assert np.abs(off).max() <= 21  # it hands over every 20 ms
    assert source.tally.restarts == 1


@pytest.mark.slow
def test_a_clock_that_is_200_ppm_fast_is_found_within_5_ppm_in_ten_minutes() -> None:
    link = virtual("bitalino", Faults(drift_ppm=200.0))
    source = live_source("bitalino", link, RATE_HZ, patient=True)
    blocks_of(source, 600_000)
    fit = source.clock.fit()
    assert fit is not None
    assert fit.ppm == pytest.approx(200.0, abs=5.0)


class Silent:
    """A link that opens and says `data` once, then nothing."""

    name = "COM9"
    lost_packets = 0
    caution = ""

    def __init__(self, data: bytes = b"", fails: bool = False) -> None:
        self.data, self.fails, self.closed, self.settings = data, fails, 0, 1

    def open(self) -> None:
        if self.fails:
            raise DeviceError("COM9 is not there")

    def read(self, timeout_s: float) -> Piece | None:
        data, self.data = self.data, b""
        return Piece(data, 0.0) if data else None

    def write(self, data: bytes) -> None:
        pass

    def vary(self) -> bool:
        self.settings += 1
        return self.settings <= 2

    def close(self) -> None:
        self.closed += 1


def test_a_board_that_is_not_there_is_told_at_once() -> None:
    link = Silent(fails=True)
    with pytest.raises(DeviceError, match="not there"):
        live_source("cyton", link, RATE_HZ).__enter__()
    assert link.closed
    assert link.settings == 1


def test_what_does_not_speak_as_the_board_is_told_with_what_it_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fasciscope.acquisition.reader.ANSWER_S", 0.05)
    link = Silent(b"hello")
    with pytest.raises(DeviceError, match="COM9 does not answer"):
        live_source("cyton", link, RATE_HZ).__enter__()
    assert link.settings == 3  # both speeds were tried
    monkeypatch.setattr("fasciscope.acquisition.reader.FIRST_S", 0.05)
    with pytest.raises(DeviceError, match=r"sends no frame.*nothing"):
        live_source("bitalino", Silent(), RATE_HZ).__enter__()


def test_a_stream_that_falls_silent_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasciscope.acquisition.reader.SILENT_S", 0.05)
    inner = virtual("bitalino")

    class Dies(VirtualLink):
        deaf = False

        def open(self) -> None:
            self.deaf = False
            inner.open()

        def read(self, timeout_s: float) -> Piece | None:
            piece = None if self.deaf else inner.read(timeout_s)
            if piece is not None and piece.received_s > 1.0 and restarts == 0:
                self.deaf = True
            return piece

        def write(self, data: bytes) -> None:
            inner.write(data)

    restarts = 0
    source = live_source(
        "bitalino", Dies("x", inner._played), RATE_HZ, patient=True, backoff_s=(0.0,)
    )
    notices: list[str] = []
    with source:
        for delivery in source.deliveries():
            notices += delivery.notices
            restarts = source.tally.restarts
            if restarts and delivery.blocks and delivery.blocks[-1].end_sample > 3000:
                break
    assert "silent" in notices[0]
    assert notices[1] == "the board is back"


def test_what_nobody_takes_in_time_is_counted_as_lost_and_never_hidden() -> None:
    source = live_source("cyton", virtual("cyton"), RATE_HZ, queue_pieces=4)
    blocks: list[SampleBlock] = []
    dropped = 0
    with source:
        turns = source.deliveries()
        while not dropped:  # the board is far faster than we are
            delivery = next(turns)
            blocks += delivery.blocks
            dropped = source.tally.dropped_bytes
        for _ in range(50):
            blocks += next(turns).blocks
    at, count = there(blocks)
    np.testing.assert_array_equal(count, at + 1)
    assert source.tally.lost > 0
    assert source.tally.samples + source.tally.lost == blocks[-1].end_sample


def test_an_error_of_ours_in_the_thread_is_raised_where_items_are_taken() -> None:
    link = virtual("bitalino")
    source = live_source("bitalino", link, RATE_HZ, patient=True)

    def broken(_timeout_s: float) -> Piece | None:
        raise ZeroDivisionError

    source.__enter__()
    link.read = broken  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        list(source.deliveries())


def test_a_lost_link_is_no_error_of_the_program() -> None:
    assert issubclass(LinkLostError, DeviceError)
