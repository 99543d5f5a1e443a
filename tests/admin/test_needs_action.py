"""What waits for the shop: a sentence each, most urgent first, with the way to where it is done."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.admin.home import PortalPanel
from portal_plugin.admin.needs_action import NeedsAction
from portal_plugin.models import (
    ChangeRequest,
    Comment,
    DirectLink,
    Discrepancy,
    OutgoingEmail,
    PaymentAttempt,
    SalesDocument,
    Stage,
)
from portal_plugin.services import listing, on_behalf, outbox, proof_files, proofs, staging
from tests import samples
from tests.factories import (
    customer_factory,
    estimate_factory,
    link_factory,
    order_factory,
    user_factory,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now


@pytest.fixture
def kim(only_site):
    return customer_factory(only_site, name="Kim")


def sentences(user=None):
    return [str(row.sentence) for row in NeedsAction(user or user_factory()).rows()]


def asks(document, item=None, **values):
    """A change request of the customer, by their link."""
    values = {"number": 1, "text": "Bigger"} | values
    row = ChangeRequest.objects.create(
        document=document,
        item_key=item.key if item else None,
        link=link_factory(document),
        **values,
    )
    listing.refresh(document)
    return row


def writes(document, **values):
    row = Comment.objects.create(
        document=document, text="When?", link=link_factory(document), **values
    )
    listing.refresh(document)
    return row


def approve_all(document):
    on_behalf.record(document, [i.key for i in document.lines], "approve", "phone", user_factory())


def test_nothing(only_site):
    assert sentences() == []


def test_a_change_request_names_its_item_and_leads_to_its_answer(kim):
    document = estimate_factory(customer=kim)
    asks(document, document.lines[1])
    (row,) = NeedsAction(user_factory()).rows()
    assert (
        row.sentence == f"Kim asked for a change on “A2 poster” of {document.number} · Window sign"
    )
    assert "<bdi>A2 poster</bdi>" in row.sentence.html
    assert (row.action, row.url.partition("#")[2]) == ("Answer", "requests")
    assert row.label.startswith("Answer: Kim asked")


def test_a_request_that_is_done_is_not_shown(kim):
    asks(estimate_factory(customer=kim), state="done")
    assert sentences() == []


def test_many_messages_about_one_document_are_one_row(kim):
    document = order_factory(customer=kim)
    writes(document)
    writes(document)
    writes(document, answered_at=NOW())
    assert sentences() == [f"Kim wrote about {document.number} · Window sign"]


def test_an_approved_order_is_ready_until_it_has_a_stage(kim):
    order = order_factory(customer=kim, pays_by="account")
    approve_all(order)
    assert sentences() == [f"{order.number} · Window sign for Kim is approved and ready to start"]
    staging.set_stage(order, Stage.objects.filter(site=order.site).first())
    assert sentences() == []


def attempt(order, state, **values):
    return PaymentAttempt.objects.create(
        document=order,
        idempotency_key=uuid.uuid4(),
        purpose="balance",
        amount=10,
        currency="EUR",
        state=state,
        **values,
    )


def test_a_payment_that_failed_until_another_is_tried(kim):
    order = order_factory(customer=kim)
    attempt(order, "failed", ended_at=NOW())
    assert sentences() == [f"A payment of €10.00 on {order.number} · Window sign failed"]
    attempt(order, "open")
    assert sentences() == []


def test_an_email_that_did_not_arrive_until_a_later_one_does(kim):
    document = estimate_factory(customer=kim)
    link = link_factory(document)

    def email(state):
        row = outbox.queue(kind="link", site=document.site, document=document, link=link)
        OutgoingEmail.objects.filter(pk=row.pk).update(state=state)

    email("bounced")
    email("parked")
    assert sentences()[0] == (
        f"An email to Kim about {document.number} · Window sign was not delivered"
    )
    email("sent")
    assert sentences() == []


def test_a_link_that_expired_unused(kim):
    document = estimate_factory(customer=kim)
    link_factory(document)
    assert sentences() == []
    DirectLink.objects.update(expires_at=NOW() - timedelta(hours=1))
    assert sentences() == [
        f"Kim never opened {document.number} · Window sign, and the link has expired"
    ]
    DirectLink.objects.update(last_seen_at=NOW() - timedelta(days=2))
    assert sentences() == []


def test_an_estimate_that_expired_with_approved_items(kim):
    document = estimate_factory(customer=kim)
    yesterday = timezone.localdate() - timedelta(days=2)
    on_behalf.record(document, [document.lines[0].key], "approve", "phone", user_factory())
    assert sentences() == []
    SalesDocument.objects.filter(pk=document.pk).update(valid_until=yesterday)
    assert sentences() == [
        f"{document.number} · Window sign has expired, with items that Kim approved"
    ]


def test_a_customer_who_does_not_answer(kim):
    document = estimate_factory(customer=kim)
    late = NOW() - NeedsAction.LATE_AFTER - timedelta(hours=1)
    SalesDocument.objects.filter(pk=document.pk).update(waiting_since=late)
    assert sentences() == [f"Kim has not answered {document.number} · Window sign"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("valid_until", timezone.localdate() - timedelta(days=2)),
        ("waiting_since", NOW() - NeedsAction.LOST_AFTER - timedelta(days=1)),
    ],
)
def test_nobody_is_asked_about_what_is_over(kim, column, value):
    document = estimate_factory(customer=kim)
    rows = SalesDocument.objects.filter(pk=document.pk)
    rows.update(waiting_since=NOW() - timedelta(days=30))
    assert len(sentences()) == 1
    rows.update(**{column: value})
    assert sentences() == []


def test_most_urgent_first(kim):
    late = estimate_factory(customer=kim, title="Late")
    SalesDocument.objects.filter(pk=late.pk).update(waiting_since=NOW() - timedelta(days=30))
    writes(order_factory(customer=kim, title="Written about"))
    asks(estimate_factory(customer=kim, title="Asked for"))
    said = [text.partition(" · ")[2] for text in sentences()]
    assert said == ["Asked for", "Written about", "Late"]


def test_a_proof_whose_file_has_changed_leads_to_its_item(kim, other_site, staff_of, only_site):
    document = estimate_factory(customer=kim)
    key = document.lines[0].key
    file = samples.upload("front.png", samples.png((20, 20)))
    version = proofs.add_proof_version(document, key, file)
    proof_files.report(version, document)
    (row,) = NeedsAction(staff_of(only_site)).rows()
    assert "a proof" in str(row.sentence)
    assert row.url.endswith(f"/{document.pk}/#item-{key}")
    assert sentences(staff_of(other_site)) == []


def test_samples_are_nobodys_work(kim):
    document = estimate_factory(customer=kim)
    writes(document)
    SalesDocument.objects.filter(pk=document.pk).update(is_sample=True)
    assert sentences() == []


def test_another_shops_work_is_not_shown(kim, other_site, staff_of, only_site):
    local = staff_of(other_site)
    document = estimate_factory(customer=kim)
    writes(document)
    asks(estimate_factory(customer=kim))
    attempt(order_factory(customer=kim), "failed", ended_at=NOW())
    DirectLink.objects.update(expires_at=NOW() - timedelta(hours=1))
    assert len(sentences()) >= 3
    assert sentences(local) == []
    assert len(sentences(staff_of(only_site))) >= 3


def test_the_panel_asks_the_same_for_one_document_and_for_two_hundred(
    kim, staff_of, only_site, rf, django_assert_num_queries
):
    local = staff_of(only_site)
    document = estimate_factory(items=1, customer=kim)
    late = NOW() - timedelta(days=30)
    SalesDocument.objects.update(waiting_since=late)

    def asked():
        """The rights are read once for a page, by its menu already."""
        request = rf.get("/")
        request.user = type(local).objects.get(pk=local.pk)
        panel = PortalPanel(request)
        assert panel.is_shown()
        with django_assert_num_queries(10):
            return panel.get_context_data({})["rows"]

    assert len(asked()) == 1
    for number in range(200):
        type(document)(
            site=only_site,
            customer=kim,
            number=f"C{number}",
            live=True,
            current_version=document.current_version,
            waiting_for="customer",
            waiting_since=late,
        ).save()
    assert len(asked()) == 10


@pytest.mark.parametrize(("group", "shown"), [("Portal managers", 1), ("Portal editors", 0)])
def test_a_payment_to_explain_is_shown_to_those_who_may_explain_it(
    staff_of, only_site, other_site, kim, group, shown
):
    """The page where it is closed lets nobody else in: for them it would stay for ever."""
    Discrepancy.objects.create(document=order_factory(customer=kim), amount=12, currency="EUR")
    found = sentences(staff_of(only_site, group))
    assert sum("nobody can explain" in sentence for sentence in found) == shown
