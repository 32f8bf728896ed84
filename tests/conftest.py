"""Fixtures for all rooms: where the real recordings are."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # no test depends on speed
settings.load_profile("house")

TOP = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("FASCISCOPE_TEST_DATA", TOP.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Give the path of a real recording by its name in the manifest; skip where it is absent."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"no {name} in {DATA} (set FASCISCOPE_TEST_DATA)")
        return path

    return find


@pytest.fixture(scope="session")
def shared(real: Callable[[str], Path]) -> Path:
    """Give the folder in which the notes, the articles and the recordings stand; skip without it."""
    return real("MANIFEST.json").parent.parent
