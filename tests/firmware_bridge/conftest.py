"""The verified bytes of `shared/reference/board_vectors.json`, where the machine has them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def vectors(shared: Path) -> Callable[[str], dict[str, Any]]:
    """A function that gives a group of vectors by its id."""
    path = shared / "reference" / "board_vectors.json"
    if not path.exists():
        pytest.skip(f"no {path}")
    groups = json.loads(path.read_text(encoding="utf-8"))["groups"]
    return {group["id"]: group for group in groups}.__getitem__
