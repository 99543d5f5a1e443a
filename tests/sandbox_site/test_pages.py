import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests import factories

NORTHLINE = {"SERVER_NAME": "localhost", "SERVER_PORT": "8800"}
BLATTWERK = {"SERVER_NAME": "shop-b.localhost", "SERVER_PORT": "8800"}

pytestmark = pytest.mark.usefixtures("shops")


@pytest.mark.parametrize("path", ["/", "/services/", "/contact/"])
def test_northline_pages_wear_their_brand(client, path):
    page = client.get(path, **NORTHLINE)

    assert page.status_code == 200
    assert b"Northline Signs" in page.content
    assert b"Blattwerk" not in page.content
    assert b'<html lang="en" dir="ltr">' in page.content


@pytest.mark.parametrize("path", ["/", "/leistungen/", "/kontakt/"])
def test_blattwerk_pages_wear_their_brand_in_german(client, path):
    page = client.get(path, **BLATTWERK)

    assert page.status_code == 200
    assert b"Blattwerk Druck" in page.content
    assert b"Northline" not in page.content
    assert b'<html lang="de" dir="ltr">' in page.content
    assert "Zum Inhalt springen" in page.content.decode()


def test_an_address_that_is_no_shop_of_ours_shows_the_default_shop(client):
    page = client.get("/", SERVER_NAME="127.0.0.1", SERVER_PORT="8800")

    assert b"Northline Signs" in page.content


def test_the_language_of_one_shop_does_not_stay_for_the_next_request(client):
    client.get("/", **BLATTWERK)

    assert translation.get_language() == "en"


@pytest.mark.parametrize(
    ("site", "colour", "sentence"),
    [
        (NORTHLINE, "#b4430f", "This sign points nowhere"),
        (BLATTWERK, "#1f6b4f", "Dieses Schild zeigt ins Leere"),
    ],
)
def test_the_error_page_is_the_shops_own(client, site, colour, sentence):
    page = client.get("/not-there/", **site)
    css = client.get("/brand.css", **site)

    assert page.status_code == 404
    assert sentence in page.content.decode()
    assert f"--brand: {colour};" in css.content.decode()
    assert css.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/", "/services/", "/contact/", "/not-there/"])
def test_nothing_in_a_page_needs_an_exception_in_a_strict_policy(client, path):
    html = client.get(path, **NORTHLINE).content.decode()

    assert "<script" not in html
    assert "<style" not in html
    assert "style=" not in html
    assert "https://" not in html


def test_the_base_template_stands_without_page_and_request():
    html = render_to_string("base.html")

    assert "Northline Signs" in html


def test_the_base_template_follows_the_language_and_its_direction(rf):
    with translation.override("ar"):
        html = render_to_string("base.html", request=rf.get("/", **NORTHLINE))

    assert '<html lang="ar" dir="rtl">' in html
    assert "الانتقال إلى المحتوى" in html
    # The shop's own words stay in the shop's language, and say so.
    assert '<a href="/services/" lang="en">' in html


def test_the_base_template_asks_the_database_four_times(rf, django_assert_num_queries):
    render_to_string("base.html", request=rf.get("/", **NORTHLINE))  # Wagtail caches the roots
    request = rf.get("/", **NORTHLINE)

    with django_assert_num_queries(4):  # site, language, brand, navigation
        render_to_string("base.html", request=request)


@pytest.mark.django_db
def test_the_override_of_a_portal_template_adds_its_line(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    page = client.get(f"/portal/d/{order.public_id}/").content.decode()
    assert order.number in page
    assert "Our opening hours are below." in page
