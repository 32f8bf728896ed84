"""What does not change while a stream runs."""

from dataclasses import dataclass

from fasciscope.core.channel import ChannelInfo
from fasciscope.core.errors import InputError
from fasciscope.core.tier import Tier, tier_of

MIN_RATE_HZ = 10.0
MAX_RATE_HZ = 200_000.0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """Device, rate and channels of a stream.

    `bandwidth_hz` is the analogue pass-band (low, high) or None if unknown; `resolution_uv` the size
    of one count or None; `envelope` marks sensors that send a rectified envelope. The tier follows
    from these. Raises InputError on a rate that no EMG recording has, or on no or twin channels.
    """

    device: str
    rate_hz: float
    channels: tuple[ChannelInfo, ...]
    bandwidth_hz: tuple[float, float] | None = None
    resolution_uv: float | None = None
    envelope: bool = False

    def __post_init__(self) -> None:
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:  # NaN fails too
            raise InputError(
                f"The sampling rate is {self.rate_hz:g} Hz; EMG is read from {MIN_RATE_HZ:g} to "
                f"{MAX_RATE_HZ:g} Hz. If the file is wrong, give the true rate with --rate."
            )
        names = [channel.name for channel in self.channels]
        if not names:
            raise InputError("The recording has no channel to analyse.")
        if len(set(names)) != len(names):
            raise InputError(f"Two channels share a name: {', '.join(names)}.")

    @property
    def n_channels(self) -> int:
        """How many channels a sample has."""
        return len(self.channels)

    @property
    def tier(self) -> Tier:
        """What this stream allows to be said."""
        return tier_of(
            self.rate_hz,
            bandwidth_hz=self.bandwidth_hz,
            resolution_uv=self.resolution_uv,
            envelope=self.envelope,
        )
