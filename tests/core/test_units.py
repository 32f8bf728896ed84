"""Unit words and durations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.core import UsageError, parse_duration_s, uv_per_unit


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("V", 1e6),
        ("mV", 1e3),
        ("uV", 1.0),
        ("µV", 1.0),  # micro sign
        ("μV", 1.0),  # Greek mu
        (" uv ", 1.0),
        ("nV", 1e-3),
        ("Microvolts", 1.0),
    ],
)
def test_every_spelling_of_a_volt_is_known(unit: str, scale: float) -> None:
    assert uv_per_unit(unit) == scale


@pytest.mark.parametrize("unit", ["", "counts", "%", "deg", "adc", "au", "m/s^2"])
def test_what_is_no_voltage_has_no_scale(unit: str) -> None:
    assert uv_per_unit(unit) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("30s", 30),
        ("15m", 900),
        ("15min", 900),
        ("1h30m", 5400),
        ("1h 30 m 5.5s", 5405.5),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5x", "m5", "-3s", "1:30", "5 mm"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="1h30m"):
        parse_duration_s(text)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_hours_minutes_and_seconds_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert (
        parse_duration_s(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds
    )
