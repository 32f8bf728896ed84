"""Real held contractions led up and down: the envelope of a force task on the steady parts of real ones.

A trapezoid on a screen asks for slow ramps, which few recordings have. The steady parts of a site's real
contractions, their own slow course taken out, are pieced together to any length and led along a trapezoid
with drift and a wobble (force is held to within 1-5 %, a weak one to within 10 %, and its corrections are
slower than 2 Hz).
Every second person fasciculates all the time, as patients do: isolated potentials before a
contraction are then no sign of a cramp.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.cramping import (
    LONG_BEFORE_S,
    LOUDNESS,
    contractions,
    fasciculating,
    rms_of,
    truth_of,
    with_others,
)
from benchmarks.accuracy.material import waveforms
from benchmarks.accuracy.placed import (
    DISTURBED_S,
    FADE_S,
    prolonged,
    sessions,
)
from fasciscope.core import Label
from fasciscope.datasets.synth.place import rest_rms

AFTER_S = 15.0
RAMP_S = (0.2, 8.0)
PLATEAU_S = (2.0, 30.0)
STEADY = 0.6  # of the upper quartile of the level: the held part
LEAST_S = 1.5
LEVEL_S = 0.3
PACE_HZ, PACE_CV = (0.6, 2.5), 0.06
PACED_S = (4.0, 30.0)
LEAST = (0.2, 0.6)  # of the strength, between two beats
PACED_LOUDNESS = (15.0, 40.0)  # so that it does not fall apart in between
DRIFT, WOBBLE, WOBBLE_HZ = 0.2, (0.02, 0.10), 2.0


def steady(wave: Array, rate_hz: float) -> Array | None:
    """The held part of a contraction (n,), its slow course (a parabola, in octaves) taken out."""
    size = round(LEVEL_S * rate_hz)
    level = np.sqrt(np.convolve(np.square(wave), np.full(size, 1 / size), mode="same"))
    held = np.flatnonzero(level >= STEADY * np.quantile(level, 0.75))
    part = slice(int(held[0]) + size // 2, int(held[-1]) - size // 2)
    n = part.stop - part.start
    if n < LEAST_S * rate_hz:
        return None
    time = np.linspace(-1.0, 1.0, n)
    course = np.polynomial.Polynomial.fit(time, np.log(level[part]), 2)(time)
    flat: Array = wave[part] / np.exp(course)
    return flat


def lengthened(flats: list[Array], n: int, rate_hz: float, rng: np.random.Generator) -> Array:
    """(n,) pieces from anywhere in the held parts of one site, either way up, faded over at equal power."""
    fade_n = round(FADE_S * rate_hz)
    angle = np.linspace(0.0, np.pi / 2, fade_n)
    whole = np.zeros(fade_n)
    while len(whole) < n + fade_n:
        flat = flats[int(rng.integers(len(flats)))]
        length = round(len(flat) * rng.uniform(0.6, 1.0))
        first = int(rng.integers(len(flat) - length + 1))
        piece = flat[first : first + length] * rng.choice([-1.0, 1.0])
        joint = whole[-fade_n:] * np.cos(angle) + piece[:fade_n] * np.sin(angle)
        whole = np.concatenate([whole[:-fade_n], joint, piece[fade_n:]])
    return whole[fade_n : n + fade_n]


def held_sites(part: Part) -> list[tuple[str, list[Array], float]]:
    """Subject, held parts, rate of each site, once for each contraction of it."""
    found: dict[str, tuple[str, list[Array], float]] = {}
    order: list[str] = []
    for held in contractions(part):
        flat = steady(held.wave, held.rate_hz)
        if flat is not None:
            found.setdefault(held.site, (held.subject, [], held.rate_hz))[1].append(flat)
            order.append(held.site)
    return [found[site] for site in order]


def led_course(rng: np.random.Generator, rate_hz: float) -> Array:
    """(n,) a trapezoid of 0 to about 1, with drift and wobble."""
    rise_s, fall_s = np.exp(rng.uniform(np.log(RAMP_S[0]), np.log(RAMP_S[1]), 2))
    plateau_s = float(np.exp(rng.uniform(*np.log(PLATEAU_S))))
    length_s = rise_s + plateau_s + fall_s
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    shape = np.interp(time_s, [0.0, rise_s, rise_s + plateau_s, length_s], [0.0, 1.0, 1.0, 0.0])
    drift = 1 + rng.uniform(-DRIFT, DRIFT) * (time_s / length_s - 0.5)
    sos = butter(2, WOBBLE_HZ, fs=100.0, output="sos")
    slow = sosfiltfilt(sos, rng.standard_normal(round(length_s * 100) + 400))[200:-200]
    wobble = np.interp(time_s, np.arange(len(slow)) / 100, slow / slow.std())
    course: Array = shape * drift * np.maximum(1 + rng.uniform(*WOBBLE) * wobble, 0.0)
    return course


def paced_course(rng: np.random.Generator, rate_hz: float) -> Array:
    """(n,) strength that swings at a pace, as in walking, pedalling, tapping: up to 1 and never to rest.

    Periods and heights differ by some per cent from beat to beat.
    """
    period_s = 1 / float(np.exp(rng.uniform(*np.log(PACE_HZ))))
    least, sharp = rng.uniform(*LEAST), rng.uniform(0.7, 2.0)
    n = max(4, round(float(np.exp(rng.uniform(*np.log(PACED_S)))) / period_s))
    beats = []
    for length_s in period_s * rng.normal(1.0, PACE_CV, n):
        phase = np.arange(max(1, round(length_s * rate_hz))) / (length_s * rate_hz)
        height = max(rng.normal(1.0, PACE_CV), least)
        beats.append(least + (height - least) * ((1 - np.cos(2 * np.pi * phase)) / 2) ** sharp)
    return np.concatenate(beats)


def led(part: Part, seeds: range) -> Iterator[Case]:
    """Each held contraction once a seed, led anew, in real rest of the same part."""
    yield from _made(part, seeds, "led contraction", led_course, LOUDNESS, 42)


def paced(part: Part, seeds: range) -> Iterator[Case]:
    """The same, swinging at a pace of its own: a rhythm at 0.6-2.5 Hz is not yet a cramp."""
    yield from _made(part, seeds, "paced contraction", paced_course, PACED_LOUDNESS, 44)


def _made(
    part: Part,
    seeds: range,
    suite: str,
    course_of: Callable[[np.random.Generator, float], Array],
    loudness: tuple[float, float],
    stream: int,
) -> Iterator[Case]:
    rests = sessions(part, DISTURBED_S)
    units = waveforms(part)
    held = held_sites(part)
    for seed in seeds:
        for k, (subject, flats, own_hz) in enumerate(held):
            rng = np.random.default_rng([seed, k, stream])
            _, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            if rate_hz > 4 * own_hz:  # the rest would lack what the contraction has not
                _, rest, rate_hz = next(r for r in rests if r[2] <= 4 * own_hz)
            course = course_of(rng, rate_hz)
            own_n = round(len(course) * own_hz / rate_hz) + 2
            held_uv = lengthened(flats, own_n, own_hz, rng)
            burst = resample_poly(held_uv, round(rate_hz), round(own_hz))[: len(course)] * course
            loud = float(np.exp(rng.uniform(*np.log(loudness)))) * rest_rms(rest, rate_hz)
            start, end = round(LONG_BEFORE_S * rate_hz), round(LONG_BEFORE_S * rate_hz) + len(burst)
            uv = prolonged(rest, end + round(AFTER_S * rate_hz), rate_hz)
            uv, others = fasciculating(uv, rate_hz, units, rng)
            uv = uv.copy()
            uv[start:end] += burst * loud / rms_of(burst)
            alone = truth_of(Label.VOLUNTARY, start, end, rate_hz, len(uv))
            yield Case(suite, subject, recording_of(uv, rate_hz), with_others(alone, others))
