"""What a person, or a machine, sees of a session while it happens."""

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import click

from fasciscope.app.failure import printable
from fasciscope.app.live import Status
from fasciscope.core import Announcement, Event, Label, Sighting, StreamInfo

PLAIN_S = 10.0
"""Without a terminal a status line so often."""
SHOWN = (Label.FASCICULATION, Label.CRAMP, Label.VOLUNTARY, Label.REPETITIVE)


class LiveView:
    """Events as lines on stdout; the status as one line that stays on a terminal's stderr.

    `as_json` gives JSON lines of both on stdout. `folder` is where the disk's room is looked at.
    """

    def __init__(self, info: StreamInfo, folder: Path | None, *, as_json: bool) -> None:
        self._info = info
        self._folder = folder
        self._as_json = as_json
        self._on_terminal = sys.stderr.isatty() and not as_json
        self._plain_due_s = 0.0
        self._untold = ""  # the newest status, without a terminal
        self._drawn = False
        self._announced: set[tuple[int, int]] = set()  # channel and start of what awaits its event

    def sighting(self, sighting: Sighting) -> None:
        """Tell a potential that was just seen and is not judged yet."""
        at_s = sighting.peak_sample / self._info.rate_hz
        channel = self._info.channels[sighting.channel].name
        if self._as_json:
            told = {"type": "sighting", "peak_s": at_s, "channel": channel}
            self._line({**told, "strength": sighting.statistic})
        elif self._on_terminal:
            self._clear()
            click.secho(printable(f"{clock_text(at_s)} seen: {channel}"), dim=True)

    def announcement(self, announcement: Announcement) -> None:
        """Tell what activity that lasts seems to be; its event answers it."""
        self._announced.add((announcement.channel, announcement.start_sample))
        if self._as_json:
            self._line({"type": "announcement", **self._announcement(announcement)})
        else:
            self._clear()
            click.echo(printable(self._so_far(announcement)))

    def event(self, event: Event) -> None:
        """Tell an event, and what it says of an announcement."""
        answer = self._answer(event)
        if self._as_json:
            told = {"announcement": answer} if answer else {}
            self._line({"type": "event", **self._event(event), **told})
        elif event.label in SHOWN or answer:
            self._clear()
            said = f" (announcement {answer})" if answer else ""
            click.echo(printable(self._sentence(event) + said))

    def _answer(self, event: Event) -> str | None:
        """`confirmed` or `withdrawn`, None of an event that was not announced."""
        key = (event.channel, event.start_sample)
        if key not in self._announced or event.end_sample - event.start_sample < self._info.rate_hz:
            return None
        self._announced.discard(key)
        return "confirmed" if event.label is Label.CRAMP else "withdrawn"

    def status(self, status: Status) -> None:
        """Tell where it stands."""
        free = None if self._folder is None else shutil.disk_usage(self._folder).free
        if self._as_json:
            self._line({"type": "status", **asdict(status), "disk_free_bytes": free})
        elif self._on_terminal:
            width = shutil.get_terminal_size().columns - 1
            click.echo(
                "\r\x1b[2K" + status_line(status, self._info, free)[:width], nl=False, err=True
            )
            self._drawn = True
        else:
            self._untold = status_line(status, self._info, free)
            if status.at_s >= self._plain_due_s:
                self._plain_due_s = status.at_s + PLAIN_S
                self._tell_status()

    def notice(self, text: str) -> None:
        """Tell a remark."""
        if self._as_json:
            self._line({"type": "notice", "text": text})
        else:
            self._clear()
            click.echo(printable(f"fasciscope: {text}"), err=True)

    def close(self) -> None:
        """Leave the last status as it is and go on below it."""
        self._tell_status()
        if self._drawn:
            click.echo(err=True)
            self._drawn = False

    def _tell_status(self) -> None:
        if self._untold:
            click.echo(self._untold, err=True)
            self._untold = ""

    def _clear(self) -> None:
        if self._drawn:
            click.echo("\r\x1b[2K", nl=False, err=True)
            self._drawn = False

    def _line(self, values: dict[str, object]) -> None:
        click.echo(json.dumps(values, allow_nan=False))

    def _announcement(self, said: Announcement) -> dict[str, object]:
        rate_hz = self._info.rate_hz
        return {
            "onset_s": said.start_sample / rate_hz,
            "onset_sample": said.start_sample,
            "so_far_s": (said.until_sample - said.start_sample) / rate_hz,
            "seen_s": said.seen_sample / rate_hz,
            "state": said.state,
            "trial_type": str(said.label),
            "channel": self._info.channels[said.channel].name,
            "probability": said.probability,
            "reasons": list(said.reasons),
        }

    def _so_far(self, said: Announcement) -> str:
        """As "0:00:43.2  cramp? EMG1, so far 2.1 s: because ..."."""
        rate_hz = self._info.rate_hz
        lasted = f"{(said.until_sample - said.start_sample) / rate_hz:.1f} s"
        if said.state == "ended":
            what, length = (
                f"now read as {said.label}",
                f"over after {lasted}, the final word follows",
            )
        elif said.label is Label.CRAMP:
            what, length = "cramp?", f"so far {lasted}"
        else:
            what, length = f"no cramp? rather {said.label}", f"so far {lasted}"
        channel = self._info.channels[said.channel].name
        at = clock_text(said.start_sample / rate_hz)
        return f"{at}  {what:<14} {channel}, {length}: because {'; '.join(said.reasons)}"

    def _event(self, event: Event) -> dict[str, object]:
        rate_hz = self._info.rate_hz
        return {
            "onset_s": event.start_sample / rate_hz,
            "onset_sample": event.start_sample,
            "duration_s": (event.end_sample - event.start_sample) / rate_hz,
            "trial_type": str(event.label),
            "channel": self._info.channels[event.channel].name,
            "peak_s": event.peak_sample / rate_hz,
            "amplitude_uv": event.amplitude_uv,
            "snr": event.snr,
            "probability": event.probability,
            "shape": event.shape,
            "flags": list(event.flags),
            "reasons": list(event.reasons),
        }

    def _sentence(self, event: Event) -> str:
        rate_hz = self._info.rate_hz
        lasted_s = (event.end_sample - event.start_sample) / rate_hz
        size = f"{event.snr:.0f} x noise" if event.snr is not None else ""
        if event.amplitude_uv is not None:
            size = f"{event.amplitude_uv:.0f} uV, {size}"
        lasting = f"{1000 * lasted_s:.0f} ms" if lasted_s < 1 else f"{lasted_s:.1f} s"
        channel = self._info.channels[event.channel].name
        return f"{clock_text(event.start_sample / rate_hz)}  {event.label:<14} {channel:<8} {size}, {lasting}"


def status_line(status: Status, info: StreamInfo, free_bytes: int | None) -> str:
    """The status in one line of text, short enough for a small terminal."""
    unit = "uV" if info.channels[0].calibrated else "counts"
    drift = ""
    if status.drift_ppm is not None and status.drift_error_ppm is not None:
        error = max(1, round(2 * status.drift_error_ppm))
        drift = f" {round(status.drift_ppm):+d}±{error} ppm"
    parts = [
        clock_text(status.at_s)[:-2],
        f"{status.rate_hz:.4g} Hz{drift}",
        f"lost {status.lost}" + (f" ({status.lost_percent:.2g} %)" if status.lost else ""),
        f"noise {status.noise:.2g} {unit}" if status.noise is not None else "noise -",
        f"twitches {status.fasciculations}, {status.fasciculations_per_min:.2g}/min",
    ]
    if free_bytes is not None:
        parts.append(f"{free_bytes / 1e9:.3g} GB")
    if not status.connected:
        parts.insert(1, "NOT CONNECTED")
    return " | ".join(parts)


def clock_text(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(seconds, 60.0)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}"
