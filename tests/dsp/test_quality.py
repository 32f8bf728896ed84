"""Every reason is given for the signal that earns it, and none for a clean one."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import activities, blocks_of, info_of, noise

from fasciscope.core import Flag, FrameQuality, SampleBlock
from fasciscope.dsp import REASONS
from fasciscope.dsp.quality import Scale, reasons, smallest_step

RATE_HZ = 1000.0
N = 1000
TIME_S = np.arange(N)[:, None] / RATE_HZ


@dataclass
class Second:
    """A clean second, and what is wrong with it."""

    raw: NDArray[np.float64] = field(default_factory=lambda: noise(N, seed=2) + 250.0)
    holes: NDArray[np.bool_] | None = None
    clipped: NDArray[np.bool_] | None = None
    noise: float = 3.0
    wander: float = 0.3
    lsb: float = 0.02
    calibrated: bool = True

    def judged(self) -> tuple[str, ...]:
        scale = Scale(np.array([self.calibrated]), np.array([self.lsb]))
        (found,) = reasons(
            self.raw,
            self.holes,
            self.clipped,
            np.array([self.noise]),
            np.array([self.wander]),
            scale,
            RATE_HZ,
        )
        return found


def flags(n: int) -> NDArray[np.bool_]:
    return np.arange(N)[:, None] < n


FAULTY = {
    "gap": Second(holes=flags(21)),
    "flat": Second(raw=np.full((N, 1), 7.0)),
    "saturation": Second(raw=np.clip(2000 * np.sin(2 * np.pi * 2 * TIME_S), -500, 500)),
    "clipping": Second(raw=np.clip(noise(N, seed=2) + 90 * np.sin(10 * TIME_S), -60, 80)),
    "mains": Second(wander=2.1),
    "motion": Second(raw=noise(N, seed=2) + 900 * np.sin(2 * np.pi * 4 * TIME_S)),
    "excessive noise": Second(noise=101.0),
    "low resolution": Second(lsb=17.0),
}


def test_there_is_a_signal_for_every_reason() -> None:
    assert set(FAULTY) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_given(reason: str) -> None:
    assert reason in FAULTY[reason].judged()


@pytest.mark.parametrize("rms", [0.5, 3.0, 30.0])
def test_a_clean_second_has_none(rms: float) -> None:
    assert Second(raw=noise(N, rms=rms, seed=3) + 250.0, noise=rms).judged() == ()


def test_a_little_loss_a_large_potential_and_slow_drift_are_no_reason() -> None:
    raw = noise(N, seed=4) + 60 * np.sin(2 * np.pi * 0.3 * TIME_S)
    raw[500:510] += 900 * np.hanning(10)[:, None]
    assert Second(raw=raw, holes=flags(15)).judged() == ()


def test_the_boards_own_word_for_clipping_counts() -> None:
    assert "clipping" in Second(clipped=flags(2)).judged()
    assert Second(clipped=flags(1)).judged() == ()


@pytest.mark.parametrize("fault", ["excessive noise", "low resolution"])
def test_without_a_scale_nothing_hangs_on_microvolts(fault: str) -> None:
    assert Second(noise=101.0, lsb=17.0, calibrated=False).judged() == ()


def test_reasons_come_in_their_order() -> None:
    both = Second(noise=101.0, wander=200.0, holes=flags(500)).judged()
    assert list(both) == [r for r in REASONS if r in both]
    assert len(both) == 3


def test_the_smallest_step_is_the_count() -> None:
    raw = np.round(noise(N, 2, seed=5) / 0.5) * 0.5
    raw[:, 1] = 3.0
    assert smallest_step(raw).tolist() == [0.5, 0.0]


def test_a_lost_packet_on_an_offset_is_neither_clipping_nor_motion() -> None:
    uv = noise(15_000, seed=6) + 5000.0
    info = info_of(1)
    found = activities(info, blocks_of(info, uv, (), [(12_000, 12_015, 0)]))
    assert all(q.reasons == ((),) for q in found if isinstance(q, FrameQuality))


def test_only_the_channel_in_question_is_judged() -> None:
    uv = noise(12_000, 3, seed=7)
    uv[5000:6000, 1] = 4.0
    info = info_of(3)
    found = activities(info, blocks_of(info, uv))
    bad = {
        q.first_sample: q.reasons for q in found if isinstance(q, FrameQuality) and any(q.reasons)
    }
    assert bad == {5000: ((), ("flat",), ())}


def test_clipped_samples_are_no_loss() -> None:
    info, uv = info_of(1), noise(12_000, seed=8)
    marks = np.zeros(uv.shape, dtype=np.uint8)
    marks[5000:5100] = int(Flag.CLIPPED)
    found = activities(info, [SampleBlock(info, 0, uv, marks)])
    (bad,) = [q for q in found if isinstance(q, FrameQuality) and any(q.reasons)]
    assert (bad.reasons, bad.lost_samples) == ((("clipping",),), (0,))
