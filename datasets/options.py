"""What a person may say about a recording that the file does not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Facts from the command line; None (or empty) leaves them to the file.

    `rate_hz` (--rate) replaces the file's rate; `unit` (--unit: V, mV, uV, or `counts` for
    uncalibrated) names the unit of the samples; `channels` (--channels) picks channels by name or by
    number counted from 1, in that order.
    """

    rate_hz: float | None = None
    unit: str | None = None
    channels: tuple[str, ...] = ()
