"""The shell script, with a PATH that holds only what each test put there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "run"


@pytest.fixture
def path(tmp_path):
    for name in ("dirname", "id"):
        (tmp_path / name).symlink_to(shutil.which(name))
    return tmp_path


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def call(path, *arguments):
    command = ["/bin/sh", RUN, *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True)


def test_without_python_and_apt_the_line_to_type_is_printed(path):
    done = call(path, "demo")
    assert done.returncode == 1
    assert "apt-get update && apt-get install -y python3" in done.stderr


def test_python_that_does_not_run_is_passed_over(path):
    script(path / "python3", "exit 127")
    script(path / "python3.12", f'exec {sys.executable} "$@"')
    done = call(path, "--help")
    assert done.returncode == 0
    assert "demo" in done.stdout


def test_arguments_arrive_as_they_are(path):
    script(path / "python3", '[ "$1" = -c ] || { shift; printf "<%s>" "$@"; }')
    assert call(path, "test", "-k", "a or b").stdout == "<test><-k><a or b>"


def test_python_is_installed_where_apt_may(path):
    script(path / "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    script(path / "env", '[ "$1" = DEBIAN_FRONTEND=noninteractive ] && shift; exec "$@"')
    (path / "true").symlink_to(shutil.which("true"))
    (path / "ln").symlink_to(shutil.which("ln"))
    script(path / "apt-get", f'[ "$1" = update ] || ln -s {sys.executable} {path}/python3')
    done = call(path, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Installing Python ...")
