"""A scenario: everything that makes a synthetic recording, seed included; and the named ones."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fasciscope.core import StreamInfo
from fasciscope.datasets.synth.artefact import CableSwing, Pops, Taps
from fasciscope.datasets.synth.background import Mains, Noise
from fasciscope.datasets.synth.cramp import Cramp
from fasciscope.datasets.synth.ecg import Heartbeat
from fasciscope.datasets.synth.fasciculation import Fasciculations
from fasciscope.datasets.synth.loss import PacketLoss
from fasciscope.datasets.synth.rhythm import LegMovements, Metronome, Myokymia, Tremor
from fasciscope.datasets.synth.setting import Board, Ingredient, Setting, Site, channel_infos
from fasciscope.datasets.synth.voluntary import TwitchyRest, Voluntary

LEGS = (
    Site("GM-R", "gastrocnemius", "right"),
    Site("TA-L", "tibialis anterior", "left"),
)

FINE_BOARD = Board()
WET_ELECTRODES = Noise()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to synthesise.

    The same scenario gives the same recording, bit for bit. Every ingredient draws from its own
    generator, seeded by `seed`, its kind and its place among those of its kind, so that adding one of
    another kind changes nothing else. `loss` says how lost samples show: as a `jump` of
    `first_sample` or as samples `flagged` MISSING.
    """

    name: str
    ingredients: tuple[Ingredient, ...] = ()
    seed: int = 1
    duration_s: float = 120.0
    rate_hz: float = 2000.0
    sites: tuple[Site, ...] = LEGS
    board: Board = FINE_BOARD
    noise: Noise = WET_ELECTRODES
    loss: Literal["jump", "flagged"] = "jump"

    def setting(self) -> Setting:
        """The stage for the ingredients."""
        board = self.board
        passband = (0.0, 0.4 * self.rate_hz) if board.antialias else None
        info = StreamInfo(
            device=f"synthetic ({board.name})",
            rate_hz=self.rate_hz,
            channels=channel_infos(self.sites, board),
            bandwidth_hz=passband,
            resolution_uv=board.lsb_uv,
            envelope=board.envelope,
        )
        return Setting(self.rate_hz, round(self.duration_s * self.rate_hz), info, board)

    def with_sites(self, n: int) -> "Scenario":
        """The same on `n` sites: fewer drop the last, more add quiet ones."""
        extra = tuple(Site(f"EMG{k + 1}") for k in range(len(self.sites), n))
        return replace(self, sites=(*self.sites, *extra)[:n])


_FEW = Fasciculations(n_units=4, rate_per_min=8.0, amplitude_uv=(40.0, 200.0))
_HUM = Mains(amplitude_uv=3.0)

_NAMED = (
    Scenario(
        "demo",
        (
            Fasciculations((0,), 5, 7.0, (40.0, 180.0)),
            Fasciculations((1,), 3, 3.0, (40.0, 120.0)),
            Cramp(0, 80.0, 25.0, 150.0, 35, 30.0),
            Voluntary(1, 140.0, 8.0, 120.0, 0.25, synergists=((0, 0.12),)),
            _HUM,
            PacketLoss(at=((60.0, 0.4),)),
        ),
        seed=6,
        duration_s=180.0,
    ),
    Scenario("quiet", (_HUM,)),
    Scenario("fasciculation", (Fasciculations(n_units=5, rate_per_min=20.0), _HUM)),
    Scenario("cramp", (Cramp(0, 45.0, 28.0), _HUM)),
    Scenario(
        "voluntary",
        (
            Voluntary(0, 15.0, 20.0, synergists=((1, 0.3),)),
            Voluntary(1, 50.0, 12.0, synergists=((0, 0.2),)),
            Voluntary(0, 85.0, 6.0),
            TwitchyRest(1, 95.0, 12.0),
            _HUM,
        ),
    ),
    Scenario("ecg", (Heartbeat(amplitude_uv=200.0), _FEW, _HUM)),
    Scenario("tremor", (Tremor(at_s=20.0, duration_s=70.0), _HUM)),
    Scenario("metronome", (Metronome(0), _HUM)),
    Scenario("myokymia", (Myokymia(0), _HUM)),
    Scenario("mains", (Mains(amplitude_uv=40.0), _FEW)),
    Scenario("motion", (CableSwing(per_min=4.0), Taps(per_min=6.0), _FEW, _HUM)),
    Scenario("pops", (Pops(per_min=10.0), _FEW, _HUM)),
    Scenario("loss", (PacketLoss(per_min=20.0), _FEW, _HUM)),
    Scenario("leg_movements", (LegMovements(0), _HUM)),
    Scenario(
        "mixed",
        (
            Fasciculations(n_units=5, rate_per_min=12.0),
            Voluntary(0, 40.0, 15.0, synergists=((1, 0.3),)),
            Cramp(1, 120.0, 24.0),
            Heartbeat(amplitude_uv=40.0),
            Taps(per_min=2.0),
            Pops(per_min=1.0),
            PacketLoss(per_min=2.0),
            Mains(amplitude_uv=10.0),
        ),
        duration_s=240.0,
        noise=Noise(rms_uv=(2.0, 5.0), swing=(0.5, 3.0)),
    ),
    Scenario(
        "cramp_fasciculation",
        (
            Fasciculations((0,), 6, 15.0),
            Fasciculations((1,), 4, 6.0),
            Cramp(0, 70.0, None, None, None, 40.0),
            Cramp(0, 190.0, None, None, None, 30.0, stretched=True),
            _HUM,
        ),
        duration_s=300.0,
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _NAMED}
"""The named scenarios, 2 legs at 2 kHz and 24 bits; change any part with `dataclasses.replace`."""


def varied(seed: int, duration_s: float = 180.0, rate_hz: float = 2000.0) -> Scenario:
    """A scenario by chance, for training and for wide tests: no two seeds alike.

    Levels, lengths and places overlap between cramp and contraction on purpose.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(77,)))

    def moment() -> float:
        return float(rng.uniform(0.1, 0.85) * duration_s)

    channel = int(rng.integers(2))
    menu: tuple[tuple[float, Ingredient], ...] = (
        (0.6, Fasciculations(rate_per_min=float(np.exp(rng.uniform(0.0, 4.1))))),
        (0.4, Cramp(channel, moment(), stretched=bool(rng.integers(2)))),
        (0.5, Voluntary(channel, moment(), synergists=((1 - channel, rng.uniform(0.05, 0.5)),))),
        (0.3, Voluntary(1 - channel, moment())),
        (0.2, TwitchyRest(channel, moment(), rng.uniform(3, 20), rng.uniform(25, 150))),
        (0.15, Metronome(channel, hz=rng.uniform(3, 14), amplitude_uv=rng.uniform(25, 200))),
        (0.15, Myokymia(channel, every_s=rng.uniform(0.3, 3), amplitude_uv=rng.uniform(25, 200))),
        (0.2, Tremor(None, moment(), rng.uniform(5, 40), rng.uniform(4, 12), rng.uniform(20, 200))),
        (0.15, LegMovements(channel, level_uv=rng.uniform(20, 200))),
        (0.3, Heartbeat(amplitude_uv=rng.uniform(10, 300), beats_per_min=rng.uniform(50, 100))),
        (0.3, Pops(per_min=rng.uniform(1, 8))),
        (0.3, Taps(per_min=rng.uniform(1, 8))),
        (0.3, CableSwing(per_min=rng.uniform(0.5, 3))),
        (0.2, PacketLoss(per_min=rng.uniform(1, 10))),
        (0.9, Mains(float(rng.choice([50.0, 60.0])), float(np.exp(rng.uniform(-1, 3.5))))),
    )
    chosen = tuple(item for chance, item in menu if rng.uniform() < chance)
    low = float(np.exp(rng.uniform(0.0, 2.3)))
    noise = Noise(rms_uv=(low, 1.6 * low), pink=rng.uniform(0.3, 2.0), swing=(0.5, 3.0))
    return Scenario(f"varied-{seed}", chosen, seed, duration_s, rate_hz, noise=noise)
