"""The Python environment in `.venv`, made once and again only when its sources change."""

import contextlib
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
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
    root_prefix,
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


def download_pip() -> None:
    """Debian's pip, which a user without rights may download but not install."""
    with tempfile.TemporaryDirectory() as temporary, contextlib.suppress(Failed, OSError):
        run("apt-get", "-qq", "download", *PIP.packages, cwd=Path(temporary))
        (package,) = Path(temporary).glob("*.deb")
        run("dpkg-deb", "-x", package, temporary)
        (VENV / "pip").mkdir(exist_ok=True)
        for wheel in Path(temporary).glob("usr/share/python-wheels/pip-*.whl"):
            shutil.copy(wheel, VENV / "pip")


def make_venv() -> None:
    """Without pip, because Debian cuts out of its Python what would bring it."""
    if read_stamp(VENV).get("interpreter") != stamp()["interpreter"]:
        base = getattr(sys, "_base_executable", sys.executable)
        if VENV.is_symlink():
            VENV.unlink()  # the environment of another checkout is not ours to empty
        run(base, "-m", "venv", "--clear", "--without-pip", VENV)


def install_python_packages(extras: Iterable[str]) -> None:
    """The pip that was found brings the one of ours, which takes half as long as Debian's to find
    out what to install; both work with whatever the user set up for pip. What is never imported is
    not compiled either."""
    wheel = pip_wheel()
    if not wheel:
        raise Failed("Without pip this cannot go on.")
    options = ("--quiet", "--no-input", "--no-compile", "--disable-pip-version-check")
    options += ("-c", CONSTRAINTS)
    with step(f"Installing Python packages into {VENV.name}"):
        run(PYTHON, wheel / "pip", "install", *options, "pip")
        run(PYTHON, "-m", "pip", "install", *options, "-e", f".[{','.join(extras)}]")
    installed = {**stamp(), "extras": list(extras)}
    (VENV / "installed.json").write_text(json.dumps(installed, indent=2))


def set_up(extras: Iterable[str], *parts: Part) -> None:
    if is_installed(VENV, stamp(), extras):
        install_parts(parts)
        return
    make_venv()
    if not pip_wheel() and root_prefix() is None:
        download_pip()
    install_parts((CERTIFICATES, PIP))
    with ThreadPoolExecutor() as pool:  # pip needs nothing of what apt brings
        system = pool.submit(install_parts, parts)
        install_python_packages(extras)
        system.result()
