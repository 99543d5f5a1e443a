#!/usr/bin/env python3
"""Sets this checkout up and runs it: the demo, the tests, the benchmark, the checks.

Standard library only, here and in the files beside it, because it runs before anything is
installed; `run` finds a Python for it.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

from demo import demo
from environment import TEST_EXTRAS, set_up
from matrix import matrix
from system import PANGO, POSTGRES, PYTHON, ROOT, VENV, Failed, run
from testing import postgres, test


def bench(options: argparse.Namespace, rest: list[str]) -> int:
    wants_postgres = "--admin" in rest and "postgres" in rest
    set_up(TEST_EXTRAS, PANGO, *((POSTGRES,) if wants_postgres else ()))
    named = {"--admin": "tests.bench_admin", "--files": "tests.bench_files"}
    module = next((named[name] for name in named if name in rest), "tests.bench")
    with postgres() if wants_postgres else nullcontext({}) as env:
        return subprocess.call([PYTHON, "-m", module, *rest], cwd=ROOT, env={**os.environ, **env})


# Programs of the environment, the slow ones first. They are called by their scripts: not each of
# them answers to `-m`, and a module without a main part would end well without having looked.
CHECKS = {
    "mypy": "mypy",
    "wheel, sdist": "pytest -q tests/packaging/test_archives.py",
    ".mo": "pytest -q tests/packaging/test_catalogs.py",
    "import floors": "lint-imports --config setup.cfg",
    "migrations": "django-admin makemigrations --check --dry-run --settings tests.settings",
    "djhtml": "djhtml --check --tabwidth 2 portal_plugin/templates templates",
    "ruff": "ruff check .",
    "ruff format": "ruff format --check .",
}
#: Which of them `./run test` runs, too.
TESTED = ("wheel, sdist", ".mo")


def check(options: argparse.Namespace, rest: list[str]) -> int:
    """As many side by side as there are processors."""
    set_up(TEST_EXTRAS)
    names = [name for name in CHECKS if not (options.after_tests and name in TESTED)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        holds = dict(zip(names, pool.map(_holds, names), strict=True))
    failures = [name for name in names if not holds[name]]
    print(f"FAILED: {', '.join(failures)}" if failures else "All checks passed.")
    return int(bool(failures))


def _holds(name: str) -> bool:
    program, *arguments = CHECKS[name].split()
    began = time.monotonic()
    try:
        run(VENV / "bin" / program, *arguments, env={"PYTHONPATH": str(ROOT)})
    except Failed as error:
        print(f"{name} ... failed\n{error}", flush=True)
        return False
    print(f"{name} ... {time.monotonic() - began:.1f} s", flush=True)
    return True


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="./run", allow_abbrev=False, description=__doc__.splitlines()[0]
    )
    commands = parser.add_subparsers(required=True, metavar="demo | test | bench | check | matrix")
    for command, about in (
        (demo, "set everything up and serve the sandbox site"),
        (test, "run the tests; what is not known here goes to pytest"),
        (bench, "print speed ratios"),
        (check, "lint, types, imports, migrations, packages"),
        (matrix, "run the tests on each supported Wagtail and Django; the rest goes to nox"),
    ):
        commands.add_parser(command.__name__, help=about, allow_abbrev=False).set_defaults(
            command=command
        )
    demo_parser, test_parser, check_parser = map(commands.choices.get, ("demo", "test", "check"))
    check_parser.add_argument(
        "--after-tests", action="store_true", help="leave out what the tests have tried as well"
    )
    demo_parser.add_argument("--port", type=int, default=8000)
    demo_parser.add_argument("--data", type=Path, default=ROOT / ".demo", help="default: .demo")
    demo_parser.add_argument("--reset", action="store_true", help="begin with new sample data")
    test_parser.add_argument("--strict", action="store_true", help="fail instead of skipping")
    test_parser.add_argument(
        "--long",
        action="store_true",
        help="only the tests that have a longer form, in that; it takes hours",
    )
    test_parser.add_argument("--check", action="store_true", help="the checks beside them")
    test_parser.add_argument("--db", choices=("sqlite", "postgres", "all"), default="all")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command in (demo, check):
        parser.error(f"unknown: {' '.join(rest)}")
    return options, rest


def ended(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    # Ending us in any way must end the servers too, and that happens in `finally` blocks.
    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGHUP, ended)
    options, rest = parse(sys.argv[1:])
    try:
        return options.command(options, rest)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
