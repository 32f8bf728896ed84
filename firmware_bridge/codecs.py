"""Every wire format that is spoken here, by name."""

from functools import partial

from fasciscope.firmware_bridge import bitalino, cyton
from fasciscope.firmware_bridge.codec import Codec

_24_BITS = (-(1 << 23), (1 << 23) - 1)


def _bitalino(n_channels: int) -> Codec:
    return Codec(
        decoder=partial(bitalino.BitalinoDecoder, n_channels),
        encode=bitalino.encode,
        low=(0,) * n_channels,
        high=tuple((1 << bits) - 1 for bits in bitalino.BITS[:n_channels]),
        wrap=bitalino.WRAP,
        confirm=bitalino.CONFIRM,
    )


def _cyton(n_channels: int) -> Codec:
    return Codec(
        decoder=partial(cyton.CytonDecoder, daisy=n_channels > cyton.N_CHANNELS),
        encode=cyton.encode,
        low=(_24_BITS[0],) * n_channels,
        high=(_24_BITS[1],) * n_channels,
        wrap=cyton.WRAP,
        advance=n_channels // cyton.N_CHANNELS,
        confirm=cyton.CONFIRM,
    )


CODECS: dict[str, Codec] = {
    **{f"bitalino-{n}": _bitalino(n) for n in range(1, 7)},
    "cyton": _cyton(8),
    "cyton-daisy": _cyton(16),
}
"""Wire formats by name."""
