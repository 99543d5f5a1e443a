"""Examples that an agency copies do what the page says."""

import pytest

from portal_plugin import signals
from portal_plugin.models import OutgoingEmail
from tests import factories
from tests.install.blocks import block

pytestmark = pytest.mark.django_db


def test_estimate_from_code_is_out_and_its_email_waits():
    names = {}
    exec(block("docs/signals.md", "The services", "python"), names)
    estimate = names["offer"](factories.site_factory(), "Lena Holm", "lena@example.org")
    assert estimate.number
    assert estimate.current_version.number == 1
    assert OutgoingEmail.objects.filter(document=estimate).count() == 1


def test_receiver_is_connected():
    before = len(signals.estimate_converted.receivers)
    names = {}
    exec(block("docs/signals.md", "The signals", "python"), names)
    assert len(signals.estimate_converted.receivers) == before + 1
    signals.estimate_converted.disconnect(names["tell_production"])


def test_restyling_takes_three_lines_at_most():
    css = block("README.md", "Make it yours", "css")
    assert css.count("\n") <= 3
    sheet = block("docs/styling.md", "Tokens", "css")
    assert "--portal-" in css
    assert "--portal-" in sheet


def test_other_block_names_take_six_lines():
    assert block("README.md", "Make it yours", "django").count("\n") == 6
