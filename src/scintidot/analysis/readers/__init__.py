"""Readers of instruments' files behind one registry that recognises the format by its content."""

from __future__ import annotations

from scintidot.analysis.readers.patterns import expanded
from scintidot.analysis.readers.registry import Contents, Given, Reader, Source, read, readers

__all__ = ["Contents", "Given", "Reader", "Source", "expanded", "read", "readers"]
