"""Every wire format that is spoken here, by name."""

from fasciscope.firmware_bridge import (
    biolistener,
    bitalino,
    cerelog,
    cyton,
    emager,
    freeeeg32,
    hackeeg,
    knight,
    muovi,
    shimmer,
)
from fasciscope.firmware_bridge.codec import Codec

CODECS: dict[str, Codec] = {
    **bitalino.CODECS,
    **biolistener.CODECS,
    **cerelog.CODECS,
    **cyton.CODECS,
    **emager.CODECS,
    **freeeeg32.CODECS,
    **hackeeg.CODECS,
    **knight.CODECS,
    **muovi.CODECS,
    **shimmer.CODECS,
}
"""Wire formats by name: a board's of the table, with the number of channels where it can be set."""
