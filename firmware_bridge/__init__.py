"""The boards: what each one is, and (with the live milestone) its bytes.

In: a board's name. Out: what the board's makers and firmware say of it (`Board`): rate, channels,
scale, pass-band, counter. That is what `analyse --board` adds to a raw file that leaves it out.
May import `core` only; opens no port, no socket and no file.
"""

from fasciscope.firmware_bridge.boards import BOARDS, Board, board

__all__ = ["BOARDS", "Board", "board"]
