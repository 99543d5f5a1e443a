"""The address that Stripe writes to: who is let in, and what Stripe is answered."""

import json
import logging
import time

import pytest
import stripe as package
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.views.debug import ExceptionReporter

from portal_plugin.models import LedgerEntry, OutgoingEmail, RenderedPdf, StripeEvent
from portal_plugin.statuses import EmailState, WorkState
from portal_plugin.webhooks import stripe as webhook
from portal_plugin.webhooks.stripe import LONGEST_BODY, stripe_webhook
from sandbox_site.stripe_standin import Standin
from tests.paying import ask, begin, confirm, order, standin

__all__ = ["standin"]

URL = "/portal/webhooks/stripe/"
SECRET = "whsec_standin"


@pytest.fixture
def csrf_client():
    """As strict as a browser's: Stripe has no CSRF token."""
    return Client(enforce_csrf_checks=True)


def succeeded(standin):
    """The body of Stripe's message about the payment that went through."""
    event = ask(standin).v1.events.list({"type": "payment_intent.succeeded"}).data[0]
    return json.dumps(event.to_dict())


def header(payload, secret=SECRET, moment=None):
    return package.WebhookSignature.generate_signature_header(
        payload, secret, timestamp=moment or int(time.time())
    )


def signed_request(rf, payload):
    headers = {"Stripe-Signature": header(payload)}
    return rf.post(URL, payload.encode(), content_type="application/json", headers=headers)


def post(client, payload, signature=None, content_type="application/json"):
    headers = {"Stripe-Signature": header(payload) if signature is None else signature}
    return client.post(URL, payload.encode(), content_type=content_type, headers=headers)


@pytest.fixture
def paid(db, standin):
    """An order whose deposit was paid a moment ago, and what Stripe says of it."""
    document = order()
    confirm(standin, begin(document).attempt.payment_intent)
    return succeeded(standin)


def test_books_once(csrf_client, paid):
    assert post(csrf_client, paid).content == b"booked"
    assert [post(csrf_client, paid).status_code for _time in range(10)] == [200] * 10
    assert LedgerEntry.objects.count() == 1
    assert StripeEvent.objects.get().outcome == "booked"


def test_another_body_under_a_name_that_was_taken_is_not_taken(csrf_client, standin, paid):
    post(csrf_client, paid)
    other = order()
    confirm(standin, begin(other).attempt.payment_intent)
    said = json.loads(succeeded(standin)) | {"id": json.loads(paid)["id"]}
    assert post(csrf_client, json.dumps(said)).content == b"booked"
    assert not LedgerEntry.objects.filter(document=other).exists()
    assert post(csrf_client, succeeded(standin)).content == b"booked"
    assert LedgerEntry.objects.filter(document=other).count() == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_sent_as_json_is_refused(csrf_client, paid, kind):
    assert post(csrf_client, paid, content_type=kind).status_code == 400
    assert not StripeEvent.objects.exists()


class Cut:
    """A line that breaks in the middle of the body."""

    def read(self, size=-1):
        raise ConnectionResetError

    readline = read


def test_what_is_not_sent_to_its_end_is_refused_without_a_trace(csrf_client, paid):
    kind = {"content_type": "application/json"}
    assert csrf_client.post(URL, paid, **kind, **{"wsgi.input": Cut()}).status_code == 400
    assert not StripeEvent.objects.exists()


def test_json_by_any_spelling_of_its_type(csrf_client, paid):
    kind = "application/json; charset=utf-8"
    assert post(csrf_client, paid, content_type=kind).status_code == 200


def test_a_mark_before_the_body_breaks_the_signature(csrf_client, paid):
    assert post(csrf_client, "\ufeff" + paid, header(paid)).status_code == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        *("\ufeff", "[]", "null", "{}", '{"id": 1, "type": 2}', "\x00", "{", "[" * 100_000),
        *(r'{"id": "evt_\u0000", "type": "a"}', r'{"id": "evt_\ud800", "type": "a"}'),
    ],
)
@pytest.mark.django_db
def test_what_is_no_event_is_refused_though_it_is_signed(csrf_client, body):
    assert post(csrf_client, body).status_code == 400
    assert not StripeEvent.objects.exists()


def test_one_good_signature_of_two_is_enough(csrf_client, paid):
    good = header(paid)
    both = good.replace(",v1=", f",v1={'0' * 64},v1=")
    assert post(csrf_client, paid, both).status_code == 200
    assert post(csrf_client, paid, f"{good},v1={'0' * 64}").status_code == 200


def test_a_second_time_in_the_header_does_not_help_an_old_message(csrf_client, paid):
    now, old = int(time.time()), int(time.time()) - 900
    signed = header(paid, moment=old)
    assert post(csrf_client, paid, f"t={now}," + signed).status_code == 400
    assert post(csrf_client, paid, signed + f",t={now}").status_code == 400


def test_mails_and_pdfs_wait_until_stripe_has_its_answer(
    rf, paid, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True) as left_to_do:
        assert stripe_webhook(signed_request(rf, paid)).content == b"booked"
    assert left_to_do
    assert not mailoutbox
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {EmailState.WAITING}
    assert set(RenderedPdf.objects.values_list("state", flat=True)) == {WorkState.WAITING}


def test_a_database_that_is_away_means_come_again(csrf_client, paid, monkeypatch):
    def away(event, account):
        raise OperationalError("the database is locked")

    monkeypatch.setattr(webhook.payments, "take_event", away)
    assert post(csrf_client, paid).status_code == 503


def test_the_report_of_an_error_holds_no_secret(rf, paid, monkeypatch):
    """The pages that Django mails to ``ADMINS`` show what every variable held."""

    def breaks(event, account):
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(webhook.payments, "take_event", breaks)
    request = signed_request(rf, paid)
    with pytest.raises(RuntimeError) as caught:
        stripe_webhook(request)
    ours = caught.value.__traceback__.tb_next
    report = ExceptionReporter(request, RuntimeError, caught.value, ours)
    with override_settings(DEBUG=False):
        text = report.get_traceback_html() + report.get_traceback_text()
    assert "stripe_webhook" in text
    assert SECRET not in text
    assert "_secret_" not in text


@pytest.mark.parametrize("age", [301, 86_400, -400, -86_400])
def test_the_time_is_checked_both_ways(csrf_client, paid, age):
    old = header(paid, moment=int(time.time()) - age)
    assert post(csrf_client, paid, old).status_code == 400
    assert not StripeEvent.objects.exists()


def test_what_is_not_signed_for_us_is_refused(csrf_client, paid, caplog):
    for signature in ("", "t=1,v1=abc", header(paid, "whsec_someone"), header(paid + " ")):
        assert post(csrf_client, paid, signature).status_code == 400
    assert not StripeEvent.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert "pi_" not in caplog.text


def test_both_secrets_hold_while_one_is_changed(csrf_client, paid, settings):
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "STRIPE_WEBHOOK_SECRETS": ["whsec_newer1", SECRET],
    }
    assert post(csrf_client, paid).status_code == 200


@pytest.mark.parametrize("secrets", [[], "", [""], ["whsec_..."], None])
def test_without_a_secret_nothing_is_trusted(csrf_client, paid, settings, secrets):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_WEBHOOK_SECRETS": secrets or []}
    assert post(csrf_client, paid).status_code == 503
    assert post(csrf_client, paid, header(paid, "whsec_...")).status_code == 503
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, LONGEST_BODY + 1, 10_000_000])
def test_an_empty_or_endless_body_is_refused(csrf_client, size):
    assert post(csrf_client, "x" * size).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(("longer", "status"), [(0, 200), (1, 400)])
def test_a_body_that_is_too_long_is_refused_though_it_is_signed(csrf_client, longer, status):
    event = '{"id": "evt_1", "type": "customer.created"}'
    assert post(csrf_client, event.ljust(LONGEST_BODY + longer)).status_code == status
    assert StripeEvent.objects.count() == 1 - longer


@pytest.mark.django_db
def test_only_post(csrf_client):
    for method in ("get", "head", "put", "delete", "patch", "options"):
        assert getattr(csrf_client, method)(URL).status_code == 405


def test_stripe_away_means_come_again(csrf_client, paid, settings):
    there = settings.PORTAL_PLUGIN
    settings.PORTAL_PLUGIN = {**there, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    assert post(csrf_client, paid).status_code == 503
    settings.PORTAL_PLUGIN = there
    assert post(csrf_client, paid).content == b"booked"


@pytest.mark.parametrize("how", ["429", "500", "nonsense", "strange", "silence"])
def test_whatever_stripe_answers_nothing_is_booked_by_half(csrf_client, standin, paid, how):
    standin.misbehave(how, "/v1/payment_intents", method="GET")
    assert post(csrf_client, paid).status_code == 503
    assert not LedgerEntry.objects.exists()
    assert post(csrf_client, paid).content == b"booked"


def test_answers_are_kept_by_nobody(csrf_client, paid):
    answer = post(csrf_client, paid)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert "pi_" not in answer.content.decode()


def test_the_body_is_in_no_log(csrf_client, paid, caplog):
    caplog.set_level(logging.DEBUG)
    post(csrf_client, paid)
    assert "_secret_" not in caplog.text.replace("client_secret", "").replace("_secret_…", "")


@pytest.mark.django_db(transaction=True)
def test_from_stripe_over_the_network(live_server, tmp_path, settings):
    address = live_server.url + URL
    with Standin(data=tmp_path / "stripe", webhook_url=address) as running:
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": running.url}
        document = order()
        confirm(running, begin(document).attempt.payment_intent)
        running.wait_for_webhooks()
        assert {each["tries"][-1]["status"] for each in running.webhooks()} == {200}
    assert LedgerEntry.objects.get().document_id == document.pk


@pytest.mark.django_db
def test_types_that_say_nothing_to_us_cost_a_row_each_and_ask_nobody(csrf_client, settings):
    """However many of them come: the last one costs what the second did."""
    nobody = {"STRIPE_API_BASE": "http://127.0.0.1:9"}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **nobody}
    costs = []
    for number in range(30):
        event = {
            "id": f"evt_{number}",
            "object": "event",
            "type": f"weather.changed_{number}",
            "livemode": False,
            "created": 1_700_000_000,
            "data": {"object": {"id": f"w_{number}"}},
        }
        with CaptureQueriesContext(connection) as queries:
            assert post(csrf_client, json.dumps(event)).status_code == 200
        costs.append(len(queries))
    assert len(set(costs[1:])) == 1
    assert StripeEvent.objects.count() == 30
