"""Lost packets: stretches that were recorded and never arrived."""

from dataclasses import dataclass

import numpy as np

from fasciscope.datasets.synth.setting import Layer, Setting
from fasciscope.datasets.synth.train import discharges, steady


@dataclass(frozen=True, slots=True)
class PacketLoss:
    """Losses by chance, `per_min` of them, each of one or more packets of `packet_s`.

    `at` adds stretches (start, length) in seconds. Whether a loss shows as a jump of `first_sample`
    or as samples flagged MISSING is the scenario's `loss` setting.
    """

    per_min: float = 0.0
    packet_s: float = 0.02
    packets: tuple[int, int] = (1, 20)
    at: tuple[tuple[float, float], ...] = ()

    def lay(self, setting: Setting, rng: np.random.Generator) -> Layer:
        """Spans of samples, in order, none touching."""
        spans = list(self.at)
        if self.per_min > 0:
            starts = discharges(rng, steady(self.per_min / 60, 0.0, setting.duration_s))
            lengths = self.packet_s * rng.integers(
                self.packets[0], self.packets[1] + 1, len(starts)
            )
            spans += list(zip(starts.tolist(), lengths.tolist(), strict=True))
        return Layer(lost=tuple(_samples(span, setting) for span in spans))


def _samples(span: tuple[float, float], setting: Setting) -> tuple[int, int]:
    start = round(span[0] * setting.rate_hz)
    end = round((span[0] + span[1]) * setting.rate_hz)
    return min(start, setting.n_samples), min(end, setting.n_samples)


def joined(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The same samples as few spans as can be, in order."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
