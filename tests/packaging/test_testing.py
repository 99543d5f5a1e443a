import subprocess
import sys

import pytest

from testing import DatabaseTests, Program, Report

SAMPLE = """
import pytest

def test_passes(): pass
def test_fails(): assert False
def test_allowed(): pytest.skip("needs ../shared/stripe")
def test_allowed_too(): pytest.skip("needs clamd")
def test_forbidden(): pytest.skip("needs a rainy day")
@pytest.mark.xfail
def test_known(): assert False
@pytest.fixture
def broken(): raise OSError
def test_errs(broken): pass
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    (folder / "test_sample.py").write_text(SAMPLE)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "--junitxml=junit.xml"]
    subprocess.run(command, cwd=folder, capture_output=True)
    return Report.read(folder / "junit.xml")


def test_counts(report):
    assert (report.passed, report.failed, len(report.skipped)) == (1, 2, 3)


def test_summary_reads_as_pytests_own(report):
    assert str(report).startswith("2 failed, 1 passed, 3 skipped in ")


def test_only_absent_shared_files_and_clamd_may_skip(report):
    assert report.forbidden_skips == (("test_sample.test_forbidden", "needs a rainy day"),)


@pytest.fixture
def tests(tmp_path):
    """Of a folder that the project's own settings know nothing of."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def tests(text):
        (tmp_path / "test_sample.py").write_text(text)
        arguments = [str(tmp_path), "-c", str(tmp_path / "pytest.ini"), "-p", "no:django", "-n0"]
        return DatabaseTests("sqlite", arguments, {})

    return tests


def test_what_runs_aside_is_shown_when_it_is_waited_for(tests, capfd):
    with tests("def test_it():\n    print('sample')\n    assert False\n") as failing:
        failing.start(1, aside=True)
        failing.program.process.wait()
        assert "sample" not in capfd.readouterr().out
        (line,) = failing.finish(strict=True)
    assert line.startswith("FAILED sqlite: 1 failed in ")
    assert "sample" in capfd.readouterr().out


def test_without_a_report_it_failed(tests):
    with tests("import os\nos._exit(7)\n") as broken:
        broken.start(1, aside=True)
        (line,) = broken.finish(strict=False)
    assert line == "FAILED sqlite: pytest ended with 7 and without a report"


def test_the_blocks_end_ends_what_runs_aside(tests):
    with tests("import time\ntime.sleep(600)\n") as endless:
        endless.start(1, aside=True)
    assert endless.program.process.returncode is not None


def test_a_command_aside_says_its_part_at_the_end_and_how_it_ended(capfd):
    command = [sys.executable, "-c", "print('looked'); raise SystemExit(3)"]
    with Program(command, aside=True) as program:
        program.process.wait()
        assert capfd.readouterr().out == ""
        assert program.finish() == 3
    assert "looked" in capfd.readouterr().out
