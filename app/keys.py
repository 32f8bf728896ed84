"""Keys typed during a recording, without waiting for them: on POSIX terminals and Windows consoles."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def typed_keys() -> Iterator[Callable[[], list[str]]]:
    """Give a function that tells the keys typed since it was last called; none where no one can type."""
    if not sys.stdin or not sys.stdin.isatty():
        yield list
    elif sys.platform == "win32":
        yield _console_keys
    else:
        with _unbuffered():
            yield _terminal_keys


if sys.platform == "win32":
    import msvcrt

    def _console_keys() -> list[str]:
        keys = []
        while msvcrt.kbhit():
            keys.append(msvcrt.getwch())
        return [key for key in keys if key.isprintable() and key.strip()]

else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def _unbuffered() -> Iterator[None]:
        """Each key at once and unseen; Ctrl-C stays what it is."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    def _terminal_keys() -> list[str]:
        terminal, typed = sys.stdin.fileno(), b""
        while select.select([terminal], [], [], 0)[0]:
            some = os.read(terminal, 256)
            if not some:
                break
            typed += some
        return [
            key for key in typed.decode("utf-8", "replace") if key.isprintable() and key.strip()
        ]
