"""Lengths of time as people write them: 90, 90s, 30m, 8h, 1h30m."""

import re

import click

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "": 1.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([hms]?)")


class Duration(click.ParamType[float]):
    """A click type that gives seconds."""

    name = "duration"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds of a text like 1h30m."""
        if isinstance(value, float):
            return value
        text = value.strip().lower()
        parts = _PART.findall(text)
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
        if "".join(number + unit for number, unit in parts) != text or seconds <= 0:
            self.fail(f"{value!r} is no length of time. Write 90s, 30m, 8h or 1h30m.", param, ctx)
        return seconds
