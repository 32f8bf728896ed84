"""Sources: things that deliver blocks in time.

In: ports, radios, sockets, virtual boards (`Link`s), or a recording (`ReplaySource`). Out: contiguous
`core.SampleBlock`s, every sample at its absolute number, every loss counted. The way of a byte: a link
is read by the one thread (`reader`), through a bounded queue, to `live`: decoder, `assembler` (numbers,
gaps), `clock` (true rate). May import `core` and `firmware_bridge`; it never looks at what the samples
mean, and never writes them anywhere.
"""

from fasciscope.acquisition.assembler import Loss
from fasciscope.acquisition.link import Link, LinkLostError, NoFramesError, Piece
from fasciscope.acquisition.live import Delivery, LiveSource, Tally, Turns
from fasciscope.acquisition.reader import Reader
from fasciscope.acquisition.replay import PacedReplay, ReplaySource

__all__ = [
    "Delivery",
    "Link",
    "LinkLostError",
    "LiveSource",
    "Loss",
    "NoFramesError",
    "PacedReplay",
    "Piece",
    "Reader",
    "ReplaySource",
    "Tally",
    "Turns",
]
