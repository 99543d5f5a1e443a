"""The pages that import: a look at every row first, then what was shown, and on one's own sites."""

import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal_plugin.admin.importing import SALT
from portal_plugin.models import Customer, ItemTemplate
from portal_plugin.services.importing import files
from tests.factories import customer_factory

from . import pages

pytestmark = pytest.mark.django_db

CUSTOMERS = "portal_admin:import_customers"
TEMPLATES = "portal_admin:import_item_templates"
TEXT = "Name,Email,Shoe size\nKim <b>,kim@example.org,44\nLee,no address,45\n"


def look(client, text=TEXT, name=CUSTOMERS, **data):
    data["file"] = SimpleUploadedFile("rows.csv", text.encode())
    return client.post(reverse(name), data)


def looked_at(response):
    found = re.search(r'name="looked_at" value="([^"]+)"', response.content.decode())
    return found[1] if found else ""


def do(client, response, name=CUSTOMERS):
    return client.post(reverse(name), {"looked_at": looked_at(response)}, follow=True)


def test_first_page_names_columns_and_limits(client, boss):
    page = client.get(reverse(CUSTOMERS)).content.decode()
    assert "at most 1 MB and 2000 rows" in page
    assert "Tax number" in page
    assert "street, postcode and city" in page
    assert "postcode" not in client.get(reverse(TEMPLATES)).content.decode()


def test_look_lists_every_row_and_writes_nothing(client, boss):
    response = look(client)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Kim &lt;b&gt;" in page
    assert "Email: Enter a valid email address." in page
    assert "Shoe size" in page
    assert "Import 1 row" in page
    assert not Customer.objects.exists()


def test_import_does_what_was_shown(client, boss, only_site):
    page = do(client, look(client)).content.decode()
    assert "1 row was imported. 1 row was left out." in page
    assert Customer.objects.get().site == only_site
    again = do(client, look(client, TEXT.replace("44", "45")))
    assert Customer.objects.count() == 1
    assert again.status_code == 200


def test_same_form_twice_imports_once(client, boss):
    response = look(client)
    do(client, response)
    assert "all of it is there already" in do(client, response).content.decode()
    assert Customer.objects.count() == 1


def test_all_or_none_offers_no_import_while_a_row_is_refused(client, boss):
    response = look(client, all_or_none="on")
    assert "Nothing can be imported yet" in response.content.decode()
    assert not looked_at(response)


def test_what_changed_meanwhile_is_looked_at_again(client, boss, only_site):
    customer = customer_factory(only_site, name="Kim", email="", phone="1")
    response = look(client, "name,phone\nKim,3\n")
    Customer.objects.update(phone="2")
    response = do(client, response)
    assert response.status_code == 409
    assert "Something changed meanwhile" in response.content.decode()
    customer.refresh_from_db()
    assert customer.phone == "2"
    do(client, response)
    customer.refresh_from_db()
    assert customer.phone == "3"


@pytest.mark.parametrize(
    "signed",
    ["", "x", signing.dumps({"user": 1}, salt="another")],
    ids=["empty", "broken", "foreign"],
)
def test_rows_that_nobody_was_shown_are_refused(client, boss, signed):
    response = client.post(reverse(CUSTOMERS), {"looked_at": signed}, follow=True)
    assert "Nothing was imported" in response.content.decode()


def test_rows_that_somebody_else_was_shown_are_refused(client, boss, staff_of):
    response = look(client)
    staff_of()
    assert "Nothing was imported" in do(client, response).content.decode()
    assert not Customer.objects.exists()


def test_rows_of_the_other_page_are_refused(client, boss):
    response = look(client, "name\nKim\n")
    assert "Nothing was imported" in do(client, response, TEMPLATES).content.decode()
    assert not ItemTemplate.objects.exists()


def test_refused_file_is_told_at_its_field(client, boss):
    response = look(client, "Email\nkim@example.org\n")
    assert response.status_code == 400
    assert "No column of this file is “Name”" in response.context["form"].errors["file"][0]
    response = look(client, "name\n" + "x" * files.MAX_BYTES)
    assert "larger than 1 MB" in response.context["form"].errors["file"][0]
    assert "file" in client.post(reverse(CUSTOMERS), {}).context["form"].errors


def test_site_is_one_of_the_users_own(client, staff_of, only_site, other_site):
    staff_of(other_site)
    do(client, look(client, "name\nKim\n", site=only_site.pk))
    assert Customer.objects.get().site == other_site


def test_signed_site_that_is_not_the_users_any_more_is_refused(
    client, staff_of, only_site, other_site
):
    user = staff_of(only_site)
    said = {"kind": "customers", "user": user.pk, "site": other_site.pk}
    signed = signing.dumps(said | {"table": [["name"], [[2, ["Kim"], ""]]]}, salt=SALT)
    client.post(reverse(CUSTOMERS), {"looked_at": signed})
    assert not Customer.objects.exists()


def test_superuser_chooses_among_sites(client, boss, only_site, other_site):
    assert "site" in look(client, "name\nKim\n").context["form"].errors
    do(client, look(client, "name\nKim\n", site=other_site.pk))
    assert Customer.objects.get().site == other_site


def test_item_templates_are_the_managers_matter(client, staff_of, only_site):
    staff_of(only_site, "Portal editors")
    assert client.get(reverse(TEMPLATES)).status_code == 302
    staff_of(only_site)
    do(client, look(client, "Item;Price\nSign;12,50\n", TEMPLATES), TEMPLATES)
    assert ItemTemplate.objects.get().unit_price == 12.5


def test_lists_lead_to_the_import_where_one_may(client, staff_of, only_site):
    staff_of(only_site)
    assert reverse(CUSTOMERS) in client.get(pages.url(Customer, "list")).content.decode()
    templates = client.get(reverse("portal_item_templates:index")).content.decode()
    assert reverse(TEMPLATES) in templates


def test_looking_takes_as_many_queries_for_many_rows(client, boss, django_assert_num_queries):
    look(client)
    for count in (1, 100):
        rows = "".join(f"Kim {n},kim{n}@example.org\n" for n in range(count))
        with django_assert_num_queries(14):
            look(client, f"name,email\n{rows}")
