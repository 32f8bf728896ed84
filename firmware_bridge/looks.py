"""Which boards a USB bridge or an advertised name may belong to."""

from fasciscope.firmware_bridge.profiles import PROFILES

_USB: dict[tuple[int, int | None], tuple[str, tuple[str, ...]]] = {
    (0x0403, 0x6015): ("FTDI FT231X", ("cyton", "cyton-daisy")),
    (0x0403, None): ("FTDI", ("cyton", "cyton-daisy", "chords-nano")),
    (0x10C4, 0xEA60): ("CP210x", ("umyo",)),
    (0x1A86, 0x7523): ("CH340", ("cerelog", "chords-uno-r3", "chords-nano")),
    (0x1A86, None): ("WCH", ("npg-lite", "chords-nano")),
    (0x2341, None): (
        "Arduino",
        ("chords-uno-r3", "chords-uno-r4", "chords-mega", "myoware-envelope"),
    ),
    (0x2A03, None): ("Arduino", ("chords-uno-r3", "chords-mega", "myoware-envelope")),
    (0x2E8A, None): ("Raspberry Pi", ("chords-pico",)),
    (0x303A, None): ("Espressif", ("npg-lite",)),
    (0x0483, 0x5740): ("STM32 virtual port", ("freeeeg32", "chords-black-pill")),
    (0x2E73, None): ("Backyard Brains", ("spikerbox-pro", "human-spikerbox")),
    (0x04B4, None): ("Cypress KitProg", ("emager",)),
}
"""Bridges by vendor and product (None: any other of the vendor): what it is, and boards that use it.

Vendor numbers are those of the USB ID repository; boards after boards.md. A bridge is no board: many
others use the same, so this is a hint and nothing more.
"""


def usb_looks_like(vid: int | None, pid: int | None) -> tuple[str, tuple[str, ...]]:
    """(the bridge, boards that may be behind it); empty where nothing is known."""
    if vid is None:
        return "", ()
    return _USB.get((vid, pid)) or _USB.get((vid, None)) or ("", ())


def ble_looks_like(name: str | None) -> tuple[str, ...]:
    """Boards whose advertised name begins like this one."""
    return tuple(
        board
        for board, profile in PROFILES.items()
        if profile.gatt is not None
        and any((name or "").lower().startswith(begin.lower()) for begin in profile.gatt.names)
    )
