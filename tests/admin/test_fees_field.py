"""Where a shop writes its fees by way of paying."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.fees import MethodFee
from portal_plugin.models import PortalSettings
from tests.factories import site_factory

from . import pages

pytestmark = pytest.mark.django_db
CARD = {"method": "card", "percent": "2.5", "fixed": "0.25"}


@pytest.fixture
def url(only_site):
    return reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])


def posted(*rows):
    """As Wagtail's list of blocks sends it: way, per cent, amount."""
    data = {"method_fees-count": len(rows)}
    for number, (method, percent, fixed) in enumerate(rows):
        prefix = f"method_fees-{number}"
        data |= {
            f"{prefix}-deleted": "",
            f"{prefix}-order": number,
            f"{prefix}-type": "item",
            f"{prefix}-id": "",
            f"{prefix}-value-method": method,
            f"{prefix}-value-percent": percent,
            f"{prefix}-value-fixed": fixed,
        }
    return data


@pytest.fixture
def save(client, url, form_of_settings):
    def save(*rows, **changes):
        data = pages.posted(form_of_settings(), {})
        data.pop("method_fees")
        return client.post(url, data | posted(*rows) | changes)

    return save


def fees(site):
    return PortalSettings.of(site).fees


def test_there_are_none_at_first_and_nothing_is_open(client, boss, url, only_site):
    html = client.get(url).content.decode()
    assert "article 62(4)" in html
    assert fees(only_site) == ()


def test_rows_are_kept_as_they_were_typed(save, only_site):
    assert save(("card", "2.5", "0.25"), ("paypal", "", "1")).status_code == 302
    assert fees(only_site) == (
        MethodFee("card", Decimal("2.5"), Decimal("0.25")),
        MethodFee("paypal", Decimal(0), Decimal(1)),
    )


def test_a_row_that_is_taken_away_is_gone(save, only_site):
    site_factory(method_fees=[CARD])
    assert save().status_code == 302
    assert fees(only_site) == ()


def test_what_is_stored_is_shown(client, boss, url):
    site_factory(method_fees=[CARD])
    html = client.get(url).content.decode()
    assert "2.5" in html
    assert "0.25" in html


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("card", "", "")], "Write a percentage or an amount"),
        ([("card", "1", ""), ("card", "2", "")], "stands above already"),
        ([("card", "101", "")], "less than or equal to 100"),
        ([("card", "-1", "")], "greater than or equal to 0"),
        ([("cash", "1", "")], "Select a valid choice"),
    ],
)
def test_what_is_no_fee_is_refused_and_stays_typed(save, only_site, rows, sentence):
    response = save(*rows)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert fees(only_site) == ()


@pytest.mark.parametrize("changes", [{"method_fees-count": "1e9"}, {"method_fees-0-order": "x"}])
def test_rows_that_did_not_arrive_whole_take_none_away(save, only_site, changes):
    site_factory(method_fees=[CARD])
    response = save(("paypal", "1", ""), **changes)
    assert response.status_code == 200
    assert "Please load the page again." in response.content.decode()
    assert fees(only_site) == (MethodFee("card", Decimal("2.5"), Decimal("0.25")),)
