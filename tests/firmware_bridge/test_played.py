"""A board against time: nothing before it is due, everything after; faults at their second."""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.virtual import virtual_board

CYTON = CODECS["cyton"]


def signal(first: int, n: int) -> NDArray[np.int32]:
    return np.repeat(np.arange(first, first + n, dtype=np.int32)[:, None], 8, axis=1)


def played(faults: Faults | None = None) -> Played:
    one = Played(virtual_board("cyton", signal), 250.0, faults)
    assert one.hear(b"b", 0.0) == b""
    return one


def samples(data: bytes) -> list[int]:
    decoder = CYTON.decoder()
    counts = [decoder.feed(data).frames.counts, decoder.finish().frames.counts]
    return np.concatenate(counts)[:, 0].tolist()


def test_what_is_due_is_sent_once() -> None:
    one = played()
    assert one.due(0.0) == b""
    assert samples(one.due(0.1)) == list(range(25))
    assert one.due(0.1) == b""
    assert samples(one.due(0.2)) == list(range(25, 50))


def test_a_fast_clock_sends_more() -> None:
    one = played(Faults(drift_ppm=1e5))
    assert len(samples(one.due(0.4))) == 110


def test_a_gap_is_cut_out_to_the_sample_however_it_is_asked_for() -> None:
    for step in (0.02, 0.3, 1.0):
        one = played(Faults(gap_s=(0.4, 0.2)))
        sent = b"".join(one.due(k * step) for k in range(1, round(1 / step) + 1))
        whole = [n for n in range(250) if not 100 <= n < 150]
        assert samples(sent) == whole[: len(samples(sent))]
        assert len(samples(sent)) >= 170


def test_a_pause_holds_back_and_then_gives_all() -> None:
    one = played(Faults(pause_s=(0.1, 0.2)))
    assert len(samples(one.due(0.08))) == 20
    assert one.due(0.2) == b""
    assert samples(one.due(0.32)) == list(range(20, 80))


def test_an_unplugged_board_forgets_and_its_samples_go_on_without_it() -> None:
    one = played(Faults(unplug_s=(0.5, 0.25)))
    assert not one.is_gone(0.49)
    assert one.is_gone(0.5)
    one.unplug()
    assert one.due(0.6) == b""
    assert not one.is_gone(0.75)
    assert one.due(0.76) == b""
    one.hear(b"b", 0.8)
    data = one.due(0.841)
    assert samples(data) == list(range(200, 210))
    assert data[1] == 0


def test_a_board_that_streams_from_power_on_does_so_again_and_others_wait_for_their_start() -> None:
    olimex = Played(virtual_board("olimex", lambda first, n: signal(first, n)[:, :6]), 256.0)
    assert len(olimex.due(1.0)) == 256 * 17
    olimex.unplug()
    assert olimex.due(2.0) == b""
    olimex.plug(3.0)
    olimex.plug(3.5)  # it has its power already
    sent = olimex.due(4.0)
    assert len(sent) == 256 * 17
    assert sent[3] == 0  # the counter
    assert sent[4:6] == bytes(divmod(768, 256))
    cyton = played()
    cyton.unplug()
    cyton.plug(1.0)
    assert cyton.due(2.0) == b""


def test_a_counter_begins_anew_once() -> None:
    one = played(Faults(reset_s=0.1))
    one.due(0.08)
    assert one.due(0.12)[1] == 0
    assert one.due(0.16)[1] == 10
