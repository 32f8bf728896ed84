"""The boards: what each one is, and its bytes.

In: a board's name. Out: what the board's makers and firmware say of it (`Board`): rate, channels,
scale, pass-band, counter. That is what `analyse --board` adds to a raw file that leaves it out.
In: bytes of its wire. Out: frames in counts, and every byte that is none by name (`codec.Decoder`;
one file a family, the encoder beside it, all in `codecs.CODECS`; `framing` finds the step).
In: a host's commands. Out: the answers and frames of a board that is not there (`virtual`).
May import `core` only; opens no port, no socket and no file.
"""

from fasciscope.firmware_bridge.boards import BOARDS, Board, board
from fasciscope.firmware_bridge.codec import Codec, Decoder
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.frames import Decoded, Frames, Garbage, Message

__all__ = [
    "BOARDS",
    "CODECS",
    "Board",
    "Codec",
    "Decoded",
    "Decoder",
    "Frames",
    "Garbage",
    "Message",
    "board",
]
