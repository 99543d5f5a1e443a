"""What staff do on the overview of a document."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from portal_plugin.admin import timeline
from portal_plugin.models import (
    Attachment,
    Customer,
    Estimate,
    LinkToken,
    Order,
    OutgoingEmail,
    Preview,
    ProofVersion,
)
from portal_plugin.services import links, previews, proofs, staging
from portal_plugin.statuses import FileCheckState
from tests.factories import (
    approve,
    estimate_factory,
    line_item,
    link_factory,
    order_factory,
    publish,
)

from . import pages

pytestmark = pytest.mark.django_db


def say(client, document, verb, **data):
    return client.post(pages.do(document, verb), data)


def picture(name="proof.png"):
    from io import BytesIO

    drawn = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/png")


# -- proofs and files ------------------------------------------------------------------------------


def test_a_proof_waits_until_it_is_sent(client, boss):
    document = estimate_factory(items=1)
    link_factory(document)
    key = document.lines[0].key
    data = {"item": str(key), "file": picture(), "label": "front", "wording": "BAKERY"}
    say(client, document, "add-proof", **data)
    version = ProofVersion.objects.get()
    assert (version.released_at, version.wording) == (None, "BAKERY")
    say(client, document, "send-proofs")
    version.refresh_from_db()
    assert version.released_at is not None
    assert Estimate.objects.get().current_version.number == 2
    assert OutgoingEmail.objects.filter(kind="news_proof").count() == 1


def test_a_proof_goes_out_with_the_next_publish(client, boss):
    document = estimate_factory(items=1)
    proofs.add_proof_version(document, document.lines[0].key, picture())
    publish(document)
    assert ProofVersion.objects.get().released_at is not None


def test_a_proof_that_is_no_picture_is_refused(client, boss):
    document = estimate_factory(items=1)
    upload = SimpleUploadedFile("proof.zip", b"PK\x03\x04" + bytes(40), "application/zip")
    response = say(client, document, "add-proof", item=str(document.lines[0].key), file=upload)
    assert "must be a picture or a PDF" in response.content.decode()
    assert not ProofVersion.objects.exists()


def test_files_stay_inside_until_they_are_shown(client, boss):
    document = estimate_factory(items=1)
    say(client, document, "add-files", files=[picture("a.png"), picture("b.png")])
    first = Attachment.objects.first()
    assert Attachment.objects.filter(is_internal=True).count() == 2
    say(client, document, "show-file", file=first.pk)
    first.refresh_from_db()
    assert not first.is_internal
    url = reverse("portal_admin:file", args=[document.pk, first.public_id])
    response = client.get(url)
    assert response["Content-Disposition"].startswith("attachment")
    response.close()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FileCheckState.REFUSED, "This file did not pass the virus check."),
        (FileCheckState.WAITING, "Waits for the virus check. The customer gets it afterwards."),
        (FileCheckState.UNCHECKED, "Waits for the virus check. The customer gets it afterwards."),
        (FileCheckState.CLEAN, ""),
    ],
)
def test_what_the_virus_check_says_stands_with_the_file(client, boss, settings, state, words):
    scanner = {"FILE_SCANNER": "portal_plugin.gateways.scanner.clamd"}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **scanner}
    document = estimate_factory(items=1)
    say(client, document, "add-files", files=[picture("a.png")])
    say(client, document, "add-proof", item=str(document.lines[0].key), file=picture())
    Attachment.objects.update(check_state=state)
    ProofVersion.objects.update(check_state=state)
    page = client.get(pages.overview(document)).content.decode()
    assert page.count("virus check") == page.count(words or "virus check") == (2 if words else 0)


def test_a_file_that_did_not_pass_the_virus_check_is_named_and_opened_by_nobody(client, boss):
    document = estimate_factory(items=1)
    say(client, document, "add-files", files=[picture("a.png")])
    say(client, document, "add-proof", item=str(document.lines[0].key), file=picture())
    previews.drain()
    rows = [Attachment.objects.get(), ProofVersion.objects.get()]
    places = [reverse("portal_admin:file", args=[document.pk, row.public_id]) for row in rows]
    places.append(reverse("portal_admin:thumb", args=[document.pk, rows[1].public_id]))
    page = client.get(pages.overview(document)).content.decode()
    assert all(f'"{place}"' in page for place in places)
    for model in (Attachment, ProofVersion):
        model.objects.update(check_state=FileCheckState.REFUSED)
    page = client.get(pages.overview(document)).content.decode()
    assert "a.png" in page
    assert not any(f'"{place}"' in page for place in places)


def test_a_pdf_that_carries_a_script_is_flagged(client, boss):
    document = estimate_factory(items=1)
    say(client, document, "add-files", files=[picture("a.png"), picture("b.png")])
    page = client.get(pages.overview(document)).content.decode()
    assert "carries a script" not in page
    Preview.objects.filter(digest=Attachment.objects.first().digest).update(warnings="scripts")
    page = client.get(pages.overview(document)).content.decode()
    assert page.count("carries a script") == 2


def test_a_file_of_another_document_is_not_given_out(client, boss):
    document, other = estimate_factory(items=1), estimate_factory(items=1)
    say(client, document, "add-files", files=[picture()])
    url = reverse("portal_admin:file", args=[other.pk, Attachment.objects.get().public_id])
    assert client.get(url).status_code == 404


# -- people ----------------------------------------------------------------------------------------


def test_a_new_link_is_shown_once(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    response = client.post(pages.do(document, "copy-link"), {"link": link.pk})
    shown = response.context["new_link"]
    assert links.by_token(shown.rstrip("/").rpartition("/")[2]) == link
    assert "no-store" in response["Cache-Control"]
    assert shown not in client.get(pages.overview(document)).content.decode()


def test_access_is_stopped(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    say(client, document, "stop-link", link=link.pk)
    link.refresh_from_db()
    assert link.is_revoked
    say(client, document, "copy-link", link=link.pk)
    assert not LinkToken.objects.exists()


def test_access_is_extended(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    say(client, document, "extend-link", link=link.pk, until="2040-05-01")
    link.refresh_from_db()
    assert timezone.localdate(link.expires_at).isoformat() == "2040-05-01"
    for refused in ("2001-05-01", "2045-02-30", "soon", ""):
        say(client, document, "extend-link", link=link.pk, until=refused)
        link.refresh_from_db()
        assert link.expires_at.year == 2040


def test_sending_again_queues_an_email(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    say(client, document, "send-again", link=link.pk)
    assert OutgoingEmail.objects.get().link == link


def test_a_link_of_another_document_is_unknown(client, boss):
    link = link_factory(estimate_factory())
    say(client, estimate_factory(), "stop-link", link=link.pk)
    link.refresh_from_db()
    assert not link.is_revoked


# -- in the shop -----------------------------------------------------------------------------------


def test_staff_make_the_order(client, boss):
    document = estimate_factory(items=2)
    key = str(document.lines[0].key)
    say(client, document, "on-phone", item=key, verdict="approve", note="Phone")
    say(client, document, "convert")
    assert Order.objects.get().source_estimate_id == document.pk


def test_nothing_waits_on_what_was_cancelled(client, boss):
    document = estimate_factory()
    page = client.get(pages.overview(document)).content.decode()
    assert page.count("said yes on the phone") == 1
    assert "waiting for approval" in items_of(page)
    staging.cancel(document, "Out of stock", boss)
    page = client.get(pages.overview(document)).content.decode()
    assert "said yes on the phone" not in page
    assert "waiting for approval" not in items_of(page)


def items_of(page):
    return page.partition('id="items"')[2].lower()


def test_cancelling_needs_a_reason_and_is_told(client, boss):
    document = order_factory()
    link_factory(document)
    say(client, document, "cancel", reason="")
    assert Order.objects.get().cancelled_at is None
    say(client, document, "cancel", reason="Out of stock")
    assert Order.objects.get().state == "cancelled"
    assert OutgoingEmail.objects.filter(kind="news_cancelled").exists()
    say(client, document, "reopen")
    assert Order.objects.get().state == "waiting"


def test_somebody_becomes_responsible(client, boss):
    document = estimate_factory()
    say(client, document, "responsible", responsible=boss.pk)
    assert Estimate.objects.get().responsible == boss
    say(client, document, "responsible", responsible="")
    assert Estimate.objects.get().responsible is None


def test_publishing_says_what_it_takes_back(client, boss):
    document = estimate_factory(items=2)
    key = str(document.lines[0].key)
    say(client, document, "on-phone", item=key, verdict="approve", note="Phone")
    document = Estimate.objects.get()
    items = list(document.line_items.all())
    items[0].name = "Renamed"
    document.line_items = items
    document.save_revision(user=boss)
    page = client.get(pages.overview(document)).content.decode()
    assert "takes 1 decision back" in page


def test_the_overview_asks_the_same_of_the_database_for_any_number_of_items(
    client, boss, django_assert_max_num_queries
):
    small, large = estimate_factory(items=1), estimate_factory(items=30)
    client.get(pages.overview(small))
    with django_assert_max_num_queries(60) as few:
        client.get(pages.overview(small))
    with django_assert_max_num_queries(len(few)):
        client.get(pages.overview(large))


# -- rights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["send-proofs", "copy-link", "stop-link", "cancel", "convert"])
def test_editors_may_not_send_or_close(client, staff_of, verb):
    staff_of(group="Portal editors")
    response = client.post(pages.do(estimate_factory(), verb))
    assert response.status_code == 302
    assert response.url == reverse("wagtailadmin_home")


def test_managers_who_are_no_superusers_see_it_all(client, staff_of):
    staff_of()
    document = estimate_factory()
    page = client.get(pages.overview(document)).content.decode()
    assert "The customer said yes on the phone" in page
    assert client.get(pages.url(Estimate, "list")).status_code == 200
    assert client.get(pages.url(Customer, "add")).status_code == 200


def test_nothing_happens_by_get(client, boss):
    assert client.get(pages.do(estimate_factory(), "cancel")).status_code == 405


def test_an_unknown_verb_is_not_found(client, boss):
    assert client.post(pages.do(estimate_factory(), "explode")).status_code == 404


def test_a_name_in_the_history_does_not_turn_its_sentence_round(client, boss):
    document = estimate_factory(items=1)
    approve(document, user=boss)
    page = client.get(pages.overview(document)).content.decode()
    assert f"<bdi>{boss.get_full_name()}</bdi> recorded an approval" in page


def test_the_history_names_the_items_that_something_was_done_with(client, boss):
    document = estimate_factory([line_item(1, name="Banner"), line_item(2, name="Flag")])
    approve(document, [document.lines[1].key], user=boss)
    (approval,) = (row for row in timeline.entries(document) if row.items)
    assert approval.items == "Flag"
    page = client.get(pages.overview(document)).content.decode()
    assert "recorded an approval for the customer: <bdi>Flag</bdi>" in page


def test_the_history_names_three_items_of_many(boss):
    document = estimate_factory(items=5)
    approve(document, user=boss)
    (approval,) = (row for row in timeline.entries(document) if row.items)
    assert approval.items.count(" poster") == timeline.MOST_NAMED
    assert approval.items.endswith(", …")


def test_an_item_says_how_many_at_which_price(client, boss):
    document = estimate_factory([line_item(1), line_item(2, price_includes_tax=True)])
    page = client.get(pages.overview(document)).content.decode()
    assert "<bdi>2</bdi> × <bdi>€50.00</bdi> · <bdi>€119.00</bdi> with tax" in page
    assert "<bdi>2</bdi> × <bdi>€50.00</bdi> · total <bdi>€100.00</bdi>" in page
