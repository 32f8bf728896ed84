"""How well events are found: real motor-unit potentials in real rest, and synthetic sessions.

Usage: accuracy.py [SEEDS]. Real recordings are taken from the folder of FASCISCOPE_TEST_DATA; suites
that need them are left out where they are absent. Synthetic scores are not clinical accuracy.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.app import analyse
from fasciscope.core import (
    ChannelInfo,
    Event,
    Label,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets import ReadOptions, open_recording, place
from fasciscope.datasets.synth import (
    Cramp,
    Heartbeat,
    Mains,
    Metronome,
    Scenario,
    Tremor,
    Voluntary,
    Waveform,
    synthesise,
)

TOP = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("FASCISCOPE_TEST_DATA", TOP.parent / "shared" / "data"))
TOLERANCE_S = 0.015
UCI = ReadOptions(rate_hz=1000.0, unit="uV")

# (file, options, channel, from s, to s): rest in which no potential was seen by eye. The rest of
# tremor_mvc_ext is kept apart: a slow wave of 8-9 times the noise comes back in it.
REST = (
    *(("spike2/tremor_mvc_flex.smr", ReadOptions(channels=("Flex",)), 0, a, b)
      for a, b in ((17.8, 20.9), (22.2, 25.6), (26.9, 31.0), (32.4, 36.2))),
    *(("brainvision_tms/Example Data 1.vhdr", ReadOptions(), 1, a, a + 2.9)
      for a in (9.4, 13.4, 17.4, 21.4, 25.4, 29.4)),
    *(("uci_physical_action/sub1/Normal/txt/Seating.txt", UCI, c, 0.0, 10.0)
      for c in (0, 1, 2, 3, 5, 6, 7)),
    *(("uci_physical_action/sub2/Normal/txt/Seating.txt", UCI, c, 0.0, 10.0) for c in range(8)),
)  # fmt: skip
WAVY_REST = tuple(
    ("spike2/tremor_mvc_ext.smr", ReadOptions(channels=("Flex",)), 0, a, b)
    for a, b in ((13.6, 16.5), (22.6, 28.9), (30.0, 38.8), (43.0, 52.0))
)


@dataclass(frozen=True, slots=True)
class Found:
    """Counts of a suite; `minutes` of signal."""

    hits: int
    missed: int
    false: int
    minutes: float

    @property
    def sensitivity(self) -> float:
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def ppv(self) -> float:
        return self.hits / max(self.hits + self.false, 1)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(2 * self.hits + self.missed + self.false, 1)

    @property
    def false_per_min(self) -> float:
        return self.false / self.minutes

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.hits + other.hits,
            self.missed + other.missed,
            self.false + other.false,
            self.minutes + other.minutes,
        )


NOTHING = Found(0, 0, 0, 0.0)


def recording_of(uv: NDArray[np.float64], rate_hz: float) -> Recording:
    info = StreamInfo("benchmark", rate_hz, (ChannelInfo("EMG", 1.0),))
    samples = np.ascontiguousarray(uv.reshape(len(uv), 1))

    def blocks() -> Iterator[SampleBlock]:
        for start in range(0, len(samples), 4096):
            yield SampleBlock(info, start, samples[start : start + 4096])

    return Recording(info, blocks, Provenance("benchmark", "array"), n_samples=len(samples))


def rest_of(
    name: str, options: ReadOptions, channel: int, start_s: float, stop_s: float
) -> tuple[NDArray[np.float64], float]:
    recording = open_recording(DATA / name, options)
    samples = np.concatenate([block.uv[:, channel] for block in recording.blocks()])
    rate_hz = recording.info.rate_hz
    return samples[int(start_s * rate_hz) : int(stop_s * rate_hz)], rate_hz


def waveforms() -> list[Waveform]:
    """Nine vastus lateralis units (bipolar 24 mm), a wrist flexor's and a biceps'."""
    grid = np.load(DATA / "muap/vl_hdsemg_openhdemg_muaps.npz", allow_pickle=False)
    single = np.load(DATA / "muap/surface_single_units.npz", allow_pickle=False)
    best = enumerate(grid["best_bipolar_24mm"])
    units = [Waveform(grid["bipolar_24mm"][k, r, c].astype(float), 2048.0) for k, (r, c) in best]
    return [
        *units,
        Waveform(single["wrist_flexor_smu__template"].astype(float), 5000.0),
        Waveform(single["biceps_onset_smu__template"].astype(float), 1000.0),
    ]


def matched(found: list[float], true: list[float]) -> int:
    """How many of `true` have a partner of their own in `found` within the tolerance, in order."""
    hits, at = 0, 0
    found = sorted(found)
    for time_s in sorted(true):
        while at < len(found) and found[at] < time_s - TOLERANCE_S:
            at += 1
        if at < len(found) and found[at] <= time_s + TOLERANCE_S:
            hits, at = hits + 1, at + 1
    return hits


def fasciculations(events: tuple[Event, ...], rate_hz: float, channel: int = 0) -> list[float]:
    return [
        event.peak_sample / rate_hz
        for event in events
        if event.label is Label.FASCICULATION and event.channel == channel
    ]


def placed_potentials(snr: float, seed: int, rests: tuple = REST) -> Found:
    """Potentials of peak to peak `snr` x noise RMS, one in 2 s by chance, in real rest."""
    units = waveforms()
    rng = np.random.default_rng(seed)
    total = NOTHING
    for k, rest in enumerate(rests):
        samples, rate_hz = rest_of(*rest)
        length_s = len(samples) / rate_hz
        gaps = 0.3 + rng.exponential(1.7, 400)
        times = 1.05 + np.cumsum(np.concatenate([[rng.exponential(0.3)], gaps]))
        times = times[times < length_s - 0.25]
        pool = units if rate_hz >= 2000 else [u for u in units if u.rate_hz != 5000.0]
        placed = place(samples, rate_hz, pool, times, snr, seed=1000 * seed + k)
        events = analyse(recording_of(placed.uv[:, 0], rate_hz)).events
        true = [event.peak_sample / rate_hz for event in placed.truth.events]
        found = fasciculations(events, rate_hz)
        hits = matched(found, true)
        total += Found(hits, len(true) - hits, len(found) - hits, length_s / 60)
    return total


def resting(rests: tuple = REST) -> Found:
    """False alarms where nothing is."""
    total = NOTHING
    for rest in rests:
        samples, rate_hz = rest_of(*rest)
        events = analyse(recording_of(samples, rate_hz)).events
        found = len(fasciculations(events, rate_hz))
        total += Found(0, 0, found, len(samples) / rate_hz / 60)
    return total


def overlap(one: Event, other: Event) -> float:
    """Intersection over union."""
    shared = min(one.end_sample, other.end_sample) - max(one.start_sample, other.start_sample)
    span = max(one.end_sample, other.end_sample) - min(one.start_sample, other.start_sample)
    return max(0.0, shared / span)


def sustained(seeds: range) -> dict[str, tuple[int, int]]:
    """Synthetic cramps and contractions: (found as such with IoU >= 0.5, all), by kind."""
    told: dict[str, tuple[int, int]] = {}
    for seed in seeds:
        silent = None if seed % 2 else 0.0
        cramp = Cramp(0, 40.0, None, None, None, silent, stretched=seed % 3 == 0)
        synergists = ((1, 0.2),) if seed % 2 else ()
        for label, kind in (
            (Label.CRAMP, cramp),
            (Label.VOLUNTARY, Voluntary(0, 40.0, synergists=synergists)),
        ):
            scenario = Scenario(str(label), (kind, Mains(amplitude_uv=3.0)), seed, 110.0)
            made = synthesise(scenario)
            events = analyse(made.recording).events
            true = [e for e in made.truth.events if e.label is label and e.channel == 0]
            found = sum(
                any(e.label is label and e.channel == 0 and overlap(e, t) >= 0.5 for e in events)
                for t in true
            )
            before = told.get(str(label), (0, 0))
            told[str(label)] = (before[0] + found, before[1] + len(true))
    return told


HARD = {
    "metronome": lambda: (Metronome(0), Mains(amplitude_uv=3.0)),
    "heartbeat": lambda: (Heartbeat(amplitude_uv=200.0), Mains(amplitude_uv=3.0)),
    "tremor": lambda: (Tremor(at_s=20.0, duration_s=70.0), Mains(amplitude_uv=3.0)),
}


def hard_negatives(
    seeds: range, kinds: tuple[str, ...] = tuple(HARD)
) -> dict[str, tuple[int, int]]:
    """(called fasciculation, all judged) in sessions that hold none, by kind."""
    counts = {}
    for name in kinds:
        wrong = judged = 0
        for seed in seeds:
            made = synthesise(Scenario(name, HARD[name](), seed, 120.0))
            events = analyse(made.recording).events
            judged += len([e for e in events if e.label is not Label.NOT_ASSESSABLE])
            wrong += sum(event.label is Label.FASCICULATION for event in events)
        counts[name] = (wrong, judged)
    return counts


def table(seeds: int) -> dict[str, object]:
    rows: dict[str, object] = {}
    if DATA.exists():
        rows["rest"] = asdict(resting()) | {"false_per_min": resting().false_per_min}
        rows["rest with slow waves"] = asdict(resting(WAVY_REST))
        for snr in (6.0, 8.0, 12.0):
            found = sum((placed_potentials(snr, seed) for seed in range(seeds)), NOTHING)
            rows[f"placed at {snr:g} x noise"] = asdict(found) | {
                "sensitivity": round(found.sensitivity, 3),
                "ppv": round(found.ppv, 3),
                "f1": round(found.f1, 3),
            }
    rows["sustained"] = sustained(range(10 * seeds))
    rows["called fasciculation"] = hard_negatives(range(seeds))
    return rows


def main(seeds: int = 3) -> None:
    for name, row in table(seeds).items():
        print(f"{name:24} {json.dumps(row)}", flush=True)


if __name__ == "__main__":
    run: Callable[..., None] = main
    run(*map(int, sys.argv[1:]))
