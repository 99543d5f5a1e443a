"""While Stripe does not answer nobody waits for it in vain; when it is back all is as before."""

import socketserver
import threading
import time

import pytest
from django.utils import timezone

from portal_plugin.actions.pay import Pay
from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe import breaker
from portal_plugin.models import PaymentAttempt
from portal_plugin.services import payments
from tests import factories
from tests.paying import order, standin
from tests.races.together import gate_for, meet, together

__all__ = ["standin"]


class Silent(socketserver.ThreadingTCPServer):
    """Takes a connection and hangs up without a word."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.asked = 0

    def finish_request(self, request, client_address):
        request.recv(1)
        self.asked += 1


@pytest.fixture
def silent():
    with Silent() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()


def point_at(settings, url):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": url}


def ask_of(settings, url):
    point_at(settings, url)
    with pytest.raises(stripe.NoAnswer):
        stripe.find_payment("pi_1", stripe.shared())


def url_of(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_after_some_calls_without_an_answer_nobody_is_asked(settings, silent):
    for _ in range(10):
        ask_of(settings, url_of(silent))
    assert silent.asked == breaker.MOST


def test_now_and_then_one_is_let_through(settings, silent, monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr(breaker.time, "monotonic", lambda: moment[0])
    for _ in range(5):
        ask_of(settings, url_of(silent))
    for expected in (4, 5):
        moment[0] += breaker.PAUSE
        for _ in range(5):
            ask_of(settings, url_of(silent))
        assert silent.asked == expected


def test_who_is_let_through_is_one_also_while_they_wait(monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr(breaker.time, "monotonic", lambda: moment[0])
    one = breaker.Breaker()
    for _ in range(breaker.MOST):
        one.fail()
    moment[0] += breaker.PAUSE
    assert [one.lets_through() for _ in range(3)] == [True, False, False]


@pytest.fixture
def crowd(monkeypatch):
    """``crowd(act)``: the results of two that do it at once, and look at the clock together where
    nothing makes one wait for the other."""
    gate, now = gate_for(2, patience=0.2), time.monotonic

    def clock():
        meet(gate)
        return now()

    def crowd(act):
        monkeypatch.setattr(breaker.time, "monotonic", clock)
        return together(2, lambda _number: act())

    return crowd


def test_of_two_at_once_one_is_let_through(crowd, monkeypatch):
    one = breaker.Breaker()
    monkeypatch.setattr(breaker, "MOST", 0)
    assert sorted(crowd(one.lets_through)) == [False, True]


class Slow(int):
    """A number that takes its time to grow."""

    def __add__(self, other):
        time.sleep(0.05)
        return Slow(int(self) + other)


def test_of_two_failures_at_once_both_count():
    one = breaker.Breaker()
    one._failures = Slow(0)
    together(2, lambda _number: one.fail())
    assert one._failures == 2


def ask_for_nobody():
    with pytest.raises(stripe.NotFound):
        stripe.find_payment("pi_unknown", stripe.shared())


def ask_for_what_is_there():
    assert list(stripe.refunds_since(timezone.now(), stripe.shared())) == []


@pytest.mark.parametrize("ask", [ask_for_nobody, ask_for_what_is_there])
def test_after_any_answer_it_is_counted_anew(settings, silent, standin, ask):
    for _ in range(breaker.MOST - 1):
        ask_of(settings, url_of(silent))
    point_at(settings, standin.url)
    ask()
    for _ in range(breaker.MOST - 1):
        ask_of(settings, url_of(silent))
    assert silent.asked == 2 * (breaker.MOST - 1)
    point_at(settings, standin.url)
    ask()


@pytest.mark.django_db
def test_the_same_payment_goes_on_when_it_is_back(settings, silent, standin, monkeypatch):
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    document = order()
    link = factories.link_factory(document)
    point_at(settings, url_of(silent))
    for _ in range(breaker.MOST + 2):
        with pytest.raises(stripe.NoAnswer):
            payments.begin(document, link=link)
    point_at(settings, standin.url)
    assert payments.begin(document, link=link).client_secret
    assert PaymentAttempt.objects.count() == 1


@pytest.mark.django_db
def test_the_customer_reads_that_nothing_was_charged(settings, client, enter):
    """Not asked is told like not answered."""
    document = order()
    enter(document)
    point_at(settings, "http://127.0.0.1:9")
    data = {"shown": str(document.amount_due), "fees": ""}
    url = f"/portal/d/{document.public_id}/a/{Pay.name}/"
    for number in range(breaker.MOST + 1):
        data["client_key"] = f"00000000-0000-4000-8000-00000000000{number}"
        answer = client.post(url, data, headers={"accept": "application/json"})
        assert answer.status_code == 503
        assert "You have not been charged" in answer.json()["error"]
