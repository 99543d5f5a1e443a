import socket
import sys
import time

import pytest

from demo import TEST_CARDS, Servers, data_folder, demo_block, free_port
from sandbox_site.stripe_standin import cards
from system import Failed


def has_address(host, family):
    try:
        socket.create_server((host, 0), family=family).close()
    except OSError:
        return False
    return True


HOSTS = [("127.0.0.1", socket.AF_INET), ("0.0.0.0", socket.AF_INET)]
HOSTS += [("::1", socket.AF_INET6)] if has_address("::1", socket.AF_INET6) else []


@pytest.mark.parametrize(("host", "family"), HOSTS)
def test_taken_port_gives_the_next_free_one(host, family):
    with socket.create_server((host, 0), family=family) as server:
        taken = server.getsockname()[1]
        assert free_port(taken) > taken


def test_free_port_is_taken_as_wanted():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert free_port(port) == port


def test_no_port_left():
    with pytest.raises(Failed):
        free_port(65536)


def test_data_survives_a_second_start(tmp_path):
    folder = data_folder(tmp_path / "new" / "demo", reset=False)
    (folder / "db.sqlite3").touch()
    data_folder(folder, reset=False)
    assert (folder / "db.sqlite3").exists()


def test_reset_deletes_what_the_demo_wrote(tmp_path):
    folder = data_folder(tmp_path / "demo", reset=False)
    (folder / "db.sqlite3").touch()
    data_folder(folder, reset=True)
    assert not (folder / "db.sqlite3").exists()


@pytest.mark.parametrize("reset", [False, True])
def test_foreign_folder_is_left_alone(tmp_path, reset):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(Failed):
        data_folder(tmp_path, reset)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_servers_end_with_us(tmp_path):
    servers = Servers(tmp_path, {})
    servers.start("sleeper", sys.executable, "-c", "import time; time.sleep(600)")
    servers.watch()
    servers.stop()
    assert servers.running["sleeper"].poll() is not None


def test_server_that_ends_by_itself_shows_its_last_words(tmp_path):
    servers = Servers(tmp_path, {})
    servers.start("sleeper", sys.executable, "-c", "raise SystemExit('no bed')")
    servers.running["sleeper"].wait()
    with pytest.raises(Failed, match="no bed"):
        servers.wait_for("http://127.0.0.1:1/", seconds=1)


def test_server_that_never_answers_is_given_up(tmp_path):
    servers, began = Servers(tmp_path, {}), time.monotonic()
    with pytest.raises(Failed, match="does not answer"):
        servers.wait_for("http://127.0.0.1:1/", seconds=1)
    assert time.monotonic() - began < 10


def test_block_shows_each_document_with_its_link(tmp_path):
    links = "Waiting\tE-1\tSigns\thttp://localhost:8000/a\nA line of something else\n"
    block = demo_block(links, 8000, "secret", tmp_path)
    assert "Waiting  E-1  Signs  http://localhost:8000/a" in block
    assert "something else" not in block
    assert "http://127.0.0.1:8000/admin/   user: admin   password: secret" in block
    assert "http://localhost:8000/__mail/" in block


def test_printed_cards_do_at_the_stand_in_what_is_said_of_them():
    printed = {effect: number.replace(" ", "") for number, effect in TEST_CARDS}
    assert printed["succeeds"] in cards.WORKING
    assert printed["asks for authentication"] in cards.ASKING
    assert cards.DECLINES[printed["is declined"]] is cards.DECLINED
    assert cards.DECLINES[printed["has insufficient funds"]] is cards.INSUFFICIENT_FUNDS
