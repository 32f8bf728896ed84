"""The board table against figures that other decoders gave for the same counts."""

import dataclasses
import re

import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge import BOARDS, board

# (board, counts, microvolts). The cyton, freeeeg32, knight and biolistener figures are what BrainFlow
# 5.23.0 gave for frames with these counts; those of the ganglion what its ganglion_native.cpp gave;
# muovi's is LibEMG's; cerelog's follows its firmware's own formula.
PEER_FIGURES = [
    ("cyton", 8388607, 187500.0),
    ("cyton", -8388608, -187500.02235174447),
    ("cyton-daisy", 2000, 44.703488910614126),
    ("cyton-wifi", 1193046, 26666.65931542627),
    ("ganglion", 1000, 1.869949978),
    ("ganglion", -400000, -747.9799911),
    ("ganglion-2", 300000, 560.9849934),
    ("freeeeg32", 8388607, 312500.0),
    ("freeeeg32", 1000, 37.25290670990944),
    ("knight", 32767, 333333.3125),
    ("knight", 100, 1017.2836303710938),
    ("biolistener", 8388607, 149999.98211860657),
    ("biolistener", 3000, 53.64418029785156),
    ("cerelog", 123456, 2759.4566345214844),
    ("muovi", 32767, 9371.362),
]


@pytest.mark.parametrize(("name", "counts", "uv"), PEER_FIGURES)
def test_scales_give_what_other_decoders_give(name: str, counts: int, uv: float) -> None:
    scale = board(name).uv_per_count
    assert scale is not None
    assert counts * scale == pytest.approx(uv, rel=1e-4 if name.startswith("ganglion") else 1e-6)


def test_bitalino_spans_the_range_that_its_datasheet_gives() -> None:
    scale = board("bitalino").uv_per_count
    assert scale is not None
    assert 512 * scale == pytest.approx(1640, rel=0.005)  # +-1.64 mV


def test_a_candy_on_an_uno_r3_resolves_two_microvolts() -> None:
    assert board("candy-uno-r3").uv_per_count == pytest.approx(5 / 1024 / 2420 * 1e6)


@pytest.mark.parametrize(
    "name",
    ["muscle-spikershield", "umyo", "myo", "gforce", "mudra-link", "olimex", "chords-uno-r3"],
)
def test_boards_whose_scale_nobody_published_are_uncalibrated(name: str) -> None:
    assert board(name).uv_per_count is None


@pytest.mark.parametrize(
    ("name", "rate_hz"),
    [("ganglion", 199.005), ("muscle-spikershield", 10050.25), ("olimex", 250.0), ("umyo", 1116.0)],
)
def test_rates_are_the_true_ones(name: str, rate_hz: float) -> None:
    assert board(name).rate_hz == rate_hz


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("cyton", "C"),  # anti-aliased by its converter
        ("cyton-daisy", "D"),
        ("cyton-wifi", "A"),
        ("ganglion", "D"),
        ("myo", "D"),
        ("bitalino", "B"),  # fast, but 3.2 uV a count
        ("npg-lite", "B"),
        ("candy-uno-r3", "D"),  # its amplifier lets through what folds down
        ("muovi", "A"),
        ("umyo", "A"),
    ],
)
def test_tiers_follow_from_rate_band_and_resolution(name: str, letter: str) -> None:
    tier = board(name).tier
    assert tier is not None
    assert tier.letter == letter


def test_a_board_with_a_rate_of_the_users_choice_has_no_tier_yet() -> None:
    assert board("shimmer3").rate_hz is None
    assert board("shimmer3").tier is None


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_every_line_of_the_table_is_possible(name: str) -> None:
    line = board(name)
    assert line.name == name == name.lower()
    assert 1 <= line.channels <= 64
    assert 8 <= line.bits <= 32
    assert line.rate_hz is None or 100 <= line.rate_hz <= 50_000
    assert line.uv_per_count is None or 1e-3 < line.uv_per_count < 20
    assert line.bandwidth_hz is None or 0 <= line.bandwidth_hz[0] < line.bandwidth_hz[1]
    assert re.search(r"@[0-9a-f]{12}$|^docs/protocol\.md$", line.source)


def test_a_line_without_a_counter_says_that_losses_are_silent() -> None:
    assert all("counter" in line.caution for line in BOARDS.values() if line.counter_bits == 0)


def test_names_are_found_in_any_case() -> None:
    assert board(" Cyton ") is BOARDS["cyton"]


def test_a_board_that_is_not_there_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match=r"no board 'citon'.*bitalino, .*cyton"):
        board("citon")


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        board("cyton").rate_hz = 500.0  # type: ignore[misc]
