"""What is said to boards: the commands that other hosts were seen to send, and what the table tells."""

from collections.abc import Callable
from typing import Any

import pytest

from fasciscope.core import UsageError
from fasciscope.firmware_bridge import BOARDS, CODECS
from fasciscope.firmware_bridge.profiles import NOT_SPOKEN, PROFILES

Vectors = Callable[[str], dict[str, Any]]
SPOKEN = sorted(PROFILES)


def test_every_board_of_the_table_has_a_profile_or_it_is_said_why_not() -> None:
    assert set(PROFILES) | set(NOT_SPOKEN) == set(BOARDS)
    assert not set(PROFILES) & set(NOT_SPOKEN)
    assert len(NOT_SPOKEN) <= 5
    assert all(NOT_SPOKEN.values())


@pytest.mark.parametrize("name", SPOKEN)
def test_the_wire_format_holds_what_the_table_says_of_the_board(name: str) -> None:
    board, codec = BOARDS[name], CODECS[PROFILES[name].codec]
    assert codec.n_channels == board.channels
    assert (codec.wrap or 1) <= 1 << board.counter_bits
    assert (codec.wrap is None) == (board.counter_bits == 0)
    assert max(codec.high) - min(codec.low) + codec.step >= 1 << board.bits


@pytest.mark.parametrize("name", SPOKEN)
def test_a_profile_opens_what_the_boards_transport_needs(name: str) -> None:
    profile, transport = PROFILES[name], BOARDS[name].transport
    assert bool(profile.bauds) == (transport in ("serial", "bluetooth"))
    assert (profile.gatt is not None) or transport != "ble"
    assert not profile.calls or transport == "tcp"
    assert len(set(profile.bauds)) == len(profile.bauds)
    assert profile.gatt is None or not profile.start or profile.gatt.control is not None


@pytest.mark.parametrize("name", SPOKEN)
def test_who_is_started_can_be_stopped_and_no_command_is_empty(name: str) -> None:
    profile = PROFILES[name]
    assert bool(profile.start) == bool(profile.stop)
    assert all((*profile.start, *profile.stop))
    assert not set(profile.start) & set(profile.stop)
    assert profile.pause_s >= 0
    assert profile.wakes_s >= 0


@pytest.mark.parametrize("name", ["uno-r3", "uno-r4", "pico"])
def test_a_candy_speaks_as_the_chords_board_that_it_sits_on(name: str) -> None:
    assert PROFILES[f"candy-{name}"] == PROFILES[f"chords-{name}"]


def test_a_cyton_hears_what_brainflow_says(vectors: Vectors) -> None:
    for told in vectors("cyton.exact")["vectors"]:
        said = [one.encode() for one in told["commands_seen"] if one not in told["config"]]
        assert [*PROFILES["cyton"].start, *PROFILES["cyton"].stop] == said
    assert PROFILES["cyton"].prompt == b"$$$"


def test_a_daisy_hears_the_same_and_to_send_16_channels(vectors: Vectors) -> None:
    profile = PROFILES["cyton-daisy"]
    said = [one.decode() for one in (*profile.start, *profile.stop)]
    assert said.pop(said.index("C")) == "C"
    assert said == vectors("cyton_daisy")["vectors"][0]["commands_seen"]


@pytest.mark.parametrize("rate_hz", [1, 10, 100, 1000])
def test_a_bitalino_hears_what_its_official_api_says(vectors: Vectors, rate_hz: int) -> None:
    profile = PROFILES["bitalino"]
    told = vectors("bitalino")["vectors"][0]
    _, rate, start_1, _ = (int(code, 16) for code in told["rate_cmds"][str(rate_hz)])
    assert profile.at_rate is not None
    assert profile.at_rate(rate_hz)[-1] == bytes([rate])
    mask_1, mask_6 = 1 << 2, 0b111111 << 2
    assert profile.start == (bytes([start_1 ^ mask_1 | mask_6]),)
    assert profile.stop == (bytes([int(told["idle_cmds"][-1], 16)]),)
    assert profile.pause_s >= 0.1


def test_a_shimmer_hears_what_brainflow_and_pyshimmer_say(vectors: Vectors) -> None:
    profile = PROFILES["shimmer3"]
    brainflow = vectors("shimmer3.brainflow")["vectors"][0]["commands"]
    pyshimmer = vectors("shimmer3.pyshimmer")["vectors"][0]["commands"]
    assert [profile.start[-1].hex(), *(one.hex() for one in profile.stop)] == brainflow[-2:]
    assert brainflow[-2:] == pyshimmer[-2:]
    assert profile.start[0].hex() in brainflow
    assert profile.at_rate is not None
    assert [one.hex() for one in profile.at_rate(1024.0)] == [
        one for one in pyshimmer if one.startswith("05")
    ]
    assert profile.codec_at is not None
    assert profile.codec_at(1024.0).advance == 32


def test_a_biolistener_hears_what_brainflow_says(vectors: Vectors) -> None:
    profile = PROFILES["biolistener"]
    reset, *said = vectors("biolistener")["vectors"][0]["commands"]
    assert [one.decode() for one in (*profile.start, *profile.stop)] == said
    assert profile.calls
    assert reset == '{"command":4}\n'


def test_a_muovi_hears_what_libemg_says_but_for_the_mode(vectors: Vectors) -> None:
    profile, told = PROFILES["muovi"], vectors("otb_muovi")["vectors"][0]
    mode_1 = 1 << 1  # sources disagree about it; mode 0 is 32 channels to all
    for commands, key in ((profile.start, "start_cmd_hex"), (profile.stop, "stop_cmd_hex")):
        assert commands == (bytes([int(told[key], 16) & ~mode_1]),)
    assert profile.calls


@pytest.mark.parametrize(
    ("name", "baud"),
    [
        ("cyton", 115_200),
        ("cyton-daisy", 115_200),
        ("bitalino", 115_200),
        ("chords-uno-r3", 230_400),
        ("npg-lite", 230_400),
        ("muscle-spikershield", 222_222),
        ("human-spikerbox", 500_000),
        ("olimex", 57_600),
        ("umyo", 921_600),
        ("myoware-envelope", 115_200),
        ("hackeeg", 2_000_000),
        ("emager", 1_500_000),
        ("freeeeg32", 921_600),
        ("knight", 115_200),
    ],
)
def test_the_likeliest_speed_comes_first(name: str, baud: int) -> None:
    assert PROFILES[name].bauds[0] == baud


@pytest.mark.parametrize("name", [name for name in SPOKEN if PROFILES[name].at_rate])
@pytest.mark.parametrize("rate_hz", [0.0, -1.0, 0.001, 333.3, 1e10, float("nan")])
def test_a_rate_that_a_board_has_not_is_refused(name: str, rate_hz: float) -> None:
    at_rate = PROFILES[name].at_rate
    assert at_rate is not None
    with pytest.raises(UsageError, match=r"no rate of|has .* Hz, not"):
        at_rate(rate_hz)


def test_a_shimmers_nearest_rate_is_told_and_taken_in_seven_digits() -> None:
    at_rate = PROFILES["shimmer3"].at_rate
    assert at_rate is not None
    with pytest.raises(UsageError, match=r"nearest is 992\.9697"):
        at_rate(1000.0)
    assert at_rate(992.9697) == (b"\x05\x21\x00",)
