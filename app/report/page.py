"""The page: the template filled in."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fasciscope.app.failure import printable
from fasciscope.app.report.view import view_of
from fasciscope.app.session import Session

HERE = Path(__file__).parent


def _visible(value: object) -> object:
    """Text without control and direction characters; markup of our own as it is."""
    return printable(value) if type(value) is str else value


def report_html(session: Session) -> str:
    """The page as text. Everything that came with the recording is escaped."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup((HERE / "report.css").read_text(encoding="utf-8"))  # noqa: S704  our own file
    return environment.get_template("report.html").render(view=view_of(session), style=style)
