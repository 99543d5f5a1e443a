"""The parts of ``./run bench --files``, and what each of them tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``value`` may be at most ``most``, where there is an aim; ``told`` are the figures behind."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    told: str = ""

    @property
    def is_met(self) -> bool:
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        aim = ""
        if self.most is not None:
            aim = f"at most {self.most:g}: {'met' if self.is_met else 'missed'}"
        value = f"{self.value:9.2f} {self.unit}"
        return f"  {self.name:<58}{value:<16}{aim:<22}{self.told}".rstrip()
