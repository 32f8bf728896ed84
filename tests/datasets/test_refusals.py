"""What lies beside recordings."""

from pathlib import Path

import pytest

from fasciscope.core import InputError
from fasciscope.datasets import open_recording


def test_json_is_refused_with_the_files_to_open_instead(tmp_path: Path) -> None:
    (tmp_path / "rest.edf").write_bytes(b"0")
    (tmp_path / "rest.json").write_text('{"SamplingFrequency": 1000}')
    with pytest.raises(InputError, match=r"no samples.*rest\.edf"):
        open_recording(tmp_path / "rest.json")
