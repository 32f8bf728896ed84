"""``fasciscope devices``: what could be recorded from."""

import json

import click


@click.command("devices")
@click.option("--ble/--no-ble", default=True, help="Look for Bluetooth LE devices too.")
@click.option(
    "--seconds", type=float, default=5.0, show_default=True, help="How long to listen for them."
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout.")
def devices_command(ble: bool, seconds: float, as_json: bool) -> None:
    """List serial ports and Bluetooth LE devices with the boards they look like.

    A USB bridge tells little of the board behind it: take what fits what you hold in your hands.
    """
    from fasciscope.app.devices import Found, radio_devices, serial_devices
    from fasciscope.app.failure import printable
    from fasciscope.core import DeviceError

    def told(found: Found) -> str:
        if as_json:
            return json.dumps(found.to_json())
        looks = (
            f"looks like {', '.join(found.boards)}" if found.boards else "no board known by this"
        )
        return printable(f"{found.source:<32} {found.title:<28} {looks}")

    there = list(serial_devices())
    for found in there:
        click.echo(told(found))
    if ble:
        try:
            heard = radio_devices(seconds)
        except DeviceError as error:
            click.echo(printable(f"fasciscope: no Bluetooth LE: {error}"), err=True)
        else:
            there += heard
            for found in heard:
                click.echo(told(found))
    if not there and not as_json:
        click.echo("Nothing found. Is the board plugged in and switched on?", err=True)
