"""Only a plain "clean" is clean."""

import io

import pytest

from portal_plugin.gateways import scanner
from tests import clamd


@pytest.fixture
def at(settings):
    """Point the settings at a clamd."""

    def at(address):
        settings.PORTAL_PLUGIN = {
            "FILE_SCANNER": "portal_plugin.gateways.scanner.clamd",
            "CLAMD_ADDRESS": address,
        }

    return at


def check(data=b"harmless"):
    return scanner.is_clean(io.BytesIO(data))


def test_clean_and_infected_over_tcp(at):
    with clamd.running() as address:
        at(address)
        assert check() is True
        assert check(b"x" * 600_000) is True
        assert check(b"head " + clamd.EICAR + b" tail") is False


def test_over_a_unix_socket(at, tmp_path):
    with clamd.running(path=tmp_path / "clamd.ctl") as address:
        at(address)
        assert check() is True
        assert check(clamd.EICAR) is False


def test_a_socket_with_a_colon_in_its_name_is_no_host(at, tmp_path):
    with clamd.running(path=tmp_path / "clamd:local.ctl") as address:
        at(address)
        assert check() is True


def test_an_answer_counts_when_it_is_whole_whether_or_not_clamd_hangs_up(at, monkeypatch):
    monkeypatch.setattr(scanner, "SECONDS", 1)
    with clamd.running("lingering") as address:
        at(address)
        assert check() is True


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("silent", "clamd closed the connection"),
        ("dying", "clamd closed the connection"),
        ("broken", "stream: O"),
        ("strange", "who knows"),
    ],
)
def test_the_trouble_is_told_in_clamds_words_where_it_has_any(at, mode, said):
    with clamd.running(mode) as address:
        at(address)
        with pytest.raises(scanner.ScannerTrouble, match=f"^{said}$"):
            check()


def test_what_crosses_a_border_of_two_chunks_is_found(at):
    data = b"x" * (scanner.CHUNK - 20) + clamd.EICAR
    with clamd.running() as address:
        at(address)
        assert check(data) is False


def test_a_file_beyond_clamds_limit_is_not_clean(at):
    with clamd.running(limit=1000) as address:
        at(address)
        with pytest.raises(OSError, match=r"size limit|closed"):
            check(b"x" * 5_000_000)


@pytest.mark.parametrize("mode", ["silent", "strange"])
def test_an_answer_that_is_none_is_not_clean(at, mode):
    with clamd.running(mode) as address:
        at(address)
        with pytest.raises(OSError):  # noqa: PT011
            check()


@pytest.mark.parametrize("name", [None, "clamd.ctl"])
def test_a_clamd_that_hangs_is_given_up(at, monkeypatch, tmp_path, name):
    monkeypatch.setattr(scanner, "SECONDS", 0.3)
    with clamd.running("stuck", path=name and tmp_path / name) as address:
        at(address)
        with pytest.raises(TimeoutError):
            check()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nonexistent/clamd.ctl"])
def test_a_clamd_that_is_away_is_trouble_and_not_clean(at, address):
    at(address)
    with pytest.raises(OSError):  # noqa: PT011
        check()


def forgetful(file):
    """A site's scanner that forgot to return anything."""


def test_a_scanner_without_a_verdict_is_not_clean(settings):
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": f"{__name__}.forgetful"}
    assert scanner.is_configured()
    assert check() is False


def test_without_a_setting_there_is_no_scanner(settings):
    settings.PORTAL_PLUGIN = {}
    assert not scanner.is_configured()
