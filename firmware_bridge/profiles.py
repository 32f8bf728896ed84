"""How every board of the table is talked to, by its name."""

from fasciscope.firmware_bridge import (
    ascii_lines,
    backyard,
    biolistener,
    bitalino,
    cerelog,
    chords,
    cyton,
    emager,
    freeeeg32,
    ganglion,
    gforce,
    hackeeg,
    knight,
    mudra,
    muovi,
    myo,
    olimex,
    own,
    protocentral,
    shimmer,
    umyo,
    umyo_ble,
    umyo_udp,
)
from fasciscope.firmware_bridge.profile import Profile

PROFILES: dict[str, Profile] = {
    **ascii_lines.PROFILES,
    **backyard.PROFILES,
    **biolistener.PROFILES,
    **bitalino.PROFILES,
    **cerelog.PROFILES,
    **chords.PROFILES,
    **cyton.PROFILES,
    **emager.PROFILES,
    **freeeeg32.PROFILES,
    **ganglion.PROFILES,
    **myo.PROFILES,
    **mudra.PROFILES,
    **gforce.PROFILES,
    **hackeeg.PROFILES,
    **knight.PROFILES,
    **muovi.PROFILES,
    **olimex.PROFILES,
    **own.PROFILES,
    **protocentral.PROFILES,
    **shimmer.PROFILES,
    **umyo.PROFILES,
    **umyo_ble.PROFILES,
    **umyo_udp.PROFILES,
}
"""Profiles by the board table's names."""

NOT_SPOKEN = {
    "umyo-radio": "there is no radio for it here: use its USB base",
    "spikerbox-pro": "it sends HID reports",
}
"""Boards of the table whose bytes are known, but which cannot be talked to here yet, and why."""
