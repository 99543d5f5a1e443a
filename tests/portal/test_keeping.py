"""Kept pages: drawn once, and never shown after something on them changed."""

import datetime
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_plugin.models import Customer, PaymentAttempt, PortalSettings, Preview, Recipient, Stage
from portal_plugin.models.documents import lock
from portal_plugin.services import (
    activity,
    answering,
    assigning,
    files,
    on_behalf,
    payments,
    previews,
    proofs,
    staging,
)
from portal_plugin.statuses import AttemptState, LinkRole, Verdict
from tests import factories, samples

pytestmark = pytest.mark.django_db


def url_of(document):
    return f"/portal/d/{document.public_id}/"


def look(client, document):
    """The page without what every answer has anew: its nonce and its token."""
    response = client.get(url_of(document))
    html = response.content.decode()
    assert response.status_code == 200
    return html[html.index('<svg class="portal-sprite"') : html.index("</section>\n")]


def queries(client, document):
    with CaptureQueriesContext(connection) as captured:
        client.get(url_of(document))
    return [q["sql"] for q in captured.captured_queries if "portal_plugin_" in q["sql"]]


def pages_kept():
    return [key for key in cache._cache if "portal:page:" in key]


@pytest.fixture
def user(db):
    return factories.user_factory()


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: factories.order_factory(items=2))


@pytest.fixture
def order(enter, made):
    enter(made)
    return factories.fresh(made)


def test_the_second_look_costs_three_queries_and_shows_the_same(client, order):
    first = look(client, order)
    assert len(queries(client, order)) == 3
    assert look(client, order) == first


def test_each_look_has_a_nonce_and_a_token_of_its_own(client, order):
    pages = [client.get(url_of(order)) for _ in range(2)]
    nonces = {page.context["csp_nonce"] for page in pages}
    assert len(nonces) == 2
    for page in pages:
        html = page.content.decode()
        assert f'nonce="{page.context["csp_nonce"]}"' in html
        assert 'data-token="' in html


def test_a_pdf_that_was_drawn_meanwhile_takes_no_page_away(client, order):
    look(client, order)
    activity.record(lock(order), "pdf_drawn")
    assert len(queries(client, order)) == 3


# -- whatever changes is seen at the next look -----------------------------------------------------


def reply(order, user):
    answering.reply(order, "The vinyl has arrived.", user)


def publish(order, user):
    order.line_items = [factories.line_item(name="Brass plate")]
    factories.publish(order, user)


def pay_half(order, user):
    payments.record_offline(
        order,
        amount=Decimal(10),
        method="Cash",
        occurred_at=timezone.now(),
        note="",
        user=user,
    )


def be_under_way(order, user):
    PaymentAttempt.objects.create(
        document_id=order.pk,
        idempotency_key="6a1f2a57-74c5-4b9c-9b40-9d8ae39ff1a0",
        purpose="balance",
        amount=1,
        currency="EUR",
        state=AttemptState.PROCESSING,
    )


def approve(order, user):
    on_behalf.record(order, [order.lines[0].key], Verdict.APPROVE, "On the phone", user)


def show_a_file(order, user):
    stored = files.store(order, samples.upload("plan.png", samples.png()), staff=user)
    files.show(stored, user)


def send_a_proof(order, user):
    picture = samples.upload("front.png", samples.png())
    proofs.add_proof_version(order, order.lines[0].key, picture, wording="OPEN", user=user)
    proofs.send_now(order, user)


def cancel(order, user):
    staging.cancel(order, "The window is gone.", user)


def rename_the_stage(order, user):
    Stage.objects.filter(pk=order.stage_id).update(customer_name="On the saw")


def rename_the_customer(order, user):
    Customer.objects.filter(pk=order.customer_id).update(name="Ada Lovelace")


def repaint_the_shop(order, user):
    PortalSettings.objects.filter(site=order.site).update(phone="+49 40 999")


#: What happens, and what is then on the page.
CHANGES = [
    (reply, "The vinyl has arrived."),
    (publish, "Brass plate"),
    (pay_half, "Cash"),
    (be_under_way, "Your payment is under way."),
    (approve, 'data-state="approved"'),
    (show_a_file, "plan.png"),
    (send_a_proof, "OPEN"),
    (cancel, "The window is gone."),
    (rename_the_stage, "On the saw"),
    (rename_the_customer, "Ada Lovelace"),
    (repaint_the_shop, "+49 40 999"),
]


@pytest.mark.parametrize(
    ("change", "sign"), CHANGES, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_change_is_seen_at_the_next_look(client, order, user, change, sign):
    staging.set_stage(order, Stage.objects.filter(site=order.site).first(), user)
    order.refresh_from_db()
    assert sign not in look(client, order)
    change(order, user)
    assert sign in look(client, order)


def test_a_comment_of_the_customer_is_seen_at_once(client, order):
    look(client, order)
    address = url_of(order) + "a/comment/"
    form = client.get(address).context["form"]
    client.post(address, {"client_key": form["client_key"].value(), "text": "Could it be greener?"})
    assert "Could it be greener?" in look(client, order)


def test_a_message_on_the_estimate_is_seen_on_its_order(client, enter, user):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    approve(estimate, user)
    order = estimate.resulting_order
    client.get(url_of(estimate))
    look(client, order)
    answering.reply(estimate, "Said on the estimate.", user)
    assert "Said on the estimate." in look(client, order)


def test_the_last_valid_day_ends_for_a_kept_page_too(client, enter, monkeypatch):
    today = timezone.localdate()
    estimate = factories.estimate_factory(items=1, valid_until=today)
    enter(estimate)
    assert 'data-state="waiting"' in look(client, estimate)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert 'data-state="expired"' in look(client, estimate)


def test_a_link_that_may_do_less_gets_a_page_of_its_own(client, order):
    assert "Approve Multiple Items" in look(client, order)
    order.links.update(role=LinkRole.LOOK)
    assert "Approve Multiple Items" not in look(client, order)


def test_two_people_share_no_page(client, order):
    look(client, order)
    assert len(pages_kept()) == 1
    other = factories.link_factory(order, name="Someone else", email="else@example.org")
    Recipient.objects.filter(pk=other.recipient_id).update(name="Someone else")
    client.cookies.clear()
    enter_again(client, order, other)
    look(client, order)
    assert len(pages_kept()) == 2


def enter_again(client, order, link):
    from portal_plugin.services import links

    url = links.link_url(link, links.make_token(link)).removeprefix(order.site.root_url)
    client.get(url, headers={"host": order.site.hostname})


# -- what is never kept ----------------------------------------------------------------------------


def test_a_page_with_a_preview_in_the_making_is_not_kept(client, order, user):
    send_a_proof(order, user)
    assert "being prepared" in look(client, order)
    assert not pages_kept()
    previews.drain()
    assert Preview.objects.exists()
    assert "<img" in look(client, order)
    assert pages_kept()


def test_staff_and_what_a_form_ended_with_are_not_kept(client, order, user):
    client.force_login(user)
    client.get(url_of(order))
    client.logout()
    assert not pages_kept()


def test_the_notice_after_a_form_is_shown_once(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    look(client, order)
    order.submissions.create(
        client_key="0b9f2f2e-7c5d-4f0e-8a05-6b7b8ff61111",
        action="comment",
        link=link,
        message="Sent.",
    )
    address = url_of(order) + "?done=0b9f2f2e-7c5d-4f0e-8a05-6b7b8ff61111"
    assert "Sent." in client.get(address).content.decode()
    assert "Sent." not in look(client, order)


@pytest.mark.parametrize("line", ["{% csrf_token %}", "<i nonce='{{ csp_nonce }}'></i>"])
def test_a_sites_own_form_or_nonce_is_drawn_anew(client, order, settings, line, tmp_path):
    folder = tmp_path / "portal_plugin" / "document"
    folder.mkdir(parents=True)
    (folder / "contact.html").write_text(line)
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]
    look(client, order)
    assert not pages_kept()


def test_nothing_is_kept_while_templates_are_written(client, order, settings):
    settings.DEBUG = True
    look(client, order)
    assert not pages_kept()


def test_a_site_may_have_every_page_drawn_anew(client, order, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "KEEP_PAGE_SECONDS": 0}
    look(client, order)
    assert not pages_kept()


def test_assigning_changes_no_page_but_draws_it_anew(client, order, user):
    first = look(client, order)
    assigning.assign(order, user, user)
    assert look(client, order) == first
