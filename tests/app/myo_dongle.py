"""The Bluetooth dongle that came with a Myo, as a program sees it at its serial port: BGAPI.

A message is kind (00 command or its response, 80 event), length, class, number, payload, little-endian
(Bluegiga, "Bluetooth Smart Software API Reference Manual"). The armband's handles are boards.md's.
"""

import struct
from dataclasses import dataclass

from fasciscope.firmware_bridge.played import Played

COMMAND_HANDLE, FIRMWARE_HANDLE = 0x19, 0x17
DATA_HANDLES = (0x2B, 0x2E, 0x31, 0x34)
ADDRESS = bytes(range(1, 7))
SERVICE = bytes.fromhex("42 48 12 4a 7f 2c 48 47 b9 de 04 a9 01 00 06 d5")
FIRMWARE = struct.pack("<4H", 1, 5, 1970, 2)
DISCONNECT, READ, WRITE = (3, 0), (4, 4), (4, 5)
DISCOVER, CONNECT = (6, 2), (6, 3)
CONNECTED, ENDED, VALUE, SEEN = (3, 0), (4, 1), (4, 5), (6, 0)
DONE = bytes(2)


def message(kind: int, name: tuple[int, int], payload: bytes) -> bytes:
    return bytes([kind, len(payload), *name]) + payload


def value(handle: int, data: bytes) -> bytes:
    """The event that a characteristic has this value."""
    return message(0x80, VALUE, struct.pack("<BHBB", 0, handle, 1, len(data)) + data)


@dataclass
class MyoDongle:
    """Stands between a player and the armband `played`."""

    played: Played
    heard: bytes = b""

    def hear(self, data: bytes, now_s: float) -> bytes:
        self.heard += data
        answers = []
        while len(self.heard) >= 4 and len(self.heard) >= 4 + self.heard[1]:
            end = 4 + self.heard[1]
            name, payload = (self.heard[2], self.heard[3]), self.heard[4:end]
            answers.append(self.obey(name, payload, now_s))
            self.heard = self.heard[end:]
        return b"".join(answers)

    def obey(self, name: tuple[int, int], payload: bytes, now_s: float) -> bytes:
        if name == DISCOVER:
            seen = struct.pack("<bB6sBBB", -50, 0, ADDRESS, 0, 0xFF, 18) + b"\x11\x06" + SERVICE
            return message(0, name, DONE) + message(0x80, SEEN, seen)
        if name == CONNECT:
            told = struct.pack("<BB6sBHHHB", 0, 5, ADDRESS, 0, 6, 64, 0, 0xFF)
            return message(0, name, DONE + b"\x00") + message(0x80, CONNECTED, told)
        if name == READ:
            handle = int.from_bytes(payload[1:3], "little")
            told = FIRMWARE if handle == FIRMWARE_HANDLE else b"My Myo"
            return message(0, name, b"\x00" + DONE) + value(handle, told)
        if name == WRITE:
            if payload[1] == COMMAND_HANDLE:
                self.played.hear(payload[4:], now_s)
            ended = b"\x00" + DONE + payload[1:3]
            return message(0, name, b"\x00" + DONE) + message(0x80, ENDED, ended)
        return message(0, name, payload[:1] + DONE if name == DISCONNECT else DONE)

    def due(self, now_s: float) -> bytes:
        wire, size = self.played.due(now_s), self.played.board.codec.packet_n
        assert size is not None
        packets = (wire[k : k + size] for k in range(0, len(wire), size))
        return b"".join(value(DATA_HANDLES[one[0]], one[1:]) for one in packets)

    def is_gone(self, now_s: float) -> bool:
        return self.played.is_gone(now_s)

    def unplug(self) -> None:
        self.played.unplug()
