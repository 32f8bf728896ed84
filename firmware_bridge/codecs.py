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
    hackeeg,
    knight,
    muovi,
    olimex,
    own,
    protocentral,
    shimmer,
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
    **hackeeg.CODECS,
    **knight.CODECS,
    **muovi.CODECS,
    **olimex.CODECS,
    **own.CODECS,
    **protocentral.CODECS,
    **shimmer.CODECS,
}
"""Wire formats by name: a board's of the table, with the number of channels where it can be set."""
