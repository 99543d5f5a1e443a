"""What is done to several rows at once: which of them not and why, each once, none silently."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from portal_plugin.admin.bulk import base
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import (
    Activity,
    Contact,
    Customer,
    LedgerEntry,
    Order,
    OutgoingEmail,
    RenderedPdf,
    Stage,
)
from portal_plugin.services import payments, pdfs, reminding, sending, staging
from tests.factories import estimate_factory, link_factory, order_factory, user_factory

from . import pages

pytestmark = pytest.mark.django_db


def address(action, documents, next_url="/admin/", **query):
    model = type(documents[0])
    url = reverse("wagtail_bulk_action", args=["portal_plugin", model._meta.model_name, action])
    ids = "&".join(f"id={row if isinstance(row, str) else row.pk}" for row in documents)
    rest = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{url}?{ids}&next={next_url}{rest}"


def press(client, action, documents, **data):
    return client.post(address(action, documents), data, follow=True)


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def entries(verb):
    return Activity.objects.filter(verb=verb).count()


# -- which rows ------------------------------------------------------------------------------------


def test_the_list_offers_them(client, boss):
    order_factory()
    page = client.get(pages.url(base.Order, "list")).content.decode()
    for label in ("Set stage", "Assign", "Send", "Remind", "Mark as paid", "PDFs", "Cancel"):
        assert label in page


def test_the_page_says_which_rows_are_left_and_why_before_anything_is_done(client, boss):
    living, cancelled = order_factory(), order_factory()
    staging.cancel(cancelled, "Too late")
    page = client.get(address("portal-stage", [living, cancelled])).content.decode()
    assert "For this document" in page
    assert f"{cancelled}</bdi>: It is not under way." in page


def test_the_rest_is_done_and_the_result_says_how_many(client, boss):
    one, two, cancelled = (order_factory() for _ in range(3))
    staging.cancel(cancelled, "Too late")
    stage = Stage.objects.filter(site=one.site).first()
    response = press(client, "portal-stage", [one, two, cancelled], stage=stage.pk)
    for order in (one, two, cancelled):
        order.refresh_from_db()
    assert [one.stage, two.stage, cancelled.stage] == [stage, stage, None]
    assert "The stage of 2 orders is saved." in told(response)
    assert f"1 was left as it is. {cancelled}: It is not under way." in told(response)


def test_what_changed_since_the_page_was_opened_is_refused_alone(client, boss):
    one, two = order_factory(), order_factory()
    staging.cancel(two, "Too late")
    type(two).objects.filter(pk=two.pk).update(listed_state="approved")  # as the page saw it
    stage = Stage.objects.filter(site=one.site).first()
    response = press(client, "portal-stage", [one, two], stage=stage.pk)
    assert "The stage of 1 order is saved." in told(response)
    assert str(two) in told(response)


def test_all_in_the_list_are_those_that_its_filters_show(client, boss):
    wanted, other = order_factory(title="Gear"), order_factory(title="Sign")
    url = address("portal-stage", [wanted]).replace(f"id={wanted.pk}", "id=all")
    page = client.get(f"{url}&q=gear", follow=True)
    assert [item["item"] for item in page.context["items"]] == [wanted]
    page = client.get(f"{url}&worklist=ready", follow=True)
    assert page.status_code == 404
    assert other.title == "Sign"


def test_too_many_at_once_are_refused_and_nothing_is_done(client, boss, monkeypatch):
    monkeypatch.setattr(base, "MOST", 1)
    documents = [order_factory(), order_factory()]
    assert (
        "Choose at most 1 at once"
        in client.get(address("portal-cancel", documents)).content.decode()
    )
    press(client, "portal-cancel", documents, reason="Closed")
    assert entries("cancel") == 0


def test_nonsense_names_no_row(client, boss):
    order = order_factory()
    url = address("portal-cancel", [order]).replace(f"id={order.pk}", "id=x&id=-1&id=9999999999999")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("portal-cancel", {"reason": "Mine now"}),
        ("portal-assign", {"person": ""}),
        ("portal-pdfs", {}),
        ("portal-send", {}),
        ("portal-remind", {}),
    ],
)
def test_rows_of_another_shop_do_not_exist(client, staff_of, only_site, other_site, action, data):
    theirs = order_factory(site=other_site)
    link_factory(theirs)
    staff_of(only_site)
    before = Activity.objects.count()
    assert client.get(address(action, [theirs])).status_code == 404
    assert client.post(address(action, [theirs]), data).status_code == 404
    assert Activity.objects.count() == before


def test_without_the_right_nothing_is_done(client, staff_of, only_site):
    order = order_factory()
    staff_of(only_site, group="Portal editors")
    page = client.get(address("portal-cancel", [order])).content.decode()
    assert "You have no right to do this." in page
    assert client.post(address("portal-cancel", [order]), {"reason": "x"}).status_code == 409
    order.refresh_from_db()
    assert order.cancelled_at is None


# -- each of them ----------------------------------------------------------------------------------


def test_a_stage_of_another_shop_is_no_choice_and_its_orders_are_left(client, boss, other_site):
    ours, theirs = order_factory(), order_factory(site=other_site)
    page = client.get(address("portal-stage", [ours, theirs]))
    assert "It belongs to another site" in page.content.decode()
    assert {s.site_id for s in page.context["form"].fields["stage"].queryset} == {ours.site_id}


def test_the_same_stage_twice_leaves_one_entry(client, boss):
    order = order_factory()
    stage = Stage.objects.filter(site=order.site).first()
    for _ in range(2):
        press(client, "portal-stage", [order], stage=stage.pk)
    assert entries("stage") == 1


def test_assign(client, boss):
    estimates = [estimate_factory(), estimate_factory(published=False)]
    for _ in range(2):
        press(client, "portal-assign", estimates, person=boss.pk)
    assert {type(row).objects.get(pk=row.pk).responsible for row in estimates} == {boss}
    assert entries("responsible") == 2
    press(client, "portal-assign", estimates, person="")
    assert type(estimates[0]).objects.get(pk=estimates[0].pk).responsible is None


def test_nobody_is_responsible_who_may_not_work_there(client, boss, staff_of, other_site):
    order = order_factory()
    stranger = user_factory(is_superuser=False)
    response = press(client, "portal-assign", [order], person=stranger.pk)
    assert response.context["form"].errors
    order.refresh_from_db()
    assert order.responsible is None


def test_cancel_asks_for_the_reason_and_leaves_drafts(client, boss):
    out, draft = estimate_factory(), estimate_factory(published=False)
    assert press(client, "portal-cancel", [out, draft], reason=" ").context["form"].errors
    response = press(client, "portal-cancel", [out, draft], reason="We close.")
    out.refresh_from_db()
    assert out.cancel_reason == "We close."
    assert "1 document is cancelled." in told(response)
    assert "It was never out: delete the draft." in told(response)


def test_what_was_paid_for_is_cancelled_on_its_own_page(client, boss):
    paid, unpaid = order_factory(items=1), order_factory(items=1)
    payments.record_offline(
        paid,
        amount=Decimal(10),
        method="Cash",
        occurred_at=timezone.now(),
        note="",
        user=boss,
    )
    press(client, "portal-cancel", [paid, unpaid], reason="The shop closes.")
    cancelled = Order.objects.exclude(cancelled_at=None)
    assert list(cancelled) == [unpaid]


def test_mark_paid_records_each_balance_once(client, boss):
    one, two = order_factory(), order_factory()
    data = {"method": "Bank transfer", "day": timezone.localdate().isoformat()}
    response = press(client, "portal-paid", [one, two], **data)
    assert "The payments of 2 orders are recorded." in told(response)
    assert press(client, "portal-paid", [one, two], **data).status_code == 409
    assert LedgerEntry.objects.filter(method="Bank transfer", recorded_by=boss).count() == 2
    assert type(one).objects.get(pk=one.pk).balance_due == 0


def test_nobody_paid_in_the_future(client, boss):
    order = order_factory()
    press(client, "portal-paid", [order], method="Cash", day="2999-01-01")
    assert not LedgerEntry.objects.exists()


def test_send_writes_to_the_customer_and_the_contacts_who_get_documents(client, boss):
    order, sent, nobody = order_factory(), order_factory(), order_factory()
    link_factory(sent)
    Contact.objects.create(customer=order.customer, name="Kim", email="kim@example.org")
    Contact.objects.create(
        customer=order.customer, name="Lee", email="lee@example.org", gets_documents=False
    )
    Contact.objects.create(customer=order.customer, name="Wrong", email="no address")
    Customer.objects.filter(pk=nobody.customer_id).update(email="")
    response = press(client, "portal-send", [order, sent, nobody])
    assert "1 document is on its way." in told(response)
    assert "Somebody has a direct link already." in told(response)
    assert "Its customer has no valid email address." in told(response)
    people = OutgoingEmail.objects.filter(kind="link").values_list("recipient__email", flat=True)
    assert sorted(people) == sorted([order.customer.email, "kim@example.org"])
    assert entries("send") == 1
    assert "already" in told(press(client, "portal-send", [order]))
    assert entries("send") == 1


def test_what_has_ended_is_sent_to_nobody(boss):
    order = order_factory()
    staging.cancel(order, "Too late")
    with pytest.raises(NotAvailable):
        sending.send_first(order, boss)
    assert not OutgoingEmail.objects.filter(kind="link").exists()


def test_remind_writes_one_email_to_each_person(client, boss):
    sent, unsent = order_factory(), order_factory()
    link_factory(sent)
    response = press(client, "portal-remind", [sent, unsent])
    assert "1 document is on its way again." in told(response)
    assert "It was sent to nobody yet." in told(response)
    assert "It was sent a moment ago." in told(press(client, "portal-remind", [sent]))
    assert OutgoingEmail.objects.filter(kind="link").count() == 1
    OutgoingEmail.objects.update(created_at=timezone.now() - reminding.PAUSE)
    press(client, "portal-remind", [sent])
    assert OutgoingEmail.objects.filter(kind="link").count() == 2


def test_pdfs_come_as_one_file_and_the_missing_ones_are_named_and_ordered(client, boss):
    there = order_factory(items=1)
    pdfs.drain()
    missing = order_factory(items=1)
    RenderedPdf.objects.filter(document=missing.pk).delete()
    url = address("portal-pdfs", [there, missing])
    response = client.post(url)
    assert response.status_code == 409
    assert f"{missing}</bdi>: Its PDF is being made." in response.content.decode()
    assert RenderedPdf.objects.filter(document=missing.pk).count() == 1
    response = client.post(url, {"without_missing": "True"})
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        [name] = archive.namelist()
        assert there.number in name
        assert archive.read(name).startswith(b"%PDF")
