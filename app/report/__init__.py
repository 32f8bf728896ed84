"""The report: one self-contained HTML page, no script, no request; reads on a screen and on paper.

In: a Session. Out: `report_html`, the page as text.
"""

from fasciscope.app.report.page import report_html

__all__ = ["report_html"]
