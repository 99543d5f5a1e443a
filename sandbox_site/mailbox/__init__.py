"""Keeps the mails that the sandbox site sends as files, and shows them at /__mail/."""
