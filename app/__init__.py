"""Everything a person touches: the command line, the outputs and the report; wires the other rooms.

`analyse` and the like are handed on lazily, so that ``fasciscope --help`` need not import NumPy.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Analysis": "fasciscope.app.pipeline",
    "Session": "fasciscope.app.session",
    "Settings": "fasciscope.app.settings",
    "analyse": "fasciscope.app.pipeline",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:  # a module's names are of any type
    if name not in _PUBLIC:
        raise AttributeError(f"module 'fasciscope.app' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
