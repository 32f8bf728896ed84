"""``fasciscope board``: plays a board without hardware, for any client."""

from pathlib import Path

import click


@click.command("board")
@click.argument("name", metavar="NAME")
@click.option("--pty", is_flag=True, help="On a pseudo-terminal, whose name is printed.")
@click.option(
    "--link",
    type=click.Path(path_type=Path),
    help="A name for the pseudo-terminal that outlives --faults unplug.",
)
@click.option(
    "--tcp",
    "tcp_port",
    type=int,
    metavar="PORT",
    help="On a port of this machine; 0: any. A board that calls its host calls there.",
)
@click.option("--ble", is_flag=True, help="In the air, as a Bluetooth LE board (Linux, BlueZ).")
@click.option(
    "--scenario", metavar="NAME", help="What the electrodes see; without a word the demo's."
)
@click.option(
    "--recording",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A recording in microvolts instead, of the board's rate; it is played again and again.",
)
@click.option(
    "--rate", "rate_hz", type=float, metavar="HZ", help="Where the board has no fixed one."
)
@click.option(
    "--faults", default="", metavar="LIST", help="Such as lost=1e-4,pause=10:0.5,unplug=20:3."
)
@click.option("--for", "seconds", type=float, metavar="SECONDS", help="End after so long.")
def board_command(
    name: str,
    pty: bool,
    link: Path | None,
    tcp_port: int | None,
    ble: bool,
    scenario: str | None,
    recording: Path | None,
    rate_hz: float | None,
    faults: str,
    seconds: float | None,
) -> None:
    """Play the board NAME: it answers its real commands and streams its real bytes at true pace.

    Faults: lost, doubled, corrupt (probability a byte), reset=AT (its counter), gap=AT:FOR, pause=AT:FOR,
    unplug=AT:FOR (seconds), drift=PPM, seed=N. Ctrl-C ends it.
    """
    import time

    from fasciscope.app.peripheral import check_gatt, play_on_ble
    from fasciscope.app.player import Player, play_calling, play_on_tcp, play_on_terminal
    from fasciscope.app.virtual import check_played, played_signal, signal_of
    from fasciscope.core import UsageError
    from fasciscope.firmware_bridge.faults import parse_faults
    from fasciscope.firmware_bridge.profiles import PROFILES

    if pty + (tcp_port is not None) + ble != 1:
        raise UsageError("Say where the board is played: --pty, --tcp PORT, or --ble.")
    check_played(name)
    gatt = check_gatt(name) if ble else None
    signal = signal_of(name, scenario, recording, rate_hz)
    played = played_signal(name, signal, parse_faults(faults))
    end_s = None if seconds is None else time.monotonic() + seconds

    def over() -> bool:
        return end_s is not None and time.monotonic() >= end_s

    def say(port: str) -> None:
        click.echo(f"port: {port}")

    if gatt is not None:
        play_on_ble(played, gatt, over, say)
    elif tcp_port is None:
        play_on_terminal(Player(played), over, say, link)
    elif PROFILES[name].calls:
        play_calling(Player(played), over, say, tcp_port)
    else:
        play_on_tcp(Player(played), over, say, tcp_port)
