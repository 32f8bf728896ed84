"""Sources: things that deliver blocks in time.

In: a recording (and, with the live milestone, ports, radios and sockets). Out: contiguous
`core.SampleBlock`s of one length, gaps as jumps of `first_sample`. `assembler` makes them of a
board's frames, every sample at its absolute number, every loss counted. May import `core` and
`firmware_bridge`; it never looks at what the samples mean, and never writes them anywhere.
"""

from fasciscope.acquisition.replay import ReplaySource

__all__ = ["ReplaySource"]
