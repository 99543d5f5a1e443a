"""Running commands, and what a machine must have that pip cannot bring."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class Failed(Exception):
    """A step went wrong; the message is what a person reads."""


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Says what is being done, and then how many seconds it took: two may be done at once."""
    print(f"{text} ...", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(f"{text}: failed", flush=True)
        raise
    print(f"{text}: {time.monotonic() - began:.1f} s", flush=True)


def run(*command: object, env: dict[str, str] | None = None, cwd: Path = ROOT) -> str:
    """The command's output; its last lines are the error where it fails. Nothing may ask."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        raise Failed(f"{' '.join(map(str, command))}\n{tail}")
    return done.stdout


def works(*command: object) -> bool:
    with contextlib.suppress(Failed, OSError):
        run(*command)
        return True
    return False


@dataclass(frozen=True)
class Part:
    """Something of the system that we need, and how Debian calls it."""

    name: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]
    without: str


def pip_wheel() -> Path | None:
    """pip as Python or the distribution brought it; a bare Debian has none at all."""
    folders = [VENV / "pip", Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/nowhere")]
    folders.append(Path("/usr/share/python-wheels"))
    if bundled := importlib.util.find_spec("ensurepip"):
        folders.insert(0, Path(bundled.origin).parent / "_bundled")
    wheels = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
    return wheels[0] if wheels else None


def postgres_programs() -> Path | None:
    """The newest server's folder of programs. Debian keeps them off the PATH."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def has_pango() -> bool:
    return all(map(find_library, ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")))


CERTIFICATES = Part(
    "certificates",
    ("ca-certificates",),
    lambda: not shutil.which("apt-get") or Path("/etc/ssl/certs/ca-certificates.crt").exists(),
    "packages cannot be downloaded over https",
)
PIP = Part(
    "pip", ("python3-pip-whl",), lambda: bool(pip_wheel()), "Python packages cannot be installed"
)
PANGO = Part(
    "Pango",
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"),
    has_pango,
    "no PDFs are made",
)
CHROMIUM = Part(
    "Chromium",
    ("chromium-headless-shell",),
    lambda: any(map(shutil.which, ("chromium-headless-shell", "chromium"))),
    "the browser tests are skipped",
)
POSTGRES = Part(
    "PostgreSQL",
    ("postgresql",),
    lambda: bool(postgres_programs()),
    "nothing is tested on PostgreSQL",
)


def root_prefix() -> list[str] | None:
    """What gives root without asking for a password; None where nothing does."""
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if works("sudo", "-n", "true") else None


def install_parts(parts: Iterable[Part]) -> None:
    """Without the rights, or where apt fails, say what is missing and go on."""
    missing = [part for part in parts if not part.is_there()]
    if not missing:
        return
    packages = [package for part in missing for package in part.packages]
    prefix = root_prefix() if shutil.which("apt-get") else None
    if prefix is not None:
        apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        apt += ["-o", "DPkg::Lock::Timeout=120"]
        try:
            with step(f"Installing {', '.join(part.name for part in missing)}"):
                run(*apt, "update")
                run(*apt, "install", "-y", "--no-install-recommends", *packages)
        except Failed as error:
            print(error)
    for part in missing:
        if not part.is_there():
            print(f"Without {part.name}: {part.without}.")
    if not all(part.is_there() for part in missing):
        print("To have all of it, on Debian, as root:")
        print(f"    apt-get update && apt-get install -y {' '.join(packages)}", flush=True)
