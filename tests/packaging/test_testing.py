import subprocess
import sys

import pytest

from testing import Report

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
