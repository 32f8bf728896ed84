"""Every reason is given for the signal that earns it, and none for a clean one."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from signals import activities, blocks_of, info_of, noise

from fasciscope.core import FrameQuality
from fasciscope.dsp import REASONS
from fasciscope.dsp.quality import Scale, reasons, reasons_of_parts, smallest_step

RATE_HZ = 1000.0
N = 1000
TIME_S = np.arange(N)[:, None] / RATE_HZ


@dataclass
class Second:
    """A clean second, and what is wrong with it."""

    raw: NDArray[np.float64] = field(default_factory=lambda: noise(N, seed=2) + 250.0)
    lost: float = 0.0
    railed: float = 0.0
    noise: float = 3.0
    wander: float = 0.3
    lsb: float = 0.02
    calibrated: bool = True

    def judged(self) -> tuple[str, ...]:
        scale = Scale(np.array([self.calibrated]), np.array([self.lsb]))
        (found,) = reasons(
            self.raw,
            None,
            np.array([self.noise]),
            np.array([self.wander]),
            scale,
            RATE_HZ,
        )
        (parts,) = reasons_of_parts(np.array([self.lost]), np.array([self.railed]))
        return tuple(name for name in REASONS if name in found + parts)


FAULTY = {
    "gap": Second(lost=0.021),
    "flat": Second(raw=np.full((N, 1), 7.0)),
    "saturation": Second(railed=0.51),
    "clipping": Second(railed=0.0011),
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
    assert Second(raw=raw, lost=0.015).judged() == ()


@pytest.mark.parametrize("fault", ["excessive noise", "low resolution"])
def test_without_a_scale_nothing_hangs_on_microvolts(fault: str) -> None:
    assert Second(noise=101.0, lsb=17.0, calibrated=False).judged() == ()


def test_reasons_come_in_their_order() -> None:
    both = Second(noise=101.0, wander=200.0, lost=0.5).judged()
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
