"""Potentials placed into real rest that something disturbs: a real heart, hum, movement, contacts, loss.

The potentials have 8-25 times the noise of the rest before it is disturbed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

import numpy as np
from scipy.signal import butter, find_peaks, resample_poly, sosfiltfilt

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.material import DATA, HEARTS, waveforms
from benchmarks.accuracy.placed import DISTURBED_S, fitting, sessions, with_potentials
from fasciscope.datasets import open_recording
from fasciscope.datasets.synth import (
    CableSwing,
    Mains,
    Noise,
    Pops,
    Scenario,
    Site,
    Taps,
    synthesise,
)
from fasciscope.datasets.synth.setting import Ingredient

BAND = (8.0, 25.0)
RAIL_UV = 2900.0
SILENCE = Noise(rms_uv=(1e-6, 1e-6), baseline_uv=0.0, offset_uv=0.0)
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Disturbed:
    """What became of the signal (n,); the spans that are missing from it, or that hold no signal."""

    uv: Array
    lost: tuple[tuple[int, int], ...] = ()
    dead: tuple[tuple[int, int], ...] = ()


class Disturbance(Protocol):
    """Does something to a signal of a part at a rate."""

    def __call__(self, uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed: ...


@cache
def heart(part: Part, rate_hz: float) -> Array:
    """A real electrocardiogram of whole beats at this rate, R waves about 1 high."""
    (name, options), *_ = ((file, options) for p, file, options in HEARTS if p is part)
    recording = open_recording(DATA / name, options)
    ecg = np.concatenate([block.uv[:, -1] for block in recording.blocks()])
    own_hz = recording.info.rate_hz
    ecg = sosfiltfilt(butter(2, (0.5, 150.0), "bandpass", fs=own_hz, output="sos"), ecg)
    size = np.quantile(np.abs(ecg), 0.998)
    beats, _ = find_peaks(np.abs(ecg), height=0.5 * size, distance=round(0.4 * own_hz))
    middle = (beats[1:] + beats[:-1]) // 2
    whole = ecg[middle[0] : middle[-1]] / np.median(np.abs(ecg[beats]))
    slower: Array = resample_poly(whole, round(rate_hz), round(own_hz))
    return slower


def _heart(low_uv: float, high_uv: float) -> Disturbance:
    def disturb(uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed:
        beats = heart(part, rate_hz)
        again = np.tile(beats, len(uv) // len(beats) + 2)
        first = int(rng.integers(len(beats)))
        return Disturbed(uv + rng.uniform(low_uv, high_uv) * again[first : first + len(uv)])

    return disturb


def _added(ingredient: Callable[[Rng], Ingredient]) -> Disturbance:
    """A synthetic ingredient by itself, added."""

    def disturb(uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed:
        del part
        scenario = Scenario(
            "added",
            (ingredient(rng),),
            seed=int(rng.integers(1 << 31)),
            duration_s=len(uv) / rate_hz,
            rate_hz=rate_hz,
            sites=(Site("EMG1"),),
            noise=SILENCE,
        )
        blocks = synthesise(scenario).recording.blocks()
        return Disturbed(uv + np.concatenate([block.uv[:, 0] for block in blocks])[: len(uv)])

    return disturb


def _contact_lost(uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed:
    """Twice the electrode comes off for some seconds: the amplifier sits at its rail."""
    del part
    out, dead = uv.copy(), []
    for start_s in rng.uniform(12, len(uv) / rate_hz - 8, 2):
        first, end = (round(t * rate_hz) for t in (start_s, start_s + rng.uniform(1, 4)))
        out[first:end] = rng.choice([-1.0, 1.0]) * 187_500.0
        dead.append((first, end))
    return Disturbed(out, dead=tuple(dead))


def _clipped(uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed:
    """A drift carries the signal to the rail and back."""
    del part
    time_s = np.arange(len(uv)) / rate_hz
    swing = 3000.0 * np.sin(2 * np.pi * (time_s / 20.0 + rng.uniform()))
    # the signal's own offset and the potentials reach the rail too: what stands there is dead
    edges = np.diff(np.abs(uv + swing) >= RAIL_UV, prepend=False, append=False)
    spans = np.flatnonzero(edges).reshape(-1, 2).tolist()
    dead = tuple((first, end) for first, end in spans)
    return Disturbed(np.clip(uv + swing, -RAIL_UV, RAIL_UV), dead=dead)


def _gaps(uv: Array, rate_hz: float, part: Part, rng: Rng) -> Disturbed:
    """Ten losses of 20-500 ms."""
    del part
    spans: list[tuple[int, int]] = []
    for start_s in np.sort(rng.uniform(2, len(uv) / rate_hz - 2, 10)):
        first = round(start_s * rate_hz)
        if not spans or first > spans[-1][1] + rate_hz:
            spans.append((first, first + round(rng.uniform(0.02, 0.5) * rate_hz)))
    return Disturbed(uv, tuple(spans))


DISTURBANCES: dict[str, Disturbance] = {
    "heart, shoulder (20-60 uV)": _heart(20.0, 60.0),
    "heart, trunk (100-400 uV)": _heart(100.0, 400.0),
    "mains 10-80 uV": _added(
        lambda rng: Mains(float(rng.choice([50.0, 60.0])), float(rng.uniform(10, 80)))
    ),
    "cable swings": _added(lambda rng: CableSwing(per_min=float(rng.uniform(1, 4)))),
    "knocks": _added(lambda rng: Taps(per_min=float(rng.uniform(2, 8)))),
    "pops": _added(lambda rng: Pops(per_min=float(rng.uniform(2, 10)))),
    "contact lost": _contact_lost,
    "clipping": _clipped,
    "gaps": _gaps,
}


def disturbed(part: Part, seeds: range) -> Iterator[Case]:
    """Every disturbance on every third session of rest or so."""
    units = waveforms(part)
    found = sessions(part, DISTURBED_S)
    for seed in seeds:
        for d, (name, disturb) in enumerate(DISTURBANCES.items()):
            for k in range((seed + d) % 3, len(found), 3):
                stretch, rest, rate_hz = found[k]
                rng = np.random.default_rng([seed, k, 20 + d])
                made = with_potentials(rest, rate_hz, fitting(units, rate_hz), BAND, rng)
                after = disturb(made.uv[:, 0], rate_hz, part, rng)
                recording = recording_of(after.uv, rate_hz, lost=after.lost)
                guard = round(0.06 * rate_hz)
                events = tuple(
                    replace(event, flags=(*event.flags, "lost"))
                    if any(
                        a - guard < event.peak_sample < b + guard
                        for a, b in (*after.lost, *after.dead)
                    )
                    else event
                    for event in made.truth.events
                )
                truth = replace(made.truth, events=events)
                yield Case("disturbed", stretch.subject, recording, truth, name)
