"""Choosing the customer of a document."""

import pytest
from django.urls import reverse
from django.utils.functional import Promise

from portal_plugin.models import Contact, Customer, Estimate
from tests.factories import customer_factory

pytestmark = pytest.mark.django_db

RESULTS = "wagtailsnippetchoosers_portal_plugin_customer:choose_results"


def found(client, words):
    return client.get(reverse(RESULTS), {"q": words}).content.decode()


def test_the_window_has_a_field_to_search_by(client, boss):
    page = client.get(reverse("wagtailsnippetchoosers_portal_plugin_customer:choose"))
    assert 'name=\\"q\\"' in page.content.decode()


@pytest.mark.parametrize("words", ["fair booths", "BOOTHS", "555 17", "ann@", "marks"])
def test_a_customer_is_found_by_what_staff_know(client, boss, words):
    wanted = customer_factory(name="Alex", company="Fair Booths", phone="555 17", email="x@a.test")
    Contact.objects.create(customer=wanted, name="Ann Marks", email="ann@a.test")
    customer_factory(name="Somebody else", phone="444 18", email="s@b.test")
    page = found(client, words)
    assert "Fair Booths" in page
    assert "Somebody else" not in page


def test_two_of_one_name_are_told_apart(client, boss):
    customer_factory(name="Alex", email="first@a.test")
    customer_factory(name="Alex", email="second@a.test")
    page = found(client, "alex")
    assert "first@a.test" in page
    assert "second@a.test" in page


def test_the_buttons_are_in_the_language_of_whoever_reads_them():
    """What is put together when the process starts has that of the process for ever."""
    form = Estimate.snippet_viewset.get_edit_handler().get_form_class()
    chooser = form.base_fields["customer"].widget
    for text in (chooser.choose_one_text, chooser.choose_another_text, chooser.link_to_chosen_text):
        assert isinstance(text, Promise)
    window = Customer.snippet_viewset.chooser_viewset
    for text in (window.page_title, window.search_tab_label, window.create_action_label):
        assert isinstance(text, Promise)


def test_a_number_of_a_phone_is_not_turned_round_between_words_from_right_to_left(client, boss):
    customer_factory(name="Alex", phone="030 22")
    listed = client.get(reverse(Customer.snippet_viewset.get_url_name("list"))).content.decode()
    for page in (found(client, "alex"), listed):
        assert "<bdi>030 22</bdi>" in page


def test_nobody_of_another_shop_is_found(client, staff_of, only_site, other_site):
    staff_of(only_site)
    customer_factory(site=other_site, name="Alex of theirs")
    assert "Alex of theirs" not in found(client, "alex")


def test_a_search_is_as_many_queries_however_many_are_found(
    client, boss, django_assert_num_queries
):
    customer_factory(name="Alex 1")
    found(client, "alex")
    with django_assert_num_queries(QUERIES):
        found(client, "alex")
    for number in range(2, 8):
        customer_factory(name=f"Alex {number}")
    with django_assert_num_queries(QUERIES):
        found(client, "alex")


QUERIES = 7
