"""Who may let a colleague in, with which rights, and for how long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import DirectLink, OutgoingEmail, PortalSettings
from portal_plugin.models.documents import lock
from portal_plugin.services import inviting, links
from portal_plugin.statuses import LinkRole
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def estimate():
    site = factories.site_factory(lets_invite=True)
    return lock(factories.estimate_factory(items=1, site=site))


@pytest.fixture
def kim(estimate):
    return factories.link_factory(estimate)


def invite(document, by, email="alex@example.org", role=LinkRole.LOOK):
    return inviting.invite(document, by, name="Alex", email=email, role=role)


def lets_none(document):
    PortalSettings.objects.filter(site=document.site_id).update(lets_invite=False)
    return lock(type(document).objects.get(pk=document.pk))


def test_a_preview_asks_without_a_person(estimate):
    assert inviting.lets_invite(estimate, None)
    assert not inviting.lets_invite(lets_none(estimate), None)


def test_whom_the_shop_does_not_let_is_not_let(estimate, kim):
    assert inviting.lets_invite(estimate, kim)
    kim.may_invite = False
    assert not inviting.lets_invite(estimate, kim)


def test_a_sample_is_its_makers_alone(estimate, kim):
    estimate.is_sample = True
    assert not inviting.lets_invite(estimate, kim)


def test_a_document_that_was_read_for_a_page_knows_its_shop(
    estimate, kim, django_assert_num_queries
):
    estimate.shop_settings = PortalSettings.of(estimate.site)
    with django_assert_num_queries(0):
        assert inviting.lets_invite(estimate, kim)
    estimate.shop_settings.lets_invite = False
    assert not inviting.lets_invite(estimate, kim)
    estimate.shop_settings = None
    assert not inviting.lets_invite(estimate, kim)


def test_under_the_lock_it_is_looked_at_again(estimate, kim):
    with pytest.raises(NotAvailable):
        invite(lets_none(estimate), kim)
    kim.may_invite = False
    with pytest.raises(NotAvailable):
        invite(estimate, kim)
    assert DirectLink.objects.count() == 1
    assert not OutgoingEmail.objects.exists()


def test_it_ends_with_the_link_of_who_invited(estimate, kim):
    kim.expires_at = timezone.now() + timedelta(hours=1)
    assert invite(estimate, kim).expires_at == kim.expires_at


def test_it_lasts_no_longer_than_a_link_does(estimate, kim):
    kim.expires_at = timezone.now() + timedelta(days=10_000)
    lasts = invite(estimate, kim).expires_at
    assert lasts - links.expiry(estimate) < timedelta(minutes=1)


def test_an_address_is_the_same_however_it_is_written(estimate, kim):
    invite(estimate, kim)
    with pytest.raises(NotAvailable):
        invite(estimate, kim, email="ALEX@example.org")


def test_whom_they_let_in_is_followed_to_the_end(estimate, kim):
    alex = invite(estimate, kim)
    alex.may_invite = True
    sam = invite(estimate, alex, "sam@example.org")
    invite(estimate, factories.link_factory(estimate, name="Jo", email="jo@example.org"), "x@y.org")
    assert inviting.invited_by(kim) == [alex, sam]
    DirectLink.objects.filter(pk=alex.pk).update(revoked_at=timezone.now())
    assert inviting.invited_by(kim) == [sam]
    assert inviting.invited_by(sam) == []


def test_two_who_let_each_other_in_are_each_told_of_once(estimate, kim):
    """No page makes it so; whoever mends rows by hand may."""
    alex = invite(estimate, kim)
    DirectLink.objects.filter(pk=kim.pk).update(invited_by=alex)
    assert {link.pk for link in inviting.invited_by(kim)} == {alex.pk, kim.pk}
