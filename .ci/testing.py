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
POSTGRES_TESTS = ("tests/models", "tests/services", "tests/actions", "tests/races", "tests/long")
#: They wait for pip or a browser half of their time; the longest first.
WAITING_TESTS = ("tests/install", "tests/browser")
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
    settings = f"-F -k {folder} -c listen_addresses= -c max_connections=300"
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


@dataclass(frozen=True)
class Part:
    """One call of pytest: its database and what is handed to it."""

    database: str
    arguments: tuple[str, ...]

    @contextlib.contextmanager
    def started(self, env: dict[str, str], folder: Path, shown: bool) -> Iterator[subprocess.Popen]:
        """It leaves its report in ``folder`` and, where it is not shown, what it printed."""
        env = {**os.environ, "PORTAL_TEST_DB": self.database, **env}
        workers = str(os.cpu_count() or 2)
        command = (PYTHON, "-m", "pytest", "-q", "-n", workers, f"--junitxml={folder / 'junit'}")
        command += self.arguments
        with (folder / "output").open("wb") as file:
            output = None if shown else file
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
            try:
                yield process
            finally:
                process.terminate()
                process.wait()

    def closing(self, code: int, folder: Path, strict: bool) -> list[str]:
        """The first of these lines begins with "ok" or "FAILED"."""
        junit = folder / "junit"
        if not junit.exists():
            return [f"FAILED {self.database}: pytest ended with {code} and without a report"]
        report = Report.read(junit)
        forbidden = report.forbidden_skips if strict else ()
        lines = [f"{'FAILED' if code or forbidden else 'ok'} {self.database}: {report}"]
        lines += [f"  not to be skipped: {test}: {reason}" for test, reason in forbidden]
        reasons = Counter(reason for _, reason in report.skipped)
        return lines + [f"  {count} skipped: {reason}" for reason, count in reasons.most_common()]


def plan(databases: tuple[str, ...], rest: list[str]) -> list[tuple[Part, ...]]:
    """What runs one after another; the parts of one row run side by side. Browsers and pip leave
    half of a machine idle, and PostgreSQL's tests fill it."""
    named = any((ROOT / argument.split("::")[0]).exists() for argument in rest)
    whole = {
        "sqlite": Part("sqlite", tuple(rest if named else ("tests", *rest))),
        "postgres": Part("postgres", tuple(rest if named else (*POSTGRES_TESTS, *rest))),
    }
    if rest or len(databases) < 2:
        return [(whole[database],) for database in databases]
    apart = tuple(f"--ignore={folder}" for folder in WAITING_TESTS)
    return [
        (Part("sqlite", ("tests", *apart)),),
        (Part("sqlite", WAITING_TESTS), whole["postgres"]),
    ]


def side_by_side(parts: tuple[Part, ...], env: dict[str, str], strict: bool) -> list[str]:
    """Runs them and returns their closing lines. The first is seen as it goes, the others' output
    when they are done."""
    print(f"\nTests on {' and '.join(part.database for part in parts)}", flush=True)
    closing = []
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as stack:
        running = []
        for number, part in enumerate(parts):
            folder = Path(temporary, str(number))
            folder.mkdir()
            process = stack.enter_context(part.started(env, folder, shown=not number))
            running.append((part, folder, process))
        for part, folder, process in running:
            code = process.wait()
            if printed := (folder / "output").read_text(errors="replace"):
                print(f"\nTests on {part.database}, which ran beside:\n{printed}", flush=True)
            closing += part.closing(code, folder, strict)
    return closing


def test(options: argparse.Namespace, rest: list[str]) -> int:
    wants_postgres = options.db in ("postgres", "all")
    set_up(TEST_EXTRAS, PANGO, CHROMIUM, *((POSTGRES,) if wants_postgres else ()))
    env = {"PORTAL_LONG": "1"} if options.long else {}
    rest = [*LONG_TESTS, *rest] if options.long else rest
    has_postgres = wants_postgres and POSTGRES.is_there()
    databases = ("sqlite",) * (options.db != "postgres") + ("postgres",) * has_postgres
    closing = []
    with postgres() if has_postgres else contextlib.nullcontext({}) as server:
        for parts in plan(databases, rest):
            closing += side_by_side(parts, env | server, options.strict)
    if wants_postgres and not has_postgres:
        verdict = "FAILED" if options.strict else "skipped"
        closing.append(f"{verdict} postgres: PostgreSQL is not installed")
    print("\n" + "\n".join(closing), flush=True)
    return int(any(line.startswith("FAILED") for line in closing))
