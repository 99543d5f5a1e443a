"""What Stripe, or somebody between us and Stripe, may answer in place of what we know."""

import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import stripe as package

from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe import disputes, pages, payments, refunds
from portal_plugin.statuses import AttemptState, RefundState
from tests.gateways.test_stripe import order

from .test_stripe_disputes import dispute

HTML = b"<!doctype html><title>Bad gateway</title>"
WHOLE = b'{"id": "pi_1", "object": "payment_intent", "status": "requires_payment_method"}'


class Wire:
    """Reads one request for each of ``answers`` and answers it so, byte by byte as it stands here;
    with ``None`` it hangs up."""

    def __init__(self, *answers):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(10)  # for whoever asks less than it has answers for
        self._answers = answers
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self):
        for answer in self._answers:
            line, _address = self._socket.accept()
            with line:
                line.recv(65536)
                if answer is None:
                    # Closed with unread bytes and no patience: the other side sees a reset.
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                else:
                    line.sendall(answer)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self._thread.join()
        self._socket.close()


def http(status, body, *headers, length=None):
    lines = [f"HTTP/1.1 {status} .", f"Content-Length: {length or len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


@pytest.fixture
def answering(settings):
    @contextmanager
    def answering(*answers):
        with Wire(*answers) as api:
            settings.PORTAL_PLUGIN = {
                "STRIPE_SECRET_KEY": "sk_test_standin",
                "STRIPE_PUBLISHABLE_KEY": "pk_test_standin",
                "STRIPE_API_BASE": api.url,
            }
            yield

    return answering


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http(200, HTML, "Content-Type: text/html"), stripe.NoAnswer),
        (http(502, HTML, "Content-Type: text/html"), stripe.StripeBroke),
        (http(403, HTML, "Content-Type: text/html"), stripe.Refused),
        (http(200, b""), stripe.NoAnswer),
        (http(200, b"[]"), stripe.NoAnswer),
        (http(200, b"null"), stripe.NoAnswer),
        (http(200, WHOLE[:40]), stripe.NoAnswer),
        (http(200, WHOLE[:40], length=len(WHOLE)), stripe.NoAnswer),
        (http(200, WHOLE), stripe.NoAnswer),
        (http(200, b"\xff\xfe{}"), stripe.NoAnswer),
        (http(429, b'{"error": {"type": "x"}}', "Retry-After: 30"), stripe.NoAnswer),
        (http(301, b"", "Location: http://127.0.0.1:9/"), stripe.NoAnswer),
        (b"SSH-2.0-OpenSSH_9.2\r\n", stripe.NoAnswer),
        (None, stripe.NoAnswer),
    ],
)
def test_an_answer_of_another_form_leaves_open_whether_it_was_done(answering, answer, error):
    """So the same key is asked with again, and nobody is charged twice."""
    with answering(answer), pytest.raises(error) as caught:
        stripe.create_payment(order())
    assert type(caught.value) is error


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("said", "told"),
    [(b'{"message": "No.", "code": "c"}', ("No.", "c", "No.")), (b"{}", ("", "", ""))],
)
def test_why_it_is_refused_is_told_as_far_as_it_is_said(answering, status, said, told):
    with answering(http(status, b'{"error": %s}' % said)), pytest.raises(stripe.Refused) as caught:
        stripe.create_payment(order())
    error = caught.value
    assert (error.detail.partition("Error: ")[2], error.code, error.reason) == told


@pytest.mark.parametrize("answer", [b"[]", b"null", b"{}", b'{"data": 1}', b'{"data": [1]}'])
def test_a_list_that_is_none_is_not_understood(answering, answer):
    with answering(http(200, answer)), pytest.raises(stripe.NoAnswer):
        stripe.refunds_of_payment("pi_1", stripe.shared())


@pytest.mark.parametrize("event", [{}, {"id": "evt_1"}, {"id": 1, "type": "refund.failed"}])
def test_nor_is_one_of_events_that_are_none(answering, event):
    listed = {"object": "list", "url": "/v1/events", "has_more": False}
    answer = json.dumps(listed | {"data": [{"object": "event"} | event]}).encode()
    with answering(http(200, answer)), pytest.raises(stripe.NoAnswer):
        list(stripe.events_since(datetime.now(UTC), ["refund.failed"], stripe.shared()))


def page_that_is(status):
    said = {"id": "cs_1", "object": "checkout.session", "status": status}
    return http(200, json.dumps(said | {"payment_intent": None, "url": None}).encode())


def test_a_page_that_stripe_does_not_close_is_not_taken_for_closed(answering):
    """A restricted key may be allowed to look at it, and to do nothing more."""
    no = http(403, b'{"error": {"message": "No.", "code": "c"}}')
    with answering(no, page_that_is("open")), pytest.raises(stripe.Refused):
        stripe.close_page("cs_1", stripe.shared())
    with answering(no, page_that_is("complete")):
        page = stripe.close_page("cs_1", stripe.shared())
    assert (page.is_open, page.is_expired) == (False, False)


def intent(**values):
    known = {
        "id": "pi_1",
        "amount": 3570,
        "amount_received": 3570,
        "currency": "eur",
        "status": "succeeded",
        "livemode": False,
        "latest_charge": None,
        "last_payment_error": None,
        "metadata": {},
        "client_secret": None,
    }
    return package.PaymentIntent.construct_from(known | values, "sk_test_standin")


@pytest.mark.parametrize("values", [{}, {"currency": "EUR"}, {"amount_received": "3570"}])
def test_the_same_money_in_another_spelling_is_the_same(values):
    payment = payments.read(intent(**values))
    assert (str(payment.received), payment.currency) == ("35.70", "EUR")


@pytest.mark.parametrize(
    "values",
    [
        {"amount": "much"},
        {"amount": None},
        {"amount": {}},
        {"currency": None},
    ],
)
def test_what_is_no_money_is_not_understood(values):
    with pytest.raises(stripe.NoAnswer) as caught:
        payments.read(intent(**values))
    assert caught.value.code == "not_understood"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", AttemptState.FAILED),
        ("requires_confirmation", AttemptState.OPEN),
        ("requires_action", AttemptState.OPEN),
        ("processing", AttemptState.PROCESSING),
        ("succeeded", AttemptState.SUCCEEDED),
    ],
)
def test_a_card_that_was_declined_before_another_was_tried_is_no_failure(status, state):
    declined = {"code": "card_declined", "decline_code": "lost_card", "message": "No."}
    payment = payments.read(intent(status=status, last_payment_error=declined))
    assert (payment.state, payment.failure_code) == (state, "lost_card")


def test_what_stripe_leaves_out_is_empty():
    left_out = dict.fromkeys(("amount_received", "metadata", "client_secret", "latest_charge"))
    found = payments.read(intent(**left_out))
    assert (found.received, found.document, found.attempt) == (0, "", None)
    assert (found.client_secret, found.charge, found.failure_message) == ("", "", "")


MAY_BE_LEFT_OUT = {
    "refund": [
        *("metadata", "status", "failure_reason", "payment_intent"),
        *("failure_balance_transaction", "reason"),
    ],
    "dispute": [
        *("reason", "evidence_details", "livemode", "payment_intent", "charge"),
        "balance_transactions",
    ],
}


@pytest.mark.parametrize("is_null", [True, False])
def test_what_a_refund_or_a_dispute_does_not_say_is_empty(is_null):
    said = {name: dict.fromkeys(left) if is_null else {} for name, left in MAY_BE_LEFT_OUT.items()}
    known = {"id": "re_1", "amount": 100, "currency": "eur", "created": 1} | said["refund"]
    refund = refunds.read(package.Refund.construct_from(known, "sk_test_standin"))
    assert (refund.state, refund.payment, refund.refund) == (RefundState.PENDING, "", None)
    assert (refund.failure_code, refund.has_come_back, refund.is_of_fraud) == ("", False, False)
    asked = dispute(**said["dispute"])
    assert (asked.reason, asked.answer_by, asked.is_live) == ("", None, False)
    assert (asked.payment, asked.charge, asked.moved) == ("", "", ())


def test_until_when_a_dispute_is_answered_may_be_left_out_of_its_details():
    assert dispute(evidence_details={"has_evidence": False}).answer_by is None
    assert dispute(evidence_details={"due_by": None}).answer_by is None
    assert dispute(evidence_details={"due_by": 60}).answer_by == datetime(
        1970, 1, 1, 0, 1, tzinfo=UTC
    )


@pytest.mark.parametrize("missing", ["id", "amount", "currency", "created", "status"])
def test_a_dispute_without_what_it_is_is_not_understood(missing):
    known = {"id": "dp_1", "amount": 100, "currency": "eur", "status": "lost", "created": 1}
    del known[missing]
    with pytest.raises(stripe.NoAnswer):
        disputes.read(package.Dispute.construct_from(known, "sk_test_standin"))


def test_why_it_was_declined_is_said_as_exactly_as_it_is_known():
    error = {"code": "expired_card", "message": "No."}
    assert payments.read(intent(last_payment_error=error)).failure_code == "expired_card"
    assert payments.read(intent(last_payment_error={"message": "No."})).failure_code == ""


def charge(**values):
    known = {
        "id": "ch_1",
        "created": 1,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "balance_transaction": {"fee": 95, "currency": "eur"},
    }
    return payments.read(intent(latest_charge=known | values))


@pytest.mark.parametrize("said", [None, "txn_1", {"fee": 95, "currency": "usd"}])
def test_a_fee_is_unknown_until_it_is_said_in_the_currency_of_the_payment(said):
    assert str(charge().fee) == "0.95"
    assert charge(balance_transaction=said).fee is None


def test_how_it_was_paid_is_said_as_far_as_it_is_known():
    paid, silent = charge(), charge(payment_method_details=None)
    assert (paid.way, paid.method) == ("card", "Visa •••• 4242")
    assert (silent.charge, silent.way, silent.method) == ("ch_1", "", "")
    bare = charge(payment_method_details={"type": "card"})
    assert (bare.way, bare.method) == ("card", "Card")
    direct = charge(payment_method_details={"type": "some_wallet", "some_wallet": {}})
    assert (direct.way, direct.method) == ("some_wallet", "Some wallet")
    unread = payments.read(intent(latest_charge="ch_2"))
    assert (unread.charge, unread.method, unread.fee, unread.paid_at) == ("ch_2", "", None, None)


def test_a_state_that_nobody_knows_is_open():
    assert payments.read(intent(status="requires_magic")).state == AttemptState.OPEN


@pytest.mark.parametrize("said", ["", "²", "-1", "1e3", "0x1"])
def test_no_number_of_ours_is_none(said):
    assert payments.read(intent(metadata={"portal_attempt": said})).attempt is None


def test_what_a_dispute_and_a_refund_name_may_be_there_whole():
    whole = {"payment_intent": {"id": "pi_1"}, "charge": {"id": "ch_1"}}
    found = dispute(**whole)
    assert (found.payment, found.charge) == ("pi_1", "ch_1")
    known = {"id": "re_1", "amount": 100, "currency": "eur", "status": None, "created": 1}
    refund = package.Refund.construct_from(known | whole, "sk_test_standin")
    assert refunds.read(refund).payment == "pi_1"


def test_a_refund_of_a_charge_without_a_payment_has_none():
    known = {"id": "re_1", "amount": 100, "currency": "EUR", "status": None, "created": 1}
    found = refunds.read(package.Refund.construct_from(known, "sk_test_standin"))
    assert (found.payment, found.currency, found.refund) == ("", "EUR", None)


@pytest.mark.parametrize(
    ("said", "row"),
    [("7", 7), ("9" * 18, int("9" * 18)), ("9" * 19, None), ("٣", None), ("-1", None), ("", None)],
)
def test_a_refund_names_our_row_by_a_number_that_a_database_has(said, row):
    known = {"id": "re_1", "amount": 100, "currency": "eur", "status": None, "created": 1}
    values = known | {"metadata": {"portal_refund": said}}
    assert refunds.read(package.Refund.construct_from(values, "sk_test_standin")).refund == row


@pytest.mark.parametrize(
    ("said", "payment"), [("pi_1", "pi_1"), ({"id": "pi_1", "object": "x"}, "pi_1"), (None, "")]
)
def test_a_page_names_its_payment_once_there_is_one(said, payment):
    known = {"id": "cs_1", "status": "open", "url": None, "payment_intent": said}
    session = package.checkout.Session.construct_from(known, "sk_test_standin")
    page = pages._read(session)
    assert (page.payment, page.url) == (payment, "")
