"""Sending a document again to everybody who has it."""

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import OutgoingEmail
from portal_plugin.services import links, reminding, staging
from tests.factories import estimate_factory, link_factory, order_factory, publish

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_each_person_whose_link_was_not_stopped_gets_one_email():
    order = order_factory()
    wanted = link_factory(order)
    links.revoke(link_factory(order, name="Stopped", email="stopped@example.org"))
    link_factory(order, name="Without", email=" ").recipient.__class__.objects.filter(
        name="Without"
    ).update(email="")
    assert [email.link for email in reminding.remind(order)] == [wanted]


def test_a_second_press_writes_no_second_email():
    order = order_factory()
    link_factory(order)
    reminding.remind(order)
    with pytest.raises(NotAvailable):
        reminding.remind(order)
    assert OutgoingEmail.objects.count() == 1
    OutgoingEmail.objects.update(created_at=timezone.now() - reminding.PAUSE)
    assert reminding.remind(order)


def test_nobody_is_reminded_of_what_has_ended_or_is_not_out():
    cancelled, draft = order_factory(), estimate_factory(published=False)
    link_factory(cancelled)
    link_factory(draft)
    staging.cancel(cancelled, "Too late")
    OutgoingEmail.objects.all().delete()
    for document in (cancelled, draft, publish(estimate_factory(published=False))):
        with pytest.raises(NotAvailable):
            reminding.remind(document)
    assert not OutgoingEmail.objects.exists()


def test_who_has_two_links_by_a_corrected_address_is_reminded_once():
    order = order_factory()
    link_factory(order)
    order.customer.email = "now@acme.example"
    order.customer.save()
    newest = link_factory(order)
    assert [email.link for email in reminding.remind(order)] == [newest]
