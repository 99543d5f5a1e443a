"""What nobody can explain is before somebody's eyes until somebody did."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.admin.needs_action import NeedsAction
from portal_plugin.models import Discrepancy
from portal_plugin.services.payments import explaining
from portal_plugin.statuses import DiscrepancyKind
from tests.factories import order_factory, user_factory

pytestmark = pytest.mark.django_db
URL = reverse("portal_admin:to_explain")


def found(document=None, reference="pi_1"):
    explaining.note(
        DiscrepancyKind.UNKNOWN,
        account="",
        stripe_object=reference,
        amount=Decimal(50),
        currency="EUR",
        document=document,
    )
    return Discrepancy.objects.get(stripe_object=reference)


def test_is_on_the_home_panel_and_leads_to_where_it_is_closed(client, boss):
    document = order_factory(items=1)
    found(document)
    (row,) = [one for one in NeedsAction(boss).rows() if one.url == URL]
    assert "€50.00" in str(row.sentence)
    assert document.number in str(row.sentence)
    html = client.get(URL).content.decode()
    assert "pi_1" in html
    assert reverse("portal_admin:overview", args=[document.pk]) in html


def test_is_closed_with_a_note(client, boss):
    row = found(order_factory(items=1))
    assert client.post(URL, {"row": row.pk, "note": "The old shop"}).status_code == 302
    row.refresh_from_db()
    assert (row.closed_by, row.note) == (boss, "The old shop")
    assert not [one for one in NeedsAction(boss).rows() if one.url == URL]


def test_a_second_press_or_a_colleagues_finds_it_closed(client, boss):
    row = found(order_factory(items=1))
    for _twice in range(2):
        answer = client.post(URL, {"row": row.pk, "note": "The old shop"}, follow=True)
        assert "It is marked as explained." in answer.content.decode()
    client.force_login(user_factory())
    answer = client.post(URL, {"row": row.pk, "note": "A test"}, follow=True)
    assert "What you wrote is not kept: A test" in answer.content.decode()
    row.refresh_from_db()
    assert (row.closed_by, row.note) == (boss, "The old shop")


def test_is_told_to_whoever_runs_it_when_it_is_new(caplog):
    for _twice in range(2):
        found(reference="pi_odd")
    assert [row.levelname for row in caplog.records if "pi_odd" in row.getMessage()] == ["ERROR"]


def test_what_was_closed_stays_so_when_it_is_found_or_closed_again(boss):
    row = found()
    explaining.close(row, user=boss, reason="The old shop")
    explaining.close(row, reason="Nobody knows")
    assert found() == row
    row.refresh_from_db()
    assert (row.closed_by, row.note) == (boss, "The old shop")


def test_of_several_just_the_one_that_was_meant_is_closed(client, boss):
    document = order_factory(items=1)
    rows = [found(document, reference=f"pi_{number}") for number in range(3)]
    client.post(URL, {"row": rows[1].pk, "note": "The old shop"})
    assert set(Discrepancy.objects.open()) == {rows[0], rows[2]}
    assert client.post(URL, {"row": ""}).status_code == 404


def test_what_names_no_order_of_ours_is_there_too(client, boss):
    found()
    assert "pi_1" in client.get(URL).content.decode()


def test_another_shops_is_not_there(client, staff_of, only_site, other_site):
    foreign = found(order_factory(items=1, site=other_site))
    nobodys = found(reference="pi_2")
    staff_of(only_site)
    html = client.get(URL).content.decode()
    assert "pi_1" not in html
    assert "pi_2" not in html
    for row in (foreign, nobodys):
        assert client.post(URL, {"row": row.pk}).status_code == 404
