import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Folder with the sdist and the wheel made from it, as an index would get them."""
    folder = tmp_path_factory.mktemp("archives")
    shutil.copytree(ROOT, folder / "tree", ignore=NOT_COPIED)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist"]
    done = subprocess.run([*command, folder / "tree"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


@pytest.fixture(scope="module")
def in_wheel(archives):
    (wheel,) = archives.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def in_sdist(archives):
    (sdist,) = archives.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


@pytest.fixture(scope="module")
def in_tree():
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / "portal_plugin").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_wheel_holds_every_file_of_the_plugin_and_nothing_else(in_wheel, in_tree):
    assert {name for name in in_wheel if ".dist-info/" not in name} == in_tree


def test_sdist_holds_every_file_of_the_plugin(in_sdist, in_tree):
    assert in_tree <= in_sdist


def test_sdist_holds_nothing_of_tests_and_sandbox(in_sdist):
    folders = {name.split("/")[0] for name in in_sdist if "/" in name}
    assert folders == {"portal_plugin", "wagtail_customer_portal.egg-info"}


def test_wheel_names_the_licence_and_brings_it(archives, in_wheel):
    (wheel,) = archives.glob("*.whl")
    (metadata,) = (name for name in in_wheel if name.endswith(".dist-info/METADATA"))
    assert "License-Expression: BSD-3-Clause" in zipfile.ZipFile(wheel).read(metadata).decode()
    assert any(name.endswith("/LICENSE") for name in in_wheel)


def test_no_dependency_has_an_upper_bound(archives, in_wheel):
    (wheel,) = archives.glob("*.whl")
    (metadata,) = (name for name in in_wheel if name.endswith(".dist-info/METADATA"))
    lines = zipfile.ZipFile(wheel).read(metadata).decode().splitlines()
    required = [line for line in lines if line.startswith("Requires-")]
    assert len(required) > 4
    assert not [
        line for line in required if "<" in line.split(";")[0] or "==" in line.split(";")[0]
    ]
