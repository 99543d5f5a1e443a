"""Whether what a document's history says still holds, and all of it in one file for a stranger."""
