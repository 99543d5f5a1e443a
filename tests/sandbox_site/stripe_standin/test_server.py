import http.client
import json
import urllib.parse

import pytest
import stripe

from .conftest import client_of

GOOD = "amount=1200&currency=eur"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KEY = {"Authorization": "Bearer sk_test_standin"}


@pytest.fixture
def ask(standin):
    """Status, headers and JSON (or text) of a request as it goes over the wire."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(standin.url).netloc, timeout=10)

    def asked(method, path, body=None, headers=KEY):
        connection.request(method, path, body, {**FORM, **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        is_json = "json" in answer.headers["Content-Type"]
        return answer.status, answer.headers, json.loads(text) if is_json else text

    yield asked
    connection.close()


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "You did not provide an API key."),
        ({"Authorization": "Bearer sk_test_somebodyelses"}, "Invalid API Key provided: sk_test_"),
        ({"Authorization": "Basic !"}, "You did not provide an API key."),
    ],
)
def test_a_wrong_key_is_refused(ask, headers, message):
    status, _, body = ask("GET", "/v1/account", headers=headers)
    assert status == 401
    assert body["error"]["message"].startswith(message)
    assert "somebody" not in body["error"]["message"]


def test_the_client_raises_on_a_wrong_key(standin):
    with pytest.raises(stripe.AuthenticationError):
        client_of(standin, "sk_test_wrong").v1.accounts.retrieve_current()


def test_another_account_is_refused(standin):
    options = {"stripe_account": "acct_other"}
    with pytest.raises(stripe.PermissionError):
        client_of(standin).v1.accounts.retrieve_current(options=options)


def test_each_answer_names_its_request_and_version(ask):
    _, headers, _ = ask("GET", "/v1/account")
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == "2026-10-28.endive"


def test_an_unknown_address_is_unrecognized(ask):
    status, _, body = ask("POST", "/v1/subscriptions", GOOD)
    assert status == 404
    assert body["error"]["message"].startswith("Unrecognized request URL (POST: /v1/subscr")


def test_lists_may_be_written_without_numbers(ask):
    status, _, body = ask(
        "POST", "/v1/payment_intents", f"{GOOD}&expand[]=latest_charge&metadata[a]=b"
    )
    assert (status, body["metadata"]) == (200, {"a": "b"})


@pytest.mark.parametrize(
    "form",
    [
        "metadata=1&metadata[a]=2",
        "metadata[a]=2&metadata=1",
        "a[b][c][d][e][f][g][h][i][j][k][l]=1",
        "[]=1",
        "metadata[a[b]]=1",
        "expand=latest_charge",
        "metadata[a]=%00",
        "description=%ff",
        "&".join(f"metadata[{number}]=1" for number in range(3000)),
    ],
)
def test_a_malformed_form_is_a_400(ask, form):
    status, _, body = ask("POST", "/v1/payment_intents", f"{GOOD}&{form}")
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def test_a_body_that_is_too_large_is_refused(ask):
    status, *_ = ask("POST", "/v1/payment_intents", "x" * 1_000_001)
    assert status == 413


def test_browsers_may_ask_from_the_shops_origin(ask):
    status, headers, _ = ask("OPTIONS", "/v1/payment_intents/pi_1", headers={})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in headers["Access-Control-Allow-Headers"]
    assert ask("GET", "/v1/account")[1]["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/v3/", "/v3", "/endive/stripe.js"])
def test_the_script_is_served(ask, path):
    status, headers, text = ask("GET", path, headers={})
    assert status == 200
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "window.Stripe" in text


@pytest.mark.parametrize("path", ["/assets/texts.json", "/assets/../standin.py", "/nowhere"])
def test_other_files_are_not_served(ask, path):
    assert ask("GET", path, headers={})[0] == 404


def test_control_settles_lists_and_resends(ask, pay, sepa, standin, site):
    intent = pay(sepa)
    status, _, body = ask("POST", f"/control/payment_intents/{intent.id}/settle", "outcome=failed")
    assert (status, body["status"]) == (200, "requires_payment_method")
    standin.wait_for_webhooks()
    _, _, sent = ask("GET", "/control/webhooks?type=payment_intent.payment_failed")
    (webhook,) = sent["data"]
    assert webhook["tries"][0]["status"] == 200
    assert ask("POST", f"/control/events/{webhook['event']}/resend")[0] == 200
    standin.wait_for_webhooks()
    assert site.types()[-1] == "payment_intent.payment_failed"


def test_control_settles_by_the_iban_without_a_word(ask, pay, sepa):
    data = {**sepa["payment_method_data"], "sepa_debit": {"iban": "DE62370400440532013001"}}
    intent = pay({"payment_method_data": data})
    _, _, body = ask("POST", f"/control/payment_intents/{intent.id}/settle")
    assert body["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/control/payment_intents/pi_nothere/settle", 404),
        ("/control/events/evt_nothere/resend", 404),
        ("/control/nowhere", 404),
    ],
)
def test_control_says_what_is_not_there(ask, path, status):
    assert ask("POST", path)[0] == status


def test_control_settles_only_what_is_under_way(ask, pay):
    assert ask("POST", f"/control/payment_intents/{pay().id}/settle")[0] == 400


def test_control_hands_out_a_voucher(ask, intent_factory):
    _, _, body = ask("POST", f"/control/payment_intents/{intent_factory().id}/voucher")
    assert body["next_action"]["type"] == "multibanco_display_details"


def test_control_turns_web_pages_away(ask):
    headers = {"Origin": "https://evil.example"}
    assert ask("GET", "/control/webhooks", headers=headers)[0] == 403


def test_a_challenge_needs_the_client_secret(ask, pay):
    intent = pay("pm_card_authenticationRequired")
    path = f"/3ds/{intent.id}?client_secret="
    assert ask("GET", path + "wrong", headers={})[0] == 404
    assert ask("GET", path + intent.client_secret, headers={})[0] == 200


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "failed")])
def test_a_challenge_after_a_redirect_leads_back_to_the_shop(ask, pay, outcome, status):
    intent = pay("pm_card_authenticationRequired")
    path = intent.next_action.redirect_to_url.url.split("/", 3)[3]
    code, headers, _ = ask("POST", f"/{path}", f"outcome={outcome}", {})
    assert code == 303
    assert headers["Location"].startswith("https://shop.example/return?payment_intent=pi_")
    assert headers["Location"].endswith(f"redirect_status={status}")
