"""Names of the components of the page, and what the server remembers of it for a tab."""

from __future__ import annotations

from typing import Any

from scintidot.app.shelf import Dropped, shelf

DROP, KIND, FILES, FORM, SAID = (
    "analyse-drop",
    "analyse-kind",
    "analyse-files",
    "analyse-form",
    "analyse-said",
)
PREVIEW, COMMAND = "analyse-data", "analyse-command"
SHOWN, HINT = "analyse-shown", "analyse-hint"
RUN, CANCEL, PROGRESS, TICK, RESULT = (
    "analyse-run", "analyse-cancel", "analyse-progress", "analyse-tick", "analyse-result",
)  # fmt: skip
CHANGED, ASKED, REFUSED, FINISHED = "analyse-changed", "analyse-asked", "analyse-refused", "analyse-finished"
"""Stores: counts changes of the files; flag -> what is asked for; flag -> why it was refused; the job that is over."""
OPTION, FAULT, GROUP, ROLE, REMOVE = (
    "analyse-option", "analyse-fault", "analyse-group", "analyse-role", "analyse-remove",
)  # fmt: skip
"""Types of components that there are several of."""
EDGE, BASE, MAKE, CARD = (
    "analyse-edge", "analyse-base", "analyse-make", "analyse-card",
)  # fmt: skip


def field(name: str) -> dict[str, str]:
    """The field of an option."""
    return {"type": OPTION, "name": name}


class Memory:
    """What the page remembers of a tab beside its link: roles of files, the analysis, the last job."""

    def __init__(self, tab: str) -> None:
        self.tab = tab
        self._kept: dict[str, Any] = shelf().tab(tab).memory.setdefault("analyse", {"roles": {}, "job": None})

    @property
    def roles(self) -> dict[str, str]:
        """Key of a file -> its role."""
        roles: dict[str, str] = self._kept["roles"]
        return roles

    def files(self) -> dict[str, Dropped]:
        """Key of each file that was dropped on this page -> the file."""
        return {key: file for key, file in shelf().files(self.tab).items() if key in self.roles}

    @property
    def job(self) -> str | None:
        """The last job."""
        name: str | None = self._kept["job"]
        return name

    @job.setter
    def job(self, name: str | None) -> None:
        self._kept["job"] = name
