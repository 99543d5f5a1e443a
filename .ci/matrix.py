"""`./run matrix`: the tests on each supported pair of Wagtail and Django, by nox.

Not a part of CI: each session makes an environment of its own and runs for as long as CI does.
"""

import argparse
import os
import shutil
import subprocess
import sys

from environment import CONSTRAINTS
from system import ROOT, Failed, pip_wheel, run, step, works

NOX_VENV = ROOT / ".nox" / "nox"
NOX = NOX_VENV / "bin" / "nox"


def matrix(options: argparse.Namespace, rest: list[str]) -> int:
    if not works(NOX, "--version"):
        install_nox()
    return subprocess.call([NOX, *rest], cwd=ROOT, env={**os.environ, **pyenv()})


def install_nox() -> None:
    """In an environment of its own, because those of the sessions are not made of ours."""
    wheel = pip_wheel()
    if not wheel:
        raise Failed("Without pip this cannot go on: ./run test installs it.")
    python = NOX_VENV / "bin" / "python"
    with step("Installing nox"):
        base = getattr(sys, "_base_executable", sys.executable)
        run(base, "-m", "venv", "--clear", "--without-pip", NOX_VENV)
        run(python, wheel / "pip", "install", "--quiet", "--no-input", "-c", CONSTRAINTS, "nox")


def pyenv() -> dict[str, str]:
    """pyenv's commands for interpreters answer only for those that are chosen: here, for all. The
    one that runs this is chosen by then, where it is pyenv's."""
    if not shutil.which("pyenv"):
        return {}
    return {"PYENV_VERSION": ":".join(run("pyenv", "versions", "--bare").split())}
