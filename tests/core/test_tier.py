"""Tiers at their boundaries (the table of sampling rate, anti-aliasing and resolution)."""

import pytest

from fasciscope.core import tier_of


@pytest.mark.parametrize(
    ("rate_hz", "letter"),
    [
        (1000.0, "A"),
        (999.9, "B"),
        (500.0, "B"),
        (499.9, "D"),
        (200.0, "D"),
        (199.9, "D"),
        (4000.0, "A"),
    ],
)
def test_the_rate_alone_gives_the_tier_and_unknown_filters_count_as_none(
    rate_hz: float, letter: str
) -> None:
    assert tier_of(rate_hz).letter == letter


@pytest.mark.parametrize(
    ("rate_hz", "high_hz", "letter"),
    [(250.0, 125.0, "C"), (250.0, 125.1, "D"), (200.0, 90.0, "C"), (199.0, 90.0, "D")],
)
def test_below_500_hz_the_anti_aliasing_filter_decides(
    rate_hz: float, high_hz: float, letter: str
) -> None:
    assert tier_of(rate_hz, bandwidth_hz=(0.0, high_hz)).letter == letter


@pytest.mark.parametrize(("resolution_uv", "letter"), [(2.0, "A"), (2.01, "B"), (None, "A")])
def test_a_coarse_count_costs_tier_a(resolution_uv: float | None, letter: str) -> None:
    assert tier_of(2000.0, resolution_uv=resolution_uv).letter == letter


def test_an_envelope_is_for_display_only_at_any_rate() -> None:
    tier = tier_of(4000.0, envelope=True)
    assert tier.letter == "D"
    assert "envelope" in tier.reason


@pytest.mark.parametrize("rate_hz", [100.0, 250.0, 600.0, 2000.0])
def test_every_tier_gives_its_reason_and_what_it_allows(rate_hz: float) -> None:
    tier = tier_of(rate_hz)
    assert f"{rate_hz:g} Hz" in tier.reason
    assert tier.allowed
