"""The words every room uses: channels, blocks, events, summaries, units and errors.

Nothing flows through this room; everything that flows between the others is made of it. All values
are frozen, arrays are time-first ``(n_samples, n_channels)``, float64 and read-only, sample numbers
are absolute (they count lost samples), and units are in the names. It imports NumPy and nothing else.
"""

from fasciscope.core.activity import Activity, Burst, FrameQuality, Potential, Sighting, Swell
from fasciscope.core.announcement import Announcement
from fasciscope.core.block import FILL_S, Flag, SampleBlock, block_with_nan_flagged
from fasciscope.core.channel import ChannelInfo
from fasciscope.core.errors import (
    DeviceError,
    FasciscopeError,
    InputError,
    MissingFactError,
    StorageError,
    UnsupportedError,
    UsageError,
)
from fasciscope.core.event import Event, Label
from fasciscope.core.protocols import Source, Stage
from fasciscope.core.rate import Interval, RateUnder
from fasciscope.core.recording import Annotation, Provenance, Recording
from fasciscope.core.stream import StreamInfo
from fasciscope.core.summary import (
    Pattern,
    ReviewFlag,
    SessionSummary,
    Shape,
    SiteSummary,
)
from fasciscope.core.tier import Tier, tier_of
from fasciscope.core.timing import Halves, Timing
from fasciscope.core.units import parse_duration_s, uv_per_unit

__all__ = [
    "FILL_S",
    "Activity",
    "Annotation",
    "Announcement",
    "Burst",
    "ChannelInfo",
    "DeviceError",
    "Event",
    "FasciscopeError",
    "Flag",
    "FrameQuality",
    "Halves",
    "InputError",
    "Interval",
    "Label",
    "MissingFactError",
    "Pattern",
    "Potential",
    "Provenance",
    "RateUnder",
    "Recording",
    "ReviewFlag",
    "SampleBlock",
    "SessionSummary",
    "Shape",
    "Sighting",
    "SiteSummary",
    "Source",
    "Stage",
    "StorageError",
    "StreamInfo",
    "Swell",
    "Tier",
    "Timing",
    "UnsupportedError",
    "UsageError",
    "block_with_nan_flagged",
    "parse_duration_s",
    "tier_of",
    "uv_per_unit",
]
