"""Which buttons a page has, and which of them is the one to press next."""

from uuid import uuid4

import pytest
from django.urls import resolve

from portal_plugin import registry
from portal_plugin.actions.base import Action
from portal_plugin.actions.offers import offers
from portal_plugin.models import Attachment, Comment
from portal_plugin.services.presentation import document_view
from portal_plugin.services.visits import Visit
from tests import factories
from tests.models.test_approvers import answer

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def found_on(document, link=None):
    link = link or factories.link_factory(document)
    return offers(Visit(factories.fresh(document), link), document_view(factories.fresh(document)))


def test_what_changed_is_confirmed_first_then_comes_the_approval_and_the_payment_last():
    order = factories.order_factory(items=4)
    keys = [item.key for item in order.lines]
    order = factories.approve(order, keys[:1])
    order.shipping_amount, order.line_items = 30, order.lines
    raised = factories.publish(order)
    assert found_on(raised).primary.name == "confirm_change"
    names = []
    fresh = factories.order_factory(items=2)
    for keys in ([], [fresh.lines[0].key], [fresh.lines[1].key]):
        fresh = factories.approve(fresh, keys) if keys else fresh
        names.append(found_on(fresh).primary.name)
    assert names == ["approve_multiple", "approve", "pay"]
    pay = found_on(fresh).primary
    assert (pay.amount, pay.opens) == ("€238.00", "pay")


def test_the_one_to_press_stands_there_once():
    found = found_on(factories.order_factory(items=2))
    assert found.primary.name not in [each.name for each in found.document]


def test_each_item_has_buttons_of_its_own():
    order = factories.order_factory(items=2)
    buttons = [item.approve for item in found_on(order).items]
    keys = [resolve(button.url).kwargs["item_key"] for button in buttons]
    assert keys == [item.key for item in order.lines]
    assert buttons[1].accessible_label == "Approve: A2 poster"


def test_whoever_has_said_yes_is_not_asked_again_while_others_are():
    estimate = factories.estimate_factory(items=3, approvals_needed="all")
    people = [{"name": name, "email": f"{name}@example.org"} for name in ("kim", "alex")]
    kim, alex = (factories.link_factory(estimate, **person) for person in people)
    answer(estimate, kim)
    counts = []
    for link in (kim, alex):
        found = found_on(estimate, link)
        counts.append((found.primary.count, sum(bool(item.approve) for item in found.items)))
    assert counts == [(2, 2), (3, 3)]


def test_comments_and_files_are_counted_where_they_hang():
    estimate = factories.estimate_factory(items=2)
    first = estimate.lines[0].key
    for key in (None, first, first):
        Comment.objects.create(document_id=estimate.pk, item_key=key, text="Hello")
        Attachment.objects.create(
            document_id=estimate.pk, item_key=key, public_id=uuid4(), size=1, is_internal=False
        )
    found = found_on(estimate)
    for name in ("comment", "upload"):
        counts = [each.count for each in found.document if each.name == name]
        counts += [each.count for item in found.items for each in item.quiet if each.name == name]
        assert counts == [3, 2, 0], name


def test_a_new_estimate_is_asked_for_without_a_count():
    """It would read as so many of them."""
    estimate = factories.estimate_factory(items=1, valid_until="2020-01-01")
    Comment.objects.create(document_id=estimate.pk, text="Hello")
    primary = found_on(estimate).primary
    assert (primary.name, primary.count) == ("comment", None)
    assert primary.label == primary.accessible_label == "Ask for a new estimate"


def test_where_nothing_is_left_to_do_nothing_is_asked_for():
    site = factories.site_factory(who_converts="staff")
    estimate = factories.approve(factories.estimate_factory(items=1, site=site))
    assert found_on(estimate).primary is None


def test_what_has_its_button_elsewhere_has_none_here():
    estimate = factories.estimate_factory(items=2)
    estimate.change_requests.create(number=1, text="Larger")
    found = found_on(estimate)
    names = {each.name for each in found.document}
    names |= {each.name for item in found.items for each in item.quiet}
    assert names.isdisjoint({"send_link", "withdraw_change_request", "proof_points"})


def test_a_sites_own_way_to_pay_needs_to_know_of_no_other(monkeypatch):
    """An action of the same name takes the place of ours."""

    class Own(Action):
        name = verb = "pay"
        label = "Pay at the counter"

    monkeypatch.setitem(registry._actions, "pay", Own)
    assert not found_on(factories.order_factory(items=1)).asks_how_to_pay
