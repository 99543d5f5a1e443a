"""The plan of a document, where staff write it."""

import html

import pytest
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from portal_plugin.admin.plan_field import PlanField
from portal_plugin.models import Order, PortalSettings
from tests.factories import fresh, line_item, order_factory

from . import pages
from .test_live_totals import add_up, words

pytestmark = pytest.mark.django_db

PLAN = [
    {"percent": "30", "on": "", "days": None},
    {"percent": "", "on": "2031-05-03", "days": None},
]


def posted(*rows):
    """As Wagtail's list of blocks sends it: per cent, day, days after the order."""
    data = {"instalments-count": len(rows)}
    for number, (percent, on, days) in enumerate(rows):
        prefix = f"instalments-{number}"
        data |= {
            f"{prefix}-deleted": "",
            f"{prefix}-order": number,
            f"{prefix}-type": "item",
            f"{prefix}-id": "",
            f"{prefix}-value-percent": percent,
            f"{prefix}-value-on": on,
            f"{prefix}-value-days": days,
        }
    return data


@pytest.fixture(scope="module")
def made(make_once):
    items = [line_item(1, quantity=1, unit_price=100, tax_rate=0)]
    return make_once(lambda: order_factory(items=items))


@pytest.fixture
def order(boss, made):
    PortalSettings.objects.filter(site=made.site_id).update(takes_instalments=True)
    return fresh(made)


def save(client, order, plan, **values):
    rows = pages.rows_of(order)
    data = pages.document(order.customer, rows, len(rows), **values) | plan
    return client.post(pages.url(Order, "edit", order.pk), data | {"action-publish": "publish"})


def test_it_is_asked_for_only_where_the_shop_has_it_or_the_document_has_one(client, order):
    url = pages.url(Order, "edit", order.pk)
    assert 'id="instalments"' in client.get(url).content.decode()
    PortalSettings.objects.update(takes_instalments=False)
    assert 'id="instalments"' not in client.get(url).content.decode()
    order.instalments = PLAN
    order.save_revision()
    assert 'id="instalments"' in client.get(url).content.decode()


def test_it_is_saved_and_goes_out(client, order):
    save(client, order, posted(("30", "", ""), ("", "2031-05-03", "")))
    assert fresh(order).instalments == PLAN
    assert fresh(order).totals.instalments == (30, 70)


def test_a_page_that_does_not_know_of_it_takes_none_away(client, order):
    save(client, order, posted(("30", "", ""), ("", "2031-05-03", "")))
    save(client, fresh(order), {}, title="Other")
    assert fresh(order).title == "Other"
    assert fresh(order).instalments == PLAN


def test_it_can_be_taken_away(client, order):
    save(client, order, posted(("30", "", ""), ("", "2031-05-03", "")))
    save(client, fresh(order), posted())
    assert fresh(order).instalments == []


def test_with_a_deposit_it_is_refused_in_a_sentence(client, order):
    answer = save(client, order, posted(("30", "", ""), ("", "", "9")), deposit_percent="20")
    assert "A deposit and instalments exclude each other." in answer.content.decode()
    assert fresh(order).instalments == []


def test_what_is_no_plan_is_said_at_its_row(client, order):
    answer = save(client, order, posted(("30", "", ""), ("60", "", "9")))
    assert "All instalments together have to be 100 %" in answer.content.decode()
    assert fresh(order).instalments == []


def test_a_draft_may_hold_what_is_none_yet():
    field = PlanField()
    typed = field.widget.value_from_datadict(posted(("30", "", "")), {}, "instalments")
    with pytest.raises(ValidationError):
        field.clean(typed)
    field.is_deferred_validation = True
    assert field.clean(typed) == [{"percent": "30", "on": "", "days": None}]


def test_the_totals_sum_it_up(client, order):
    plan = posted(("30", "", ""), ("", "2031-05-03", ""))
    said = words(add_up(client, pages.rows_of(order), order, 1, **plan))
    assert "2 instalments: \u2068€30.00\u2069 (with the order), \u2068€70.00\u2069 (by" in said


@pytest.mark.parametrize(
    "changes",
    [
        {"instalments-count": "1e9"},
        {"instalments-count": "-1"},
        {"instalments-count": "99999999999"},
        {"instalments-count": "3"},
        {"instalments-1-order": "first"},
        {"instalments-1-order": "0"},
        {"instalments-1-id": None, "instalments-1-deleted": None},
    ],
)
@pytest.mark.parametrize("button", ["action-publish", "nothing"])
def test_rows_that_did_not_arrive_whole_are_refused_in_a_sentence(client, order, changes, button):
    save(client, order, posted(("30", "", ""), ("", "2031-05-03", "")))
    data = pages.document(order.customer, pages.rows_of(order), 1, title="Other")
    data |= posted(("30", "", ""), ("", "", "9")) | changes | {button: "x"}
    data = {name: value for name, value in data.items() if value is not None}
    answer = client.post(pages.url(Order, "edit", order.pk), data)
    assert answer.status_code == 200
    assert "The instalments did not arrive whole." in html.unescape(answer.content.decode())
    assert fresh(order).get_latest_revision_as_object().instalments == PLAN
    answer = add_up(
        client, pages.rows_of(order), order, 1, **{k: v for k, v in data.items() if k[:4] == "inst"}
    )
    assert answer.status_code == 422


def test_the_overview_names_the_next(client, order):
    order.instalments = PLAN
    order.save_revision().publish(skip_permission_checks=True)
    page = " ".join(strip_tags(client.get(pages.overview(order)).content.decode()).split())
    assert "Instalment 1 of 2 · with the order" in page
    assert "Payment plan €30.00 Instalment 1 of 2 with the order Next €70.00 Instalment 2" in page


def test_the_next_instalment_is_what_a_payment_is_expected_to_be(client, order):
    order.instalments = PLAN
    order.save_revision().publish(skip_permission_checks=True)
    page = client.get(pages.overview(order)).content.decode()
    field = page[page.index('id="payment-amount"') :]
    assert 'value="30.00"' in field[: field.index(">")]


def test_two_versions_are_compared_in_words(client, order):
    save(client, order, posted(("30", "", ""), ("", "2031-05-03", "")))
    save(client, fresh(order), posted(("30", "", ""), ("40", "", "14"), ("", "2031-05-03", "")))
    first, second = order.revisions.order_by("-pk")[:2][::-1]
    url = pages.url(Order, "revisions_compare", order.pk, first.pk, second.pk)
    page = client.get(url).content.decode()
    assert "percent" not in page
    assert "30% (with the order)<br>" in page
    assert '<span class="deletion">70% (by May 3, 2031)</span>' in page
    assert '<span class="addition">40% (14 days after the order)</span>' in page
