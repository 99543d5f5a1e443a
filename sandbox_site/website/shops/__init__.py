"""The two shops as `sandbox_setup` writes them: brand and pages. Both are made up."""

from .blattwerk import BLATTWERK
from .northline import NORTHLINE

SHOPS = [NORTHLINE, BLATTWERK]

__all__ = ["BLATTWERK", "NORTHLINE", "SHOPS"]
