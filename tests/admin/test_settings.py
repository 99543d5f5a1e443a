"""Settings › Customer portal."""

import sys

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.users.models import UserProfile

from portal_plugin.models import NumberSequence, PortalSettings, TermsText
from portal_plugin.services import starter
from tests import samples
from tests.factories import estimate_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(only_site):
    return reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])


@pytest.fixture
def save(client, boss, url, form_of_settings):
    return lambda **values: client.post(url, pages.posted(form_of_settings(), values))


@pytest.fixture
def told(form_of_settings):
    """What is wrong with the values; nothing is saved."""

    def told(**values):
        files = {name: value for name, value in values.items() if name == "logo"}
        return form_of_settings(pages.posted(form_of_settings(), values), files).errors

    return told


def test_saving_what_is_there_changes_nothing(client, boss, url):
    before = TermsText.objects.count()
    form = client.get(url).context["form"]
    assert client.post(url, pages.posted(form, {})).status_code == 302
    assert TermsText.objects.count() == before


def test_new_terms_are_a_new_row(save, only_site, boss):
    save(terms_en_estimate="Our new terms")
    newest = TermsText.objects.filter(site=only_site, language="en", kind="estimate").first()
    assert (newest.text, newest.created_by) == ("Our new terms", boss)
    assert TermsText.objects.filter(site=only_site, language="en", kind="estimate").count() == 2


def test_starter_terms_count_only_when_somebody_read_them(save, only_site):
    text = starter.starter_terms("de", "estimate")
    save(terms_de_estimate=text)
    german = TermsText.objects.filter(language="de", kind="estimate")
    assert not german.exists()
    save(terms_de_estimate=text.partition("\n\n")[2])
    assert german.get().text.startswith("Mit der Freigabe")


def test_terms_that_nobody_read_are_not_said_to_be_saved(client, url, save):
    words = "Your terms are not saved yet"
    assert not said(save(), words)
    TermsText.objects.filter(kind="order").delete()
    assert said(save(), words)
    client.get(url)  # where it is read, and gone
    assert not said(save(terms_en_order="Ours"), words)


def said(response, words):
    messages = get_messages(response.wsgi_request)
    return any(words in str(message) for message in messages)


def test_a_starter_text_that_was_changed_is_not_left_out_for_its_first_line(told):
    text = starter.starter_terms("de", "estimate").replace("Mit der", "Mit einer")
    assert told(terms_de_estimate=text)["terms_de_estimate"]
    assert not TermsText.objects.filter(language="de", kind="estimate").exists()


def test_numbers_go_only_up(save, only_site):
    estimate_factory()
    year = timezone.localdate().year
    response = save(next_estimate_number="1")
    assert "next_estimate_number" in response.context["form"].errors
    assert save(next_estimate_number="500").status_code == 302
    assert estimate_factory().number == f"E-{year}-0500"
    assert NumberSequence.objects.filter(kind="estimate").count() == 1


@pytest.mark.parametrize("pattern", ["E-{year}", "{number}-{nonsense}", "{number", "{number!x}"])
def test_a_wrong_number_pattern_is_refused(told, pattern):
    assert "estimate_pattern" in told(estimate_pattern=pattern)


def test_an_unknown_currency_is_refused(save, told):
    assert "currency" in told(currency="EURO")
    assert "currency" in told(currency="QQQ")
    assert save(currency="usd").status_code == 302
    assert PortalSettings.objects.get().currency == "USD"


def test_a_shop_takes_no_other_files_than_the_portal(save, told):
    answer = told(file_kinds="pdf, exe", file_max_mb="51")
    assert answer["file_kinds"][0].startswith("The portal does not take EXE. Possible are: PNG,")
    assert answer["file_max_mb"] == ["The portal takes files of up to 50 MB."]
    assert save(file_kinds=".JPEG; pdf", file_max_mb="50").status_code == 302
    shop = PortalSettings.objects.get()
    assert (shop.file_kinds, shop.file_max_mb) == ("jpeg, pdf, jpg", 50)


def picture(kind):
    return samples.encode(Image.new("RGB", (40, 20)), kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_taken(save, kind):
    upload = SimpleUploadedFile(f"logo.{kind.lower()}", picture(kind))
    assert save(logo=upload).status_code == 302
    assert PortalSettings.objects.get().logo


def test_other_pictures_are_refused(told):
    for name, data in {
        "logo.gif": picture("GIF"),
        "logo.png": picture("GIF"),
        "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }.items():
        assert "logo" in told(logo=SimpleUploadedFile(name, data))


def test_a_picture_that_unpacks_to_far_too_much_is_refused(told):
    bomb = samples.tiny_bomb_png(9000, 9000)
    assert len(bomb) < 2_000_000
    assert "logo" in told(logo=SimpleUploadedFile("logo.png", bomb))


def test_the_colour_has_a_sample_and_a_sentence(client, boss, url):
    page = client.get(url).content.decode()
    assert "data-portal-sample" in page
    assert "White text on it has a contrast of" in page


def test_a_colour_that_is_none_is_refused(told):
    assert "brand_colour" in told(brand_colour="red")


def test_what_is_no_language_runs_from_the_left_and_the_shops_words_as_they_are(form_of_settings):
    form = form_of_settings()
    codes = ["order_pattern", "invoice_pattern", "phone", "email", "mailbox", "sender"]
    codes += ["tax_number", "currency", "stripe_secret_key"]
    for name in codes:
        assert 'dir="ltr"' in str(form[name]), name
    for name in ("shop_name", "address", "bank_details", "terms_en_order"):
        assert 'dir="auto"' in str(form[name]), name


def test_einvoices_are_switched_on_with_what_they_need(save, told, only_site):
    values = {"sends_einvoices": "on", "tax_number": "DE123456789", "address": "Hafenweg 4"}
    assert set(told(**values)) == {"country"}
    assert save(**values, country="DE", qr_code="transfer").status_code == 302
    shop = PortalSettings.objects.get(site=only_site)
    assert (shop.sends_einvoices, shop.country, shop.qr_code) == (True, "DE", "transfer")


def test_what_its_package_is_missing_for_is_off_and_says_so(form_of_settings, save, monkeypatch):
    for name in ("facturx", "segno"):
        monkeypatch.setitem(sys.modules, name, None)
    form = form_of_settings()
    assert form.fields["sends_einvoices"].disabled
    assert "segno" in form.fields["qr_code"].help_text
    save(sends_einvoices="on", qr_code="transfer")
    assert not PortalSettings.objects.filter(sends_einvoices=True).exists()


def test_customers_have_a_country_where_the_shop_sends_einvoices(client, boss, only_site):
    url = reverse("wagtailsnippets_portal_plugin_customer:add")
    assert "country" not in client.get(url).context["form"].fields
    PortalSettings.objects.filter(site=only_site).update(sends_einvoices=True)
    choices = dict(client.get(url).context["form"].fields["country"].choices)
    assert (choices["AT"], choices[""]) == ("Austria", "The shop's own")
    assert not {"EU", "ZZ"} & set(choices)


def test_the_names_of_the_terms_are_in_the_language_of_whoever_reads_them(client, boss, url):
    UserProfile.objects.create(user=boss, preferred_language="de")
    page = client.get(url).content.decode()
    assert "Terms for estimates" not in page
    assert "(Deutsch)" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"deposit_percent": "200"},
        {"tax_rate": "-1"},
        {"tax_rate": "101"},
        {"link_days": "0"},
        {"validity_days": "20261231"},
    ],
)
def test_what_no_new_document_could_take_is_refused(told, wrong):
    assert told(**wrong).keys() == wrong.keys()


def test_the_logo_is_shown_and_not_the_name_of_its_file(client, boss, url, save, only_site):
    save(logo=SimpleUploadedFile("logo.png", picture("PNG")))
    logo = PortalSettings.of(only_site).logo
    page = client.get(url).content.decode()
    assert f'<img src="{logo.url}"' in page
    assert f">{logo.name}<" not in page
    save(**{"logo-clear": "on"})
    assert not PortalSettings.objects.get(site=only_site).logo
