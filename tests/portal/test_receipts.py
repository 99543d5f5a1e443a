"""The receipt of a decision: what was agreed, as it was then, for the customer to keep."""

import re
import uuid
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from django.template.loader import render_to_string
from django.test import Client

from portal_plugin.addresses import short
from portal_plugin.models import (
    Activity,
    Order,
    OutgoingEmail,
    PortalSettings,
    Preview,
    RenderedPdf,
    Submission,
)
from portal_plugin.services import links, mail_rendering, paper, pdfs, previews, proofs, receipts
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.receipt import ReceiptProof, moment, receipt_view
from portal_plugin.statuses import WorkState
from tests import factories, samples
from tests.filling import filled, url_of
from tests.portal.test_pages import queries_of_the_plugin, warm

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(with_proof)


def with_proof():
    user = factories.user_factory()
    estimate = factories.estimate_factory(items=2)
    file = samples.upload("front.png", samples.png((40, 30)))
    key = estimate.lines[0].key
    proofs.add_proof_version(estimate, key, file, wording="Open 9–5", label="Front")
    proofs.send_now(estimate, user)
    previews.drain()
    return estimate


@pytest.fixture
def estimate(enter, made):
    enter(made)
    return factories.fresh(made)


def page_of(document, key=None, tail=""):
    base = f"/portal/d/{document.public_id}/"
    return base if key is None else f"{base}receipts/{key}/{tail}"


def post(client, document, action, key=None, **values):
    url = url_of(document, action, key)
    return client.post(url, filled(client, url, accept_terms="on") | values)


@pytest.fixture
def submission(client, estimate):
    assert post(client, estimate, "approve", estimate.lines[0].key, name="Boss").status_code == 303
    return Submission.objects.get()


def test_it_says_what_was_decided_by_whom_and_when(client, estimate, submission):
    response = client.get(page_of(estimate, submission.client_key))
    page = response.content.decode()
    assert f"<title>Receipt · {estimate.number} " in page
    decision = submission.decisions.get()
    words = ("A1 poster", "Matt, 170 g", "€50.00", "€119.00", "Open 9–5", factories.TERMS)
    for word in (*words, "Boss, by the direct link of " + estimate.customer.name, "UTC"):
        assert word in page, word
    proof = proofs.released(estimate).get()
    entry = Activity.objects.get(verb="approve")
    for sha256 in (decision.item_hash, proof.digest, submission.terms_digest, entry.hash):
        assert sha256 in page
    assert f"/previews/{short(proof.public_id)}/1/screen/" in page


@pytest.mark.parametrize(
    ("drawn", "shown"), [((40, 30), (40, 30)), ((1600, 1120), (400, 280)), ((1, 9000), (1, 280))]
)
def test_a_picture_has_its_room_before_it_comes(drawn, shown):
    picture = Preview(width=drawn[0], height=drawn[1])
    assert ReceiptProof("", "", "", "", picture=picture).size == shown


def test_a_discount_is_named_wherever_the_figures_of_the_item_are(client, enter):
    item = factories.line_item(discount_percent=10)
    estimate = factories.estimate_factory([item, factories.line_item(2)])
    enter(estimate)
    key = estimate.lines[0].key
    pages = [client.get(page_of(estimate)), client.get(url_of(estimate, "approve", key))]
    post(client, estimate, "approve", key)
    submission = Submission.objects.get()
    pages.append(client.get(page_of(estimate, submission.client_key)))
    letter = mail_rendering.render(
        OutgoingEmail.objects.get(kind="receipt_approve"), url="https://x/"
    )
    printed = render_to_string(
        "portal_plugin/pdf/receipt.html", {"receipt": receipt_view(submission)}
    )
    for text in (*(page.text for page in pages), letter.text, letter.html, printed):
        assert re.search(r"Discount (<bdi[^>]*>)?-€10.00", text)


def test_it_stays_as_it_was_when_the_document_changes(client, estimate, submission):
    estimate.lines[0].unit_price, estimate.lines[0].name = 99, "Something else"
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    page = client.get(page_of(estimate, submission.client_key)).content.decode()
    assert "A1 poster" in page
    assert "Something else" not in page


def test_the_page_and_the_thank_you_lead_to_it(client, estimate):
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on")
    done = client.post(url, data, headers={"X-Portal-Fragment": "1"}).content.decode()
    view = receipt_view(Submission.objects.get())
    assert f"receipts/{view.key}/" in done
    assert f'href="receipts/{view.key}/"' in client.get(page_of(estimate)).content.decode()


def test_the_email_names_prices_and_leads_to_it(client, estimate, submission):
    email = OutgoingEmail.objects.get(kind="receipt_approve")
    letter = mail_rendering.render(email, url="https://shop.example/l/secret/")
    view = receipt_view(submission)
    for text in (letter.text, letter.html):
        assert "€119.00" in text
        assert f"https://shop.example/l/secret/?receipt={view.key}" in text


def test_the_link_of_the_email_opens_it(estimate, submission):
    link = estimate.links.get()
    way = links.link_url(link, links.make_token(link)).removeprefix(estimate.site.root_url)
    key = receipt_view(submission).key
    fresh = Client()
    response = fresh.get(f"{way}?receipt={key}", follow=True)
    assert response.redirect_chain[-1][0].endswith(f"/receipts/{key}/")
    assert response.status_code == 200
    assert fresh.get(f"{way}?receipt=nonsense").url == page_of(estimate)


def test_it_is_read_on_the_order_that_was_made_meanwhile(client, estimate, submission):
    post(client, estimate, "approve", estimate.lines[1].key)
    order = Order.objects.get()
    assert client.get(page_of(order, submission.client_key)).status_code == 200


def test_a_no_that_made_the_order_is_read_on_it(client, estimate, submission):
    """The thank-you and the email lead to the order, which has no such item."""
    declining = post(client, estimate, "decline", estimate.lines[1].key)
    order = Order.objects.get()
    assert f"/portal/d/{order.public_id}/" in declining["Location"]
    submission = Submission.objects.get(action="decline")
    response = client.get(page_of(order, submission.client_key))
    assert response.status_code == 200
    mistake_url = response.context["mistake_url"]
    assert mistake_url.startswith(f"/portal/d/{order.public_id}/")
    assert client.get(mistake_url).status_code == 200
    pdfs.drain()
    assert client.get(page_of(order, submission.client_key, "pdf/")).status_code == 200


def test_the_estimate_that_became_an_order_leads_to_them(client, estimate, submission):
    post(client, estimate, "decline", estimate.lines[1].key)
    url = f"{page_of(Order.objects.get())}estimate/"
    found = re.findall(r'href="([^"]*receipts/[^"]+)"', client.get(url).content.decode())
    assert len(found) == 2
    for href in found:
        assert client.get(urljoin(url, href)).status_code == 200


def test_one_of_another_document_is_unknown(client, enter, estimate, submission):
    other = factories.order_factory(items=1)
    enter(other)
    for tail in ("", "pdf/"):
        assert client.get(page_of(other, submission.client_key, tail)).status_code == 404
        assert client.get(page_of(estimate, uuid.uuid4(), tail)).status_code == 404


def test_what_decided_nothing_has_none(client, estimate):
    post(client, estimate, "comment", text="When?")
    assert client.get(page_of(estimate, Submission.objects.get().client_key)).status_code == 404


def test_its_pdf_is_ordered_with_the_decision_drawn_once_and_kept(client, estimate, submission):
    url = page_of(estimate, submission.client_key, "pdf/")
    assert client.get(url).status_code == 303
    pdfs.drain()
    row = RenderedPdf.objects.get(submission=submission)
    assert row.state == WorkState.READY
    response = client.get(url)
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    post(client, estimate, "approve", estimate.lines[1].key)
    pdfs.drain()
    assert RenderedPdf.objects.filter(kind=receipts.KIND, state=WorkState.READY).count() == 2


def test_it_offers_to_say_that_it_was_a_mistake(client, estimate, submission):
    context = client.get(page_of(estimate, submission.client_key)).context
    form = client.get(context["mistake_url"]).context["form"]
    assert form["text"].value() == "I approved “A1 poster” by mistake."


def test_staff_read_it_from_the_overview(client, estimate, submission):
    client.force_login(factories.user_factory())
    url = f"/admin/portal/document/{estimate.pk}/receipts/{submission.client_key}/"
    assert url in client.get(f"/admin/portal/document/{estimate.pk}/").content.decode()
    assert "A1 poster" in client.get(url).content.decode()
    assert client.get(url.replace(str(submission.client_key), str(uuid.uuid4()))).status_code == 404


def test_what_staff_wrote_down_says_so(estimate):
    factories.approve(estimate, [estimate.lines[0].key])
    view = receipt_view(Submission.objects.get())
    assert view.who.startswith(f"{estimate.customer.name}, written down by Robin Staff")
    assert view.note == "On the phone"
    email = OutgoingEmail.objects.get(kind="receipt_approve")
    assert "written down by Robin" in mail_rendering.render(email, url="#").text


def test_the_moment_has_the_zone_of_the_site(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    when = datetime(2030, 7, 1, 12, 0, tzinfo=UTC)
    assert moment(when) == "July 1, 2030, 2 p.m. CEST (UTC+02:00)"


def test_it_costs_the_page_no_query(client, enter):
    order = factories.order_factory(items=10)
    enter(order)
    warm(client)
    before = queries_of_the_plugin(client, page_of(order))
    order = factories.approve(order)
    after = queries_of_the_plugin(client, page_of(order))
    assert len(after) == len(before) <= 12


def test_on_paper_it_says_whose_it_is(submission):
    shop = PortalSettings.objects.get()
    page = receipts.page(receipt_view(submission))
    head = page[: page.index("<h1")]
    assert shop.name in head
    assert shop.phone in head


def test_terms_in_another_language_run_their_own_way(client, enter):
    estimate = factories.estimate_factory(items=2, language="ar")
    enter(estimate)
    key = estimate.lines[0].key
    form = client.get(f"{page_of(estimate)}a/approve/{key}/").content.decode()
    assert 'class="portal-terms-text" dir="auto"' in form
    assert post(client, estimate, "approve", key).status_code == 303
    made = Submission.objects.get()
    page = client.get(page_of(estimate, made.client_key)).content.decode()
    assert f'dir="auto">{factories.TERMS}' in page
    assert f'dir="ltr">{factories.TERMS}' in receipts.page(receipt_view(made))
    assert f'dir="ltr">{factories.TERMS}' in paper.page(document_view(estimate))
