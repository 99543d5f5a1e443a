"""Two and twenty at once: one payment, one booking, whoever presses and whoever tells."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from portal_plugin.exceptions import PortalError
from portal_plugin.models import Activity, LedgerEntry, OutgoingEmail, PaymentAttempt, StripeEvent
from portal_plugin.models.documents import lock
from portal_plugin.services import listing, payments
from portal_plugin.services.payments import outdating, starting
from tests.factories import fresh, link_factory
from tests.paying import ask, begin, confirm, events, order, standin, take
from tests.races.together import another, attempt, gate_for, meet, together

__all__ = ["standin"]

pytestmark = pytest.mark.django_db(transaction=True)
actors = pytest.mark.parametrize("actors", [2, 20])


def press(document, link, **options):
    return attempt(
        lambda: payments.begin(fresh(document), link=link, **options), PortalError, DatabaseError
    )


@actors
def test_many_press_pay_and_get_one_payment(standin, actors):
    document = order()
    link = link_factory(document)
    outcomes = together(actors, lambda _n: press(document, link))
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert len({one.client_secret for one in outcomes}) == 1
    assert PaymentAttempt.objects.count() == 1
    assert len(ask(standin).v1.payment_intents.list({"limit": 100}).data) == 1


def test_card_form_and_hosted_page_leave_one_that_can_be_paid(standin):
    document = order()
    link = link_factory(document)
    outcomes = together(6, lambda number: press(document, link, is_hosted=bool(number % 2)))
    given = [one for one in outcomes if isinstance(one, payments.Started)]
    assert given
    stripe = ask(standin).v1
    intents = {one.client_secret.partition("_secret_")[0] for one in given if one.client_secret}
    payable = [
        name
        for name in intents
        if stripe.payment_intents.retrieve(name).status == "requires_payment_method"
    ]
    pages = stripe.checkout.sessions.list({"limit": 100}).data
    shown = {one.page_url for one in given}
    payable += [page.id for page in pages if page.status == "open" and page.url in shown]
    assert len(payable) <= 1
    assert PaymentAttempt.objects.unfinished().count() <= 1


def write_when_both_have_looked(monkeypatch, gate):
    """Or when the other one has not come for as long as the gate waits."""
    write = PaymentAttempt.objects.create

    def write_then(**columns):
        meet(gate)
        return write(**columns)

    monkeypatch.setattr(PaymentAttempt.objects, "create", write_then)


def test_nobody_looks_before_the_row_of_whoever_came_first_is_there(standin, monkeypatch):
    document = order()
    link = link_factory(document)
    write_when_both_have_looked(monkeypatch, gate_for(2, patience=0.5))
    first, second = together(2, lambda _n: press(document, link))
    assert first.client_secret == second.client_secret


def test_without_the_lock_the_database_itself_refuses_a_second_attempt(standin, monkeypatch):
    """The guard is the lock; behind it stands the unique constraint."""
    document = order()
    link = link_factory(document)
    options = connections["default"].settings_dict["OPTIONS"]
    if "transaction_mode" in options:
        monkeypatch.setitem(options, "transaction_mode", "DEFERRED")
    monkeypatch.setattr(starting, "lock", fresh)
    write_when_both_have_looked(monkeypatch, gate_for(2))
    outcomes = together(2, lambda _n: press(document, link))
    assert [one for one in outcomes if isinstance(one, DatabaseError)]
    assert PaymentAttempt.objects.count() <= 1


@actors
def test_one_message_many_times_is_booked_once(standin, actors):
    document = order()
    confirm(standin, begin(document).attempt.payment_intent)
    (event,) = events(standin, "payment_intent.succeeded")
    outcomes = together(actors, lambda _n: attempt(lambda: take(event), PortalError, DatabaseError))
    assert set(outcomes) == {"booked"}
    assert LedgerEntry.objects.count() == 1
    assert StripeEvent.objects.count() == 1
    assert OutgoingEmail.objects.filter(kind="receipt_payment").count() == 1
    assert Activity.objects.filter(verb="payment").count() == 1


def test_without_the_lock_the_ledgers_key_refuses_a_second_booking(standin):
    document = order()
    confirm(standin, begin(document).attempt.payment_intent)
    (event,) = events(standin, "payment_intent.succeeded")
    take(event)
    entry = LedgerEntry.objects.get()
    entry.pk = None
    with pytest.raises(IntegrityError):
        entry.save(force_insert=True)


def test_message_sweep_page_and_press_at_once(standin):
    document = order()
    link = link_factory(document)
    payment = begin(document).attempt.payment_intent
    confirm(standin, payment)
    PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
    told = events(standin)
    work = [
        lambda: [take(event) for event in told],
        payments.reconcile_open,
        lambda: payments.ask_again(fresh(document)),
        lambda: payments.begin(fresh(document), link=link, shown=Decimal("35.70")),
    ] * 2
    together(len(work), lambda number: attempt(work[number], PortalError, DatabaseError))
    assert LedgerEntry.objects.filter(stripe_object=payment).count() == 1
    assert LedgerEntry.objects.count() == 1


@pytest.mark.only_on("postgres")
def test_a_change_while_a_payment_is_looked_at_has_it_looked_at_again(standin, monkeypatch):
    document = order()
    begun = begin(document).attempt
    PaymentAttempt.objects.update(needs_look=True)
    look = outdating.is_outdated

    def change():
        with transaction.atomic():
            listing.refresh(lock(document))

    with another() as begin_to:

        def look_and_wait(row):
            found = look(row)
            begin_to(change)
            return found

        monkeypatch.setattr(outdating, "is_outdated", look_and_wait)
        outdating.drain()
    assert fresh(begun).needs_look


def test_cash_and_card_at_once_are_both_in_the_ledger(standin):
    document = order(deposit_percent=0)
    payment = begin(document).attempt
    confirm(standin, payment.payment_intent)
    told = events(standin, "payment_intent.succeeded")
    work = [
        lambda: payments.record_offline(fresh(document), amount=Decimal("119")),
        lambda: take(told[0]),
    ]
    together(2, lambda number: attempt(work[number], PortalError, DatabaseError))
    assert LedgerEntry.objects.count() == 2
    assert fresh(document).overpaid == Decimal("119")
    assert OutgoingEmail.objects.filter(kind="staff_overpaid").count() == 1


def test_many_messages_about_many_orders(standin):
    documents = [order() for _number in range(4)]
    for document in documents:
        confirm(standin, begin(document).attempt.payment_intent)
    told = events(standin) * 3
    together(8, lambda number: [take(event) for event in told[number::8]])
    assert LedgerEntry.objects.count() == len(documents)
    for document in documents:
        assert fresh(document).paid == Decimal("35.70")
