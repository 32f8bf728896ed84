"""Lengths of time as people write them: 90, 90s, 30m, 8h, 1h30m."""

import click


class Duration(click.ParamType[float]):
    """A click type that gives seconds."""

    name = "duration"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds of a text like 1h30m; more than none."""
        from fasciscope.core import (
            UsageError,
            parse_duration_s,
        )  # imports NumPy, which help does not need

        if isinstance(value, float):
            return value
        try:
            seconds = parse_duration_s(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        if seconds <= 0:
            self.fail(f"{value!r} is no time at all.", param, ctx)
        return seconds
