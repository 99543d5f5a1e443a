"""For whom, where and what a typed code counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.exceptions import TooManyRequests, WrongCode
from portal_plugin.models import EmailCode
from portal_plugin.services import codes
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=2, site=factories.site_factory(code_above=100))


def person(document, name):
    """Somebody whom the customer let in: their address is the recipient's own."""
    link = factories.link_factory(document, name=name, email=f"{name.lower()}@example.org")
    link.recipient.was_invited = True
    link.recipient.save()
    return link


@pytest.fixture
def wanted(estimate):
    """Kim's, for the second item, after the code for the first was typed in the same browser."""
    kim = person(estimate, "Kim")
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
    alex = person(estimate, "Alex")
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
    assert is_asked(person(other, "Alex"), "b1")
    EmailCode.objects.update(confirmed_at=None)
    assert is_asked(wanted.link, "b1")


def test_how_many_one_link_may_have_in_an_hour_is_counted_for_itself(estimate, wanted):
    alex = person(estimate, "Alex")
    for number in range(codes.PER_HOUR - 1):
        codes.ask(estimate, replace(wanted, about=str(number)))
    with pytest.raises(TooManyRequests):
        codes.ask(estimate, replace(wanted, about="one more"))
    codes.ask(estimate, replace(wanted, about="one more", link=alex))
    EmailCode.objects.update(created_at=timezone.now() - timedelta(hours=1))
    codes.ask(estimate, replace(wanted, about="one more"))


def test_a_second_press_sends_none_and_one_for_another_end_does(estimate, wanted):
    for about in ("second", "second", "third"):
        codes.ask(estimate, replace(wanted, about=about))
    assert EmailCode.objects.filter(confirmed_at=None).count() == 2
    EmailCode.objects.filter(about="second").update(created_at=timezone.now() - codes.PAUSE)
    codes.ask(estimate, wanted)
    assert EmailCode.objects.filter(about="second").count() == 2


def test_a_code_for_one_leaves_that_of_another_as_it_is(estimate, wanted):
    alex = replace(wanted, link=person(estimate, "Alex"))
    typed = {}
    for one in (wanted, alex):
        codes.ask(estimate, one)
        typed[one.link] = codes.make(EmailCode.objects.latest("pk").pk)
    for one in (wanted, alex):
        with pytest.raises(WrongCode):
            codes.confirm(estimate, one, typed="x")
        codes.confirm(estimate, one, typed=typed[one.link])
    assert EmailCode.objects.exclude(confirmed_at=None).count() == 3
