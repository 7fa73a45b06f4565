"""Names of the components of the page."""

from __future__ import annotations

SEARCH, KIND, CHOSEN, COMPARE, VIEW, DROP, SAID, CHANGED = (
    "materials-search", "materials-kind", "materials-chosen", "materials-compare", "materials-view",
    "materials-drop", "materials-said", "materials-changed",
)  # fmt: skip
EDIT, AGAIN, CLOSE, EDITOR, FORM, TEXT, CHECK, SAVE, SENT, USE = (
    "materials-edit", "materials-again", "materials-close", "materials-editor", "materials-form", "materials-text",
    "materials-check", "materials-save", "materials-sent", "materials-use",
)  # fmt: skip
FAULTY = "materials-faulty"
"""Store: key and sentence of what the check found."""
NUMBER, FAULT = "materials-number", "materials-fault"
"""Types of components that there are several of: parts of a number, what is wrong with it."""
