"""The viewer page, the file and the print page, as a customer's browser gets them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import RenderedPdf, SalesDocument
from portal_plugin.services import pdfs
from portal_plugin.statuses import WorkState
from tests.factories import estimate_factory, fresh, order_factory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_renderer(monkeypatch):
    """What is drawn is another test's business; here it counts who sees it, and when."""
    monkeypatch.setattr(
        gateway, "render", lambda html, *, files, identifier: b"%PDF-1.7 " + identifier.encode()
    )


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: order_factory(items=1))


@pytest.fixture
def order(enter, made):
    enter(made)
    return fresh(made)


def url(name, document):
    return reverse(f"portal_plugin:{name}", kwargs={"public_id": document.public_id})


def body(response):
    return b"".join(response.streaming_content)


def test_the_viewer_frames_the_pdf_and_offers_print_and_download(client, order):
    pdfs.drain()
    html = client.get(url("pdf", order)).content.decode()
    assert f'<iframe class="portal-viewer-frame" src="{url("pdf_file", order)}#' in html
    assert f'href="{url("pdf_file", order)}?download=1"' in html
    assert f'href="{url("print", order)}"' in html
    assert f"Invoice {order.number}" in html
    assert f'href="{url("document", order)}"' in html


def test_until_there_is_one_the_viewer_frames_the_print_page(client, order):
    html = client.get(url("pdf", order)).content.decode()
    assert f'<iframe class="portal-viewer-frame" src="{url("print", order)}"' in html


def test_the_file_is_inline_and_may_stand_in_our_frame_alone(client, order):
    pdfs.drain()
    response = client.get(url("pdf_file", order))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="Invoice {order.number}.pdf"'
    assert response["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert body(response).startswith(b"%PDF")


def test_the_download_is_a_file_with_a_name(client, enter):
    estimate = estimate_factory(items=1)
    enter(estimate)
    pdfs.drain()
    response = client.get(url("pdf_file", estimate), {"download": "1"})
    expected = f'attachment; filename="Estimate {estimate.number}.pdf"'
    assert response["Content-Disposition"] == expected
    body(response)


def test_a_name_in_arabic_survives(client, enter):
    order = order_factory(items=1, language="de")
    SalesDocument.objects.filter(pk=order.pk).update(number="ط-1")
    order.number = "ط-1"
    enter(order)
    pdfs.order_render(order)
    pdfs.drain()
    response = client.get(url("pdf_file", order), {"download": "1"})
    assert "filename*=utf-8''" in response["Content-Disposition"]
    body(response)


def test_a_pdf_that_is_not_made_yet_is_answered_at_once_with_the_print_page(client, order):
    response = client.get(url("pdf_file", order))
    assert (response.status_code, response["Location"]) == (303, url("print", order))


def test_a_download_that_is_not_made_yet_leads_to_the_viewer(client, order):
    response = client.get(url("pdf_file", order), {"download": "1"})
    assert (response.status_code, response["Location"]) == (303, url("pdf", order) + "?download=1")


def test_no_answer_waits_for_a_rendering(client, order, monkeypatch):
    rendered = []
    monkeypatch.setattr(gateway, "render", lambda *args, **options: rendered.append(args))
    for name in ("pdf", "pdf_file", "print"):
        client.get(url(name, order))
    assert not rendered


def test_asking_often_leaves_one_order(client, order):
    for _ in range(5):
        client.get(url("pdf", order))
        client.get(url("pdf_file", order))
    assert RenderedPdf.objects.count() == 1


def test_the_first_showing_is_noted_once(client, order):
    pdfs.drain()
    client.head(url("pdf_file", order))
    assert RenderedPdf.objects.get().first_shown_at is None
    body(client.get(url("pdf_file", order)))
    first = RenderedPdf.objects.get().first_shown_at
    assert first is not None
    body(client.get(url("pdf_file", order)))
    assert RenderedPdf.objects.get().first_shown_at == first


def test_head_says_whether_there_is_one_and_changes_nothing(client, order):
    RenderedPdf.objects.all().delete()
    assert client.head(url("pdf_file", order)).status_code == 303
    assert client.head(url("pdf", order)).status_code == 200
    assert not RenderedPdf.objects.exists()
    pdfs.order_render(order)
    pdfs.drain()
    assert client.head(url("pdf_file", order)).status_code == 200


def test_a_change_is_never_shown_as_it_was(client, order):
    pdfs.drain()
    body(client.get(url("pdf_file", order)))
    SalesDocument.objects.filter(pk=order.pk).update(cancelled_at=timezone.now())
    assert client.get(url("pdf_file", order)).status_code == 303


def test_the_print_page_is_the_same_and_runs_no_script(client, order):
    response = client.get(url("print", order))
    html = response.content.decode()
    assert "Invoice" in html
    assert order.number in html
    assert "€119.00" in html
    assert "<script" not in html
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_without_pango_there_is_the_print_page_and_no_dead_button(client, order, monkeypatch):
    monkeypatch.setattr(gateway, "what_is_missing", lambda: "Pango")
    html = client.get(url("pdf", order)).content.decode()
    assert f'src="{url("print", order)}"' in html
    assert "data-portal-download" not in html


def test_nobody_without_the_link_sees_any_of_it(client):
    order = order_factory(items=1)
    pdfs.drain()
    for name in ("pdf", "pdf_file", "print"):
        response = client.get(url(name, order))
        assert response.status_code == 404
        assert order.number not in response.content.decode()


def test_another_documents_link_opens_nothing(client, order):
    other = order_factory(items=1)
    pdfs.drain()
    assert client.get(url("pdf_file", other)).status_code == 404


def test_what_the_shop_is_revising_is_not_shown(client, order):
    pdfs.drain()
    SalesDocument.objects.filter(pk=order.pk).update(live=False)
    for name in ("pdf", "pdf_file", "print"):
        response = client.get(url(name, order))
        assert response["Content-Type"].startswith("text/html")
        assert "€119.00" not in response.content.decode()


def test_a_post_is_refused(client, order):
    assert client.post(url("pdf_file", order)).status_code == 405


def test_a_failed_one_still_gives_the_print_page(client, order):
    RenderedPdf.objects.update(state=WorkState.FAILED)
    assert client.get(url("pdf_file", order))["Location"] == url("print", order)
