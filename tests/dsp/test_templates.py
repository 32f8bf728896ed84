"""Shapes that strong potentials showed make weak ones likely, and nothing else does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.dsp.templates import KNOWN, MEMORY_S, TemplateBook

RATE_HZ = 1000.0
LAGS, N = 7, 16
SHAPE = np.sin(np.arange(N) / 2.0) * np.hanning(N)
SHAPE /= np.linalg.norm(SHAPE)


def pieces(
    rng: np.random.Generator, size: float, shape: NDArray[np.float64] = SHAPE, lag: int = LAGS // 2
) -> NDArray[np.float64]:
    """White noise of deviation 1 with a shape in it, its windows one bin apart."""
    signal = rng.standard_normal(N + LAGS - 1)
    signal[lag : lag + N] += size * shape
    return np.array([signal[k : k + N] for k in range(LAGS)])


def taught(
    times: list[int], size: float = 7.0, seed: int = 0, *, strong: bool = True
) -> TemplateBook:
    book, rng = TemplateBook(1, RATE_HZ), np.random.default_rng(seed)
    for time in times:
        book.learn(0, time, pieces(rng, size), strong=strong)
    return book


def odds(
    book: TemplateBook, size: float, at: int, *, shape: NDArray[np.float64] = SHAPE
) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    draws = [
        book.odds(0, at, pieces(rng, size, shape, int(rng.integers(1, LAGS - 1))))
        for _ in range(2000)
    ]
    return np.array(draws)


def share(book: TemplateBook, size: float, at: int, *, shape: NDArray[np.float64] = SHAPE) -> float:
    """How many are more likely of the shape than noise."""
    return float((odds(book, size, at, shape=shape) > 0.0).mean())


def test_weak_ones_of_a_known_shape_are_likely_at_whatever_lag() -> None:
    book = taught(list(range(0, 50_000, 2000)))
    assert share(book, 5.5, 51_000) > 0.7


def test_noise_does_not() -> None:
    """At 100 upcrossings a second, noise may look like one of the shape half as often as it comes."""
    book = taught(list(range(0, 50_000, 2000)))
    assert share(book, 0.0, 51_000) < 0.003


def test_noise_that_is_alike_shows_no_shape() -> None:
    book = taught(list(range(0, 50_000, 2000)), strong=False)
    assert share(book, 7.0, 51_000) == 0.0


def test_a_potential_is_not_compared_with_itself() -> None:
    across = np.roll(SHAPE, 4) - SHAPE * (np.roll(SHAPE, 4) @ SHAPE)
    half_noise = np.tile(3.4 * SHAPE + 3.4 * across / np.linalg.norm(across), (LAGS, 1))
    book = TemplateBook(1, RATE_HZ)
    for at in (1000, 2000):
        book.learn(0, at, np.tile(6.0 * SHAPE, (LAGS, 1)), strong=True)
    apart = book.odds(0, 3000, half_noise)
    book.learn(0, 3000, half_noise, strong=False)
    assert -6.0 < apart == pytest.approx(book.odds(0, 3000, half_noise))
    assert book.odds(0, 4000, half_noise) > apart + 0.5  # for it did join them


def test_weak_ones_show_a_shape_for_all_the_noise_on_them() -> None:
    known = [share(taught([1000, 2000, 3000, 4000], 5.2, seed), 5.2, 5000) for seed in range(20)]
    assert np.mean(known) > 0.6  # 0.54 if the noise counted as a part of the shape


def test_another_shape_does_not() -> None:
    book = taught(list(range(0, 50_000, 2000)))
    other = SHAPE * np.sign(np.sin(np.arange(N)))  # hardly correlated
    other -= SHAPE * (other @ SHAPE)
    assert (
        share(book, 5.0, 51_000, shape=other / np.linalg.norm(other)) < 0.1
    )  # its lags fit a little


def test_a_larger_one_is_another_source() -> None:
    book = taught(list(range(0, 50_000, 2000)), size=6.0)
    assert share(book, 25.0, 51_000) == 0.0


def test_a_shape_must_have_come_some_times_and_lately() -> None:
    assert share(taught([1000] * (KNOWN - 1)), 6.0, 2000) == 0.0
    known = taught([1000, 2000, 3000, 4000])
    assert share(known, 6.0, 5000) > 0.5
    assert share(known, 6.0, 5000 + round(1.1 * MEMORY_S * RATE_HZ)) == 0.0


def test_a_rare_shape_must_stand_out_more() -> None:
    rare, often = taught([1000, 2000, 3000]), taught(list(range(0, 60_000, 500)))
    assert share(rare, 4.5, 60_500) < share(often, 4.5, 60_500)


def test_the_rarest_of_too_many_shapes_makes_room() -> None:
    book, rng = taught([0, 1, 2, 3]), np.random.default_rng(2)
    for k in range(20):
        other = rng.standard_normal(N)
        other -= SHAPE * (other @ SHAPE)
        other /= np.linalg.norm(other)
        book.learn(0, 10 + k, pieces(rng, 30.0, other), strong=True)
    assert share(book, 6.0, 100) > 0.5
