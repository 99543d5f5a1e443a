"""How the process that draws is started, what it may do, and how little of it is believed."""

import io
import json
import os
import signal
import subprocess
import sys
import tracemalloc

import pytest

from portal_plugin.gateways import pictures
from portal_plugin.gateways.filetypes import PNG
from tests import samples


def draw():
    return pictures.draw(io.BytesIO(samples.png()), PNG)


def said_by_a_child(script):
    """The words that Python prints when it is started as the child is."""
    found = subprocess.run(
        [pictures.interpreter(), "-c", script],
        env=pictures._environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


def test_the_child_limits_itself_before_it_reads_anything():
    script = (
        "import resource as r\n"
        "from portal_plugin.gateways import preview_child as child\n"
        "child.limit_this_process()\n"
        "limits = r.RLIMIT_CPU, r.RLIMIT_DATA, r.RLIMIT_AS, r.RLIMIT_FSIZE\n"
        "limits += r.RLIMIT_NOFILE, r.RLIMIT_CORE\n"
        "print(*[n for limit in limits for n in r.getrlimit(limit)])\n"
    )
    megabyte = 1024 * 1024
    expected = [5, 512 * megabyte, 1024 * megabyte, 32 * megabyte, 64, 0]
    assert said_by_a_child(script) == [str(limit) for limit in expected for _ in range(2)]


@pytest.mark.parametrize(("before", "after"), [(3, 3), (10, 5)])
def test_no_limit_of_the_site_is_widened_and_one_that_a_system_lacks_stops_no_other(before, after):
    script = (
        "import resource as r\n"
        "from portal_plugin.gateways import preview_child as child\n"
        f"r.setrlimit(r.RLIMIT_CPU, ({before}, {before}))\n"
        "del r.RLIMIT_DATA\n"
        "child.limit_this_process()\n"
        "print(*r.getrlimit(r.RLIMIT_CPU), *r.getrlimit(r.RLIMIT_CORE))\n"
    )
    assert said_by_a_child(script) == [str(after), str(after), "0", "0"]


@pytest.mark.parametrize("error", ["OSError", "ValueError"])
def test_a_limit_that_a_system_does_not_keep_stops_no_other(error):
    script = (
        "import resource as r\n"
        "from portal_plugin.gateways import preview_child as child\n"
        "really = r.setrlimit\n"
        "def setrlimit(kind, limits):\n"
        f"    if kind == r.RLIMIT_CPU: raise {error}\n"
        "    really(kind, limits)\n"
        "r.setrlimit = setrlimit\n"
        "child.limit_this_process()\n"
        "print(*r.getrlimit(r.RLIMIT_NOFILE), *r.getrlimit(r.RLIMIT_CORE))\n"
    )
    assert said_by_a_child(script) == ["64", "64", "0", "0"]


def test_the_child_imports_nothing_of_the_site():
    script = "import sys, portal_plugin.gateways.preview_child\nprint('django' in sys.modules)"
    assert said_by_a_child(script) == ["False"]


def led_astray(path, *commands):
    """A stand-in for the child that answers with a picture of its own, and one of elsewhere."""
    secret = path / "secret"
    secret.write_text("key")
    facts = {"content_type": "image/jpeg", "width": 1, "height": 1}
    answer = {"pages": 1, "warnings": [], "pictures": {"thumb": facts, str(secret): facts}}
    script = path / "python"
    lines = ["#!/bin/sh", 'echo x > "$5/thumb"', f"echo '{json.dumps(answer)}'", *commands]
    script.write_text("\n".join(lines))
    script.chmod(0o700)
    return str(script)


def test_the_child_is_told_no_secret_and_stands_in_an_empty_folder(tmp_path, monkeypatch):
    """A decoder that is led astray finds no passwords, and Python imports nothing from there."""
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    tell = f'exec > {tmp_path}/told; env; echo "in $(pwd)"; echo "for $5"'
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, tell))
    draw()
    told = (tmp_path / "told").read_text()
    assert "PYTHONPATH=" in told
    assert "DATABASE_URL" not in told
    place, folder = (line.split(" ", 1)[1] for line in told.splitlines()[-2:])
    assert place == folder


def test_no_file_is_read_but_the_pictures_that_were_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", led_astray(tmp_path))
    assert list(draw().pictures) == ["thumb"]


@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$", "exec sleep 5"])
def test_of_a_child_that_does_not_end_well_nothing_is_believed(tmp_path, monkeypatch, end):
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, end))
    monkeypatch.setattr(pictures, "WALL_SECONDS", 1)
    assert draw() is None


FOR_EVER = "import portal_plugin.gateways.preview_child as c\nc.limit_this_process()\n"
FOR_EVER += "while True: print('x' * 2**20)"
FLOODS = {
    "answer": "head -c 10000000 /dev/zero",
    "complaint": "head -c 10000000 /dev/zero >&2; exit 3",
    "until it is stopped": f'exec {sys.executable} -c "{FOR_EVER}"',
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_child_that_says_more_than_an_answer_fills_no_memory_of_ours(
    tmp_path, monkeypatch, flood
):
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, FLOODS[flood]))
    tracemalloc.start()
    try:
        drawn = draw()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2_000_000
    assert drawn is None


def test_what_it_complained_of_last_is_in_the_log(tmp_path, monkeypatch, caplog):
    complaint = "echo first >&2; head -c 600 /dev/zero >&2; echo last >&2; exit 3"
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, complaint))
    draw()
    assert "stopped with 3" in caplog.text
    assert "last" in caplog.text
    assert "first" not in caplog.text


@pytest.mark.parametrize(
    "left",
    [
        'ln -sf "$(dirname "$0")/secret" "$5/thumb"',
        'rm "$5/thumb"; mkfifo "$5/thumb"',
        'rm "$5/thumb"; mkdir "$5/thumb"',
        'rm "$5/thumb"',
        'truncate -s 33554433 "$5/thumb"',
    ],
    ids=["link", "pipe", "folder", "nothing", "too much"],
)
def test_what_a_child_leaves_that_is_no_file_of_its_own_is_no_picture(tmp_path, monkeypatch, left):
    """Else a link would show what the site alone may read, and a pipe be read for ever."""
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, left))
    assert draw() is None


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP"])
def test_a_child_that_was_told_to_end_says_nothing_about_the_file(tmp_path, monkeypatch, name):
    monkeypatch.setattr("sys.executable", led_astray(tmp_path, f"kill -{name} $$"))
    number = signal.Signals[f"SIG{name}"]
    # A run that was started with nohup ignores some, and so would its children.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(pictures.Interrupted):
            draw()
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("server", ["/usr/bin/uwsgi", "", None])
def test_inside_another_server_python_is_found_beside_its_packages(monkeypatch, server):
    monkeypatch.setattr("sys.executable", server)
    assert "python" in os.path.basename(pictures.interpreter())
    assert draw().pictures


@pytest.mark.parametrize("path", ["/usr/bin/python3.12", "/Library/MacOS/Python"])
def test_what_is_called_python_is_started_as_it_is(monkeypatch, path):
    monkeypatch.setattr("sys.executable", path)
    assert pictures.interpreter() == path


def test_where_there_is_none_beside_them_it_is_the_one_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", "/usr/bin/uwsgi")
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    (tmp_path / "python3").touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pictures.interpreter() == str(tmp_path / "python3")
    monkeypatch.setenv("PATH", "")
    assert pictures.interpreter() == "python3"


def test_the_child_imports_from_where_this_process_does(monkeypatch, tmp_path):
    """Also what is found in the folder that this one stands in; the child stands in another."""
    monkeypatch.setattr("sys.path", ["", "/elsewhere"])
    monkeypatch.chdir(tmp_path)
    path = pictures._environment()["PYTHONPATH"]
    assert path.split(os.pathsep) == [str(tmp_path), "/elsewhere"]


def test_of_the_environment_only_what_a_system_needs_to_start_it_goes_on(monkeypatch):
    for name in ("PATH", "SYSTEMROOT", "SECRET_KEY"):
        monkeypatch.setenv(name, "/a")
    given = pictures._environment()
    given.pop("PYTHONPATH")
    ours = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    assert given == {"PATH": "/a", "SYSTEMROOT": "/a", **ours}
    monkeypatch.delenv("PATH")
    assert "PATH" not in pictures._environment()
