"""What the server is still at work on comes to an open page by itself."""

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Preview, RenderedPdf, Submission
from portal_plugin.services import pdfs, previews, proofs
from portal_plugin.statuses import WorkState
from tests import factories, samples
from tests.browser.test_people import opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_picture_of_a_proof(visit):
    estimate = factories.estimate_factory(items=1)
    file = samples.upload("front.png", samples.png((400, 300)))
    proofs.add_proof_version(estimate, estimate.lines[0].key, file, description="White on blue")
    proofs.send_now(estimate, None)
    previews.drain()
    Preview.objects.update(state=WorkState.RUNNING)
    page = visit(factories.fresh(estimate), "phone")
    expect(page.get_by_text("The picture is being prepared.")).to_be_visible()
    Preview.objects.update(state=WorkState.READY)
    expect(page.get_by_role("img", name="White on blue")).to_be_visible()
    expect(page.get_by_text("The picture is being prepared.")).to_have_count(0)
    assert page.trouble == []


def test_the_pdf_of_a_receipt(visit):
    page = visit(factories.estimate_factory(items=2), "phone")
    form = opened(page, "Approve: A1 poster")
    form.get_by_label("I have read and accept the Approval Terms").check()
    form.get_by_role("button", name="Submit Approval").click()
    expect(page.get_by_text("“A1 poster” is approved.").first).to_be_visible()
    pdfs.drain()
    drawn = RenderedPdf.objects.filter(submission=Submission.objects.get())
    assert drawn.update(state=WorkState.RUNNING) == 1
    page.get_by_role("dialog").get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("The PDF is being prepared.")).to_be_visible()
    assert drawn.update(state=WorkState.READY) == 1
    expect(page.get_by_role("link", name="Download as a PDF")).to_be_visible()
    assert page.trouble == []
