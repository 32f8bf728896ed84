"""One recorded channel: its name, its scale and where on the body it sits."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "right", "midline"]


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What is known of one channel.

    `uv_per_count` None means uncalibrated: the samples are in the file's own units, every amplitude
    is then given in multiples of the noise, and no microvolt figure may be printed for it.
    `muscle` and `side` are None where nobody said.
    """

    name: str
    uv_per_count: float | None
    muscle: str | None = None
    side: Side | None = None

    @property
    def calibrated(self) -> bool:
        """True if the samples are microvolts."""
        return self.uv_per_count is not None
