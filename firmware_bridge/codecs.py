"""Every wire format that is spoken here, by name."""

from fasciscope.firmware_bridge import bitalino, cyton
from fasciscope.firmware_bridge.codec import Codec

CODECS: dict[str, Codec] = {
    **bitalino.CODECS,
    **cyton.CODECS,
}
"""Wire formats by name: a board's of the table, with the number of channels where it can be set."""
