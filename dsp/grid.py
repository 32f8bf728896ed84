"""The grid of a stream: how samples, bins, noise pieces, envelope hops and frames divide one another.

The detection branch ends at 200 Hz, so every M-th sample at about 500 Hz holds it whole. What is
computed at that pace is called a bin; bins count from the start of the contiguous stretch.
"""

from dataclasses import dataclass

from fasciscope.dsp.settings import ChainSettings


@dataclass(frozen=True, slots=True)
class Grid:
    """How samples, bins, pieces and frames divide one another at a rate."""

    rate_hz: float
    step: int  # samples a bin
    frame_n: int  # samples a frame; whole bins
    merge: int  # bins within which the largest peak wins
    piece: int  # bins a 50-ms noise piece
    hop: int  # bins a 10-ms envelope hop

    @property
    def bin_rate_hz(self) -> float:
        """Bins a second."""
        return self.rate_hz / self.step

    @property
    def bin_s(self) -> float:
        """Length of a bin."""
        return self.step / self.rate_hz

    @property
    def hop_s(self) -> float:
        """Length of an envelope hop: 10 ms, or as near as whole bins come."""
        return self.hop * self.step / self.rate_hz


def grid_for(rate_hz: float, settings: ChainSettings) -> Grid:
    """The grid at a sampling rate."""
    step = max(1, int(rate_hz / settings.detection_rate_hz))
    bin_rate = rate_hz / step

    def bins(seconds: float) -> int:
        return max(1, round(seconds * bin_rate))

    return Grid(
        rate_hz=rate_hz,
        step=step,
        frame_n=step * bins(settings.frame_s),
        merge=bins(settings.merge_s),
        piece=bins(0.05),
        hop=bins(0.01),
    )
