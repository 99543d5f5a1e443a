"""`./run test`: the tests on SQLite and PostgreSQL, and what they had to skip."""

import argparse
import contextlib
import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from environment import TEST_EXTRAS, set_up
from system import CHROMIUM, PANGO, POSTGRES, PYTHON, ROOT, postgres_programs, run, step, works

#: What `--long` runs, in full length.
LONG_TESTS = ("tests/long", "tests/browser/test_upload.py")
POSTGRES_TESTS = (
    "tests/models",
    "tests/services",
    "tests/actions",
    "tests/races",
    "tests/long",
    "tests/portal/test_plans.py",
)
# The only tests that may be skipped where nothing may be missing.
ALLOWED_SKIPS = ("needs ../shared", "needs clamd")


@contextlib.contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A throw-away server in a temporary folder, reached by its socket there. PostgreSQL refuses
    to run as root: there it runs as the user of Debian's package."""
    programs, folder = postgres_programs(), Path(tempfile.mkdtemp(prefix="portal-pg-"))
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ("runuser", "-u", "postgres", "--")
    control = (*as_user, programs / "pg_ctl", "-D", folder / "data", "-w")
    settings = f"-F -k {folder} -c listen_addresses= -c max_connections=300 -c jit=off"
    try:
        with step("Starting PostgreSQL"):
            made = ("-D", folder / "data", "-U", "portal", "-A", "trust", "--no-sync")
            made += ("-E", "UTF8", "--locale", "C.UTF-8")
            run(*as_user, programs / "initdb", *made, cwd=folder)
            run(*control, "-l", folder / "log", "-o", settings, "start", cwd=folder)
        yield {"PGHOST": str(folder), "PGPORT": "5432", "PGUSER": "portal"}
    finally:
        works(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Report:
    """What pytest counted, read from its JUnit file. `skipped` holds test and reason."""

    passed: int
    failed: int
    skipped: tuple[tuple[str, str], ...]
    seconds: float

    @classmethod
    def read(cls, path: Path) -> "Report":
        suite = ET.parse(path).getroot().find("testsuite")
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        passed = int(suite.get("tests")) - failed - int(suite.get("skipped"))
        skipped = tuple(
            (f"{case.get('classname')}.{case.get('name')}", found.get("message", ""))
            for case in suite.iter("testcase")
            for found in case.findall("skipped")
            if found.get("type") == "pytest.skip"
        )
        return cls(passed, failed, skipped, float(suite.get("time")))

    @property
    def forbidden_skips(self) -> tuple[tuple[str, str], ...]:
        return tuple(skip for skip in self.skipped if not skip[1].startswith(ALLOWED_SKIPS))

    def __str__(self) -> str:
        counts = ((self.failed, "failed"), (self.passed, "passed"), (len(self.skipped), "skipped"))
        return f"{', '.join(f'{n} {what}' for n, what in counts if n)} in {self.seconds:.2f}s"


def pytest(database: str, arguments: list[str], env: dict[str, str], strict: bool) -> list[str]:
    """Runs the tests and returns the closing lines; the first begins with "ok" or "FAILED"."""
    named = any((ROOT / argument.split("::")[0]).exists() for argument in arguments)
    folders = () if named else POSTGRES_TESTS if database == "postgres" else ("tests",)
    env = {**os.environ, "PORTAL_TEST_DB": database, **env}
    # What one process compiled, those that the tests start find.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    print(f"\nTests on {database}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        junit = Path(temporary) / "junit.xml"
        command = [
            PYTHON,
            "-m",
            "pytest",
            "-q",
            "-n",
            str(os.cpu_count() or 2),
            f"--junitxml={junit}",
        ]
        code = subprocess.call([*command, *folders, *arguments], cwd=ROOT, env=env)
        if not junit.exists():
            return [f"FAILED {database}: pytest ended with {code} and without a report"]
        report = Report.read(junit)
    forbidden = report.forbidden_skips if strict else ()
    lines = [f"{'FAILED' if code or forbidden else 'ok'} {database}: {report}"]
    lines += [f"  not to be skipped: {test}: {reason}" for test, reason in forbidden]
    reasons = Counter(reason for _, reason in report.skipped)
    return lines + [f"  {count} skipped: {reason}" for reason, count in reasons.most_common()]


def test(options: argparse.Namespace, rest: list[str]) -> int:
    wants_postgres = options.db in ("postgres", "all")
    set_up(TEST_EXTRAS, PANGO, CHROMIUM, *((POSTGRES,) if wants_postgres else ()))
    closing = []
    length = {"PORTAL_LONG": "1", "PYTEST_TIMEOUT": "0"} if options.long else {}
    rest = [*LONG_TESTS, *rest] if options.long else rest
    if options.db in ("sqlite", "all"):
        closing += pytest("sqlite", rest, length, options.strict)
    if wants_postgres and POSTGRES.is_there():
        with postgres() as env:
            closing += pytest("postgres", rest, length | env, options.strict)
    elif wants_postgres:
        verdict = "FAILED" if options.strict else "skipped"
        closing.append(f"{verdict} postgres: PostgreSQL is not installed")
    print("\n" + "\n".join(closing), flush=True)
    return int(any(line.startswith("FAILED") for line in closing))
