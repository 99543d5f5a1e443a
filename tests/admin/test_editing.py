"""Writing a document: drafts, publishing, and what publishing may never change."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal_plugin.models import (
    Customer,
    Estimate,
    Order,
    PortalSettings,
    SalesDocument,
    TermsText,
)
from portal_plugin.services import on_behalf
from portal_plugin.statuses import Verdict
from tests.factories import customer_factory, estimate_factory, order_factory

from . import pages
from .pages import AUTOSAVE, post

pytestmark = pytest.mark.django_db


def create(client, items, **values):
    customer = values.pop("customer", None) or customer_factory()
    data = pages.document(customer, items, **values)
    return client.post(pages.url(Estimate, "add"), data)


def test_a_new_draft_is_on_the_only_site_and_not_out(client, boss, only_site):
    create(client, [pages.item()])
    document = Estimate.objects.get()
    assert document.site == only_site
    assert (document.live, document.number, document.current_version) == (False, None, None)
    assert document.line_items.get().name == "A1 poster"


def test_a_draft_may_be_empty(client, boss):
    client.post(pages.url(Estimate, "add"), pages.document(None, [], title=""))
    assert Estimate.objects.exists()


def test_a_draft_may_leave_numbers_out(client, boss):
    row = pages.item(unit_price="", quantity="", tax_rate="", discount_percent="")
    create(client, [row], deposit_percent="")
    item = Estimate.objects.get().line_items.get()
    assert (item.unit_price, item.quantity) == (0, 1)


def test_the_new_form_has_the_shops_defaults(client, boss, only_site):
    PortalSettings.objects.update(currency="CHF", tax_rate="8.1", validity_days=14, language="de")
    form = client.get(pages.url(Estimate, "add")).context["form"]
    assert form["currency"].value() == "CHF"
    assert form["language"].value() == "de"
    assert form["valid_until"].value() == timezone.localdate() + timezone.timedelta(days=14)
    assert str(form.formsets["line_items"].empty_form["tax_rate"].value()) == "8.1"


def test_no_reading_time_is_counted_for_a_table_of_prices(client, boss):
    document = estimate_factory(published=False)
    for url in (pages.url(Estimate, "edit", document.pk), pages.url(Estimate, "add")):
        page = client.get(url).content.decode()
        assert 'data-side-panel="preview"' in page
        assert 'data-side-panel="checks"' not in page


def test_language_and_currency_follow_the_customer(client, boss):
    customer = customer_factory(language="ar", currency="KWD")
    PortalSettings.objects.update(language="en")
    create(client, [pages.item()], customer=customer)
    document = Estimate.objects.get()
    assert (document.language, document.currency) == ("ar", "KWD")


def test_the_open_page_learns_what_followed_the_customer(client, boss):
    PortalSettings.objects.update(language="en")
    data = pages.document(customer_factory(language="ar"), [pages.item()])
    answer = client.post(pages.url(Estimate, "add"), data, headers=AUTOSAVE).json()
    assert answer["field_updates"]["language"] == "ar"


def test_a_chosen_language_is_kept(client, boss):
    customer = customer_factory(language="ar")
    PortalSettings.objects.update(language="en")
    create(client, [pages.item()], customer=customer, language="de")
    assert Estimate.objects.get().language == "de"


def test_publish_and_send_leads_to_the_page_that_sends(client, boss):
    response = create(client, [pages.item()], **{"action-publish": "send"})
    document = Estimate.objects.get()
    assert response.url == reverse("portal_admin:send", args=[document.pk])
    assert document.live
    assert document.number
    assert not document.emails.exists()


def test_publishing_without_terms_is_refused_in_a_sentence(client, boss):
    customer = customer_factory()
    TermsText.objects.all().delete()
    response = create(client, [pages.item()], customer=customer, **{"action-publish": "send"})
    document = Estimate.objects.get()
    assert response.url == pages.url(Estimate, "edit", document.pk)
    assert "Write the terms first" in client.get(response.url).content.decode()
    assert not document.live
    assert document.number is None


def test_publishing_an_incomplete_draft_names_what_is_missing(client, boss):
    data = pages.document(None, [], **{"action-publish": "publish"})
    page = client.post(pages.url(Estimate, "add"), data, follow=True).content.decode()
    assert "Choose a customer." in page
    assert "Add at least one item." in page


def test_without_the_right_to_publish_a_post_saves_a_draft(client, staff_of):
    staff_of(group="Portal editors")
    document = estimate_factory(items=1, published=False)
    post(client, document, pages.rows_of(document), 1, **{"action-publish": "publish"})
    document.refresh_from_db()
    assert not document.live


def test_an_edit_of_a_published_document_stays_a_draft(client, boss):
    document = estimate_factory(items=2)
    rows = pages.rows_of(document)
    rows[0]["name"] = "Changed"
    post(client, document, [*rows, pages.item(name="New")], 2, title="Changed")
    document = Estimate.objects.get()
    assert document.title == "Window sign"
    assert [item.name for item in document.lines] == ["A1 poster", "A2 poster"]
    assert document.has_unpublished_changes


def test_publishing_keeps_what_was_written_meanwhile(client, boss, only_site):
    """The edit page was open while a customer's payment and staff's stage were written."""
    document = order_factory(items=1)
    rows = pages.rows_of(document)
    SalesDocument.objects.filter(pk=document.pk).update(
        responsible=boss, cancel_reason="kept", valid_until_override="2030-01-01"
    )
    post(client, document, rows, 1, **{"action-publish": "publish"})
    document = Order.objects.get()
    assert document.responsible == boss
    assert document.cancel_reason == "kept"
    assert str(document.valid_until_override) == "2030-01-01"


def test_its_history_calls_a_published_document_by_its_number(client, boss):
    create(client, [pages.item()], **{"action-publish": "publish"})
    document = Estimate.objects.get()
    page = client.get(pages.url(Estimate, "history", document.pk)).content.decode()
    assert re.search(rf"<title>[^<]*{document.number}", page)


def test_scheduling_gives_no_number_before_it_goes_live(boss):
    document = estimate_factory(items=1, published=False)
    document.go_live_at = timezone.now() + timezone.timedelta(days=1)
    document.save()
    revision = document.save_revision(user=boss)
    revision.publish(user=boss)
    document = Estimate.objects.get()
    assert (document.live, document.number, document.current_version) == (False, None, None)


def test_unpublishing_is_refused_once_there_is_a_decision(client, boss):
    document = estimate_factory(items=2)
    on_behalf.record(document, [document.lines[0].key], Verdict.APPROVE, "Phone", boss)
    response = client.post(pages.url(Estimate, "unpublish", document.pk), follow=True)
    assert "can be cancelled" in response.content.decode()
    assert Estimate.objects.get().live


def test_unpublishing_without_a_decision_takes_it_back(client, boss):
    document = estimate_factory(items=1)
    client.post(pages.url(Estimate, "unpublish", document.pk))
    document = Estimate.objects.get()
    assert not document.live
    assert (document.listed_state, document.waiting_for) == ("unpublished", "us")


def test_a_published_document_is_not_deleted(client, boss):
    document = estimate_factory(items=1)
    response = client.post(pages.url(Estimate, "delete", document.pk), follow=True)
    assert "can be cancelled" in response.content.decode()
    assert Estimate.objects.exists()


def test_nor_together_with_others(client, boss):
    document = estimate_factory(items=1)
    draft = estimate_factory(items=1, published=False)
    url = reverse("wagtail_bulk_action", args=["portal_plugin", "estimate", "delete"])
    response = client.post(f"{url}?id={document.pk}&id={draft.pk}&next=/admin/", follow=True)
    assert "can be cancelled" in response.content.decode()
    assert Estimate.objects.count() == 2


def test_a_draft_is_deleted(client, boss):
    document = estimate_factory(items=1, published=False)
    client.post(pages.url(Estimate, "delete", document.pk))
    assert not Estimate.objects.exists()


def test_a_customer_with_documents_is_kept(client, boss):
    document = estimate_factory(items=1)
    response = client.post(pages.url(Customer, "delete", document.customer.pk), follow=True)
    assert "is kept. To remove a person&#x27;s name" in response.content.decode()
    assert Customer.objects.filter(pk=document.customer_id).exists()


@pytest.mark.parametrize(
    ("model", "words"), [(Customer, "Not said: online"), (Estimate, "As set for the customer")]
)
def test_who_chooses_no_way_to_pay_reads_what_that_means(client, boss, model, words):
    page = client.get(pages.url(model, "add")).content.decode()
    assert f'<option value="" selected>{words}</option>' in page


def test_copying_is_not_offered(client, boss):
    names = [pattern.name for pattern in Estimate.snippet_viewset.get_urlpatterns()]
    assert "copy" not in names


def test_hidden_columns_are_not_in_the_form(client, boss):
    form = client.get(pages.url(Estimate, "edit", estimate_factory().pk)).context["form"]
    hidden = {"public_id", "family", "number", "expire_at", "site", "kind", "live"}
    assert not hidden & set(form.fields)


def test_nothing_is_in_wagtails_api():
    for model in (Customer, Estimate, Order, SalesDocument):
        assert not hasattr(model, "api_fields")


def test_words_follow_their_own_direction(client, boss):
    document = estimate_factory(items=1)
    page = client.get(pages.url(Estimate, "edit", document.pk))
    form = page.context["form"]
    item = form.formsets["line_items"].forms[0]
    for field in (form["title"], form["introduction"], item["name"], item["description"]):
        assert 'dir="auto"' in str(field)
