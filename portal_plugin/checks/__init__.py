"""System checks: every wrong or half-done setting, with its cause and what to do about it.

``manage.py check`` runs those that only read settings, ``--deploy`` adds what matters in production
alone, ``--database default`` adds what has to ask the database. ``manage.py check --tag
portal_plugin`` runs ours and no others. Ids are never used twice, and never given a new meaning.
"""

from . import (
    addresses,
    base_template,
    extending,
    mail,
    project,
    server,
    shops,
    storage,
    stripe,
    stripe_keys,
    uploads,
)

__all__ = [
    "addresses",
    "base_template",
    "extending",
    "mail",
    "project",
    "server",
    "shops",
    "storage",
    "stripe",
    "stripe_keys",
    "uploads",
]
