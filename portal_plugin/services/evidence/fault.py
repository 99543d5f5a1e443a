"""Something that is not what it was."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """``place`` names the row or file, ``reason`` what is wrong with it; for whoever operates."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"
