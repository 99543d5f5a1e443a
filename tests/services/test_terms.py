"""Which wording a customer accepts: of the document's kind and language, the newest."""

import pytest

from portal_plugin.models import Estimate, Order, TermsText
from portal_plugin.services import on_behalf, proofs, terms
from portal_plugin.statuses import TermsKind
from tests import factories, samples

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def site():
    return factories.site_factory(language="de")


def text_for(document):
    found = terms.current(document)
    return found and found.text


def test_it_is_in_the_documents_language_or_the_shops_or_the_sites(site):
    document = factories.estimate_factory(items=1, site=site, language="ar")
    assert text_for(document) == factories.TERMS
    terms.add(site, "de", "estimate", "Auf Deutsch")
    assert text_for(document) == "Auf Deutsch"
    terms.add(site, "ar", "estimate", "Arabic")
    assert text_for(document) == "Arabic"
    terms.add(site, "ar", "estimate", " \n")
    assert text_for(document) == "Auf Deutsch"


def test_it_is_that_of_the_documents_kind_and_site(site):
    order = factories.order_factory(items=1, site=site, language="en")
    other = factories.site_factory("other.example")
    terms.add(site, "en", "estimate", "Of estimates")
    terms.add(other, "en", "order", "Of another shop")
    terms.add(site, "en", "order", "Of orders")
    assert text_for(order) == "Of orders"
    assert text_for(factories.estimate_factory(items=1, site=site, language="en")) == "Of estimates"


def test_the_same_text_again_is_no_new_one_and_an_earlier_one_is(site):
    first = terms.add(site, "en", "proof", "First")
    assert terms.add(site, "en", "proof", "First") == first
    german = terms.add(site, "de", "proof", "First")
    austrian = terms.add(site, "de-at", "proof", "First")
    assert len({first.pk, german.pk, austrian.pk}) == 3
    second = terms.add(site, "en", "proof", "Second")
    again = terms.add(site, "en", "proof", "First")
    assert len({first.pk, second.pk, again.pk}) == 3
    assert TermsText.objects.current(site, "en", "proof") == again


def test_an_estimate_needs_those_of_orders_too(site):
    estimate = factories.estimate_factory(items=1, site=site)
    order = factories.order_factory(items=1, site=site)
    assert not terms.are_missing(estimate)
    TermsText.objects.filter(kind=TermsKind.ORDER).delete()
    assert terms.are_missing(estimate)
    assert terms.are_missing(order)
    terms.add(site, "en", "order", "Of orders")
    TermsText.objects.filter(kind=TermsKind.ESTIMATE).delete()
    assert terms.are_missing(estimate)
    assert not terms.are_missing(order)


@pytest.fixture
def order_with_new_proofs(site):
    """Of three items that are alike the first was approved before, and the second declined."""
    items = [factories.line_item(1) for _ in range(3)]
    order = factories.order_factory(items, site=site, language="en")
    first, second, _third = [item.key for item in order.lines]
    factories.approve(order, [first])
    on_behalf.record(order, [second], "decline", "Phone", factories.user_factory())
    for item in order.lines:
        proofs.add_proof_version(order, item.key, samples.upload())
    proofs.send_now(order, None)
    return Order.objects.get()


def test_where_only_the_proof_of_what_was_approved_is_new_those_of_proofs_are_accepted(
    site, order_with_new_proofs
):
    order = order_with_new_proofs
    approved, declined, new = [item.key for item in order.lines]
    assert terms.of_decision(order, [approved]).kind == TermsKind.ORDER, "the shop has no others"
    terms.add(site, "en", "proof", "Of proofs")
    assert terms.of_decision(order, [approved]).kind == TermsKind.PROOF
    for keys in ([declined], [new], [approved, new]):
        assert terms.of_decision(order, keys).kind == TermsKind.ORDER


def test_about_nothing_the_documents_own_are_accepted(site):
    order = factories.order_factory(items=1, site=site)
    terms.add(site, "en", "proof", "Of proofs")
    assert terms.of_decision(order, []).kind == TermsKind.ORDER


def test_on_an_estimate_those_of_estimates_are_accepted_whatever_is_new(site):
    estimate = factories.estimate_factory(items=2, site=site, language="en")
    key = estimate.lines[0].key
    factories.approve(estimate, [key])
    proofs.add_proof_version(estimate, key, samples.upload())
    proofs.send_now(estimate, None)
    terms.add(site, "en", "proof", "Of proofs")
    fresh = Estimate.objects.get()
    assert fresh.standing.items[key].state == "waiting"
    assert terms.of_decision(fresh, [key]).kind == TermsKind.ESTIMATE


def test_of_an_item_that_is_gone_those_of_the_document_are_accepted(order_with_new_proofs):
    order = order_with_new_proofs
    gone, *left = order.lines
    order.line_items = left
    factories.publish(order)
    assert terms.of_decision(Order.objects.get(), [gone.key]).kind == TermsKind.ORDER
