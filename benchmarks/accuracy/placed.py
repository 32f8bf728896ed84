"""Real motor-unit potentials placed at known times into real rest.

One unit or a few fire by chance (Poisson with a refractory time; science.md 7.3), with doublets at
4-8 ms, late echoes at 25-45 ms, jitter of the amplitude; rates from 0.5 to 60 a minute. A stretch of
rest that is shorter than the session comes up to four times; where the mains are strong, which that
would break, it stays as short as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import resample_poly

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.material import REST, Stretch, of_part, read, waveforms
from fasciscope.core.tier import tier_of
from fasciscope.datasets.synth import Placed, Truth, Waveform, place

SESSION_S, TIMES = 60.0, 4
FADE_S = 0.3
DISTURBED_S = 35.0  # sessions in which more than potentials is to happen
SLOWEST_HZ = 500.0  # of tiers A and B; slower boards are in `coarse`
SETTLE_S, END_S = 1.05, 0.25
REFRACTORY_S = 0.3
BANDS = {"4-5": (4.0, 5.0), "5-8": (5.0, 8.0), "8-12": (8.0, 12.0), "12-25": (12.0, 25.0)}
PER_MIN = (0.5, 60.0)
SHORT_S, SHORT_PER_MIN = 10.0, 30.0  # sessions shorter than this: something should be in them
DOUBLET_S, ECHO_S = (0.004, 0.008), (0.025, 0.045)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the units behave: number, chance of a doublet and of an echo, spread of the amplitude."""

    n_units: int = 3
    doublet: float = 0.0
    echo: float = 0.0
    jitter: float = 0.05


PLAIN = Habits()
LIVELY = Habits(n_units=4, doublet=0.15, echo=0.1, jitter=0.2)


def prolonged(uv: Array, n: int, rate_hz: float) -> Array:
    """(n,) `uv` again and again, upside down, backwards, and both; the ends fade over, at equal power.

    So nothing steps at a joint, and of up to four times no two are alike: noise that came back in the
    same shape would be known from before.
    """
    fade_n = round(FADE_S * rate_hz)
    angle = np.linspace(0.0, np.pi / 2, fade_n)
    level = uv.mean()
    whole, times = uv - level, 1
    while len(whole) < n:
        turned = uv[::-1] if times % 4 >= 2 else uv
        again = (-1.0) ** times * (turned - level)
        joint = whole[-fade_n:] * np.cos(angle) + again[:fade_n] * np.sin(angle)
        whole = np.concatenate([whole[:-fade_n], joint, again[fade_n:]])
        times += 1
    long: Array = whole[:n] + level
    return long


def fitting(units: list[Waveform], rate_hz: float) -> list[Waveform]:
    """Those whose own rate is not far above the signal's: nothing is folded."""
    return [unit for unit in units if unit.rate_hz <= 2.5 * rate_hz] or units


def with_potentials(
    uv: Array,
    rate_hz: float,
    units: list[Waveform],
    band: tuple[float, float],
    rng: np.random.Generator,
    habits: Habits = PLAIN,
    channel: int = 0,
) -> Placed:
    """`uv` (n,) or (n, n_channels) with potentials of `band` times its noise on a channel."""
    length_s = len(uv) / rate_hz
    drawn = float(np.exp(rng.uniform(*np.log(PER_MIN))))
    per_min = drawn if length_s >= SHORT_S else SHORT_PER_MIN
    gaps = REFRACTORY_S + rng.exponential(max(60 / per_min - REFRACTORY_S, 0.05), 200)
    times = SETTLE_S + np.cumsum(gaps) - gaps[0] * rng.uniform()
    times = times[(times > SETTLE_S) & (times < length_s - END_S)]
    chosen = rng.choice(len(units), min(habits.n_units, len(units)), replace=False)
    which = chosen[rng.integers(len(chosen), size=len(times))]
    sizes = rng.uniform(*band, len(units))[which]  # a unit keeps its size
    twice, again = (rng.uniform(size=len(times)) < p for p in (habits.doublet, habits.echo))
    late = times[again] + rng.uniform(*ECHO_S, int(again.sum()))
    second = times[twice] + rng.uniform(*DOUBLET_S, int(twice.sum()))
    share = rng.uniform(0.3, 0.8, len(late))
    flags = [()] * len(times) + [("echo",)] * len(late) + [("collision",)] * len(second)
    return place(
        uv,
        rate_hz,
        units,
        np.concatenate([times, late, second]),
        np.concatenate([sizes, share * sizes[again], sizes[twice]]),
        channel=channel,
        jitter=habits.jitter,
        seed=int(rng.integers(1 << 31)),
        units=np.concatenate([which, which[again], which[twice]]),
        flags=flags,
    )


def sessions(part: Part, least_s: float = 0.0) -> list[tuple[Stretch, Array, float]]:
    """Each channel of rest as a session of its own: stretch, (n,), rate; those of `least_s` or more."""
    found = []
    for stretch in of_part(REST, part):
        uv, info = read(stretch)
        if info.rate_hz < SLOWEST_HZ:
            continue
        for column in uv.T:
            n = min(round(SESSION_S * info.rate_hz), TIMES * len(column))
            whole = column if stretch.hum else prolonged(column, n, info.rate_hz)
            if len(whole) >= least_s * info.rate_hz:
                found.append((stretch, whole, info.rate_hz))
    return found


def placed(
    part: Part, seeds: range, habits: Habits = PLAIN, suite: str = "placed"
) -> Iterator[Case]:
    """Every session of rest, once for each band and seed."""
    units = waveforms(part)
    for seed in seeds:
        for k, (stretch, rest, rate_hz) in enumerate(sessions(part)):
            for b, (name, band) in enumerate(BANDS.items()):
                rng = np.random.default_rng([seed, k, b])
                pool = fitting(units, rate_hz)
                made = with_potentials(rest, rate_hz, pool, band, rng, habits)
                recording = recording_of(made.uv, rate_hz)
                yield Case(suite, stretch.subject, recording, made.truth, name)


def lively(part: Part, seeds: range) -> Iterator[Case]:
    """The same with doublets, echoes and unsteady sizes."""
    yield from placed(part, seeds, LIVELY, "placed, lively")


@dataclass(frozen=True, slots=True)
class Board:
    """A simple board: its rate, the size of a count (10 bits; None is fine), is its filter known."""

    rate_hz: float
    lsb_uv: float | None = None
    filtered: bool = True

    @property
    def bandwidth_hz(self) -> tuple[float, float] | None:
        """What the board states."""
        return (0.0, PASSED * self.rate_hz) if self.filtered else None

    @property
    def name(self) -> str:
        """In a few words, with its tier."""
        tier = tier_of(
            self.rate_hz, bandwidth_hz=self.bandwidth_hz, resolution_uv=self.lsb_uv
        ).letter
        count = "" if self.lsb_uv is None else f", {self.lsb_uv:g} uV"
        return f"tier {tier}: {self.rate_hz:g} Hz{count}"

    def sees(self, uv: Array, rate_hz: float) -> Array:
        """A signal (n,) as this board gives it."""
        slow = resample_poly(uv, round(self.rate_hz), round(rate_hz))
        if self.lsb_uv is None:
            return np.asarray(slow)
        counts: Array = np.clip(np.round(slow / self.lsb_uv), -512, 511)
        return counts * self.lsb_uv


PASSED = 0.4  # of the rate: what a slow board's filter lets through
SLOWER = (
    *(Board(rate_hz) for rate_hz in (500.0, 250.0, 200.0)),
    Board(250.0, filtered=False),
    Board(500.0, 3.0),
    *(Board(1000.0, lsb_uv) for lsb_uv in (3.0, 8.0, 16.0)),
)


def coarse(part: Part, seeds: range) -> Iterator[Case]:
    """Potentials of 8-25 times the noise as simple boards see them: slow, or in counts of 3-16 uV.

    The noise of a coarse board is mostly its counts': the band is that of the signal before.
    """
    units = waveforms(part)
    for seed in seeds:
        for k, (stretch, rest, rate_hz) in enumerate(sessions(part, DISTURBED_S)):
            rng = np.random.default_rng([seed, k, 7])
            made = with_potentials(rest, rate_hz, fitting(units, rate_hz), (8.0, 25.0), rng)
            for board in SLOWER:
                if board.rate_hz > rate_hz:
                    continue
                uv = board.sees(made.uv[:, 0], rate_hz)
                recording = recording_of(
                    uv,
                    board.rate_hz,
                    resolution_uv=board.lsb_uv,
                    bandwidth_hz=board.bandwidth_hz,
                )
                truth = _slower(made.truth, board.rate_hz, len(uv))
                yield Case("coarse boards", stretch.subject, recording, truth, board.name)


def _slower(truth: Truth, rate_hz: float, n_samples: int) -> Truth:
    ratio = rate_hz / truth.rate_hz
    events = []
    for event in truth.events:
        start, peak = round(event.start_sample * ratio), round(event.peak_sample * ratio)
        end = max(round(event.end_sample * ratio), peak + 1)
        events.append(replace(event, start_sample=start, peak_sample=peak, end_sample=end))
    return Truth(tuple(events), rate_hz, truth.channels, n_samples)
