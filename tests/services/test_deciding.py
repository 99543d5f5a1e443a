import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.canonical import digest, moment_text
from portal_plugin.exceptions import AlreadyConverted, NotAvailable, StaleDocument
from portal_plugin.models import Decision, Estimate, Order, RenderedPdf, Submission
from portal_plugin.models.documents import lock
from portal_plugin.services import activity, converting, deciding, pdfs
from portal_plugin.services.presentation.decided import first_sentence
from portal_plugin.statuses import DocumentState, ItemState, Verdict
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def submission(document):
    return Submission.objects.create(
        document_id=document.pk, client_key=uuid.uuid4(), action="approve"
    )


def decide(document, keys, verdict=Verdict.APPROVE, hashes=None):
    fresh = lock(document)
    hashes = hashes or {key: item.item_hash for key, item in fresh.standing.items.items()}
    made = deciding.decide(fresh, keys, verdict, submission=submission(fresh), hashes=hashes)
    deciding.settle(fresh)
    return made


def state_of(document):
    return type(document).objects.get(pk=document.pk).state


def keys_of(document):
    return [item.key for item in document.lines]


def test_a_decision_holds_the_exact_bytes_that_were_shown():
    order = factories.order_factory(items=1)
    decision = decide(order, keys_of(order))[0]
    shown = order.current_version.items.get()
    assert (decision.canonical, decision.item_hash) == (shown.canonical, shown.item_hash)


def test_what_is_decided_has_the_same_hash_on_every_database():
    """Scheme 1, for ever: another hash here would make earlier decisions void."""
    row = factories.order_factory(items=1).current_version.items.get()
    assert row.item_hash == "b4d7339bf3a5b79eaf3c65a72469b7019402f743f40e5f36fbb4523385e20c50"


def test_states_follow_from_decisions():
    estimate = factories.estimate_factory(items=3)
    first, second, third = keys_of(estimate)
    assert state_of(estimate) == DocumentState.WAITING
    decide(estimate, [first])
    assert state_of(estimate) == DocumentState.PARTLY_APPROVED
    decide(estimate, [second], Verdict.DECLINE)
    decide(estimate, [third])
    assert state_of(estimate) == DocumentState.CONVERTED


def test_the_last_decision_makes_the_order_of_the_approved_items():
    estimate = factories.estimate_factory(items=2)
    first, second = keys_of(estimate)
    decide(estimate, [first], Verdict.DECLINE)
    decide(estimate, [second])
    order = Order.objects.get(source_estimate=estimate.pk)
    assert keys_of(order) == [second]
    assert (order.state, order.family) == (DocumentState.APPROVED, estimate.family)
    assert order.number
    assert Decision.objects.count() == 2


def test_declining_everything_makes_no_order():
    estimate = factories.estimate_factory(items=1)
    decide(estimate, keys_of(estimate), Verdict.DECLINE)
    assert state_of(estimate) == DocumentState.DECLINED
    assert not Order.objects.exists()


def test_where_staff_convert_nothing_is_made():
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=1, site=site)
    decide(estimate, keys_of(estimate))
    assert state_of(estimate) == DocumentState.APPROVED
    assert not Order.objects.exists()


@pytest.mark.parametrize("fixed", ["discount_amount", "shipping_amount", "deposit_amount"])
def test_a_fixed_amount_after_a_declined_item_is_for_staff_to_judge(fixed):
    estimate = factories.estimate_factory(items=2, **{fixed: Decimal(10)})
    first, second = keys_of(estimate)
    decide(estimate, [first], Verdict.DECLINE)
    decide(estimate, [second])
    assert state_of(estimate) == DocumentState.APPROVED
    assert not Order.objects.exists()


def test_an_edited_item_waits_again_and_the_other_does_not():
    order = factories.order_factory(items=2)
    first, second = keys_of(order)
    decide(order, [first, second])
    order.lines[0].name = "Other"
    order.line_items = order.lines
    order = factories.publish(order)
    states = [order.standing.items[key].state for key in (first, second)]
    assert states == [ItemState.WAITING, ItemState.APPROVED]


def test_an_edit_there_and_back_revives_no_old_yes():
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    decide(order, [key])
    for name in ("Other", "A1 poster"):
        order.lines[0].name = name
        order.line_items = order.lines
        order = factories.publish(order)
    assert order.standing.items[key].state == ItemState.WAITING


def test_a_stale_item_refuses_the_whole():
    order = factories.order_factory(items=2)
    first, second = keys_of(order)
    seen = {key: item.item_hash for key, item in order.standing.items.items()}
    order.lines[0].quantity = Decimal(500)
    order.line_items = order.lines
    order = factories.publish(order)
    with pytest.raises(StaleDocument) as refused:
        decide(order, [first, second], hashes=seen)
    assert refused.value.changes == {first: seen[first]}
    assert not Decision.objects.exists()


def test_an_item_of_another_document_is_not_decided():
    order, other = factories.order_factory(items=1), factories.order_factory(items=1)
    with pytest.raises(StaleDocument):
        decide(order, keys_of(other))
    assert not Decision.objects.exists()


def test_a_decided_item_is_not_decided_again():
    order = factories.order_factory(items=1)
    decide(order, keys_of(order))
    with pytest.raises(NotAvailable):
        decide(order, keys_of(order), Verdict.DECLINE)


def _refusal(document, keys, link=None):
    with pytest.raises(NotAvailable) as refused:
        deciding.refuse_decided(lock(document), keys, link)
    return str(refused.value)


def test_the_second_of_two_is_told_who_was_first():
    order = factories.order_factory(items=2)
    first, second = keys_of(order)
    made = decide(order, [second])[0]
    told = _refusal(order, [uuid.uuid4(), first, second])
    assert told == first_sentence(made)
    assert "approved this already" in told


def kim_says_yes(order, key):
    """Two links to it, whose first person has approved the item."""
    kim, alex = (
        factories.link_factory(order, name=name, email=f"{name}@example.org")
        for name in ("Kim", "Alex")
    )
    (decision,) = decide(order, [key])
    Submission.objects.filter(pk=decision.submission_id).update(link=kim)
    return kim, alex


def test_whoever_said_yes_is_told_that_it_waits_for_others():
    order = factories.order_factory(items=1, approvals_needed="all")
    (key,) = keys_of(order)
    kim, alex = kim_says_yes(order, key)
    assert _refusal(order, [key], kim) == "You have approved this. It waits for others now."
    assert deciding.refuse_decided(lock(order), [key], alex) is None


def test_what_somebody_wants_changed_waits_no_more_and_nobody_is_said_to_have_decided():
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    order.change_requests.create(item_key=key, number=1, text="Larger")
    assert _refusal(order, [key]) == "This item does not wait for approval any more."


def test_a_decision_about_nothing_is_none():
    order = factories.order_factory(items=1)
    with pytest.raises(NotAvailable):
        decide(order, [])
    assert not RenderedPdf.objects.filter(kind="receipt").exists()


def test_what_is_not_out_is_not_decided():
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    Order.objects.update(current_version=None)
    fresh = lock(order)
    with pytest.raises(NotAvailable):
        deciding.decide(fresh, [key], "approve", submission=submission(fresh), hashes={})


def test_a_site_hears_of_decisions_once_they_stand(django_capture_on_commit_callbacks):
    order = factories.order_factory(items=1)
    heard = []

    def hear(document, decisions, submission, **_):
        heard.append((document.pk, decisions, submission.action))

    signals.items_decided.connect(hear)
    with django_capture_on_commit_callbacks() as told:
        made = decide(order, keys_of(order))
    assert heard == []
    for tell in told:
        tell()
    assert heard == [(order.pk, made, "approve")]


def test_the_receipt_of_a_decision_is_ordered():
    order = factories.order_factory(items=1)
    (made,) = decide(order, keys_of(order))
    assert RenderedPdf.objects.get(kind="receipt").submission_id == made.submission_id


def test_what_was_given_with_a_decision_is_in_the_history_by_its_digest():
    given = {"purchase_order_number": "PO-7", "checklist": '["Size"]'}
    facts = deciding.given(Submission(**given))
    assert facts == {"purchase_order": digest(b"PO-7"), "checklist": digest(b'["Size"]')}
    assert deciding.given(Submission()) == {}


def test_the_history_keeps_why_and_from_scheme_3_on_when_and_since_when():
    order = factories.order_factory(items=1)
    decide(order, keys_of(order), Verdict.DECLINE)
    Decision.objects.update(reason="Too small")
    made = Decision.objects.with_since().get()
    old = [str(made.item_key), "decline", made.item_hash, digest(b"Too small")]
    assert deciding.kept(made, 2) == old
    assert deciding.kept(made, 3) == [*old, f"{order.public_id}:1", moment_text(made.created_at)]


@pytest.mark.parametrize("what", ["an item that is none", "an item that waits"])
def test_nothing_is_taken_back_where_nothing_was_decided(what):
    order = factories.order_factory(items=1)
    key = uuid.uuid4() if what == "an item that is none" else order.lines[0].key
    fresh = lock(order)
    with pytest.raises(NotAvailable, match="no decision to take back"):
        deciding.undo(fresh, key, submission=submission(fresh), reason="Wrong size")
    assert not Decision.objects.exists()


def test_staff_take_back_a_yes_that_still_waits_for_others():
    order = factories.order_factory(items=1, approvals_needed="all")
    (key,) = keys_of(order)
    kim_says_yes(order, key)
    fresh = lock(order)
    assert fresh.standing.items[key].decision is None
    deciding.undo(fresh, key, submission=submission(fresh), reason="Wrong size")
    assert not fresh.standing.items[key].approvals


def test_staff_take_a_decision_back_by_a_new_entry():
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    decide(order, [key])
    fresh = lock(order)
    deciding.undo(fresh, key, submission=submission(fresh), reason="Wrong size")
    assert state_of(order) == DocumentState.WAITING
    assert Decision.objects.count() == 2


def test_a_clock_that_goes_back_changes_no_order_of_what_was_decided(monkeypatch):
    """Summer time ends, or a server's clock is put right: the sequence is the order."""
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    decide(order, [key])
    activity.record(lock(order), "approve")
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(hours=1))
    fresh = lock(order)
    deciding.undo(fresh, key, submission=submission(fresh), reason="Wrong size")
    activity.record(fresh, "undo")
    first, second = order.activities.order_by("-sequence")[:2][::-1]
    assert (first.verb, second.verb) == ("approve", "undo")
    assert second.created_at < first.created_at
    assert state_of(order) == DocumentState.WAITING
    assert activity.first_broken(order) is None


def test_an_order_is_made_once():
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=1, site=site)
    decide(estimate, keys_of(estimate))
    converting.convert(estimate)
    with pytest.raises(AlreadyConverted):
        converting.convert(Estimate.objects.get(pk=estimate.pk))
    assert Order.objects.count() == 1


def test_staff_convert_what_is_approved_and_the_rest_moves_to_a_new_estimate():
    estimate = factories.estimate_factory(items=3)
    first, second, third = keys_of(estimate)
    decide(estimate, [first])
    order = converting.convert(estimate)
    rest = Estimate.objects.exclude(pk=estimate.pk).get()
    assert keys_of(order) == [first]
    assert keys_of(rest) == [second, third]
    assert rest.state == DocumentState.WAITING


def test_an_expired_estimate_says_so_from_the_day_after():
    today = timezone.localdate()
    assert state_of(factories.estimate_factory(items=1, valid_until=today)) == "waiting"
    yesterday = today - timedelta(days=1)
    assert state_of(factories.estimate_factory(items=1, valid_until=yesterday)) == "expired"


def test_a_declined_item_of_an_order_is_not_charged():
    order = factories.order_factory(items=2)
    first, _second = keys_of(order)
    whole = order.totals.total
    decide(order, [first], Verdict.DECLINE)
    assert lock(order).totals.total == whole / 2


def test_a_no_to_a_later_proof_leaves_the_price_of_what_was_ordered():
    order = factories.order_factory(items=1)
    (key,) = keys_of(order)
    decide(order, [key])
    whole = lock(order).totals.total
    order.lines[0].description = "A new proof asks again"
    order.line_items = order.lines
    order = factories.publish(order)
    decide(order, [key], Verdict.DECLINE)
    assert lock(order).totals.total == whole


def test_the_pdf_is_ordered_that_shows_what_was_decided():
    order = factories.order_factory(items=2)
    pdfs.drain()
    before = pdfs.current(order)
    assert before is not None
    decide(order, keys_of(order)[:1], Verdict.DECLINE)
    waiting = RenderedPdf.objects.filter(document_id=order.pk, kind="invoice", state="waiting")
    assert waiting.count() == 1
