"""What a shop may ask for with an approval: a signature, an order number, a checked proof."""

import json
import re

import pytest

from portal_plugin.admin import timeline
from portal_plugin.models import Activity, Submission, TermsText
from portal_plugin.services import activity, erasing, proofs, receipts, terms
from portal_plugin.services.evidence import verifying
from portal_plugin.services.presentation.receipt import receipt_view
from tests import factories, samples
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def shop(**values):
    site = factories.site_factory(**values)
    terms.add(site, "en", "checklist", "Spelling\n\nSize and colours\n")
    return site


def with_proof(document):
    user = factories.user_factory()
    key = document.lines[0].key
    proofs.add_proof_version(document, key, samples.upload(), user=user)
    proofs.send_now(document, user)
    return type(document).objects.get(pk=document.pk)


def approve_url(document, place=0):
    return url_of(document, "approve", document.lines[place].key)


def test_off_nothing_is_asked(client, enter):
    estimate = with_proof(factories.estimate_factory(items=1, site=shop()))
    enter(estimate)
    form = client.get(approve_url(estimate)).context["form"]
    assert not {"signature", "purchase_order_number", "checks"} & set(form.fields)


def test_a_signature_is_typed_kept_and_on_the_receipt(client, enter):
    estimate = factories.estimate_factory(items=2, site=shop(asks_signature=True))
    enter(estimate)
    url = approve_url(estimate)
    data = filled(client, url, accept_terms="on", name="Kim at work")
    refused = client.post(url, data)
    assert refused.status_code == 400
    assert "Type your full name to sign." in refused.content.decode()
    assert "Kim at work" in refused.content.decode()
    assert client.post(url, data | {"signature": "Kim Example"}).status_code == 303
    made = Submission.objects.get()
    assert receipt_view(made).signature == "Kim Example"
    facts = activity.facts(Activity.objects.get(verb="approve"))
    assert len(facts["said"]) == 64
    assert "Kim Example" not in str(facts)


def test_erasing_the_person_erases_the_signature(client, enter):
    estimate = factories.estimate_factory(items=2, site=shop(asks_signature=True))
    link = enter(estimate)
    url = approve_url(estimate)
    client.post(url, filled(client, url, accept_terms="on", signature="Kim Example"))
    erasing.erase(erasing.by_link(link))
    assert Submission.objects.get().signature == ""
    assert activity.first_broken(estimate) is None


DRAWN = "[[10,20,200,90],[300,40]]"


@pytest.fixture
def drawing(client, enter):
    """An estimate that asks for a drawn signature."""
    estimate = factories.estimate_factory(items=2, site=shop(asks_drawn_signature=True))
    enter(estimate)
    return estimate


@pytest.mark.says_it_first
def test_a_signature_is_drawn_kept_and_shown_as_a_path_of_ours(client, drawing):
    url = approve_url(drawing)
    assert "data-sign-pad" in client.get(url).content.decode()
    data = filled(client, url, accept_terms="on", signature_strokes=f" {DRAWN} ")
    assert client.post(url, data).status_code == 303
    made = Submission.objects.get()
    assert made.signature_strokes == DRAWN
    path = "M10 20L200 90M300 40L300 40"
    page = client.get(f"/portal/d/{drawing.public_id}/receipts/{made.client_key}/").content.decode()
    assert f'd="{path}"' in page
    assert f'd="{path}"' in receipts.page(receipt_view(made))
    assert next(verifying.faults(drawing), None) is None


def test_whoever_cannot_draw_types_their_name(client, drawing):
    url = approve_url(drawing)
    data = filled(client, url, accept_terms="on")
    refused = client.post(url, data)
    assert refused.status_code == 400
    assert "Draw your signature, or type your full name." in refused.content.decode()
    assert client.post(url, data | {"signature": "Kim Example"}).status_code == 303


@pytest.mark.parametrize("sent", ['<svg onload="x">', "[[1,2,3]]", "[[1,1,2,2]]"])
def test_what_is_no_signature_is_refused(client, drawing, sent):
    url = approve_url(drawing)
    data = filled(client, url, accept_terms="on", signature_strokes=sent)
    refused = client.post(url, data)
    assert refused.status_code == 400
    assert "signature" not in refused.context["form"].errors  # told once is enough
    assert not Submission.objects.exists()


@pytest.mark.parametrize("name", ["Kim\u202eelpmaxE", "Kim\x1b[8m", "Kim\u200b"])
def test_a_typed_signature_has_nothing_that_cannot_be_seen(client, drawing, name):
    url = approve_url(drawing)
    data = filled(client, url, accept_terms="on", signature=name)
    assert client.post(url, data).status_code == 400
    assert not Submission.objects.exists()


def test_a_refused_form_keeps_what_was_drawn(client, drawing):
    url = approve_url(drawing)
    page = client.post(url, filled(client, url, signature_strokes=DRAWN))
    assert page.status_code == 400
    assert DRAWN in page.content.decode()


def test_erasing_the_person_erases_the_drawing(client, enter, drawing):
    url = approve_url(drawing)
    client.post(url, filled(client, url, accept_terms="on", signature_strokes=DRAWN))
    erasing.erase(erasing.by_link(drawing.links.get()))
    assert Submission.objects.get().signature_strokes == ""
    assert next(verifying.faults(drawing), None) is None


def test_of_the_checked_lines_those_that_are_not_ticked_are_marked(client, enter):
    estimate = with_proof(factories.estimate_factory(items=2, site=shop(asks_checklist=True)))
    enter(estimate)
    url = approve_url(estimate)
    page = client.post(url, filled(client, url, accept_terms="on", checks=["0"]))
    assert page.status_code == 400
    boxes = re.findall(r'<input[^>]+name="checks"[^>]*>', page.content.decode())
    assert ["aria-invalid" in box for box in boxes] == [False, True]


@pytest.mark.says_it_first
def test_staff_read_in_the_history_what_was_given(client, drawing):
    url = approve_url(drawing)
    client.post(url, filled(client, url, accept_terms="on", signature_strokes=DRAWN))
    Submission.objects.update(purchase_order_number="PO-7", checklist='["Spelling","Size"]')
    notes = [entry.note for entry in timeline.entries(drawing)]
    assert "Signed by hand · Their order number: PO-7 · Checked: Spelling, Size" in notes


@pytest.mark.says_it_first
def test_the_customers_order_number_is_asked_for_and_may_be_left_out(client, enter):
    estimate = factories.estimate_factory(items=2, site=shop(asks_purchase_order=True))
    enter(estimate)
    for place, number in ((0, "PO-77"), (1, "")):
        url = approve_url(estimate, place)
        data = filled(client, url, accept_terms="on", purchase_order_number=number)
        assert client.post(url, data).status_code == 303
    first, second = Submission.objects.order_by("pk")
    assert (first.purchase_order_number, second.purchase_order_number) == ("PO-77", "")
    page = client.get(
        f"/portal/d/{estimate.resulting_order.public_id}/receipts/{first.client_key}/"
    )
    assert "PO-77" in page.content.decode()


def test_a_proof_is_checked_line_by_line(client, enter):
    estimate = with_proof(factories.estimate_factory(items=2, site=shop(asks_checklist=True)))
    enter(estimate)
    url = approve_url(estimate)
    data = filled(client, url, accept_terms="on", checks=["0"])
    assert "checks" not in client.get(approve_url(estimate, 1)).context["form"].fields
    assert client.post(url, data).status_code == 400
    assert client.post(url, data | {"checks": ["0", "1"]}).status_code == 303
    kept = Submission.objects.get().checklist
    assert json.loads(kept) == ["Spelling", "Size and colours"]


def test_lines_that_changed_while_the_page_was_open_are_shown_first(client, enter):
    estimate = with_proof(factories.estimate_factory(items=2, site=shop(asks_checklist=True)))
    enter(estimate)
    url = approve_url(estimate)
    data = filled(client, url, accept_terms="on", checks=["0", "1"])
    terms.add(estimate.site, "en", "checklist", "Spelling\nSize\nColours")
    again = client.post(url, data)
    assert again.status_code == 409
    assert not Submission.objects.exists()
    newest = TermsText.objects.filter(kind="checklist").first()
    assert f'value="{newest.pk}"' in again.content.decode()
    assert again.context["form"]["checks"].data == []


def test_several_items_are_checked_only_where_one_of_the_ticked_has_a_proof(client, enter):
    estimate = with_proof(factories.estimate_factory(items=3, site=shop(asks_checklist=True)))
    enter(estimate)
    url = url_of(estimate, "approve_multiple")
    keys = [str(line.key) for line in estimate.lines]
    data = filled(client, url, accept_terms="on", items=keys[:2])
    assert client.post(url, data).status_code == 400
    assert client.post(url, data | {"items": keys[1:]}).status_code == 303
    assert Submission.objects.get().checklist == ""


def test_what_was_checked_is_checked_anew_where_one_of_the_items_changed(client, enter):
    """The tick of the terms stands, since they are as they were."""
    estimate = with_proof(factories.estimate_factory(items=3, site=shop(asks_checklist=True)))
    enter(estimate)
    url = url_of(estimate, "approve_multiple")
    keys = [str(line.key) for line in estimate.lines]
    data = filled(client, url, accept_terms="on", items=keys, checks=["0", "1"])
    estimate.lines[1].description = "Glossy, 170 g"
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    again = client.post(url, data)
    assert again.status_code == 409
    form = again.context["form"]
    assert (form["accept_terms"].data, form["checks"].data) == (True, [])
    assert not form.errors


def test_no_line_is_kept_as_checked_that_was_not_ticked(client, enter):
    """Of items without a proof none has to be."""
    estimate = with_proof(factories.estimate_factory(items=3, site=shop(asks_checklist=True)))
    enter(estimate)
    url = url_of(estimate, "approve_multiple")
    keys = [str(line.key) for line in estimate.lines]
    data = filled(client, url, accept_terms="on", items=keys[1:], checks=["1"])
    assert client.post(url, data).status_code == 303
    assert json.loads(Submission.objects.get().checklist) == ["Size and colours"]


@pytest.mark.parametrize(("shop_asks", "own", "asked"), [(False, "yes", True), (True, "no", False)])
def test_a_document_asks_or_leaves_it_out_by_itself(client, enter, shop_asks, own, asked):
    site = shop(asks_signature=shop_asks, asks_checklist=shop_asks)
    estimate = with_proof(
        factories.estimate_factory(items=1, site=site, asks_signature=own, asks_checklist=own)
    )
    enter(estimate)
    fields = client.get(approve_url(estimate)).context["form"].fields
    assert ("signature" in fields) is asked
    assert ("checks" in fields) is asked


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "Somebody Else"},
        {"signature": ""},
        {"purchase_order_number": "PO-1"},
        {"checklist": '["x"]'},
    ],
)
def test_what_was_given_cannot_be_changed_unseen(client, enter, change):
    site = shop(asks_signature=True, asks_purchase_order=True)
    estimate = factories.estimate_factory(items=2, site=site)
    link = enter(estimate)
    url = approve_url(estimate)
    client.post(url, filled(client, url, accept_terms="on", signature="Kim Example"))
    assert not list(verifying.faults(estimate))
    Submission.objects.update(**change)
    assert [fault.place for fault in verifying.faults(estimate)] == [
        f"submission {Submission.objects.get().pk}"
    ]
    Submission.objects.update(signature="Kim Example", purchase_order_number="", checklist="")
    erasing.erase(erasing.by_link(link))
    assert not list(verifying.faults(estimate))
