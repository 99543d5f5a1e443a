"""A scanner that is away is told before a customer sends a file that then waits for ever."""

import pytest

from portal_plugin.services.diagnosis import Level, examining
from tests import clamd, factories

pytestmark = pytest.mark.django_db

CLAMD = "portal_plugin.gateways.scanner.clamd"


def finds_something(file):
    return False


def told():
    """What a round says of it."""
    factories.site_factory()
    findings = [row for row in examining.examine() if "virus check" in row.cause]
    return [(row.level, row.cause) for row in findings]


def test_one_that_answers_is_fine(settings):
    with clamd.running() as address:
        settings.PORTAL_PLUGIN = {"FILE_SCANNER": CLAMD, "CLAMD_ADDRESS": address}
        assert told() == [(Level.FINE, "The virus check answers.")]


def test_one_that_is_away_is_an_error_with_its_cause(settings, tmp_path):
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": CLAMD, "CLAMD_ADDRESS": str(tmp_path / "none.ctl")}
    ((level, cause),) = told()
    assert level == Level.ERROR
    assert "FileNotFoundError" in cause


def test_one_that_calls_everything_a_virus_is_an_error(settings):
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": f"{__name__}.finds_something"}
    ((level, _cause),) = told()
    assert level == Level.ERROR


def test_without_one_nothing_is_said(settings):
    settings.PORTAL_PLUGIN = {}
    assert told() == []
