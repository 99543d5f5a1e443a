"""`./run test`: the tests on SQLite and PostgreSQL, and what they had to skip."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from environment import TEST_EXTRAS, set_up
from system import (
    CHROMIUM,
    PANGO,
    POSTGRES,
    PYTHON,
    ROOT,
    Failed,
    postgres_programs,
    run,
    step,
    works,
)

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
#: Without what the tests try as well.
CHECK = (sys.executable, ROOT / ".ci" / "project.py", "check", "--after-tests")
#: What SQLite's tests show as well, where those run beside.
HEARD = ("-m", "not said_elsewhere or says_it_first")
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
    # No power cut is to be survived, and nobody copies what is written.
    settings += " -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0"
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


class Program:
    """Runs until the block ends. One that runs aside takes what the others leave of the machine, so
    that they end together; what it says is shown by `finish`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        env: dict[str, str] | None = None,
        aside: bool = False,
    ) -> None:
        self.command, self.env, self.aside = command, env, aside

    def __enter__(self) -> "Program":
        self.said = tempfile.TemporaryFile("w+") if self.aside else None
        # At 3 PostgreSQL's tests end half way, and the browsers alone leave a tenth unused.
        first = ("nice", "-n", "5") if self.aside else ()
        self.process = subprocess.Popen(
            (*first, *self.command),
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL if self.aside else None,
            stdout=self.said,
            stderr=self.said,
        )
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()
        if self.said:
            self.said.close()

    def finish(self, heading: str = "") -> int:
        """Waits for its exit code, and returns it."""
        code = self.process.wait()
        if self.said:
            self.said.seek(0)
            print(f"\n{heading}{self.said.read()}", end="", flush=True)
        return code


def named(arguments: Sequence[str]) -> bool:
    """Whether somebody says which tests they want."""
    return any((ROOT / argument.split("::")[0]).exists() for argument in arguments)


class DatabaseTests:
    """Those of one database. The end of the block ends what still runs of them."""

    def __init__(self, database: str, arguments: list[str], env: dict[str, str]) -> None:
        self.database, self.arguments = database, arguments
        self.env = {**os.environ, "PORTAL_TEST_DB": database, **env}
        # What one process compiled, those that the tests start find.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.program: Program | None = None

    def __enter__(self) -> "DatabaseTests":
        self.block = contextlib.ExitStack()
        folder = self.block.enter_context(tempfile.TemporaryDirectory())
        self.junit = Path(folder) / "junit.xml"
        return self

    def __exit__(self, *error: object) -> None:
        self.block.close()

    def start(self, workers: int, aside: bool = False) -> None:
        folders = POSTGRES_TESTS if self.database == "postgres" else ("tests",)
        # One needs nobody who gives out the work.
        processes = str(workers if workers > 1 else 0)
        options = ("-q", "-n", processes, f"--junitxml={self.junit}")
        folders = () if named(self.arguments) else folders
        command = (PYTHON, "-m", "pytest", *options, *folders, *self.arguments)
        print(f"\nTests on {self.database}{', aside' if aside else ''}", flush=True)
        self.program = self.block.enter_context(Program(command, self.env, aside))

    def finish(self, strict: bool) -> list[str]:
        """Waits for them, and returns the closing lines; the first begins with "ok" or "FAILED"."""
        code = self.program.finish(f"Tests on {self.database}\n")
        if not self.junit.exists():
            return [f"FAILED {self.database}: pytest ended with {code} and without a report"]
        report = Report.read(self.junit)
        forbidden = report.forbidden_skips if strict else ()
        lines = [f"{'FAILED' if code or forbidden else 'ok'} {self.database}: {report}"]
        lines += [f"  not to be skipped: {test}: {reason}" for test, reason in forbidden]
        reasons = Counter(reason for _, reason in report.skipped)
        return lines + [f"  {count} skipped: {reason}" for reason, count in reasons.most_common()]


def compile_once() -> None:
    """Several processes that find nothing compiled would each compile everything, at once."""
    if not (ROOT / "tests" / "__pycache__").exists():
        with step("Compiling"), contextlib.suppress(Failed):  # the tests say what is wrong
            collect = ("-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", "tests")
            run(PYTHON, *collect, env={"PYTHONDONTWRITEBYTECODE": ""})


def test(options: argparse.Namespace, rest: list[str]) -> int:
    """Both databases side by side: the browser's tests wait more than they compute. The longer
    forms measure: they come one after the other."""
    wants_postgres = options.db in ("postgres", "all")
    set_up(TEST_EXTRAS, PANGO, CHROMIUM, *((POSTGRES,) if wants_postgres else ()))
    length = {"PORTAL_LONG": "1", "PYTEST_TIMEOUT": "0"} if options.long else {}
    rest = [*LONG_TESTS, *rest] if options.long else rest
    workers = os.cpu_count() or 2
    closing, wanted = [], []
    with contextlib.ExitStack() as running:
        checks = running.enter_context(Program(CHECK, aside=True)) if options.check else None
        if options.db in ("sqlite", "all"):
            wanted.append(running.enter_context(DatabaseTests("sqlite", rest, length)))
        if wants_postgres and POSTGRES.is_there():
            env = length | running.enter_context(postgres())
            heard = HEARD if wanted and not named(rest) else ()
            wanted.append(running.enter_context(DatabaseTests("postgres", [*heard, *rest], env)))
        if len(wanted) == 2 and not options.long:
            if not named(rest):
                compile_once()
            wanted[1].start(max(1, workers // 2), aside=True)
        for tests in wanted:
            if not tests.program:
                tests.start(workers)
            closing += tests.finish(options.strict)
        if checks and checks.finish():
            closing.append("FAILED checks")
    if wants_postgres and not POSTGRES.is_there():
        verdict = "FAILED" if options.strict else "skipped"
        closing.append(f"{verdict} postgres: PostgreSQL is not installed")
    print("\n" + "\n".join(closing), flush=True)
    return int(any(line.startswith("FAILED") for line in closing))
