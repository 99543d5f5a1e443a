"""Pay Now where the shop takes fees: what the dialog shows, and what is asked of whoever posts."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from portal_plugin import faults
from portal_plugin.actions.pay import Begin
from portal_plugin.models import OutgoingEmail, PaymentAttempt, Submission
from portal_plugin.services import mail_rendering
from tests.factories import site_factory
from tests.paying import FEES, begin, confirm, order, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
SCRIPT = {"Accept": "application/json", "X-Portal-Fragment": "1"}
SHOWN = "card:2.5:0.25"


@pytest.fixture
def shop_order(standin, enter):
    site_factory(method_fees=FEES)
    document = order()
    enter(document)
    return document


@pytest.fixture
def post(client, shop_order):
    def post(**values):
        data = {"client_key": uuid4(), "shown": shop_order.amount_due, "fees": SHOWN} | values
        return client.post(address(shop_order), data, headers=SCRIPT)

    return post


def address(document):
    kwargs = {"public_id": document.public_id, "action": "pay"}
    return reverse("portal_plugin:action", kwargs=kwargs)


def test_each_way_says_what_it_costs(client, shop_order):
    html = client.get(address(shop_order)).content.decode()
    assert "2.5% + €0.25" in html
    assert "€1.14" in html
    assert 'data-thousandths="2500" data-fixed="25" data-methods="card"' in html
    assert 'data-methods="-card"' in html
    assert f'name="fees" value="{SHOWN}"' in html
    assert "js/fees.js" in html
    assert "css/fees.css" in html


def test_amounts_are_numbers_for_the_script_however_the_site_writes_numbers(
    client, standin, enter, settings
):
    settings.USE_THOUSAND_SEPARATOR = True
    site_factory(method_fees=[{"method": "card", "percent": "2.5", "fixed": "12"}])
    document = order(language="de")
    enter(document)
    html = client.get(address(document)).content.decode()
    assert 'data-amount="3570"' in html
    assert 'data-thousandths="2500" data-fixed="1200"' in html


def test_without_fees_nothing_of_it_is_there(client, standin, enter):
    document = order()
    enter(document)
    html = client.get(address(document)).content.decode()
    assert 'data-portal-module="/static/portal_plugin/js/pay.js"' in html
    for word in ("fees", 'name="way"', "data-step"):
        assert word not in html


@pytest.mark.parametrize(("way", "surcharge"), [("card", "1.14"), ("other", "0")])
def test_the_server_says_what_a_way_costs(post, way, surcharge):
    lies = {"surcharge": "0.01", "fee": "0.01", "amount": "0.50", "methods": ""}
    assert post(way=way, **lies).status_code == 200
    attempt = PaymentAttempt.objects.get()
    assert (attempt.amount, attempt.surcharge) == (Decimal("35.70"), Decimal(surcharge))


@pytest.mark.parametrize("way", ["", "klarna", "sepa_debit"])
def test_a_way_that_is_not_there_is_refused(post, way):
    answer = post(way=way)
    assert answer.status_code == 400
    assert "way" in answer.json()["fields"]
    assert not PaymentAttempt.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"way": ""}, "Choose how you want to pay."), ({"shown": ""}, "Please load the page again.")],
)
def test_whoever_chose_nothing_or_whose_page_is_not_whole_reads_what_to_do(post, values, sentence):
    answer = post(**{"way": "card"} | values).json()
    assert answer["fields"] == {name: [sentence] for name in values}


@pytest.mark.parametrize("fees", ["", "card:0:0", "card=2.5:0.25;x:1:1", "card: 2.5:0.25"])
def test_fees_that_are_not_those_that_were_shown_are_refused(post, fees):
    answer = post(way="card", fees=fees)
    expected = 200 if fees.replace(" ", "") == SHOWN else 409
    assert answer.status_code == expected
    assert Submission.objects.exists() is (expected == 200)


def test_more_than_any_shop_writes_of_fees_is_not_looked_at(post):
    answer = post(way="card", fees="x" * 1001)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["fees"])


def test_fees_are_compared_again_after_the_commit(post, monkeypatch):
    def meanwhile(point):
        if point == "act.committed":
            site_factory(method_fees=[{"method": "card", "percent": "9", "fixed": "0"}])

    monkeypatch.setattr(faults, "on_reach", meanwhile)
    assert post(way="card").status_code == 409
    assert not PaymentAttempt.objects.exists()


@pytest.mark.parametrize("now", [[], [{"method": "card", "percent": "9", "fixed": "0"}]])
def test_after_the_fees_changed_the_second_try_works(client, shop_order, now):
    site_factory(method_fees=now)
    data = {"client_key": uuid4(), "shown": shop_order.amount_due, "fees": SHOWN, "way": "card"}
    answer = client.post(address(shop_order), data | {"hosted": "1"})
    assert answer.status_code == 409
    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields}
    assert client.post(address(shop_order), again | {"hosted": "1"}).status_code == 303


@pytest.mark.parametrize(("above", "is_asked"), [("36.83", True), ("36.84", False)])
def test_a_code_is_asked_for_by_what_is_paid_with_the_fee(post, above, is_asked):
    site_factory(code_above=Decimal(above))
    assert (post(way="card").status_code == 403) is is_asked
    assert PaymentAttempt.objects.exists() is not is_asked


def test_the_same_form_after_the_fee_changed_is_refused(post):
    key = uuid4()
    assert post(way="card", client_key=key).status_code == 200
    site_factory(method_fees=[{"method": "card", "percent": "9", "fixed": "0"}])
    answer = post(way="card", client_key=key)
    assert answer.status_code == 409
    assert PaymentAttempt.objects.count() == 1


def test_whoever_chooses_otherwise_on_the_same_page_means_another_payment(post):
    key = uuid4()
    for way in ("card", "card", "other"):
        assert post(way=way, client_key=key).status_code == 200
    assert list(PaymentAttempt.objects.order_by("pk").values_list("methods", "state")) == [
        ("card", "cancelled"),
        ("-card", "open"),
    ]


@pytest.mark.parametrize(
    "wish",
    [
        Begin(is_hosted=False, shown=Decimal("35.70")),
        Begin(True, Decimal("35.70"), Decimal(50), "card", SHOWN),
        Begin(True, Decimal("35.70"), None, "other", SHOWN),
        Begin(False, Decimal("35.70"), None, "", SHOWN),
    ],
)
def test_what_was_asked_for_is_kept_with_the_submission(wish):
    assert Begin.from_note(wish.note) == wish


def test_the_receipt_names_the_fee(standin, shop_order):
    confirm(standin, begin(shop_order, way="card").attempt.payment_intent)
    take_all(standin)
    mail = OutgoingEmail.objects.get(kind="receipt_payment")
    message = mail_rendering.render(mail, url="#")
    assert "We have your payment of €36.84" in message.subject
    for body in (message.text, message.html):
        assert "Fee included" in body
        assert "€1.14" in body


def test_where_no_way_was_chosen_the_page_offers_the_first(client, shop_order):
    data = {"client_key": uuid4(), "shown": shop_order.amount_due, "fees": SHOWN, "way": "klarna"}
    answer = client.post(address(shop_order), data)
    assert answer.status_code == 400
    assert [way["is_chosen"] for way in answer.context["ways"]] == [True, False]


@pytest.mark.says_it_first
def test_in_a_pause_nobody_chooses_how_to_pay_by_card(client, standin, shop_order, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DECLINES_PER_HOUR": 1}
    confirm(standin, begin(shop_order, way="card").attempt.payment_intent, "0002")
    take_all(standin)
    html = client.get(address(shop_order)).content.decode()
    assert "IBAN DE02" in html
    assert "js/fees.js" not in html
