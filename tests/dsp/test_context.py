"""Potentials are given once, in order, with what surrounded them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Potential
from fasciscope.dsp.context import Context, Span, Waiting
from fasciscope.dsp.waves import thumbnail

RATE_HZ = 1000.0
WINDOW = 10_000
TIME_S = np.arange(-30, 31) / RATE_HZ
ONE = np.exp(-((TIME_S / 0.006) ** 2)) * np.sin(2 * np.pi * 70 * TIME_S)
OTHER = np.exp(-((TIME_S / 0.009) ** 2)) * np.cos(2 * np.pi * 40 * TIME_S)


def waiting(
    peak: int,
    *,
    channel: int = 0,
    size: float = 60.0,
    wave: NDArray[np.float64] = ONE,
    statistic: float = 15.0,
) -> Waiting:
    potential = Potential(
        channel=channel,
        channels=(channel,),
        start_sample=peak - 8,
        peak_sample=peak,
        end_sample=peak + 9,
        peak_to_peak=size,
        noise=3.0,
        statistic=statistic,
        duration_ms=17.0,
        half_width_ms=4.0,
        rise_ms=8.0,
        phases=3,
        median_hz=80.0,
        low_ratio=0.1,
        sharpness=0.02,
        brightness=0.3,
        zero_lag=1,
        waveform=size * wave,
    )
    unit = thumbnail(wave[None], RATE_HZ)[0]
    white = unit[22:38] / np.linalg.norm(unit[22:38])
    return Waiting(potential, unit, 2.0, statistic * np.tile(white, (3, 1)))


def context(n_channels: int = 1) -> Context:
    return Context(n_channels, RATE_HZ, WINDOW / RATE_HZ, 5.4, 5.35)


def everything(found: Context, spans: list[list[Span]] | None = None) -> list[Potential]:
    return list(found.release(0, spans or [[]], final=True))


def test_a_potential_waits_for_the_window_after_it() -> None:
    held = context()
    held.add(waiting(5000))
    assert list(held.release(5000 + WINDOW, [[]])) == []
    assert [p.peak_sample for p in held.release(5001 + WINDOW, [[]])] == [5000]
    assert everything(held) == []


def test_gaps_are_those_to_the_neighbours_of_any_and_of_the_same_shape() -> None:
    held = context()
    for at, wave in ((1000, ONE), (1400, OTHER), (2000, ONE), (2100, OTHER), (5000, ONE)):
        held.add(waiting(at, wave=wave))
    middle = everything(held)[2]
    assert (middle.gap_before_s, middle.gap_after_s) == (0.6, 0.1)
    assert (middle.same_gap_before_s, middle.same_gap_after_s) == (1.0, 3.0)


def test_the_neighbours_do_not_depend_on_when_they_are_given() -> None:
    peaks = np.cumsum(np.random.default_rng(1).integers(60, 4000, 60)).tolist()
    late, soon = context(), context()
    for at in peaks:
        late.add(waiting(at))
    whole = everything(late)
    bit_by_bit: list[Potential] = []
    for at in peaks:
        soon.add(waiting(at))
        bit_by_bit += soon.release(at, [[]])
    bit_by_bit += everything(soon)
    assert [repr(p) for p in bit_by_bit] == [repr(p) for p in whole]


def test_weak_ones_are_context_only() -> None:
    held = context()
    held.add(waiting(1000, statistic=4.5))
    held.add(waiting(1500))
    (given,) = everything(held)
    assert given.peak_sample == 1500
    assert given.gap_before_s == np.inf


def test_a_larger_neighbour_is_named_by_its_distance_unless_it_is_a_spike() -> None:
    held = context()
    big = waiting(1040, size=200.0)
    held.add(waiting(1000))
    held.add(big)
    assert [(p.bigger_gap_s, p.bigger_after_s) for p in everything(held)] == [
        (0.04, 0.04),
        (np.inf, np.inf),
    ]
    held = context()
    held.add(big)
    held.add(waiting(1090))
    after = everything(held)[1]
    assert (after.bigger_gap_s, after.bigger_after_s) == (0.05, np.inf)
    held = context()
    held.add(waiting(1000))
    held.add(replace_sharpness(big, 0.9))
    assert everything(held)[0].bigger_gap_s == np.inf


def replace_sharpness(one: Waiting, sharpness: float) -> Waiting:
    return replace(one, potential=replace(one.potential, sharpness=sharpness))


def test_a_weak_potential_is_given_if_strong_ones_showed_its_shape() -> None:
    held = context()
    for k in range(4):
        held.add(waiting(1000 + 1500 * k, statistic=15.0))
    for peak, wave in ((7000, ONE), (7600, OTHER)):
        held.add(waiting(peak, statistic=5.3, wave=wave))
    given = everything(held)
    assert [p.peak_sample for p in given] == [
        1000,
        2500,
        4000,
        5500,
    ]  # smaller than its like may be
    held = context()
    for k in range(4):
        held.add(waiting(1000 + 1500 * k, statistic=6.0))
    for peak, wave in ((7000, ONE), (7600, OTHER)):
        held.add(waiting(peak, statistic=5.3, wave=wave))
    given = everything(held)
    assert [p.peak_sample for p in given] == [1000, 2500, 4000, 5500, 7000]
    assert given[-1].familiar > 0.0
    assert not any(p.faint for p in given)


def test_a_faint_potential_is_given_beside_others_that_stand_for_themselves_and_a_weaker_one_is_not() -> (
    None
):
    faint, weaker, clear = (5.37, OTHER), (5.3, OTHER), (9.0, ONE)
    held = context()
    for peak, (statistic, wave) in ((1000, weaker), (2500, faint), (4000, clear), (14_500, faint)):
        held.add(waiting(peak, statistic=statistic, wave=wave))
    assert [(p.peak_sample, p.faint) for p in everything(held)] == [(2500, True), (4000, False)]


def test_two_discharges_in_one_are_told_once_their_shape_is_known_from_others() -> None:
    twice = ONE + np.roll(ONE, 7)
    held = context()
    for k in range(6):
        held.add(waiting(1000 + 1500 * k, wave=twice if k in (2, 5) else ONE))
    assert [p.doublet_s for p in everything(held)] == [0.0, 0.0, 0.0, 0.0, 0.0, 0.007]


def test_a_heart_beside_a_potential_is_no_company() -> None:
    held = context()
    beats = [1000 + round(850 * k + 30 * np.sin(k)) for k in range(12)]
    for beat in beats:
        held.add(waiting(beat, wave=OTHER))
    for late in (60, 120, 200):  # three others within a second, so that it is looked for
        held.add(waiting(beats[-1] + late))
    last = everything(held)[-1]
    assert last.crowd_hz == 2.0


def test_one_source_on_three_channels_is_given_once_where_it_is_largest() -> None:
    held = context(3)
    for channel, size in ((0, 40.0), (1, 90.0), (2, 60.0)):
        held.add(waiting(1000 + channel, channel=channel, size=size))
    (given,) = everything(held, [[], [], []])
    assert (given.channel, given.channels, given.coincident) == (1, (0, 1, 2), 3)


def test_two_sources_at_one_moment_are_two() -> None:
    held = context(2)
    held.add(waiting(1000))
    held.add(waiting(1001, channel=1, wave=OTHER))
    given = everything(held, [[], []])
    assert [(p.channel, p.channels, p.coincident) for p in given] == [(0, (0,), 2), (1, (1,), 2)]


def test_what_lies_in_a_burst_is_the_bursts() -> None:
    held = context()
    for at in (1000, 2000, 3000):
        held.add(waiting(at))
    given = everything(held, [[Span(1900, 2900)]])
    assert [p.peak_sample for p in given] == [1000, 3000]
    assert [p.near_burst_s for p in given] == [0.9, 0.1]


def test_all_channels_come_in_order_of_their_peaks() -> None:
    held = context(2)
    for at in (1000, 4000):
        held.add(waiting(at))
    held.add(waiting(2000, channel=1))
    assert [p.peak_sample for p in everything(held, [[], []])] == [1000, 2000, 4000]


def test_a_metronome_is_seen_as_a_train() -> None:
    held = context()
    for at in range(1000, 9000, 125):
        held.add(waiting(at))
    middle = everything(held)[30]
    assert middle.rhythm_hz == 8.0
    assert middle.rhythm_cv < 1e-9
    assert middle.rhythm_n > 40


def test_the_memory_is_bounded() -> None:
    held = context()
    for at in range(1000, 200_000, 500):
        held.add(waiting(at))
        list(held.release(at, [[]]))
    (queue,) = held._queues
    assert len(queue.waiting) < 3 * WINDOW / 500


def test_weak_neighbours_are_counted_where_there_was_signal() -> None:
    held = context()
    held.add_level(np.arange(0, 20_000, 10), np.ones((2000, 1)))
    for at in (6000, 7500, 12_000):
        held.add(waiting(at, statistic=4.4))
    held.add(waiting(10_000))
    (potential,) = everything(held)
    assert abs(potential.weak_hz - 3 / 20) < 0.001


def test_steps_to_a_burst_go_over_potentials_of_like_strength() -> None:
    burst = [[Span(12_000, 13_000)]]
    for between, longest_s in ((15.0, 0.8), (5.5, 1.5)):  # the weaker is not of its like
        held = context()
        held.add(waiting(10_500, statistic=30.0))
        held.add(waiting(11_300, statistic=between))
        first = everything(held, burst)[0]
        assert first.near_burst_s == 1.5
        assert abs(first.burst_step_s - longest_s) < 1e-9


def test_a_burst_far_away_has_no_steps() -> None:
    held = context()
    held.add(waiting(9000))
    assert everything(held, [[Span(12_000, 13_000)]])[0].burst_step_s == np.inf


def test_what_comes_with_every_beat_is_a_hearts_though_its_shape_is_another() -> None:
    held = context()
    beats = [1000 + round(850 * k + 30 * np.sin(k)) for k in range(12)]
    for k, beat in enumerate(beats):
        held.add(waiting(beat, wave=OTHER))
        # what follows it, of no lasting shape: by itself it is no train
        shape = np.random.default_rng(k).standard_normal(len(ONE))
        held.add(waiting(beat + 280, wave=shape))
    late = [p for p in everything(held) if p.peak_sample - 280 in beats]
    assert all(p.heart_score >= 0.55 for p in late)
    assert all(0.27 < p.beat_gap_s < 0.29 for p in late)
