"""Base of the sections of a card, and the kinds of numbers in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scintidot.materials.fields import In
from scintidot.provenance import Quantity

Length = Annotated[Quantity, In("nm", above=0)]
ExactLength = Annotated[Quantity, In("nm", above=0, banded=False)]
Energy = Annotated[Quantity, In("eV", at_least=0)]
Time = Annotated[Quantity, In("ps", above=0)]
Density = Annotated[Quantity, In("g/cm3", at_least=0)]
Positive = Annotated[Quantity, In("1", above=0)]
Fraction = Annotated[Quantity, In("1", at_least=0, at_most=1)]
PositiveEnergy = Annotated[Quantity, In("eV", above=0)]
SignedEnergy = Annotated[Quantity, In("eV")]
Velocity = Annotated[Quantity, In("nm/ps", above=0)]
Wavevector = Annotated[Quantity, In("1/nm", above=0)]
AtLeastOne = Annotated[Quantity, In("1", at_least=1)]


class Section(BaseModel):
    """Base of the parts of a card: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
