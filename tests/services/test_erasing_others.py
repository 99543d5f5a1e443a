"""A person is erased: what is of others, and what the law has kept, is not touched."""

from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.models import (
    DirectLink,
    PaymentAttempt,
    PersonalSalt,
    Recipient,
    RenderedPdf,
    Submission,
    SubmissionSalt,
)
from portal_plugin.services import erasing
from portal_plugin.statuses import AttemptState, WorkState
from tests import factories
from tests.actions.test_roles import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return factories.order_factory(items=1)


@pytest.fixture
def kim(order):
    return factories.link_factory(order, name="Kim", email="kim@example.org")


@pytest.fixture
def bo(order):
    return factories.link_factory(order, name="Bo", email="bo@example.org")


def test_no_paper_is_drawn_anew_but_receipts_with_their_name(order, kim, bo):
    for link in (kim, bo):
        run(order, link, "comment", text="When?")
    theirs, others = Submission.objects.get(link=kim), Submission.objects.get(link=bo)
    for kind, submission in (("invoice", None), ("receipt", theirs), ("receipt", others)):
        RenderedPdf.objects.create(
            document=order,
            version=order.current_version,
            kind=kind,
            submission=submission,
            input_hash=uuid4().hex,
            state=WorkState.READY,
        )
    erasing.erase(erasing.by_link(kim))
    waiting = RenderedPdf.objects.filter(state=WorkState.WAITING, kind="receipt")
    assert waiting.get().submission == theirs
    assert RenderedPdf.objects.filter(state=WorkState.READY, submission=None).exists()


def test_where_they_paid_from_is_forgotten_and_where_others_did_is_not(order, kim, bo):
    for link in (kim, bo):
        PaymentAttempt.objects.create(
            document_id=order.pk,
            link=link,
            idempotency_key=uuid4(),
            purpose="balance",
            state=AttemptState.FAILED,
            amount=Decimal(5),
            currency="EUR",
            address="203.0.113.7",
        )
    erasing.erase(erasing.by_link(kim))
    assert PaymentAttempt.objects.exclude(address=None).get().link == bo


def test_who_has_no_address_takes_no_words_of_others_along(order, kim, bo):
    Recipient.objects.filter(pk=kim.recipient_id).update(email="")
    run(order, bo, "comment", text="When?")
    Submission.objects.update(message="Thank you.")
    erasing.erase(erasing.by_link(DirectLink.objects.get(pk=kim.pk)))
    assert Submission.objects.get().message == "Thank you."


def test_what_goes_and_stays_is_counted_for_them_alone(order, kim, bo):
    factories.link_factory(factories.order_factory(items=1, customer=order.customer), name="Bo")
    plan = erasing.by_link(kim)
    assert "1 direct link: it stops working" in plan.goes
    assert any("paid on 1 document:" in sentence for sentence in plan.stays)


def test_the_keys_to_what_others_said_stay(order, kim, bo):
    for link in (kim, bo):
        run(order, link, "comment", text="When?")
    erasing.erase(erasing.by_link(kim))
    assert PersonalSalt.objects.get().recipient == bo.recipient
    assert SubmissionSalt.objects.get().submission.link == bo
