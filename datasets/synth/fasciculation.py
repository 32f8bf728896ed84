"""Fasciculations: a few units at rest, each firing by chance (science.md 2.3, 2.4, 7.3)."""

from dataclasses import dataclass

import numpy as np

from fasciscope.core import Label
from fasciscope.datasets.synth.bank import brief_events, stamp
from fasciscope.datasets.synth.muap import Geometry
from fasciscope.datasets.synth.pool import Unit, drawn_geometry, single_wave, unit_of
from fasciscope.datasets.synth.setting import Array, Integers, Layer, Setting, Stamps
from fasciscope.datasets.synth.train import discharges, drifting, spaced
from fasciscope.datasets.synth.truth import TruthEvent

NAME = "fasciculation"
SLOWEST_PER_MIN, FASTEST_PER_MIN = 0.05, 30.0


@dataclass(frozen=True, slots=True)
class Fasciculations:
    """Some units on each of `channels` (None: all), Poisson in time.

    `rate_per_min` is each site's expected total, None leaves the log-normal unit rates as drawn.
    `amplitude_uv` bounds the units' peak-to-peak (log-uniform) before the board's filter. An
    `unstable_share` of the units is polyphasic: late components that block, 15-40 % jitter instead of
    3-10 %. A `neuronal_share` repeats itself after about 80 ms. None draws doublet and echo
    probabilities within the published bounds.
    """

    channels: tuple[int, ...] | None = None
    n_units: int | None = None
    rate_per_min: float | None = None
    amplitude_uv: tuple[float, float] = (30.0, 300.0)
    start_s: float = 0.0
    end_s: float | None = None
    unstable_share: float = 0.2
    neuronal_share: float = 0.22
    doublet: float | None = None
    echo: float | None = None

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Draw units, then their discharges, channel by channel."""
        stamps: list[Stamps] = []
        truth: list[TruthEvent] = []
        for channel in setting.picked(self.channels):
            mine, events = self._site(setting, channel, rng)
            stamps += mine
            truth += events
        return Layer(tuple(stamps), truth=tuple(truth))

    def _site(
        self, setting: Setting, channel: int, rng: np.random.Generator
    ) -> tuple[list[Stamps], list[TruthEvent]]:
        n_units = self.n_units or int(rng.integers(3, 13))
        rates = np.clip(rng.lognormal(np.log(2.0), 1.2, n_units), SLOWEST_PER_MIN, FASTEST_PER_MIN)
        if self.rate_per_min is not None:
            rates *= self.rate_per_min / rates.sum()
        volley = Volley(setting, channel)
        for unit, rate in enumerate(rates):
            self._unit(volley, unit, float(rate) / 60, rng)
        return volley.stamps, volley.events()

    def _unit(
        self, volley: "Volley", number: int, rate_hz: float, rng: np.random.Generator
    ) -> None:
        setting = volley.setting
        size_uv = float(np.exp(rng.uniform(*np.log(self.amplitude_uv))))
        unstable = bool(rng.uniform() < self.unstable_share)
        neuronal = bool(rng.uniform() < self.neuronal_share)
        doublet = rng.uniform(0, 0.2) if self.doublet is None else self.doublet
        echo = rng.uniform(0.01, 0.1) if self.echo is None else self.echo
        source = draw_source(rng, setting, volley.channel, size_uv, unstable)
        curve = drifting(rng, rate_hz, setting.duration_s)
        times = discharges(rng, curve)
        if neuronal:
            times = repeated(rng, times)
        end_s = setting.duration_s if self.end_s is None else self.end_s
        times = times[(times >= self.start_s) & (times < end_s)]
        volley.fire(rng, number, source, times, doublet, echo)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A unit of one or more components; each component fires `delay_s` late unless it blocks."""

    components: tuple[Unit, ...]
    delay_s: tuple[float, ...]
    blocking: tuple[float, ...]
    jitter: float


def draw_source(
    rng: np.random.Generator,
    setting: Setting,
    channel: int,
    size_uv: float,
    unstable: bool = False,
    geometry: Geometry | None = None,
) -> Source:
    """A unit of `size_uv` peak to peak; unstable ones carry one or two late satellites."""
    place = geometry or drawn_geometry(rng)
    main = unit_of(size_uv * single_wave(rng, setting, channel, place), setting, channel)
    if not unstable:
        return Source((main,), (0.0,), (0.0,), float(rng.uniform(0.03, 0.10)))
    parts, delays, blocking = [main], [0.0], [0.0]
    for _ in range(int(rng.integers(1, 3))):
        share = rng.uniform(0.25, 0.7) * size_uv
        wave = share * single_wave(rng, setting, channel, drawn_geometry(rng))
        parts.append(unit_of(wave, setting, channel))
        delays.append(float(rng.uniform(0.002, 0.008)))
        blocking.append(float(rng.uniform(0.1, 0.35)))
    return Source(tuple(parts), tuple(delays), tuple(blocking), float(rng.uniform(0.15, 0.40)))


def repeated(rng: np.random.Generator, times_s: Array) -> Array:
    """Neuronal type: some discharges are followed by another, most often 80 ms later."""
    follow = times_s[rng.uniform(size=len(times_s)) < 0.3]
    refractory = rng.uniform(0.017, 0.046)
    later = follow + np.maximum(rng.normal(0.08, 0.012, len(follow)), refractory)
    return spaced(np.concatenate([times_s, later]), refractory)


class Volley:
    """Gathers the discharges of one site and measures them as brief truth events."""

    def __init__(self, setting: Setting, channel: int, ingredient: str = NAME) -> None:
        self.setting = setting
        self.channel = channel
        self.ingredient = ingredient
        self.stamps: list[Stamps] = []
        self._units: list[int] = []
        self._flags: list[tuple[str, ...]] = []

    def fire(
        self,
        rng: np.random.Generator,
        number: int,
        source: Source,
        times_s: Array,
        doublet: float = 0.0,
        echo: float = 0.0,
    ) -> None:
        """One event a time; a doublet's second potential belongs to it, an F-echo is its own."""
        n = len(times_s)
        twice = rng.uniform(size=n) < doublet
        echoed = rng.uniform(size=n) < echo
        first = len(self._units)
        self._units += [number] * (n + int(echoed.sum()))
        self._flags += [("doublet",) if d else () for d in twice]
        self._flags += [("echo",)] * int(echoed.sum())
        own, event = np.ones(n), first + np.arange(n)
        self._place(rng, source, times_s, own, event)
        again = times_s[twice] + rng.uniform(0.004, 0.008, int(twice.sum()))
        self._place(rng, source, again, own[twice], event[twice])
        later = times_s[echoed] + rng.uniform(0.025, 0.045, int(echoed.sum()))
        smaller = rng.uniform(0.3, 1.0, len(later))
        self._place(rng, source, later, smaller, first + n + np.arange(len(later)))

    def _place(
        self,
        rng: np.random.Generator,
        source: Source,
        times_s: Array,
        scale: Array,
        event: Integers,
    ) -> None:
        size = scale * np.clip(rng.normal(1.0, source.jitter, len(times_s)), 0.3, 2.0)
        parts = zip(source.components, source.delay_s, source.blocking, strict=True)
        for unit, delay_s, blocking in parts:
            fires = rng.uniform(size=len(times_s)) >= blocking
            onset = times_s[fires] + delay_s + (delay_s > 0) * rng.normal(0, 2e-4, int(fires.sum()))
            self.stamps.append(
                stamp(unit.bank, unit.channels, onset, size[fires], self.setting, event[fires])
            )

    def events(self) -> list[TruthEvent]:
        """What was fired, measured on the site's own channel."""
        units = np.array(self._units, dtype=np.int64)
        return brief_events(
            self.stamps,
            self.channel,
            self.setting,
            Label.FASCICULATION,
            self.ingredient,
            units,
            self._flags,
        )
