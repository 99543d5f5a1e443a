"""The code blocks of a Markdown file, so that what the documentation says is what is run."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    text: str


def blocks(name: str, heading: str) -> list[Block]:
    """Those below the one heading of ROOT/name that begins so, up to the next heading."""
    text = (ROOT / name).read_text()
    # Comments inside a block are no headings.
    outside = _FENCE.sub(lambda match: " " * len(match[0]), text)
    found = list(_HEADING.finditer(outside))
    (index,) = (n for n, match in enumerate(found) if match[1].startswith(heading))
    end = found[index + 1].start() if index + 1 < len(found) else len(text)
    return [Block(*match.groups()) for match in _FENCE.finditer(text[found[index].end() : end])]


def block(name: str, heading: str, language: str, number: int = 0) -> str:
    return [b.text for b in blocks(name, heading) if b.language == language][number]
