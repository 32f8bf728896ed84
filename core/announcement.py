"""What sustained activity seems to be while it lasts."""

from dataclasses import dataclass
from typing import Literal

from fasciscope.core.event import Label


@dataclass(frozen=True, slots=True)
class Announcement:
    """A provisional word on sustained activity; the event of the same channel and start is the final one.

    Samples are absolute, `until_sample` is the end of the activity as far as it was seen.
    """

    channel: int
    start_sample: int
    until_sample: int
    seen_sample: int
    label: Label
    probability: float
    reasons: tuple[str, ...] = ()
    state: Literal["open", "ended"] = "open"
