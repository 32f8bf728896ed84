"""Every wire format that is spoken here, by name."""

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
    muovi,
    myo,
    olimex,
    protocentral,
    shimmer,
    umyo,
    umyo_ble,
)
from fasciscope.firmware_bridge.codec import Codec

CODECS: dict[str, Codec] = {
    **ascii_lines.CODECS,
    **backyard.CODECS,
    **bitalino.CODECS,
    **biolistener.CODECS,
    **cerelog.CODECS,
    **chords.CODECS,
    **cyton.CODECS,
    **emager.CODECS,
    **freeeeg32.CODECS,
    **ganglion.CODECS,
    **gforce.CODECS,
    **hackeeg.CODECS,
    **knight.CODECS,
    **muovi.CODECS,
    **myo.CODECS,
    **olimex.CODECS,
    **protocentral.CODECS,
    **shimmer.CODECS,
    **umyo.CODECS,
    **umyo_ble.CODECS,
}
"""Wire formats by name: a board's of the table, with the number of channels where it can be set."""
