"""Three templates give three shapes, whatever the noise, the shift and the order."""

import numpy as np
from numpy.typing import NDArray

from fasciscope.dsp.shapes import TEMPLATES, ShapeTracker
from fasciscope.dsp.waves import lag_samples, similarity, thumbnail

LAG = lag_samples(1000.0)
TIME = np.arange(-30, 31) / 1000.0


def unit(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    return thumbnail(wave[None], 1000.0)[0]


def template(which: int) -> NDArray[np.float64]:
    taper = np.exp(-((TIME / 0.008) ** 2))
    shapes: list[NDArray[np.float64]] = [
        taper * np.sin(2 * np.pi * 60 * TIME),
        taper * np.cos(2 * np.pi * 110 * TIME),
        -taper * np.sin(2 * np.pi * 60 * TIME) * (TIME > -0.004),
    ]
    return shapes[which]


def assign(
    tracker: ShapeTracker, channel: int, wave: NDArray[np.float64], size: float
) -> tuple[int, float]:
    """Without noise."""
    return tracker.assign(channel, wave, size, 0.0)


def test_three_templates_are_three_shapes() -> None:
    rng = np.random.default_rng(1)
    tracker = ShapeTracker(1, LAG)
    which = rng.integers(3, size=150)
    numbers = []
    for k in which:
        wave = np.roll(template(k), rng.integers(-1, 2)) + 0.04 * rng.standard_normal(61)
        number, match = assign(tracker, 0, unit(wave), 100.0 * rng.normal(1, 0.08))
        numbers.append(number)
        assert match >= 0.9
    pairs = set(zip(which.tolist(), numbers, strict=True))
    assert len(pairs) == 3


def test_the_same_wave_at_twice_the_size_is_another_shape() -> None:
    tracker = ShapeTracker(1, LAG)
    small, _ = assign(tracker, 0, unit(template(0)), 100.0)
    large, _ = assign(tracker, 0, unit(template(0)), 200.0)
    again, _ = assign(tracker, 0, unit(template(0)), 120.0)
    assert large != small == again


def test_channels_do_not_share_shapes() -> None:
    tracker = ShapeTracker(2, LAG)
    one, _ = assign(tracker, 0, unit(template(0)), 100.0)
    other, _ = assign(tracker, 1, unit(template(0)), 100.0)
    assert one != other


def test_a_slowly_changing_shape_stays_itself() -> None:
    tracker = ShapeTracker(1, LAG)
    mixes = np.linspace(0, 0.7, 200)
    waves = [(1 - m) * template(0) + m * template(1) for m in mixes]
    assert len({assign(tracker, 0, unit(w), 100.0)[0] for w in waves}) == 1
    assert similarity(unit(waves[0]), unit(waves[-1])[None], LAG)[0] < 0.9


def test_the_templates_are_bounded_and_the_frequent_stay() -> None:
    rng = np.random.default_rng(2)
    tracker = ShapeTracker(1, LAG)
    steady, *_ = [assign(tracker, 0, unit(template(0)), 100.0)[0] for _ in range(3)]
    numbers = [assign(tracker, 0, unit(rng.standard_normal(61)), 100.0)[0] for _ in range(100)]
    assert max(numbers) > TEMPLATES
    assert assign(tracker, 0, unit(template(0)), 100.0)[0] == steady


def test_similarity_is_the_largest_correlation_within_the_lag() -> None:
    one, other = unit(template(0)), unit(np.roll(template(0), 3))
    full = np.correlate(other, one, mode="full")
    middle = len(one) - 1
    expected = full[middle - LAG : middle + LAG + 1].max()
    assert np.isclose(similarity(one, other[None], LAG)[0], expected)


def test_a_thumbnail_is_a_unit_vector_at_any_rate() -> None:
    for rate_hz in (500.0, 1000.0, 2000.0, 4000.0, 2148.0):
        half = round(0.03 * rate_hz)
        time_s = np.arange(-half, half + 1) / rate_hz
        small = thumbnail(np.exp(-((time_s / 0.008) ** 2))[None], rate_hz)
        assert np.isclose(np.linalg.norm(small), 1.0)
        assert abs(small.sum()) < 1e-9
    assert not thumbnail(np.zeros((1, 61)), 1000.0).any()


def test_noise_upon_equal_waves_makes_no_new_shapes() -> None:
    """At 8 times the noise, each correlates with another by 0.8; what noise took is reckoned in."""
    rng = np.random.default_rng(4)
    tracker, wave = ShapeTracker(1, 3), template(0) / np.ptp(template(0)) * 8.0
    noisy = [wave + rng.standard_normal(len(wave)) for _ in range(40)]
    shares = [len(w) / float(np.square(w).sum()) for w in noisy]
    pairs = zip(noisy, shares, strict=True)
    numbers = [tracker.assign(0, unit(w), float(np.ptp(w)), share)[0] for w, share in pairs]
    assert max(np.bincount(numbers)) >= 30
