"""Each law is broken on purpose: a law that no fault can break tells nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import lawbook
import numpy as np
import pytest
from lawbook import (
    check_bank_oracle,
    check_count_law,
    check_cut_law,
    check_empty_law,
    check_filter_oracle,
    check_no_event_spans_a_gap,
    check_noise_oracle,
    check_rate_law,
    check_scale_law,
)
from numpy.typing import NDArray
from signals import (
    activities,
    blocks_of,
    cut,
    events,
    lively,
    noise,
    recording_of,
    run_conditioner,
    twitching,
)

from fasciscope.app.pipeline import analyse
from fasciscope.app.summarise import Summariser
from fasciscope.core import (
    Activity,
    Event,
    FrameQuality,
    Label,
    Recording,
    SampleBlock,
    SessionSummary,
    StreamInfo,
)
from fasciscope.dsp import Chain, ChainSettings, band_sos
from fasciscope.dsp.filters import SosFilter
from fasciscope.dsp.frames import Frame, Framer
from fasciscope.dsp.matched import MatchedBank
from fasciscope.dsp.noise import NoiseTracker

SIZES = [1000, 313, 2500, 0, 77]


class FramesOfBlocks(Framer):
    """The fault: every block's end is a frame's end."""

    def push(self, block: SampleBlock) -> Iterator[Frame]:
        yield from super().push(block)
        if self._filled:
            yield self._emit(last=False)


class FramesNumberedByBlock(Framer):
    """The fault: sample numbers count from the start of the block that completes the frame."""

    def push(self, block: SampleBlock) -> Iterator[Frame]:
        for frame in super().push(block):
            yield replace(frame, first_sample=max(0, frame.first_sample - block.first_sample))


class FramesStoppedByEmptyBlocks(Framer):
    """The fault: an empty block ends a stretch."""

    def push(self, block: SampleBlock) -> Iterator[Frame]:
        if block.n_samples == 0 and self._next is not None:
            yield from self._close()
        yield from super().push(block)


class FramesAcrossGaps(Framer):
    """The fault: a jump of the sample numbers is not seen."""

    def push(self, block: SampleBlock) -> Iterator[Frame]:
        if block.n_samples:
            self._next = block.first_sample
            yield from self._take(block)


@pytest.mark.parametrize("fault", [FramesOfBlocks, FramesNumberedByBlock])
def test_the_cut_law_sees_frames_that_follow_the_blocks(
    fault: type[Framer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fasciscope.dsp.chain.Framer", fault)
    info, uv = lively()
    with pytest.raises(AssertionError):
        check_cut_law(activities, info, blocks_of(info, uv), SIZES)


def test_the_cut_law_sees_filters_that_start_anew_at_each_block() -> None:
    def forgetful(info: StreamInfo, blocks: Iterable[SampleBlock]) -> Sequence[Activity]:
        found: list[Activity] = []
        for block in blocks:
            chain = Chain(info)
            found += [*chain.push(block), *chain.finish()]
        return found

    info, uv = lively()
    with pytest.raises(AssertionError):
        check_cut_law(forgetful, info, blocks_of(info, uv), SIZES)


def test_the_cut_law_sees_one_bit() -> None:
    def shaky(info: StreamInfo, blocks: Iterable[SampleBlock]) -> list[Event]:
        held = list(blocks)
        first, *others = events(info, held)
        assert first.snr is not None
        bit = np.nextafter(first.snr, 0.0) if len(held) > 1 else first.snr
        return [replace(first, snr=float(bit)), *others]

    info, uv = lively()
    with pytest.raises(AssertionError):
        check_cut_law(shaky, info, blocks_of(info, uv), SIZES)


def test_the_empty_law_sees_a_stretch_that_an_empty_block_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fasciscope.dsp.chain.Framer", FramesStoppedByEmptyBlocks)
    info, uv = lively()
    with pytest.raises(AssertionError):
        check_empty_law(events, info, list(cut(blocks_of(info, uv), SIZES)), [1, 3])


def test_the_gap_law_sees_an_event_over_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasciscope.dsp.chain.Framer", FramesAcrossGaps)
    info, uv = lively()
    gap = (9000, 9010)  # within the contraction
    with pytest.raises(AssertionError):
        check_no_event_spans_a_gap(events(info, blocks_of(info, uv, [gap])), [gap])


class LostIsUsable(Summariser):
    """The fault: a frame's lost samples count as recorded and usable."""

    def _frame(self, quality: FrameQuality) -> None:
        none = ((),) * len(quality.reasons)
        super()._frame(replace(quality, lost_samples=(0,) * len(none), reasons=none))


class LossIsForgotten(Summariser):
    """The fault: time between blocks does not exist."""

    def _lose_until(self, sample: int) -> None:
        self._end = max(self._end, sample)


@pytest.mark.parametrize("fault", [LostIsUsable, LossIsForgotten])
def test_the_count_law_sees_lost_time_that_is_used(
    fault: type[Summariser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fasciscope.app.pipeline.Summariser", fault)
    info, uv = lively()
    blocks = blocks_of(info, uv, [(6000, 6400)], [(3000, 3500, 1)])
    with pytest.raises(AssertionError):
        check_count_law(_summarise, recording_of(info, blocks, len(uv)))


def _summarise(recording: Recording) -> SessionSummary:
    return analyse(recording).summary


class Microvolts(MatchedBank):
    """The fault: the statistic is in microvolts."""

    def run(self, bins: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
        return super().run(bins, noise) * noise**2 / 9.0


def test_the_scale_law_sees_a_threshold_in_microvolts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasciscope.dsp.detector.MatchedBank", Microvolts)
    info, uv = lively()
    with pytest.raises(AssertionError):
        check_scale_law(events, info, blocks_of(info, uv), 0.25)


def test_the_scale_law_sees_a_label_that_hangs_on_microvolts() -> None:
    def judge(info: StreamInfo, blocks: Iterable[SampleBlock]) -> Sequence[Event]:
        return [
            replace(e, label=Label.UNCERTAIN) if (e.amplitude_uv or 0) < 50 else e
            for e in events(info, blocks)
        ]

    info, uv = lively()
    with pytest.raises(AssertionError):
        check_scale_law(judge, info, blocks_of(info, uv), 0.25)


def _late(info: StreamInfo, blocks: Iterable[SampleBlock]) -> Sequence[Event]:
    """The fault: a delay of four samples, whatever a sample lasts."""
    found = events(info, blocks)
    return [replace(e, peak_sample=e.peak_sample + 4, end_sample=e.end_sample + 4) for e in found]


def _in_samples(info: StreamInfo, blocks: Iterable[SampleBlock]) -> Sequence[Event]:
    """The fault: two potentials within 1500 samples are one."""
    kept: list[Event] = []
    for event in events(info, blocks):
        if not kept or event.peak_sample - kept[-1].peak_sample > 1500:
            kept.append(event)
    return kept


@pytest.mark.parametrize("fault", [_late, _in_samples])
def test_the_rate_law_sees_times_in_samples(fault: lawbook.Judge) -> None:
    uv = twitching(1, 2000.0)
    with pytest.raises(AssertionError):
        check_rate_law(fault, uv, 2000.0, [1000.0])


class Forgetful(SosFilter):
    """The fault: nothing is carried from frame to frame."""

    def run(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        self._state = np.zeros_like(self._state)
        return super().run(uv)


class NeverRestarted(SosFilter):
    """The fault: a hole's filling goes through the filter into what follows."""

    def restart(
        self, first: NDArray[np.float64], channels: NDArray[np.bool_] | None = None
    ) -> None:
        if channels is None:
            super().restart(first)


@pytest.mark.parametrize("fault", [Forgetful, NeverRestarted])
def test_the_oracle_sees_a_filter_of_wrong_memory(
    fault: type[SosFilter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fasciscope.dsp.conditioner.SosFilter", fault)
    uv = noise(4000, 1) + 500.0
    holes = np.zeros(uv.shape, dtype=bool)
    holes[1500:1600] = True
    used = ChainSettings()
    sos = band_sos(1000.0, used.high_pass_hz, used.feature_low_pass_hz)
    with pytest.raises(AssertionError):
        check_filter_oracle(run_conditioner, sos, np.where(holes, 0, uv), holes, [700], 100)


class Mean(NoiseTracker):
    """The fault: the mean, which any activity pulls up."""

    def rms(self, floor: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.fmax(np.sqrt(np.nanmean(self._ring, axis=0)), floor)


class Endless(NoiseTracker):
    """The fault: NaN takes a place."""

    def push(self, mean_squares: NDArray[np.float64]) -> None:
        super().push(np.where(np.isnan(mean_squares), 0.0, mean_squares))


@pytest.mark.parametrize("fault", [Mean, Endless])
def test_the_oracle_sees_another_noise(fault: type[NoiseTracker]) -> None:
    squares = np.random.default_rng(5).chisquare(18, (90, 2))
    squares[10:15] = np.nan
    squares[30:40] *= 100.0
    with pytest.raises(AssertionError):
        check_noise_oracle(fault, squares, [50, 40], n_pieces=40)


class Shifted(MatchedBank):
    """The fault: one bin late."""

    def run(self, bins: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.roll(super().run(bins, noise), 1, axis=0)


class White(MatchedBank):
    """The fault: the noise is taken for white."""

    def learn(
        self, bins: NDArray[np.float64], quiet: NDArray[np.bool_], noise: NDArray[np.float64]
    ) -> None:
        super().learn(bins, np.zeros_like(quiet), noise)


@pytest.mark.parametrize("fault", [Shifted, White])
def test_the_oracle_sees_another_bank(fault: type[MatchedBank]) -> None:
    uv = np.cumsum(noise(2000, 1, rms=1.0), axis=0)
    uv = uv[5:] - uv[:-5]  # coloured
    with pytest.raises(AssertionError):
        check_bank_oracle(fault, uv, 500.0, frame_n=500)
