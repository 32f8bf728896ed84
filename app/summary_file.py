"""``summary.json``: a session in numbers for machines; described by ``summary.schema.json``."""

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.app.session import Session
from fasciscope.core import SessionSummary, Shape, SiteSummary

SCHEMA_VERSION = "1.0"
STATEMENT = "fasciscope reports; it never diagnoses."
NOISE_UNIT = "multiples of noise RMS"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def summary_json(session: Session) -> str:
    """The whole summary as JSON text; validates against ``summary.schema.json``."""
    return json.dumps(summary_dict(session), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def summary_dict(session: Session) -> dict[str, Json]:
    """The whole summary in JSON's types; what is not finite is None."""
    summary = session.summary
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": "fasciscope",
        "statement": STATEMENT,
        "source": summary.source,
        "format": summary.format,
        "start_time": summary.start_time,
        "duration_s": number(summary.duration_s),
        "recording": _recording(summary),
        "pattern": {
            "name": str(summary.pattern),
            "probability": number(summary.pattern_probability),
            "reasons": list(summary.pattern_reasons),
            "probabilities": plain(summary.pattern_probabilities),
            "sensitivity": plain(summary.pattern_sensitivity),
        },
        "sites": [_site(site) for site in summary.sites],
        "shapes": [_shape(shape, summary) for shape in summary.shapes],
        "minutes": {
            "fasciculations": plain(summary.minute_counts),
            "usable_s": plain(summary.minute_usable_s),
        },
        "gaps": [{"onset_s": number(at), "duration_s": number(s)} for at, s in summary.gaps],
        "review_flags": [plain(flag) for flag in summary.review_flags],
        "limits": list(summary.limits),
        "notes": list(summary.notes),
        "n_events": len(session.events),
        "findings": plain(session.findings),
        "settings": plain(summary.settings),
        "versions": _versions(summary),
    }


def is_summary(path: Path) -> bool:
    """True if `path` is a summary of ours, so that its folder is an earlier result."""
    try:
        with path.open(encoding="utf-8") as handle:
            found = json.load(handle)
    except (OSError, ValueError):  # absent or somebody else's: either way not ours
        return False
    return isinstance(found, dict) and found.get("generator") == "fasciscope"


def number(value: float | None, digits: int = 6) -> float | None:
    """`value` to so many significant digits; None for what is missing, NaN or infinite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def plain(value: object) -> Json:
    """Any value between rooms in JSON's types: dataclasses by field, enums by value."""
    if isinstance(value, Enum):
        return value.value if isinstance(value, str) else value.name.lower()
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float | np.floating):
        return number(float(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    assert isinstance(value, tuple | list | set | frozenset), type(value)
    return [plain(item) for item in value]


def _recording(summary: SessionSummary) -> dict[str, Json]:
    info = summary.info
    return {
        "device": info.device,
        "rate_hz": number(info.rate_hz, 12),
        "bandwidth_hz": plain(info.bandwidth_hz),
        "resolution_uv": number(info.resolution_uv),
        "envelope": info.envelope,
        "tier": {
            "letter": info.tier.letter,
            "reason": info.tier.reason,
            "allowed": info.tier.allowed,
        },
    }


def _site(site: SiteSummary) -> dict[str, Json]:
    """One channel; every microvolt figure is None where it is uncalibrated."""
    calibrated = site.channel.calibrated
    return {
        "channel": site.channel.name,
        "muscle": site.channel.muscle,
        "side": site.channel.side,
        "calibrated": calibrated,
        "recorded_s": number(site.recorded_s),
        "usable_s": number(site.usable_s),
        "lost_s": number(site.lost_s),
        "active_s": number(site.active_s),
        "unusable_s": plain(site.unusable_s),
        "counts": plain(site.counts),
        "duration_s": plain(site.duration_s),
        "rate_per_min": plain(site.rate_per_min),
        "rate_method": site.rate_method,
        "rate_sensitivity": plain(site.rate_sensitivity),
        "noise_uv": number(site.noise) if calibrated else None,
        "snr_median": number(site.snr_median),
        "amplitude_uv_median": number(site.amplitude_uv_median) if calibrated else None,
        "amplitude_uv_iqr": plain(site.amplitude_uv_iqr) if calibrated else None,
        "isolated_share": number(site.isolated_share),
        "interval_cv": number(site.interval_cv),
        "timing": plain(site.timing),
        "halves": plain(site.halves),
        "n_shapes": site.n_shapes,
    }


def _shape(shape: Shape, summary: SessionSummary) -> dict[str, Json]:
    unit, scale = amplitude_unit(summary.sites[shape.channel])
    return {
        "number": shape.number,
        "channel": summary.sites[shape.channel].channel.name,
        "count": shape.count,
        "snr_median": number(shape.snr_median),
        "amplitude_cv": number(shape.amplitude_cv),
        "stability": number(shape.stability),
        "unit": unit,
        "mean": _waveform(shape.mean * scale),
        "spread": _waveform(shape.spread * scale),
    }


def amplitude_unit(site: SiteSummary) -> tuple[str, float]:
    """The unit in which a channel's waveforms are given, and the factor from the channel's own."""
    if site.channel.calibrated:
        return "uV", 1.0
    return NOISE_UNIT, 1.0 / site.noise if site.noise > 0 else math.nan


def _waveform(values: NDArray[np.float64]) -> Json:
    return [number(float(value), 4) for value in values]


def _versions(summary: SessionSummary) -> dict[str, Json]:
    return {
        "fasciscope": summary.version,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
    }
