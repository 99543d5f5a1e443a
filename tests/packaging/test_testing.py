import subprocess
import sys

import pytest

from testing import POSTGRES_TESTS, WAITING_TESTS, Part, Report, plan, side_by_side

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


def test_what_waits_runs_beside_postgresql_and_nothing_runs_twice():
    first, second = plan(("sqlite", "postgres"), [])
    ignored = tuple(f"--ignore={folder}" for folder in WAITING_TESTS)
    assert first == (Part("sqlite", ("tests", *ignored)),)
    assert second == (Part("sqlite", WAITING_TESTS), Part("postgres", POSTGRES_TESTS))


@pytest.mark.parametrize("rest", [["-k", "a or b"], ["tests/models"]])
def test_what_was_chosen_runs_on_one_database_after_the_other(rest):
    parts = [part for (part,) in plan(("sqlite", "postgres"), rest)]
    assert [part.database for part in parts] == ["sqlite", "postgres"]
    assert all(part.arguments[-len(rest) :] == tuple(rest) for part in parts)


@pytest.fixture
def sample(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def sample(name, text):
        (tmp_path / name).write_text(text)
        return Part("sqlite", (str(tmp_path / name), "-p", "no:django", "-n", "0"))

    return sample


def test_of_two_side_by_side_each_is_told_and_one_failure_counts(sample, capfd):
    good = sample("test_good.py", "def test_passes(): pass")
    bad = sample("test_bad.py", "def test_fails(): assert 1 == 2")
    closing = side_by_side((good, bad), {}, strict=True)
    assert [line.split(":")[0] for line in closing] == ["ok sqlite", "FAILED sqlite"]
    assert "assert 1 == 2" in capfd.readouterr().out


def test_two_side_by_side_run_at_the_same_time(sample, tmp_path):
    """Each waits for what the other leaves behind."""
    waits = """
import pathlib, time
def test_meets():
    here = pathlib.Path(__file__).parent
    (here / "{mine}").touch()
    for _ in range(600):
        if (here / "{other}").exists():
            return
        time.sleep(0.05)
    assert False
"""
    one = sample("test_one.py", waits.format(mine="one", other="two"))
    two = sample("test_two.py", waits.format(mine="two", other="one"))
    closing = side_by_side((one, two), {}, strict=True)
    assert all(line.startswith("ok") for line in closing)
