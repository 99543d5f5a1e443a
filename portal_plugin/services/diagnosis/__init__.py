"""Try everything that the portal needs once, for real, and say what is wrong."""

from .examining import examine
from .findings import Finding, Level, worst_first

__all__ = ["Finding", "Level", "examine", "worst_first"]
