"""What came of something that staff did."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """``message`` is a sentence for the page, ``place`` an anchor on it. ``link`` is shown once;
    ``go_to`` is another document, to be shown in place of this one."""

    message: str
    place: str = ""
    link: str = ""
    go_to: Any = None
