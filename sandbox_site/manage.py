#!/usr/bin/env python
"""Django's command line for the sandbox site; runs from any folder."""

import os
import sys
from pathlib import Path


def main() -> None:
    # `python sandbox_site/manage.py` puts sandbox_site/ on the path, not its parent.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
