"""Two people with the settings of one shop open."""

import json

import pytest
from django.urls import reverse

from portal_plugin.admin.settings_merging import mark
from portal_plugin.models import PortalSettings, TermsText
from portal_plugin.services import terms
from tests.factories import estimate_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(only_site):
    return reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])


@pytest.fixture
def shop(only_site):
    return PortalSettings.for_site(only_site)


@pytest.fixture
def opened(client, boss, url, shop):
    """The form as somebody has it open, from now on."""
    return client.get(url).context["form"]


@pytest.fixture
def send(client, url, opened):
    return lambda **values: client.post(url, pages.posted(opened, values))


def change(shop, **values):
    PortalSettings.objects.filter(pk=shop.pk).update(**values)


def test_what_was_saved_meanwhile_stays_where_it_was_left_alone(send, shop):
    change(shop, phone="+49 30 1", deposit_percent="40", sends_einvoices=False, address="Here\n1")
    terms.add(shop.site, "en", "estimate", "Their new terms")
    assert send(mailbox="shop@example.com").status_code == 302
    shop.refresh_from_db()
    assert (shop.phone, shop.deposit_percent, shop.address) == ("+49 30 1", 40, "Here\n1")
    assert shop.mailbox == "shop@example.com"
    assert TermsText.objects.current(shop.site, "en", "estimate").text == "Their new terms"


def test_two_changes_of_one_field_are_asked_about_once(send, client, url, shop):
    change(shop, phone="+49 30 1")
    refused = send(phone="+49 30 2")
    (error,) = refused.context["form"].errors["phone"]
    assert "to “+49 30 1”" in error
    shop.refresh_from_db()
    assert shop.phone == "+49 30 1"
    again = pages.posted(refused.context["form"], {})
    assert again["phone"] == "+49 30 2"
    assert client.post(url, again).status_code == 302
    shop.refresh_from_db()
    assert shop.phone == "+49 30 2"


def test_a_third_change_is_asked_about_too(send, client, url, shop):
    change(shop, phone="+49 30 1")
    again = pages.posted(send(phone="+49 30 2").context["form"], {})
    change(shop, phone="+49 30 3")
    refused = client.post(url, again)
    assert "to “+49 30 3”" in refused.context["form"].errors["phone"][0]


def test_terms_are_not_written_over_unseen(send, shop):
    terms.add(shop.site, "en", "estimate", "Their new terms")
    refused = send(terms_en_estimate="My new terms")
    assert "Their new terms" in refused.context["form"].errors["terms_en_estimate"][0]
    assert TermsText.objects.current(shop.site, "en", "estimate").text == "Their new terms"


def test_the_same_change_twice_is_one(send, shop):
    change(shop, phone="+49 30 1", currency="CHF")
    assert send(phone="+49 30 1", currency="CHF").status_code == 302


def test_a_choice_is_told_by_its_name(send, shop):
    change(shop, page_size="Letter", qr_code="page")
    errors = send(qr_code="transfer").context["form"].errors
    assert "to “The address of the order's page”" in errors["qr_code"][0]


def test_an_emptied_field_is_not_quoted(send, shop):
    change(shop, brand_colour="")
    (error,) = send(brand_colour="#112233").context["form"].errors["brand_colour"]
    assert error.startswith("Somebody else changed this while you had it open. Save again")


def test_what_others_emptied_is_missing_here_too(client, url, boss, shop):
    needed = {"tax_number": "DE1", "address": "Here 1", "country": "DE"}
    change(shop, sends_einvoices=True, **needed)
    mine = pages.posted(client.get(url).context["form"], {"phone": "+49 30 1"})
    change(shop, sends_einvoices=True, tax_number="")
    refused = client.post(url, mine)
    assert refused.context["form"].errors["tax_number"] == ["E-invoices need it."]


def test_a_number_given_meanwhile_stands_in_nobodys_way(send, shop):
    given = estimate_factory().number
    assert send(phone="+49 30 1").status_code == 302
    assert estimate_factory().number > given


@pytest.mark.parametrize("shown", ["", "{", "[]", "7", "null"])
def test_nonsense_is_compared_with_nothing(send, shop, shown):
    change(shop, phone="+49 30 1")
    assert send(shown=shown, phone="+49 30 2").status_code == 302


def test_the_page_carries_it(client, url, opened):
    assert client.get(url).content.count(b'name="shown"') == 1


def test_the_page_tells_no_key_by_its_mark(opened):
    names = json.loads(opened["shown"].value())
    assert "phone" in names
    assert not [name for name in names if "stripe" in name]


@pytest.mark.parametrize(
    ("stored", "sent"), [("a\nb ", "a\r\nb"), ([{"fixed": "1"}], [{"fixed": "1"}])]
)
def test_a_value_has_the_same_mark_as_it_is_stored_and_sent(stored, sent):
    assert mark(stored) == mark(sent)
