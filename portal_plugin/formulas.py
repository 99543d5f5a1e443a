"""What spreadsheet programs would take for a formula: guarded on its way out, bare inside."""

#: What spreadsheet programs take for the beginning of a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value):
    """Text that would be read as a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(DANGEROUS):
        return f"'{value}"
    return value


def without_guard(text: str) -> str:
    """What ``harmless`` was given, so that an export that comes back is what it was."""
    if text.startswith("'") and text[1:].lstrip(" ").startswith(DANGEROUS):
        return text[1:]
    return text
