from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.exceptions import PublishRefused
from portal_plugin.models import (
    DocumentVersion,
    Estimate,
    NumberSequence,
    Order,
    Stage,
    TermsText,
    VersionItem,
)
from portal_plugin.services import activity, numbering
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_first_publish_gives_a_number_and_a_version():
    estimate = factories.estimate_factory(items=2)
    assert estimate.number.startswith("E-")
    assert estimate.current_version.number == 1
    assert estimate.current_version.items.count() == 2


def test_the_number_stays_and_the_version_counts_on():
    estimate = factories.estimate_factory()
    number = estimate.number
    again = factories.publish(estimate)
    assert (again.number, again.current_version.number) == (number, 2)


def test_a_new_site_has_its_starter_stages_with_its_first_document():
    order = factories.order_factory(items=1)
    first, *_rest = Stage.objects.filter(site=order.site)
    first.delete()
    factories.order_factory(items=1)
    assert Stage.objects.filter(site=order.site).count() == 3


def test_kinds_and_sites_count_apart():
    other = factories.site_factory("shop-b.localhost")
    numbers = [
        factories.order_factory(items=1).number,
        factories.order_factory(items=1).number,
        factories.order_factory(items=1, site=other).number,
    ]
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0001"]


def test_a_year_begins_at_the_shops_midnight(settings, monkeypatch):
    settings.TIME_ZONE = "Europe/Berlin"
    numbers = []
    for moment in ("2026-12-31T22:30", "2026-12-31T22:59", "2026-12-31T23:00", "2027-01-01T09:00"):
        now = datetime.fromisoformat(f"{moment}+00:00")
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        # Whoever works from another continent changes nothing.
        with timezone.override("America/New_York"):
            numbers.append(factories.order_factory(items=1).number)
    assert numbers == ["2026-0001", "2026-0002", "2027-0001", "2027-0002"]


def test_a_draft_has_no_number_and_a_schedule_gives_none():
    draft = factories.estimate_factory(published=False)
    draft.go_live_at = timezone.now() + timedelta(days=1)
    draft.save_revision().publish(skip_permission_checks=True)
    draft = Estimate.objects.get(pk=draft.pk)
    assert (draft.number, draft.current_version) == (None, None)


def test_without_terms_nothing_goes_out():
    draft = factories.estimate_factory(published=False)
    TermsText.objects.all().delete()
    revision = draft.save_revision()
    with pytest.raises(PublishRefused):
        revision.publish(skip_permission_checks=True)
    draft = Estimate.objects.get(pk=draft.pk)
    assert not draft.live
    assert draft.number is None
    assert not NumberSequence.objects.filter(next_number__gt=1).exists()


@pytest.mark.parametrize("kind", ["estimate", "order"])
def test_an_estimate_needs_the_terms_of_the_order_that_it_may_become(kind):
    draft = factories.estimate_factory(published=False)
    TermsText.objects.filter(kind=kind).delete()
    with pytest.raises(PublishRefused, match="terms"):
        draft.save_revision().publish(skip_permission_checks=True)


@pytest.mark.parametrize("change", [{"customer": None}, {"language": ""}, {"currency": ""}])
def test_what_a_customer_needs_is_asked_for(change):
    draft = factories.estimate_factory(published=False)
    for name, value in change.items():
        setattr(draft, name, value)
    with pytest.raises(PublishRefused):
        draft.save_revision().publish(skip_permission_checks=True)


def test_an_unchanged_item_keeps_the_version_since_which_it_is_so():
    order = factories.order_factory(items=2)
    first = order.current_version
    order.lines[0].quantity = Decimal(9)
    order.line_items = order.lines
    order = factories.publish(order)
    changed, same = order.current_version.items.all()
    assert changed.since == order.current_version
    assert same.since == first


def test_an_edit_there_and_back_is_not_the_same_as_before():
    order = factories.order_factory(items=1)
    first = order.current_version.items.get()
    for name in ("Other", "A1 poster"):
        order.lines[0].name = name
        order.line_items = order.lines
        order = factories.publish(order)
    last = VersionItem.objects.get(version=order.current_version)
    assert last.item_hash == first.item_hash
    assert last.since != first.since


def test_the_history_is_one_unbroken_chain():
    order = factories.publish(factories.order_factory())
    assert activity.first_broken(order) is None
    entry = order.activities.order_by("sequence").first()
    type(entry).objects.filter(pk=entry.pk).update(data='{"version":7}')
    assert activity.first_broken(order) == entry


def test_versions_are_kept_for_ever():
    order = factories.order_factory()
    with pytest.raises(Exception, match="protected"):
        DocumentVersion.objects.filter(document=order.pk).delete()
    assert Order.objects.get(pk=order.pk).current_version


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("E-{year}-{number:04}", None),
        ("{number}", None),
        ("{number:12}", None),
        ("{{{year}}}-{month}/{number:04}", None),
        ("{foo}-{number}", "foo"),
        ("{}-{number}", "{}"),
        ("E-{year}", "number"),
        ("{number.__class__}", "number.__class__"),
        ("{number[0]}", "number[0]"),
        ("{year.__init__.__globals__}-{number}", "year.__init__.__globals__"),
        ("{number!r}", "number!r"),
        ("{number:0999999999}", "number:0999999999"),
        ("{number:{year}}", "number:{year}"),
        ("{number:.0e}", "number:.0e"),
        ("{number:c}", "number:c"),
        ("{year:900000000}-{number}", "year:900000000"),
        ("{", "{"),
        ("X" * 60 + "{number}", "X" * 60 + "{number}"),
    ],
)
def test_a_number_pattern_is_checked(pattern, wrong):
    assert numbering.pattern_error(pattern) == wrong


def test_the_currency_stays_once_it_was_told():
    order = factories.order_factory(items=1, currency="EUR")
    order.currency = "USD"
    with pytest.raises(PublishRefused, match="currency"):
        factories.publish(order)
    assert Order.objects.get(pk=order.pk).currency == "EUR"
