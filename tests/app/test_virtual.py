"""The boards that are played, and those of the table that are not."""

from fasciscope.firmware_bridge import BOARDS, CODECS
from fasciscope.firmware_bridge.profiles import NOT_SPOKEN, PROFILES


def test_every_board_of_the_table_is_spoken_or_it_is_said_why_not() -> None:
    assert set(PROFILES) | set(NOT_SPOKEN) == set(BOARDS)
    assert not set(PROFILES) & set(NOT_SPOKEN)
    assert {profile.codec for profile in PROFILES.values()} <= set(CODECS)
