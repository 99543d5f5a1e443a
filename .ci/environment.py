"""The Python environment in `.venv`, made once and again only when its sources change."""

import contextlib
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from system import (
    CERTIFICATES,
    PIP,
    PYTHON,
    ROOT,
    VENV,
    Failed,
    Part,
    install_parts,
    pip_wheel,
    run,
    step,
)

CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
DEMO_EXTRAS = ("all",)
TEST_EXTRAS = ("all", "test", "dev")


def stamp(root: Path = ROOT) -> dict[str, str]:
    """What an environment was made for and from; where nothing of it changed, pip can rest."""
    sources = (root / name for name in ("setup.cfg", "pyproject.toml", ".ci/constraints.txt"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources))
    interpreter = f"{sys.version_info[:3]} {sys.base_prefix} {root}"
    return {"interpreter": interpreter, "sources": digest.hexdigest()}


def is_installed(venv: Path, now: dict[str, str], extras: Iterable[str]) -> bool:
    before = read_stamp(venv)
    return now.items() <= before.items() and set(extras) <= set(before["extras"])


def read_stamp(venv: Path) -> dict:
    if not (venv / "bin" / "python").exists():
        return {}
    with contextlib.suppress(OSError, ValueError):
        return json.loads((venv / "installed.json").read_text())
    return {}


def download_pip() -> Path | None:
    """Debian's pip without root, which a user may download but not install."""
    folder = VENV / "pip"
    with tempfile.TemporaryDirectory() as temporary, contextlib.suppress(Failed, OSError):
        run("apt-get", "-qq", "download", *PIP.packages, cwd=Path(temporary))
        for package in Path(temporary).glob("*.deb"):
            run("dpkg-deb", "-x", package, temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for wheel in Path(temporary).glob("usr/share/python-wheels/pip-*.whl"):
            shutil.copy(wheel, folder)
    return pip_wheel()


def install_python_packages(extras: Iterable[str]) -> None:
    """A bare Debian's Python can make an environment but has no pip to put into it (Debian cuts
    ensurepip out): pip runs from its own wheel, with whatever the user set up for it."""
    now, before = stamp(), read_stamp(VENV)
    if is_installed(VENV, now, extras):
        return
    with step(f"Installing Python packages into {VENV.name}"):
        if before.get("interpreter") != now["interpreter"]:
            base = getattr(sys, "_base_executable", sys.executable)
            run(base, "-m", "venv", "--clear", "--without-pip", VENV)
        wheel = pip_wheel() or download_pip()
        if not wheel:
            raise Failed(
                f"pip is missing. As root: apt-get update && apt-get install {PIP.packages[0]}"
            )
        options = ("--quiet", "--no-input", "--disable-pip-version-check", "-c", CONSTRAINTS)
        run(PYTHON, wheel / "pip", "install", *options, "-e", f".[{','.join(extras)}]")
    installed = {**now, "extras": list(extras)}
    (VENV / "installed.json").write_text(json.dumps(installed, indent=2))


def set_up(extras: Iterable[str], *parts: Part) -> None:
    fresh = not is_installed(VENV, stamp(), extras)
    install_parts((CERTIFICATES, PIP, *parts) if fresh else parts)
    install_python_packages(extras)
