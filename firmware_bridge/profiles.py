"""How every board of the table is talked to, by its name."""

from fasciscope.firmware_bridge import own
from fasciscope.firmware_bridge.profile import Profile

PROFILES: dict[str, Profile] = {
    "cyton": Profile(
        "cyton", start=(b"v", b"d", b"b"), stop=(b"s",), prompt=b"$$$", bauds=(115_200,)
    ),
    "cyton-daisy": Profile(
        "cyton-daisy", start=(b"v", b"d", b"C", b"b"), stop=(b"s",), prompt=b"$$$", bauds=(115_200,)
    ),
    "cyton-wifi": Profile("cyton", start=(b"b",), stop=(b"s",)),
    "bitalino": Profile(
        "bitalino-6", start=(b"\xc3", b"\xfd"), stop=(b"\xff",), pause_s=0.1, bauds=(115_200,)
    ),
    **own.PROFILES,
}
"""Profiles by the board table's names."""
