"""A methods paragraph, ready for a paper: what was recorded, how it was judged, with which settings."""

from fasciscope.app.report.words import duration, listed, place
from fasciscope.core import SessionSummary, StreamInfo

MAX_NAMED = 8
"""Channels that are named; of more only the number is told."""


def methods_text(summary: SessionSummary) -> list[str]:
    """The paragraph's sentences."""
    return [
        *_recorded(summary),
        EXCLUSION,
        SHAPES,
        _settings(summary),
        f"Analysis used fasciscope {summary.version}.",
    ]


def _recorded(summary: SessionSummary) -> list[str]:
    info = summary.info
    n = info.n_channels
    sites = listed([place(channel) for channel in info.channels[:MAX_NAMED]])
    known = info.device and info.device != summary.format
    device = f"{info.device if known else 'an unnamed device'} ({summary.format})"
    more = f" and {n - MAX_NAMED} more" if n > MAX_NAMED else ""
    recorded = (
        f"Surface EMG was recorded for {duration(summary.duration_s)} with {device} from {n} "
        f"channel{'s' if n > 1 else ''} ({sites}{more}) at {info.rate_hz:g} samples per second."
    )
    electrodes = "Type, size and spacing of the electrodes are not stated in the recording."
    return [recorded, _bandwidth(info.bandwidth_hz), *_scales(info), electrodes]


def _scales(info: StreamInfo) -> list[str]:
    """The size of a count, or that there is no calibration."""
    bare = [channel.name for channel in info.channels if not channel.calibrated]
    if bare:
        which = "All channels" if len(bare) == info.n_channels else listed(bare[:MAX_NAMED])
        return [f"{which} had no calibration; amplitudes are in multiples of the noise's RMS."]
    if info.resolution_uv is None:
        return ["The size of a count is not stated in the recording."]
    return [f"One count was {info.resolution_uv:.3g} µV."]


def _bandwidth(bandwidth_hz: tuple[float, float] | None) -> str:
    if bandwidth_hz is None:
        return "The analogue bandwidth is not stated in the recording."
    return f"The analogue bandwidth was {bandwidth_hz[0]:g}–{bandwidth_hz[1]:g} Hz."


EXCLUSION = (
    "Time that was lost, clipped, off contact or too noisy, and stretches of sustained activity, were "
    "excluded; rates are per usable minute with exact 95 % Poisson intervals (Garwood), widened by the "
    "index of dispersion where counts in equal windows varied more than Poisson counts (p < 0.05). "
    "Intervals between potentials, on the clock of usable time, were tested against the exponential "
    "distribution (Durbin’s transform, Kolmogorov–Smirnov), halves by the exact binomial test."
)
SHAPES = (
    "Potentials were grouped into distinct shapes by the likeness of their waveforms; a shape is not "
    "a motor unit."
)


def _settings(summary: SessionSummary) -> str:
    given = [
        f"{readable(key)} {value}" for key, value in summary.settings.items() if value is not None
    ]
    return f"Settings: {'; '.join(given)}." if given else ""


_UNITS = ("hz", "ms", "s", "uv", "db", "min", "pct")


def readable(key: str) -> str:
    """A setting's name for a person: ``high_pass_hz`` is "high pass (Hz)"."""
    stem, _, unit = key.rpartition("_")
    if stem and unit in _UNITS:
        shown = {"hz": "Hz", "uv": "µV", "db": "dB", "pct": "%"}.get(unit, unit)
        return f"{stem.replace('_', ' ')} ({shown})"
    return key.replace("_", " ")
