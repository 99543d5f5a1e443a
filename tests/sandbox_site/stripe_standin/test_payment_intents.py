import pytest
import stripe

from .conftest import RETURN_URL, client_of


def types(client):
    """Oldest first."""
    return [event.type for event in client.events.list({"limit": 100}).data][::-1]


def test_a_new_intent_waits_for_a_payment_method(intent_factory):
    intent = intent_factory()
    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")


def test_a_good_card_pays(pay):
    intent = pay(expand=["latest_charge"])
    assert (intent.status, intent.amount_received) == ("succeeded", 1200)
    charge = intent.latest_charge
    assert (charge.status, charge.paid, charge.amount) == ("succeeded", True, 1200)
    assert charge.payment_method_details.card.last4 == "4242"


def test_a_good_card_leaves_these_events(pay, client):
    pay()
    assert types(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    ("method", "decline_code", "message"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline", "Your card was declined."),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
    ],
)
def test_a_declined_card_is_an_error_with_its_reason(pay, client, method, decline_code, message):
    with pytest.raises(stripe.CardError) as caught:
        pay(method)
    error = caught.value
    assert (error.http_status, error.code) == (402, "card_declined")
    assert (error.error.decline_code, error.user_message) == (decline_code, message)
    intent = client.payment_intents.retrieve(error.error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None
    assert intent.last_payment_error.decline_code == decline_code
    assert client.charges.retrieve(error.error.charge).status == "failed"


def test_a_declined_card_leaves_these_events(pay, client):
    with pytest.raises(stripe.CardError):
        pay("pm_card_visa_chargeDeclined")
    assert types(client) == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]


def test_another_card_pays_after_a_declined_one(pay, client):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined")
    intent_id = caught.value.error.payment_intent.id
    params = {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
    intent = client.payment_intents.confirm(intent_id, params)
    assert (intent.status, intent.last_payment_error) == ("succeeded", None)
    charges = client.charges.list({"payment_intent": intent_id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_a_card_may_ask_for_authentication(pay, client):
    intent = pay("pm_card_authenticationRequiredOnSetup")
    assert intent.status == "requires_action"
    assert intent.next_action.redirect_to_url.return_url == RETURN_URL
    assert types(client)[-1] == "payment_intent.requires_action"


def test_a_direct_debit_is_under_way_until_it_is_settled(pay, client, standin, sepa):
    intent = pay(sepa)
    assert intent.status == "processing"
    standin.settle(intent.id)
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"
    assert types(client) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_a_direct_debit_may_fail_days_later(pay, client, standin, sepa):
    intent = pay(sepa)
    standin.settle(intent.id, "failed")
    intent = client.payment_intents.retrieve(intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.payment_method_type == "sepa_debit"
    assert types(client)[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_a_direct_debit_needs_euros(pay, sepa):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(sepa, currency="usd")
    assert caught.value.code == "payment_intent_incompatible_payment_method"


def test_a_wrong_iban_is_refused(pay, sepa):
    data = sepa["payment_method_data"] | {"sepa_debit": {"iban": "AT611904300234573202"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay({"payment_method_data": data})
    assert caught.value.code == "invalid_bank_account_iban"


def test_create_may_confirm_at_once(intent_factory):
    intent = intent_factory(payment_method="pm_card_visa", confirm=True, return_url=RETURN_URL)
    assert intent.status == "succeeded"


def test_confirming_needs_a_return_url(client, intent_factory):
    with pytest.raises(stripe.InvalidRequestError, match="you must provide a `return_url`"):
        client.payment_intents.confirm(intent_factory().id, {"payment_method": "pm_card_visa"})


def test_confirming_needs_a_payment_method(client, intent_factory):
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.payment_intents.confirm(intent_factory().id, {"return_url": RETURN_URL})


def test_a_server_may_not_send_card_numbers(client, intent_factory):
    data = {"type": "card", "card": {"number": "4242424242424242"}}
    with pytest.raises(stripe.InvalidRequestError, match="payment_method_data"):
        client.payment_intents.confirm(intent_factory().id, {"payment_method_data": data})


def test_update_merges_metadata(client, intent_factory):
    intent = intent_factory(metadata={"a": "1", "b": "2"})
    changed = client.payment_intents.update(intent.id, {"metadata": {"b": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}


def test_update_changes_the_amount_of_an_open_intent(client, intent_factory):
    assert client.payment_intents.update(intent_factory().id, {"amount": 900}).amount == 900


def test_update_does_not_change_the_amount_of_a_paid_intent(client, pay):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.update(pay().id, {"amount": 900})
    assert caught.value.code == "payment_intent_unexpected_state"


def test_update_describes_a_paid_intent(client, pay):
    changed = client.payment_intents.update(pay().id, {"description": "Order 12"})
    assert (changed.status, changed.description) == ("succeeded", "Order 12")


def test_cancel_ends_an_open_intent(client, intent_factory):
    params = {"cancellation_reason": "abandoned"}
    intent = client.payment_intents.cancel(intent_factory().id, params)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "abandoned")
    assert types(client)[-1] == "payment_intent.canceled"


@pytest.mark.parametrize("verb", ["cancel", "confirm"])
def test_a_paid_intent_is_neither_canceled_nor_confirmed_again(client, pay, verb):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        getattr(client.payment_intents, verb)(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert caught.value.error.payment_intent.id == intent.id
    assert len(client.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_payment_under_way_is_not_canceled(client, pay, sepa):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.cancel(pay(sepa).id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_an_unknown_intent_is_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.retrieve("pi_nothere")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert caught.value.user_message == "No such payment_intent: 'pi_nothere'"


def test_lists_are_newest_first_and_paged(client, intent_factory):
    made = [intent_factory().id for _ in range(5)][::-1]
    first = client.payment_intents.list({"limit": 2})
    assert [intent.id for intent in first.data] == made[:2]
    assert first.has_more
    rest = client.payment_intents.list({"starting_after": made[1]})
    assert [intent.id for intent in rest.data] == made[2:]
    assert not rest.has_more
    before = client.payment_intents.list({"ending_before": made[2], "limit": 1})
    assert [intent.id for intent in before.data] == [made[1]]


def test_lists_page_by_themselves_in_the_client(client, intent_factory):
    made = [intent_factory().id for _ in range(5)]
    listed = client.payment_intents.list({"limit": 2}).auto_paging_iter()
    assert [intent.id for intent in listed] == made[::-1]


def test_lists_are_filtered_by_time(client, intent_factory):
    created = intent_factory().created
    assert client.payment_intents.list({"created": {"gte": created}}).data
    assert not client.payment_intents.list({"created": {"gt": created + 60}}).data


@pytest.mark.parametrize("limit", [0, 101])
def test_a_list_has_1_to_100_entries(client, limit):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.list({"limit": limit})
    assert caught.value.param == "limit"


def test_expand_works_in_lists(client, pay):
    pay()
    listed = client.payment_intents.list({"expand": ["data.latest_charge.payment_method"]})
    assert listed.data[0].latest_charge.status == "succeeded"


def test_expand_refuses_what_is_no_object(client, intent_factory):
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.payment_intents.retrieve(intent_factory().id, {"expand": ["amount"]})


def test_a_browser_needs_the_client_secret(standin, intent_factory):
    browser = client_of(standin, "pk_test_standin").v1
    intent = intent_factory(metadata={"order": "12"})
    seen = browser.payment_intents.retrieve(intent.id, {"client_secret": intent.client_secret})
    assert "metadata" not in seen
    for params in ({"client_secret": f"{intent.id}_secret_wrong"}, {}):
        with pytest.raises(stripe.InvalidRequestError):
            browser.payment_intents.retrieve(intent.id, params)


def test_a_browser_may_neither_make_nor_list(standin):
    browser = client_of(standin, "pk_test_standin").v1
    for attempt in (
        lambda: browser.payment_intents.list(),
        lambda: browser.payment_intents.create({"amount": 1200, "currency": "eur"}),
        lambda: browser.accounts.retrieve_current(),
    ):
        with pytest.raises(stripe.AuthenticationError):
            attempt()
