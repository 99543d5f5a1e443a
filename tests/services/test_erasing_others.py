"""A person is erased: what is of others, and what the law has kept, is not touched."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.db.models import QuerySet

from portal_plugin.actions import resuming
from portal_plugin.models import (
    Comment,
    Contact,
    DirectLink,
    LinkToken,
    Order,
    OutgoingEmail,
    PaymentAttempt,
    PersonalSalt,
    Recipient,
    RenderedPdf,
    Submission,
    SubmissionSalt,
    UploadInProgress,
)
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import erasing, links
from portal_plugin.services.evidence import verifying
from portal_plugin.services.presentation.decided import agreement_sentence
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import AttemptState, DocumentState, WaitingFor, WorkState
from tests import factories
from tests.actions.test_roles import run
from tests.models.test_approvers import answer

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


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


def test_what_others_said_and_were_sent_is_as_it_was(order, kim, bo):
    """Who wrote it, from where they upload, their way in, and the emails to and about them."""
    for link in (kim, bo):
        run(order, link, "comment", text="When?")
        visit = Visit(lock(order), link, address="203.0.113.77", user_agent="A phone")
        resuming.begin(visit, client_key=uuid4(), name="a.pdf", size=9)
        links.make_token(link)
    OutgoingEmail.objects.exclude(link=None).update(written_subject="Hello")
    erasing.erase(erasing.by_link(kim))
    assert Comment.objects.get(link=bo).author_name == "Bo"
    assert UploadInProgress.objects.get(link=bo).address == "203.0.113.77"
    assert LinkToken.objects.get().link == bo
    assert OutgoingEmail.objects.get(written_subject="Hello").link == bo
    told = OutgoingEmail.objects.filter(kind="staff_comment").values_list("facts", flat=True)
    assert sorted(told_by(facts) for facts in told) == ["", "Bo"]


def told_by(facts):
    (happening,) = facts["happenings"]
    return happening["by"]


def test_of_another_family_nothing_is_touched(order, kim):
    other = factories.order_factory(items=1)
    namesake = factories.link_factory(other, name="Kim", email="other@example.org")
    run(other, namesake, "comment", text="When?")
    Submission.objects.update(message="Kim has to say yes, too.")
    erasing.erase(erasing.by_link(kim))
    assert Submission.objects.get().message
    assert not other.activities.filter(verb="erased").exists()
    assert told_by(OutgoingEmail.objects.get(kind="staff_comment").facts) == "Kim"


def test_each_history_says_it_once(order, kim):
    run(order, kim, "comment", text="When?")
    erasing.erase(erasing.by_link(kim))
    assert order.activities.filter(verb="erased").count() == 1


def test_the_file_of_their_receipt_goes_after_the_commit(
    order, kim, django_capture_on_commit_callbacks
):
    run(order, kim, "comment", text="When?")
    storage = private_storage()
    name = storage.save("pdfs/receipt", ContentFile(b"%PDF-"))
    RenderedPdf.objects.create(
        document=order,
        version=order.current_version,
        kind="receipt",
        submission=Submission.objects.get(),
        input_hash="receipt",
        state=WorkState.READY,
        file=name,
        file_hash="a" * 64,
    )
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(erasing.by_link(kim))
        assert storage.exists(name)
    assert not storage.exists(name)


def test_whose_link_is_of_another_document_is_nobody_here(order, kim, bo):
    for link in (kim, bo):
        assert erasing.plan_of(order, link.pk).recipients == [link.recipient]
    assert erasing.plan_of(factories.order_factory(items=1), bo.pk) is None


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


def test_what_they_answer_on_the_order_while_they_are_erased_is_erased_too(monkeypatch):
    estimate = factories.estimate_factory(items=1)
    kim = factories.link_factory(estimate, name="Kim", email="kim@example.org")
    factories.approve(estimate)
    order = Order.objects.get()
    late = [lambda: run(order, kim, "comment", text="When?")]

    def just_before(document):
        while late:
            late.pop()()
        return lock(document)

    monkeypatch.setattr(erasing, "lock", just_before)
    erasing.erase(erasing.by_link(kim))
    assert order.submissions.get().name == ""
    assert not OutgoingEmail.objects.filter(facts__icontains='"Kim"').exists()
    assert next(verifying.faults(lock(order)), None) is None


def test_who_is_erased_is_not_waited_for_and_the_lists_know():
    estimate = factories.estimate_factory(items=1, approvals_needed="all")
    kim = factories.link_factory(estimate, name="Kim", email="kim@example.org")
    bo = factories.link_factory(estimate, name="Bo", email="bo@example.org")
    answer(estimate, kim)
    assert factories.fresh(estimate).listed_state == DocumentState.WAITING
    erasing.erase(erasing.by_link(bo))
    found = factories.fresh(estimate)
    assert found.state == found.listed_state == DocumentState.APPROVED
    assert found.waiting_for == WaitingFor.US


def test_of_the_yes_of_who_was_erased_no_empty_name_is_told():
    estimate = factories.estimate_factory(items=1, approvals_needed="all")
    people = [
        factories.link_factory(estimate, name=name, email=f"{name}@example.org")
        for name in ("Kim", "Al", "Bo")
    ]
    for link in people[:2]:
        answer(estimate, link)
    told = []
    for link in people[:2]:
        erasing.erase(erasing.by_link(link))
        (item,) = factories.fresh(estimate).standing.items.values()
        told.append(agreement_sentence(item))
    assert told == ["Approved by Al; waits for Bo.", "Approved; waits for Bo."]


def test_broken_off_before_the_contact_is_gone_all_of_it_is_found_again(monkeypatch):
    customer = factories.customer_factory()
    contact = Contact.objects.create(customer=customer, name="Kim", email="kim@example.org")
    link = factories.link_factory(
        factories.order_factory(items=1, customer=customer), contact=contact
    )

    delete = QuerySet.delete

    def gone(rows):
        if rows.model is Contact:
            raise OperationalError("the database is gone")
        return delete(rows)

    with monkeypatch.context() as patched:
        patched.setattr(QuerySet, "delete", gone)
        with pytest.raises(OperationalError):
            erasing.erase(erasing.by_link(link))
    erasing.erase(erasing.by_link(DirectLink.objects.get(pk=link.pk)))
    assert not Contact.objects.exists()
    assert Recipient.objects.get().erased_at


def test_a_link_to_an_address_from_before_it_was_corrected_is_stopped_too():
    customer = factories.customer_factory()
    contact = Contact.objects.create(customer=customer, name="Kim", email="wrong@example.org")
    order = factories.order_factory(items=1, customer=customer)
    factories.link_factory(order, contact=contact)
    Contact.objects.update(email="kim@example.org")
    factories.link_factory(order, contact=factories.fresh(contact))
    erasing.erase(erasing.by_email("kim@example.org"))
    assert not DirectLink.objects.usable().exists()
    assert not Recipient.objects.exclude(name="", email="").exists()
