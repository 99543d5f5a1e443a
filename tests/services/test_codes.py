"""For whom, where and what a typed code counts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.models import EmailCode
from portal_plugin.services import codes
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=2, site=factories.site_factory(code_above=100))


@pytest.fixture
def wanted(estimate):
    """Kim's, for the second item, after the code for the first was typed in the same browser."""
    kim = factories.link_factory(estimate, name="Kim", email="kim@example.org")
    facts = {"link": kim, "action": "approve", "browser": "b1", "amount": Decimal(200)}
    EmailCode.objects.create(about="first", confirmed_at=timezone.now(), **facts)
    return codes.Wanted(about="second", shares=("approve", "approve_multiple"), **facts)


def test_one_that_was_typed_counts_on(estimate, wanted):
    assert not codes.is_needed(estimate, wanted)
    assert not codes.is_needed(estimate, replace(wanted, action="approve_multiple"))
    assert not codes.is_needed(estimate, replace(wanted, about="first", shares=()))


@pytest.mark.parametrize(
    "values",
    [
        {"browser": "b2"},
        {"amount": Decimal(201)},
        {"shares": ("approve_multiple",)},
        {"shares": ()},
        {"shares": (), "about": "first", "action": "decline"},
    ],
)
def test_it_counts_for_nothing_else(estimate, wanted, values):
    assert codes.is_needed(estimate, replace(wanted, **values))


@pytest.mark.parametrize("about", ["first", "second"])
def test_it_counts_for_nobody_else_in_the_same_browser(estimate, wanted, about):
    alex = factories.link_factory(estimate, name="Alex", email="alex@example.org")
    assert codes.is_needed(estimate, replace(wanted, link=alex, about=about))


def test_one_that_was_not_typed_counts_for_nothing(estimate, wanted):
    EmailCode.objects.update(confirmed_at=None)
    assert codes.is_needed(estimate, wanted)


def test_where_only_new_browsers_are_asked_the_amount_is_nothing(wanted):
    site = factories.site_factory(code_above=None, code_for_new_browsers=True)
    other = factories.estimate_factory(items=2, site=site)

    def is_asked(link, browser):
        return codes.is_asked(other, link, amount=Decimal(10**6), browser=browser)

    assert not is_asked(wanted.link, "b1")
    assert is_asked(wanted.link, "b2")
    assert is_asked(wanted.link, "")
    assert is_asked(factories.link_factory(other, name="Alex", email="alex@example.org"), "b1")
    EmailCode.objects.update(confirmed_at=None)
    assert is_asked(wanted.link, "b1")
