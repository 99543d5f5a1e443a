"""The files behind `./run` are no package: they are found beside each other in `.ci`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

from system import postgres_programs  # noqa: E402

# Where no server is installed, `./run test --db postgres` says so or fails by itself.
collect_ignore = [] if postgres_programs() else ["test_postgres.py"]
