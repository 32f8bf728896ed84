"""Samples: the same every time, however cut; on the converter's grid; where the truth says."""

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt, welch

from fasciscope.core import Flag, Label, SampleBlock
from fasciscope.datasets.synth import (
    SCENARIOS,
    Board,
    Cramp,
    Fasciculations,
    Heartbeat,
    Mains,
    Noise,
    PacketLoss,
    Pops,
    Scenario,
    Site,
    Synthetic,
    Voluntary,
    synthesise,
    varied,
)

SHORT = Scenario(
    "short",
    (Fasciculations(n_units=3, rate_per_min=60.0), Voluntary(0, 6.0, 2.0, 80.0), Mains()),
    duration_s=12.0,
)
SILENT = Noise((0.0, 0.0), baseline_uv=0.0, offset_uv=0.0)


def samples(made: Synthetic) -> np.ndarray:
    info = made.recording.info
    whole = np.full((made.recording.n_samples or 0, info.n_channels), np.nan)
    for block in made.recording.blocks():
        whole[block.first_sample : block.end_sample] = block.uv
    return whole


WHOLE = samples(synthesise(SHORT))


def test_the_same_scenario_gives_the_same_samples_and_truth() -> None:
    again = synthesise(SHORT)
    np.testing.assert_array_equal(samples(again), WHOLE)
    np.testing.assert_array_equal(samples(again), WHOLE)  # a second pass over the same recording
    assert again.truth == synthesise(SHORT).truth


def test_another_seed_gives_another_recording() -> None:
    assert not np.array_equal(samples(synthesise(replace(SHORT, seed=2))), WHOLE)


@given(st.integers(1, 30_000))
@settings(max_examples=6, deadline=None)
def test_cutting_into_other_blocks_changes_no_bit(size: int) -> None:
    size = max(size, 37)
    made = synthesise(SHORT, block_samples=size)
    blocks = list(made.recording.blocks())
    assert all(block.n_samples == size for block in blocks[:-1])
    np.testing.assert_array_equal(np.concatenate([b.uv for b in blocks]), WHOLE)


def test_another_kind_of_ingredient_changes_nothing_else() -> None:
    added = replace(SHORT, ingredients=(Heartbeat(), *SHORT.ingredients))
    assert [e for e in synthesise(added).truth.events if e.label != Label.ECG] == list(
        synthesise(SHORT).truth.events
    )
    beats = synthesise(Scenario("beats", (Heartbeat(),), duration_s=12.0, noise=SILENT))
    difference = samples(synthesise(added)) - WHOLE
    lsb = SHORT.board.lsb_uv
    np.testing.assert_allclose(difference, samples(beats), atol=2 * lsb)


def test_another_rate_gives_the_same_events_within_a_millisecond() -> None:
    slow = synthesise(replace(SHORT, rate_hz=1000.0)).truth.of(Label.FASCICULATION)
    fast = synthesise(SHORT).truth.of(Label.FASCICULATION)
    assert len(slow) == len(fast) > 10
    apart = [a.peak_sample / 1000 - b.peak_sample / 2000 for a, b in zip(slow, fast, strict=True)]
    # two lobes of equal size may change places; the median may not
    assert np.median(np.abs(apart)) <= 0.001
    assert np.mean(np.abs(apart) <= 0.0015) > 0.8


def test_truth_peaks_lie_on_the_peaks_of_the_noiseless_signal() -> None:
    scenario = Scenario(
        "peaks", (Fasciculations(n_units=4, rate_per_min=40.0),), duration_s=60.0, noise=SILENT
    )
    made = synthesise(scenario)
    sos = butter(4, (20.0, 450.0), btype="bandpass", fs=2000.0, output="sos")
    seen = sosfiltfilt(sos, samples(made), axis=0)
    alone = 0
    peaks = [np.array([e.peak_sample for e in made.truth.events if e.channel == c]) for c in (0, 1)]
    for event in made.truth.events:
        if np.sort(np.abs(peaks[event.channel] - event.peak_sample))[1] < 400:
            continue  # a neighbour's wave would add to it
        alone += 1
        near = slice(event.peak_sample - 100, event.peak_sample + 100)
        wave = seen[near, event.channel]
        assert np.abs(wave).argmax() == 100
        assert event.amplitude_uv == pytest.approx(np.ptp(wave), rel=0.01)
        assert event.start_sample <= event.peak_sample < event.end_sample
        assert 5 <= (event.end_sample - event.start_sample) / 2 <= 60
    assert alone > 20


def test_snr_is_measured_against_the_noise_that_is_there() -> None:
    scenario = Scenario("noise", duration_s=60.0, noise=Noise((3.0, 3.0), swing=(1.0, 1.0)))
    sos = butter(4, (20.0, 450.0), btype="bandpass", fs=2000.0, output="sos")
    rest = sosfiltfilt(sos, samples(synthesise(scenario)), axis=0)
    np.testing.assert_allclose(rest.std(axis=0), 3.0, rtol=0.02)


def test_noise_rises_as_one_over_f_at_low_frequency() -> None:
    noise = Noise((3.0, 3.0), pink=1.5, swing=(1.0, 1.0), baseline_uv=0.0, offset_uv=0.0)
    x = samples(synthesise(Scenario("pink", duration_s=120.0, noise=noise)))[:, 0]
    hz, power = welch(x, 2000.0, nperseg=8192)
    low, mid, high = (power[(hz > a) & (hz < b)].mean() for a, b in ((1, 2), (8, 12), (400, 800)))
    assert 3 < low / mid < 14  # 1/f: 6.7
    assert 1.5 < mid / high < 5


@pytest.mark.parametrize("bits", [10, 12, 16, 24])
def test_samples_stand_on_the_converters_grid(bits: int) -> None:
    board = Board("grid", lsb_uv=3.3e6 / 1009 / 2**bits, bits=bits)
    counts = samples(synthesise(replace(SHORT, board=board, duration_s=4.0))) / board.lsb_uv
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-6)
    assert np.abs(counts).max() <= 2 ** (bits - 1)


def test_clipped_samples_are_at_the_rail_and_flagged() -> None:
    board = Board("small", lsb_uv=1.0, bits=8)
    loud = replace(
        SHORT,
        board=board,
        ingredients=(Pops(per_min=60.0),),
        noise=Noise((2.0, 2.0), offset_uv=0.0),
    )
    for block in synthesise(loud).recording.blocks():
        rails = (block.uv >= 127) | (block.uv <= -128)
        flags = np.zeros_like(rails) if block.flags is None else block.flags == Flag.CLIPPED
        np.testing.assert_array_equal(rails, flags)


LOSSY = replace(SHORT, ingredients=(*SHORT.ingredients, PacketLoss(40.0, at=((3.0, 1.5),))))


def marked(block: SampleBlock) -> int:
    return 0 if block.flags is None else int((block.flags[:, 0] == Flag.MISSING).sum())


@pytest.mark.parametrize("loss", ["jump", "flagged"])
def test_delivered_and_lost_samples_are_all_samples(loss: str) -> None:
    made = synthesise(replace(LOSSY, loss=loss), block_samples=700)  # type: ignore[arg-type]
    lost = (
        sum(e.end_sample - e.start_sample for e in made.truth.events if e.ingredient == "loss") // 2
    )
    assert lost >= 3000
    blocks = list(made.recording.blocks())
    delivered = sum(b.n_samples for b in blocks) - sum(marked(b) for b in blocks)
    assert delivered + lost == made.recording.n_samples == 24_000
    assert all(a.end_sample <= b.first_sample for a, b in pairwise(blocks))
    for block in blocks:
        sound = block.valid[:, 0]
        expected = WHOLE[block.first_sample : block.end_sample][sound]
        np.testing.assert_array_equal(block.uv[sound], expected)


def test_events_that_cannot_be_found_are_optional() -> None:
    truth = synthesise(LOSSY).truth
    lost = [e for e in truth.of(Label.FASCICULATION) if 6000 <= e.peak_sample < 9000]
    hidden = [e for e in truth.of(Label.FASCICULATION, 0) if 13_000 <= e.peak_sample < 15_000]
    assert lost
    assert hidden
    assert all("lost" in e.flags and e.optional for e in lost)
    assert all("overlap" in e.flags and e.optional for e in hidden)


def test_an_envelope_board_sends_no_emg() -> None:
    made = synthesise(replace(SHORT, board=Board(envelope=True), noise=SILENT))
    x = samples(made)
    assert made.recording.info.tier.letter == "D"
    assert x.min() > -5
    hz, power = welch(x[:, 0], 2000.0, nperseg=4096)
    assert power[hz > 20].sum() < 0.01 * power.sum()


def test_a_slow_board_without_a_filter_folds_what_a_filter_keeps_out() -> None:
    hum = Scenario(
        "fold",
        (Mains(60.0, 50.0, harmonics=((3, 0.5),)),),
        duration_s=20.0,
        rate_hz=250.0,
        noise=Noise((1.0, 1.0)),
    )
    line = {}
    for antialias in (True, False):
        made = synthesise(replace(hum, board=Board(antialias=antialias)))
        hz, power = welch(samples(made)[:, 0], 250.0, nperseg=1024)
        line[antialias] = power[np.abs(hz - 70) < 1.5].sum()  # 180 Hz folds to 70 (science.md 4)
    assert line[False] > 100 * line[True]


def test_pairs_on_one_muscle_hear_each_others_units() -> None:
    sites = (Site("A", "vastus", "left"), Site("B", "vastus", "left"), Site("C", "biceps", "left"))
    made = synthesise(
        Scenario(
            "near",
            (Fasciculations((0,), 3, 60.0, (200.0, 300.0), echo=0.0),),
            sites=sites,
            noise=SILENT,
            duration_s=10.0,
        )
    )
    swing = np.ptp(samples(made), axis=0)
    assert swing[0] > swing[1] > 0.01 * swing[0]
    assert swing[2] == 0


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_named_scenario_is_a_sound_recording(name: str) -> None:
    made = synthesise(SCENARIOS[name])
    assert made.recording.info.tier.letter == "A"
    assert all(c.calibrated for c in made.recording.info.channels)
    starts = [event.start_sample for event in made.truth.events]
    assert starts == sorted(starts)
    for event in made.truth.events:
        assert 0 <= event.start_sample < event.end_sample <= made.truth.n_samples
    end = 0
    for block in made.recording.blocks():
        assert block.first_sample >= end
        end = block.end_sample
        assert np.isfinite(block.uv).all()
        if block.first_sample > 20_000:
            break


def test_the_demo_shows_what_it_should() -> None:
    truth = synthesise(SCENARIOS["demo"]).truth
    plain = [e for e in truth.of(Label.FASCICULATION, 0) if not e.optional]
    assert len({e.unit for e in plain if e.ingredient == "fasciculation"}) >= 3
    assert len(plain) >= 20
    (cramp,) = truth.of(Label.CRAMP)
    assert (cramp.end_sample - cramp.start_sample) / truth.rate_hz == pytest.approx(25, abs=1.5)
    assert len(truth.of(Label.VOLUNTARY)) == 2
    assert sum(e.ingredient == "cramp_prodrome" for e in truth.events) >= 5
    assert len(truth.of(Label.NOT_ASSESSABLE, 0)) == 1


def test_a_board_with_fewer_or_more_channels_plays_any_scenario() -> None:
    for n in (1, 4):
        made = synthesise(replace(SCENARIOS["mixed"].with_sites(n), duration_s=10.0))
        assert next(iter(made.recording.blocks())).uv.shape == (2000, n)
        assert all(event.channel < n for event in made.truth.events)


@pytest.mark.parametrize("seed", range(4))
def test_varied_scenarios_differ_and_repeat(seed: int) -> None:
    assert varied(seed, 20.0) == varied(seed, 20.0)
    assert varied(seed, 20.0) != varied(seed + 1, 20.0)
    next(iter(synthesise(varied(seed, 20.0)).recording.blocks()))


def test_a_long_recording_passes_in_bounded_memory() -> None:
    long = replace(SCENARIOS["fasciculation"], duration_s=8 * 3600.0)
    made = synthesise(long)
    assert made.recording.n_samples == 57_600_000
    tracemalloc.start()
    for block, _ in zip(made.recording.blocks(), range(100), strict=False):
        assert block.n_samples == 2000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


@pytest.mark.slow
def test_eight_hours_of_eight_channels_pass_block_by_block() -> None:
    made = synthesise(replace(SCENARIOS["fasciculation"], duration_s=8 * 3600.0).with_sites(8))
    total = sum(block.n_samples for block in made.recording.blocks())
    assert total == made.recording.n_samples


def test_a_cramp_cannot_be_told_from_a_contraction_by_length_or_level_alone() -> None:
    setting = SCENARIOS["cramp"].setting()
    spans: dict[Label, list[tuple[float, float]]] = {Label.CRAMP: [], Label.VOLUNTARY: []}
    for seed in range(6):
        rng = np.random.default_rng(seed)
        for ingredient in (Cramp(0, 5.0, n_units=10), Voluntary(0, 5.0, drive=0.1)):
            layer = ingredient.lay(setting, rng)
            event = next(e for e in layer.truth if e.label in spans)
            length = event.end_sample - event.start_sample
            energy = sum((s.scale**2).sum() * (s.bank[0, 0] ** 2).sum() for s in layer.stamps)
            spans[event.label].append((length, float(energy) / length))
    for side in (0, 1):
        cramp, voluntary = (np.array([span[side] for span in spans[k]]) for k in spans)
        auc = np.mean(cramp[:, None] > voluntary)
        assert 0.1 < auc < 0.9
