"""What an email says, in whose language, and which job its button names."""

import re
from decimal import Decimal

import pytest

from portal_plugin.models import (
    ChangeRequest,
    Comment,
    LedgerEntry,
    OutgoingEmail,
    PortalSettings,
    SalesDocument,
    Submission,
)
from portal_plugin.services import answering, deciding, mail_rendering, notifications, outbox
from portal_plugin.statuses import LedgerKind, LinkRole

from ..factories import estimate_factory, line_item, link_factory, order_factory, user_factory

# What is drawn and stored is the same on every database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
URL = "https://shop.example/portal/l/secret/"
KEYS = iter(f"7b0c6d3e-8f5a-4f0e-9b36-{number:012}" for number in range(1000))


@pytest.fixture
def order():
    return order_factory(items=3)


@pytest.fixture
def link(order):
    return link_factory(order)


def submit(link, action="approve", **values):
    return Submission.objects.create(
        document_id=link.document_id,
        client_key=next(KEYS),
        action=action,
        link=link,
        name=link.recipient.name,
        **values,
    )


def approve(link, count=None):
    """The receipt's row, after a real approval of the first ``count`` items."""
    document = SalesDocument.objects.get(pk=link.document_id).specific
    submission = submit(link)
    keys = document.standing.waiting_keys[:count]
    hashes = {key: document.standing.items[key].item_hash for key in keys}
    deciding.decide(document, keys, "approve", submission=submission, hashes=hashes)
    notifications.customer_acted(document, "approve", link=link, submission=submission)
    return OutgoingEmail.objects.get(kind="receipt_approve")


def rendered(email, url=URL):
    fresh = OutgoingEmail.objects.get(pk=email.pk) if email.pk else email
    return mail_rendering.render(fresh, url=url)


def link_email(link, **values):
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link, **values)


def button(link):
    """The text of the button in the HTML part, without its markup."""
    html = rendered(link_email(link)).html
    found = re.search(r'<a class="portal-mail-button".*?>(.*?)</a>', html, re.S)
    return re.sub(r"<.*?>", "", found[1]).strip()


def test_the_button_says_how_many_items_wait(link):
    assert button(link) == "Approve 3 items"


def test_whoever_may_only_look_is_not_asked_to_approve(order):
    link = link_factory(order, name="Boss", email="boss@example.org", role=LinkRole.LOOK)
    assert button(link) == "Open the order"


def test_the_button_asks_for_the_deposit_then_for_the_rest():
    order = order_factory(items=1, deposit_percent=Decimal(50))
    link = link_factory(order)
    approve(link)
    assert button(link) == "Pay the deposit of €59.50"
    LedgerEntry.objects.create(
        document_id=order.pk,
        kind=LedgerKind.PAYMENT,
        amount=Decimal("59.50"),
        currency="EUR",
        occurred_at=order.first_published_at,
    )
    assert button(link) == "Pay the balance of €59.50"


@pytest.mark.parametrize("missing", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"])
def test_a_shop_without_cards_asks_for_no_payment(link, settings, missing):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, missing: ""}
    approve(link)
    assert button(link) == "Open the order"


def test_a_receipt_names_the_items_and_the_next_step(link):
    mail = rendered(approve(link, 2))
    assert mail.subject == "Order 2026-0001: You approved 2 items".replace(
        "2026-0001", link.document.number
    )
    assert "- A1 poster" in mail.text
    assert "- A3 poster" not in mail.text
    assert "Approve 1 item" in mail.text


def test_a_receipts_amount_is_no_result_of_what_stands_before_it(link):
    """Two of 50.00 are 119.00 with tax."""
    mail = rendered(approve(link, 1))
    assert "× €50.00 · €119.00 incl. tax" in mail.text
    assert "=" not in mail.text.partition("http")[0]


def test_the_last_approval_of_an_estimate_leads_to_the_order():
    link = link_factory(estimate_factory(items=1, deposit_percent=Decimal(50)))
    email = approve(link)
    deciding.settle(SalesDocument.objects.get(pk=link.document_id).specific)
    mail = rendered(email)
    assert "Pay the deposit of €59.50" in mail.text
    assert f"Made from: {link.document.number}" in mail.text


def test_the_shops_answer_is_quoted(link):
    request = ChangeRequest.objects.create(
        document_id=link.document_id, number=1, text="Bigger", reply="Done: 20 cm", link=link
    )
    facts = {"change_request": request.number}
    (email,) = notifications.shop_acted(link.document, "change_answered", facts=facts)
    text = rendered(email).text
    assert text.index("> Bigger") < text.index("Done: 20 cm")


def test_a_comment_that_was_taken_back_is_not_quoted(link):
    comment = Comment.objects.create(document_id=link.document_id, text="Oops")
    (email,) = notifications.shop_acted(link.document, "comment", facts={"comment": comment.pk})
    assert "Oops" in rendered(email).text
    Comment.objects.update(removed_at=link.created_at)
    assert "Oops" not in rendered(email).text


@pytest.mark.parametrize(("name", "label"), [("Kim", "Kim Case"), ("", "Northline")])
def test_a_message_is_headed_by_who_wrote_it(order, link, name, label):
    PortalSettings.objects.update(shop_name="Northline")
    user = user_factory(first_name=name, last_name="Case" if name else "")
    answering.reply(order, "Yes, we can.", user)
    text = rendered(OutgoingEmail.objects.get(kind="news_comment")).text
    assert f"{label}\n> Yes, we can." in text


def test_who_got_money_back_is_not_asked_for_it_at_once(order, link):
    approve(link)
    assert "Pay" in button(link)
    (email,) = notifications.shop_acted(order, "refund", facts={"text": "One letter less"})
    assert "Open the order" in rendered(email).text


def test_the_button_of_a_message_says_whether_it_is_an_answer(link):
    (email,) = notifications.shop_acted(link.document, "comment", facts={"text": "Hello"})
    assert "Read the message" in rendered(email).text
    Comment.objects.create(document_id=link.document_id, text="When?", link=link)
    assert "Read the answer" in rendered(email).text


def test_another_name_is_kept_as_the_links_owner_for_staff(order, link):
    submission = submit(link, "comment")
    Submission.objects.update(name="Bob")
    notifications.customer_acted(order, "comment", link=link, submission=submission)
    subject = rendered(OutgoingEmail.objects.get(kind="staff_comment")).subject
    assert f"Bob (with the link of {link.recipient.name}) wrote a message" in subject


def test_what_staff_wrote_down_is_called_that(order, link):
    facts = {"items": [str(order.lines[0].key)], "by": "Robin"}
    notifications.customer_acted(order, "approve", link=None, facts=facts)
    receipt = rendered(OutgoingEmail.objects.get(kind="receipt_approve"))
    assert "We wrote this down for you" in receipt.text
    notice = rendered(OutgoingEmail.objects.get(kind="staff_approve"))
    assert "Robin, for the customer, approved 1 item" in notice.subject


def test_an_action_that_a_site_added_is_told_with_its_own_words(order, link):
    submission = submit(link, "book_a_fitting", message="Your fitting is on Monday.")
    notifications.customer_acted(order, "book_a_fitting", link=link, submission=submission)
    mail = rendered(OutgoingEmail.objects.get(kind="receipt_book_a_fitting"))
    assert "book a fitting" in mail.subject
    assert "Your fitting is on Monday." in mail.text


def test_what_people_typed_is_text_and_never_markup(order, link):
    order.customer.name = "<img src=x>"
    order.customer.save()
    facts = {"text": "<script>alert(1)</script>\n{{ shop.settings }}"}
    (email,) = notifications.shop_acted(order, "comment", facts=facts)
    html = rendered(email).html
    assert "<script>" not in html
    assert "<img src=x>" not in html
    assert "{{ shop.settings }}" in html


def test_what_staff_wrote_stands_instead_of_the_greeting(link):
    mail = rendered(link_email(link, subject="Your sign", text="Dear Ann,\n\nhere it is."))
    assert mail.subject == "Your sign"
    assert mail.text.startswith("Dear Ann,\n\nhere it is.")
    assert "Hello" not in mail.text


def test_an_arabic_email_reads_from_right_to_left():
    link = link_factory(order_factory(items=1, language="ar"))
    html = rendered(link_email(link)).html
    assert '<html lang="ar" dir="rtl">' in html
    assert 'align="right"' in html
    assert f"<bdi>{link.document.number}</bdi>" in html


def test_amounts_are_written_in_the_documents_language():
    link = link_factory(order_factory(items=[line_item(unit_price="1234.5")], language="de"))
    assert "2.938,11\xa0€" in rendered(link_email(link)).text


def test_what_is_not_in_the_total_is_called_so():
    items = [line_item(1), line_item(2, is_optional=True, is_selected=False)]
    mail = rendered(link_email(link_factory(estimate_factory(items=items))))
    assert "A2 poster (Option, not chosen): €119.00" in mail.text
    assert mail.html.count("Option, not chosen") == 1
    assert mail.html.count('class="portal-mail-quiet portal-mail-line" align="right"') == 1


def test_subjects_are_one_line_of_150_characters_at_most(link):
    subject = rendered(link_email(link, subject="x\r\n" + "y" * 290)).subject
    assert len(subject) == 150
    assert "\n" not in subject


def test_the_number_in_an_arabic_subject_keeps_its_order():
    order = order_factory(language="ar", number="2026-0001")
    assert "\u200e2026-0001" in rendered(link_email(link_factory(order))).subject


def test_the_digits_of_an_arabic_text_keep_their_order():
    link = link_factory(order_factory(items=1, language="ar", number="2026-0001"))
    PortalSettings.objects.update(phone="+353 20 913 0142")
    text = rendered(approve(link)).text
    assert "\u200e2026-0001\n" in text
    assert "\u200e+353 20 913 0142\n" in text


def test_a_subject_turns_no_direction(link):
    assert rendered(link_email(link, subject="a\u202eb")).subject == "a b"


def test_the_colours_of_the_button_are_the_shops(link):
    PortalSettings.objects.update(brand_colour="#f2b33d")
    html = rendered(link_email(link)).html
    assert "color: #000000" in html
    assert "background: #f2b33d" in html


def test_staff_are_told_why_they_get_it(order, link):
    order.responsible = user_factory()
    order.save()
    notifications.customer_acted(order, "comment", link=link)
    mail = rendered(OutgoingEmail.objects.get(kind="staff_comment"))
    assert "You get this email because you are responsible" in mail.text
    assert "Open in the admin" in mail.text


def test_nothing_is_fetched_when_the_email_is_opened(link):
    """No pixels, no styles or fonts from elsewhere; a logo would be the only picture."""
    html = rendered(link_email(link)).html
    assert not re.search(r"<(img|link|script|iframe)\b|@import|url\(", html)


def test_the_admins_preview_needs_no_saved_rows(order):
    unsaved = type(order)(site=order.site, customer=order.customer, language="en", currency="EUR")
    unsaved.line_items = [line_item()]
    assert f"Hello {order.customer.name}" in mail_rendering.preview_html(unsaved)


def test_an_email_about_no_document_can_be_sent(order):
    email = outbox.queue(
        kind="test", site=order.site, address="me@example.org", subject="Test", text="It works."
    )
    assert rendered(email).text.startswith("It works.")
