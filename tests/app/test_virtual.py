"""The boards that are played, those of the table that are not, and recordings that are played."""

from pathlib import Path

import numpy as np
import pytest

from fasciscope.app.main import run
from fasciscope.app.sources import Wanted, open_source
from fasciscope.app.virtual import RecordingSignal, signal_of
from fasciscope.core import Flag, UsageError
from fasciscope.firmware_bridge import BOARDS, CODECS, board
from fasciscope.firmware_bridge.profiles import NOT_SPOKEN, PROFILES


def test_every_board_of_the_table_is_spoken_or_it_is_said_why_not() -> None:
    assert set(PROFILES) | set(NOT_SPOKEN) == set(BOARDS)
    assert not set(PROFILES) & set(NOT_SPOKEN)
    assert {profile.codec for profile in PROFILES.values()} <= set(CODECS)


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """3 s of two channels at 250 Hz in steps of 100 and -50 uV, the middle second missing."""
    at = np.concatenate([np.arange(250), np.arange(500, 750)])
    rows = [f"{n / 250:.3f},{100 * (n % 30)},{-50 * (n % 7)}" for n in at]
    path = tmp_path / "steps.csv"
    path.write_text("time,calf (uV),thigh (uV)\n" + "\n".join(rows) + "\n")
    return path


def test_a_recording_is_played_sample_for_sample_with_its_gaps_and_again(steps: Path) -> None:
    signal = RecordingSignal("cyton", steps)
    scale = board("cyton").uv_per_count
    assert scale is not None
    counts = signal(0, 800)
    at = np.arange(250)
    np.testing.assert_allclose(counts[:250, 0] * scale, 100 * (at % 30), atol=scale)
    np.testing.assert_allclose(counts[:250, 1] * scale, -50 * (at % 7), atol=scale)
    assert not counts[250:500].any()
    assert not counts[:, 2:].any()
    np.testing.assert_allclose(counts[500:750, 0] * scale, 100 * ((at + 500) % 30), atol=scale)
    np.testing.assert_array_equal(counts[750:], counts[:50])


def test_a_virtual_board_plays_a_recording_and_it_comes_back_in_microvolts(steps: Path) -> None:
    opened = open_source(f"virtual:cyton?recording={steps}&speed=0", Wanted({}, ("1",)))
    with opened.live(None) as source:
        blocks = []
        for delivery in source.deliveries():
            blocks += delivery.blocks
            if blocks and blocks[-1].end_sample >= 250:
                break
    uv = np.concatenate([b.uv for b in blocks])[:250, 0]
    np.testing.assert_allclose(uv, 100 * (np.arange(250) % 30), atol=0.03)
    assert all(b.flags is None or not (b.flags & Flag.MISSING).any() for b in blocks)


def test_a_recording_of_another_rate_or_without_microvolts_is_refused(
    steps: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"250 Hz.*played at 1000 Hz"):
        RecordingSignal("bitalino", steps)
    assert RecordingSignal("fasciscope-2", steps).rate_hz == 250.0
    with pytest.raises(UsageError, match="played at 500 Hz"):
        RecordingSignal("fasciscope-2", steps, 500.0)
    with pytest.raises(UsageError, match="not both"):
        signal_of("cyton", "cramp", steps, None)
    assert run(["board", "cyton", "--pty", "--recording", str(tmp_path / "none.edf")]) == 3
