"""Every sample at its right place in time; what is missing counted; what can't be counted, bounded."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fasciscope.acquisition.assembler import Assembled, Assembler, Loss
from fasciscope.core import FILL_S, ChannelInfo, Flag, SampleBlock, StreamInfo
from fasciscope.firmware_bridge import CODECS, Codec, Frames

RATE_HZ = 250.0
CYTON, BITALINO = CODECS["cyton"], CODECS["bitalino-1"]


def assembler(codec: Codec) -> Assembler:
    channels = tuple(ChannelInfo(f"ch{k}", 1.0) for k in range(codec.n_channels))
    info = StreamInfo("test", RATE_HZ, channels)
    return Assembler(info, codec, np.full(codec.n_channels, 2.0))


def frames_at(codec: Codec, numbers: Sequence[int]) -> Frames:
    """Frames whose samples hold their own numbers."""
    at = np.asarray(numbers, dtype=np.int64)
    counts = np.repeat(at[:, None], codec.n_channels, axis=1).astype(np.int32)
    counter = None if codec.wrap is None else codec.advance * at % codec.wrap
    return Frames(counts, counter)


def push_all(codec: Codec, numbers: Sequence[int], sizes: Sequence[int]) -> list[Assembled]:
    """In batches of these sizes over and over, each arriving when its last frame was sampled."""
    one, out, start = assembler(codec), [], 0
    edges = np.cumsum(np.resize(sizes, len(numbers)))
    for end in [*edges[edges < len(numbers)].tolist(), len(numbers)]:
        batch = numbers[start:end]
        out.append(one.push(frames_at(codec, batch), batch[-1] / RATE_HZ if batch else 0.0))
        start = end
    return [*out, one.finish()]


def blocks(out: list[Assembled]) -> list[SampleBlock]:
    return [block for one in out for block in one.blocks]


def there(block: SampleBlock) -> np.ndarray:
    """True where a sample came (count 0 may be at the converter's rail, which is another flag)."""
    if block.flags is None:
        return np.ones(block.n_samples, bool)
    return (block.flags[:, 0] & int(Flag.MISSING)) == 0


def losses(out: list[Assembled]) -> list[Loss]:
    return [loss for one in out for loss in one.losses]


@pytest.mark.parametrize("name", ["cyton", "cyton-daisy", "bitalino-1"])
@settings(max_examples=30, deadline=None)
@given(
    gaps=st.dictionaries(st.integers(1, 199), st.integers(1, 7), max_size=6),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_every_sample_stands_at_its_own_number(
    name: str, gaps: dict[int, int], sizes: list[int]
) -> None:
    codec = CODECS[name]
    lost = {n for first, length in gaps.items() for n in range(first, first + length)}
    numbers = [n for n in range(250) if n not in lost]
    assert codec.wrap is not None
    steps = np.diff(numbers) * codec.advance
    assume((steps % codec.wrap != codec.advance)[steps > codec.advance].all())  # whole turns hide
    out = push_all(codec, numbers, sizes)
    seen: set[int] = set()
    for block in blocks(out):
        sound = there(block)
        at = block.first_sample + np.flatnonzero(sound)
        np.testing.assert_array_equal(block.uv[sound, 0], 2.0 * at)
        seen |= set(at.tolist())
    assert seen == set(numbers)
    marked = {
        n
        for loss in losses(out)
        for n in range(loss.first_sample, loss.first_sample + loss.n_samples)
    }
    assert marked == lost
    assert len(seen) + sum(loss.n_samples for loss in losses(out)) == 250  # the count law


def test_a_short_gap_is_filled_and_marked_and_a_long_one_is_a_jump() -> None:
    short, long = round(FILL_S * RATE_HZ), round(FILL_S * RATE_HZ) + 1
    numbers = [0, 1, 2, *range(3 + short, 60), *range(60 + long, 130)]
    out = push_all(CYTON, numbers, [len(numbers)])
    first, second, third = blocks(out)
    assert second.first_sample == first.end_sample  # no jump
    assert (second.valid[:, 0] == (np.arange(second.n_samples) >= short)).all()
    assert (second.uv[:short] == first.uv[-1]).all()
    assert third.first_sample == second.end_sample + long
    assert third.valid.all()


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_damaged_counter_is_no_loss(size: int) -> None:
    one, out = assembler(CYTON), []
    whole = frames_at(CYTON, range(50))
    assert whole.counter is not None
    whole.counter[20] = 99
    for start in range(0, 50, size):
        stop = min(start + size, 50)
        part = Frames(whole.counts[start:stop], whole.counter[start:stop])
        out.append(one.push(part, stop / RATE_HZ))
    out.append(one.finish())
    assert losses(out) == []
    np.testing.assert_array_equal(
        np.concatenate([b.uv[:, 0] for b in blocks(out)]), 2.0 * np.arange(50)
    )


def test_a_damaged_counter_beside_a_loss_adds_no_turn() -> None:
    one = assembler(CYTON)
    whole = frames_at(CYTON, [*range(20), *range(23, 60)])
    assert whole.counter is not None
    whole.counter[19] = 99  # the last before three that are lost
    out = [one.push(whole, 0.24), one.finish()]
    assert sum(loss.n_samples for loss in losses(out)) == 3
    assert blocks(out)[-1].uv[-1, 0] == 2.0 * 59
    assert blocks(out)[-1].end_sample == 60


def test_a_whole_turn_of_the_counter_is_told_by_the_time_and_called_uncertain() -> None:
    one = assembler(BITALINO)
    one.push(frames_at(BITALINO, range(10)), 10 / RATE_HZ)
    held = one.push(frames_at(BITALINO, range(42, 50)), 50 / RATE_HZ)
    assert held.blocks == ()  # what is late may still come
    after = one.push(frames_at(BITALINO, range(50, 180)), 180 / RATE_HZ)
    (loss,) = after.losses
    assert (loss.first_sample, loss.n_samples, loss.uncertain) == (10, 32, True)
    assert (loss.least, loss.most) == (16, 48)
    assert after.blocks[0].first_sample == 42


def test_what_was_only_late_is_no_loss_however_it_comes_in_then() -> None:
    one = assembler(BITALINO)
    out = [one.push(frames_at(BITALINO, range(100)), 0.4)]
    out.append(one.push(frames_at(BITALINO, range(100, 200)), 2.4))  # a part of what was held up
    out.append(one.push(frames_at(BITALINO, range(200, 612)), 2.45))
    out.append(one.push(frames_at(BITALINO, range(612, 625)), 2.5))
    assert losses(out) == []
    np.testing.assert_array_equal(
        np.concatenate([b.uv[:, 0] for b in blocks(out)]),
        2.0 * np.minimum(np.arange(625), BITALINO.high[0]),
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_host_that_looks_late_and_in_bursts_invents_no_loss(seed: int) -> None:
    """A thousand samples a second, a counter of 16: reads 5 to 60 ms apart, a stall of 0.4 s."""
    rng = np.random.default_rng(seed)
    channels = tuple(ChannelInfo(f"ch{k}", 1.0) for k in range(BITALINO.n_channels))
    one = Assembler(StreamInfo("test", 1000.0, channels), BITALINO, np.ones(BITALINO.n_channels))
    out, at, now_s = [], 0, 0.0
    while at < 20_000:
        now_s += rng.uniform(0.005, 0.06) + 0.4 * (rng.random() < 0.01)
        came = int((now_s - rng.exponential(0.002)) * 1000.0)
        came = min(max(at, came), at + 500)  # the port's buffer is given in parts
        out.append(one.push(frames_at(BITALINO, range(at, came)), now_s))
        at = came
    assert losses([*out, one.finish()]) == []


@pytest.mark.parametrize("lost", [16, 50, 90])
def test_a_loss_of_turns_is_found_where_it_was_though_the_counter_hides_it(lost: int) -> None:
    rng = np.random.default_rng(lost)
    channels = tuple(ChannelInfo(f"ch{k}", 1.0) for k in range(BITALINO.n_channels))
    one = Assembler(StreamInfo("test", 1000.0, channels), BITALINO, np.ones(BITALINO.n_channels))
    out = []
    edges = np.cumsum(rng.integers(5, 30, 500))
    for low, high in pairwise(edges.tolist()):
        numbers = [n for n in range(low, high) if not 4000 <= n < 4000 + lost]
        out.append(one.push(frames_at(BITALINO, numbers), high / 1000.0 + rng.exponential(0.001)))
    (loss,) = losses([*out, one.finish()])
    assert loss.n_samples == lost
    assert loss.first_sample == pytest.approx(4000 - edges[0], abs=30 if lost == 16 else 0)
    assert loss.uncertain
    assert loss.least <= lost <= loss.most


def test_dropped_bytes_tell_how_many_turns_of_the_counter_are_missing() -> None:
    one = assembler(BITALINO)
    one.push(frames_at(BITALINO, range(100)), 0.4)
    assert one.missed(37).blocks == ()
    out = one.push(frames_at(BITALINO, range(138, 150)), 0.6)
    (loss,) = out.losses
    assert (loss.first_sample, loss.n_samples, loss.uncertain) == (100, 38, False)


def test_dropped_frames_that_are_whole_turns_with_the_next_are_counted_to_the_frame() -> None:
    one = assembler(CYTON)
    one.push(frames_at(CYTON, range(60)), 0.24)
    one.missed(8950)  # about; the counter tells the rest
    out = one.push(frames_at(CYTON, range(60 + 35 * 256 - 1, 60 + 35 * 256 + 40)), 40.0)
    (loss,) = out.losses
    assert loss.n_samples == 35 * 256 - 1


def test_without_a_counter_a_long_pause_is_a_loss_by_the_clock() -> None:
    codec = Codec(CYTON.decoder, CYTON.encode, CYTON.low, CYTON.high, wrap=None)
    one = assembler(codec)
    one.push(frames_at(codec, range(100)), 0.4)
    short = one.push(frames_at(codec, range(100, 125)), 0.9)
    assert short.losses == ()
    assert one.push(frames_at(codec, range(125, 150)), 11.0).blocks == ()
    long = one.push(frames_at(codec, range(150, 275)), 11.5)
    (loss,) = long.losses
    assert loss.n_samples == pytest.approx(10.4 * RATE_HZ, abs=1)
    assert loss.most - loss.least == pytest.approx(0.2 * RATE_HZ)


def test_a_counter_that_stands_still_loses_nothing() -> None:
    one = assembler(CYTON)
    out = one.push(Frames(np.ones((4, 8), np.int32), np.array([0, 1, 1, 2])), 0.1)
    rest = one.finish()
    assert (out.losses, rest.losses) == ((), ())
    assert sum(b.n_samples for b in (*out.blocks, *rest.blocks)) == 4


def test_nothing_changes_nothing() -> None:
    one = assembler(CYTON)
    empty = one.push(frames_at(CYTON, []), 5.0)
    assert (empty.blocks, empty.losses) == ((), ())
    assert one.push(frames_at(CYTON, range(3)), 5.0).blocks[0].first_sample == 0


def test_counts_at_the_end_of_the_range_are_clipped() -> None:
    counts = np.tile(np.array([[0], [512], [1023], [1022]], np.int32), (1, 1))
    (block,) = assembler(CODECS["bitalino-1"]).push(Frames(counts, np.arange(4)), 0.1).blocks
    assert block.flags is not None
    assert block.flags[:, 0].tolist() == [Flag.CLIPPED, 0, Flag.CLIPPED, 0]


@pytest.mark.parametrize("n", [1, 5])
def test_after_the_board_was_away_the_time_tells_where_it_goes_on(n: int) -> None:
    one = assembler(CYTON)
    one.push(frames_at(CYTON, range(100)), 0.4)
    assert one.resume(lambda at_s: at_s * RATE_HZ - 1).blocks == ()
    out = one.push(frames_at(CYTON, range(n)), 10.0 + n / RATE_HZ)
    (loss,) = out.losses
    assert (loss.first_sample, loss.n_samples, loss.uncertain) == (100, 2400, True)
    assert out.blocks[0].first_sample == 2500
    assert one.push(frames_at(CYTON, range(n, 9)), 10.1).losses == ()


def test_frames_of_a_wire_without_a_counter_that_are_known_to_be_lost_keep_their_place() -> None:
    codec = Codec(CYTON.decoder, CYTON.encode, CYTON.low, CYTON.high, wrap=None)
    one = assembler(codec)
    one.missed(3)  # before the first there is nothing to miss
    assert one.push(frames_at(codec, range(10)), 0.1).losses == ()
    one.missed(3)
    out = one.push(frames_at(codec, range(13, 14)), 0.2)
    (loss,) = out.losses
    assert (loss.first_sample, loss.n_samples, loss.least, loss.most) == (10, 3, 0, 6)
    assert out.blocks[0].uv[-1, 0] == 26.0
