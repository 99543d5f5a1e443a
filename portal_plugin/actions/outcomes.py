"""What an action ended with. Nothing here knows HTTP; the one view turns it into an answer."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Done:
    """It is done; ``message`` says so in a whole sentence, ``document`` is where to go on."""

    message: str
    document: Any = None


@dataclass(frozen=True)
class GoTo:
    """Go on elsewhere: a hosted payment page."""

    url: str


@dataclass(frozen=True)
class Data:
    """Facts for a script in the page; ``facts`` is plain JSON."""

    facts: dict[str, Any] = field(default_factory=dict)
