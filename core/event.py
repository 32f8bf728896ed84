"""An event: something that was found, named, with how sure and why."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What an event is: the `trial_type` levels of events.tsv."""

    FASCICULATION = "fasciculation"
    CRAMP = "cramp"
    VOLUNTARY = "voluntary"
    REPETITIVE = "repetitive"
    ECG = "ecg"
    ARTEFACT = "artefact"
    UNCERTAIN = "uncertain"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class Event:
    """One labelled event.

    `channel` is the channel on which it is largest, `channels` all on which it was seen (indices).
    Samples are absolute; `end_sample` is the sample after the last. `amplitude_uv` is peak to peak,
    None where uncalibrated or meaningless; `snr` is peak to peak over noise RMS, None where
    meaningless. `probability` is that of the label, 0 to 1. `shape` is the cluster's number or None.
    `reasons` are sentences for a person, `flags` short words for a machine.
    """

    channel: int
    start_sample: int
    peak_sample: int
    end_sample: int
    label: Label
    probability: float
    amplitude_uv: float | None = None
    snr: float | None = None
    shape: int | None = None
    channels: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.start_sample <= self.peak_sample < self.end_sample, self
        assert 0.0 <= self.probability <= 1.0, self
