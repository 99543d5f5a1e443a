"""What spreadsheet programs would take for a formula: guarded on its way out, bare inside."""

import re

from .letters import writable

#: What spreadsheet programs take for the beginning of a formula (OWASP, CSV injection), also in the
#: full width of East Asian keyboards.
BEGINS = "=+\\-@＝＋－＠"
DANGEROUS = re.compile(rf"\A(?= *[\t\r\n{BEGINS}])")
#: Where the program's cells end at semicolons, one in the middle of a text begins the next cell,
#: and so does a line or a tab: our quotes stand behind a comma and do not hold them together there.
WITHIN = re.compile(rf"(?<=[\s\S][;\t\r\n])(?= *[{BEGINS}])")
GUARDED = re.compile(rf"\A'(?= *[\t\r\n{BEGINS}])|(?<=[\s\S][;\t\r\n])'(?= *[{BEGINS}])")


def harmless(value):
    """Text that would be read as a formula gets an apostrophe before it; numbers stay numbers. What
    cannot be written is left out, because one such letter would keep all rows from being had."""
    if isinstance(value, str):
        return DANGEROUS.sub("'", WITHIN.sub("'", writable(value)))
    return value


def without_guard(text: str) -> str:
    """What ``harmless`` was given, so that an export that comes back is what it was."""
    return GUARDED.sub("", text)
