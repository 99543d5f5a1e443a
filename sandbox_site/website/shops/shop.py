from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shop:
    """One Wagtail site: the fields of its brand and of its three pages, by field name."""

    key: str
    hostname: str
    language: str
    is_default: bool
    office_group: str
    brand: dict[str, str]
    home: dict[str, Any]
    services: dict[str, Any]
    contact: dict[str, Any]

    @property
    def logo(self) -> str:
        """Path of the logo below a static files folder."""
        return f"website/logos/{self.key}.svg"


def blocks(kind: str, *values: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Stream field content of one kind of block."""
    return [(kind, value) for value in values]
