"""The HTML report of a prediction. The only place, with the app, that draws."""

from scintidot.report.page import write_report

__all__ = ["write_report"]
