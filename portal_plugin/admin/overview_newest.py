"""The newest of what was said and sent: a document may have thousands of messages and files."""

from . import overview_files, overview_rows

#: How many of each are shown before all of them are asked for.
LAST = 50


def talk(document, names, *, shows_all=False):
    """The part of the overview's context about messages and files."""
    most = None if shows_all else LAST + 1
    said = overview_rows.said_rows(document, names, most)
    attachments = overview_files.attachments(document, most)
    return {
        "said": said if shows_all else said[-LAST:],
        "has_more_said": not shows_all and len(said) > LAST,
        "attachments": attachments if shows_all else attachments[:LAST],
        "has_more_files": not shows_all and len(attachments) > LAST,
    }
