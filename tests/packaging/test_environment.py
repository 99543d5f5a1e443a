import json
import sys

import pytest

import system
from environment import is_installed, stamp
from system import PANGO, Part, install_parts

SOURCES = ("setup.cfg", "pyproject.toml", ".ci/constraints.txt")


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / ".ci").mkdir()
    for name in SOURCES:
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def venv(checkout):
    """An environment that says it was made from `checkout` with two extras."""
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    made = {**stamp(checkout), "extras": ["all", "test"]}
    (venv / "installed.json").write_text(json.dumps(made))
    return venv


def test_unchanged_environment_is_kept(checkout, venv):
    assert is_installed(venv, stamp(checkout), ("all",))


@pytest.mark.parametrize("name", SOURCES)
def test_change_of_a_source_asks_for_pip(checkout, venv, name):
    (checkout / name).write_text("changed")
    assert not is_installed(venv, stamp(checkout), ("all",))


def test_further_extra_asks_for_pip(checkout, venv):
    assert not is_installed(venv, stamp(checkout), ("all", "dev"))


def test_moved_checkout_asks_for_pip(checkout, venv, tmp_path_factory):
    moved = checkout.rename(tmp_path_factory.mktemp("elsewhere") / "moved")
    assert not is_installed(moved / ".venv", stamp(moved), ("all",))


def test_environment_whose_python_went_away_is_made_anew(checkout, venv):
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(checkout / "gone")
    assert not is_installed(venv, stamp(checkout), ("all",))


def test_half_written_stamp_counts_as_none(checkout, venv):
    (venv / "installed.json").write_text('{"interp')
    assert not is_installed(venv, stamp(checkout), ("all",))


def test_without_rights_the_apt_line_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(system, "root_prefix", lambda: None)
    install_parts([Part("Sundial", ("sundial", "gnomon"), lambda: False, "no shade is measured")])
    told = capsys.readouterr().out
    assert "Without Sundial: no shade is measured." in told
    assert "apt-get update && apt-get install -y sundial gnomon" in told


def test_part_that_is_there_is_not_mentioned(capsys):
    install_parts([Part("Sundial", ("sundial",), lambda: True, "no shade is measured")])
    assert capsys.readouterr().out == ""


def test_pango_is_seen_where_weasyprint_works():
    try:
        import weasyprint  # noqa: F401
    except OSError:
        assert not PANGO.is_there()
    else:
        assert PANGO.is_there()
