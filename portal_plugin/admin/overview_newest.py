"""A page of what was said and sent: a document may have thousands of messages and files.

The newest are shown first of all. Somebody who writes meanwhile only makes one of them show twice.
"""

from ..addresses import skipped
from . import overview_files, overview_said

#: How many of each are on one page of the overview.
LAST = 50


def talk(document, names, query):
    """The part of the overview's context about messages and files; the address says how many newer
    ones to leave out (``?skip=50``, ``?files=50``)."""
    skip, skip_files = (skipped(query.get(name, "")) for name in ("skip", "files"))
    said = overview_said.said_rows(document, names, skip, LAST + 1)
    part = slice(skip_files, skip_files + LAST + 1)
    attachments = overview_files.attachments(document, part)
    return {
        "said": said[-LAST:],
        "said_newer": skip,
        "said_earlier": skip + LAST if len(said) > LAST else 0,
        "attachments": attachments[:LAST],
        "files_newer": skip_files,
        "files_earlier": skip_files + LAST if len(attachments) > LAST else 0,
    }
