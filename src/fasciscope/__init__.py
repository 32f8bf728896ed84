"""fasciscope: finds fasciculations and cramps in wearable surface EMG. It reports; it never diagnoses.

The public names below are handed on lazily from their rooms, so that `import fasciscope` is instant.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "Event": "fasciscope.core",
    "Label": "fasciscope.core",
    "Pattern": "fasciscope.core",
    "Recording": "fasciscope.core",
    "SampleBlock": "fasciscope.core",
    "SessionSummary": "fasciscope.core",
    "StreamInfo": "fasciscope.core",
    "FasciscopeError": "fasciscope.core",
    "open_recording": "fasciscope.datasets",
    "analyse": "fasciscope.app",
    "load_catalogue": "fasciscope.classifier",
    "match": "fasciscope.classifier",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:  # a module's names are of any type
    if name not in _PUBLIC:
        raise AttributeError(f"module 'fasciscope' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
