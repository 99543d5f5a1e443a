"""A valid link, and forms that say more than they ask: other rows, other columns, other states."""

import uuid
from io import BytesIO

import pypdf
import pytest
from django.core import mail
from django.test import Client

from portal_plugin import registry
from portal_plugin.actions import matrix
from portal_plugin.models import (
    Attachment,
    ChangeRequest,
    Comment,
    Customer,
    Decision,
    DirectLink,
    InternalNote,
    LedgerEntry,
    LineItem,
    OutgoingEmail,
    PaymentAttempt,
    Recipient,
    RenderedPdf,
    SalesDocument,
    Submission,
)
from portal_plugin.models.documents import lock
from portal_plugin.services import answering, files, outbox, pdfs, previews, proofs, terms
from tests import factories, samples
from tests.actions.test_matrix import TABLE
from tests.mailing import ANYMAIL, send_by
from tests.portal.browsing import approval, page, send

pytestmark = pytest.mark.django_db


def written():
    models = (Submission, Decision, Comment, ChangeRequest, Attachment, OutgoingEmail)
    return [model.objects.count() for model in (*models, LedgerEntry, PaymentAttempt)]


def rows_of(*models):
    return {model: list(model.objects.order_by("pk").values()) for model in models}


# -- items of others ------------------------------------------------------------------------------


def test_one_item_of_another_document_refuses_the_whole(client, enter):
    own, other = factories.estimate_factory(items=2), factories.estimate_factory(items=1)
    enter(own)
    before = written()
    foreign = other.lines[0]
    shown = approval(own, *own.lines)
    shown["shown"] += " " + approval(other, foreign)["shown"]
    keys = [str(line.key) for line in (*own.lines, foreign)]
    answer = send(client, own, "approve_multiple", items=keys, **shown)
    assert answer.status_code == 400
    assert written() == before


NONSENSE = ["", "0", "-1", str(2**63), "x", "None", "1 OR 1=1", str(uuid.uuid4()), "\0"]


@pytest.mark.parametrize("items", [[text] for text in NONSENSE] + [NONSENSE * 1000, []])
def test_what_is_no_item_approves_none(client, enter, items):
    estimate = factories.estimate_factory(items=2)
    enter(estimate)
    before = written()
    shown = approval(estimate, *estimate.lines)
    answer = send(client, estimate, "approve_multiple", items=items, **shown)
    assert answer.status_code == 400
    assert written() == before


def test_a_request_of_another_document_is_no_choice(client, enter):
    own, other = factories.order_factory(items=1), factories.order_factory(items=1)
    enter(own)
    theirs = ChangeRequest.objects.create(
        document_id=other.pk, number=1, text="Larger", link=factories.link_factory(other)
    )
    for pk in (theirs.pk, theirs.pk + 1, "x", 2**63, -1):
        answer = send(client, own, "withdraw_change_request", change_request=pk)
        assert answer.status_code in (400, 409)
    assert ChangeRequest.objects.get().is_open


def test_a_comment_hangs_on_nothing_but_its_address_says(client, enter):
    own, other = factories.order_factory(items=1), factories.order_factory(items=1)
    enter(own)
    theirs = Comment.objects.create(document=other, text="Secret")
    besides = {"parent": theirs.pk, "item_key": other.lines[0].key, "document_id": other.pk}
    besides |= {"id": theirs.pk, "pk": theirs.pk, "link": theirs.link_id or 0}
    assert send(client, own, "comment", text="Mine", **besides).status_code == 303
    mine = Comment.objects.exclude(pk=theirs.pk).get()
    assert (mine.document_id, mine.item_key, mine.text) == (own.pk, None, "Mine")
    theirs.refresh_from_db()
    assert (theirs.document_id, theirs.text) == (other.pk, "Secret")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_that_was_said_can_be_changed_or_taken_away(client, enter, method):
    order = factories.order_factory(items=1)
    enter(order)
    send(client, order, "comment", text="Said")
    before = written()
    for action in registry.actions():
        assert getattr(client, method)(page(order, f"a/{action.name}/")).status_code == 405
    assert written() == before


# -- columns that no form has ---------------------------------------------------------------------

#: Names of columns, and values that somebody would like them to have.
BESIDES = {
    "price": "0.01", "unit_price": "0.01", "quantity": "9999", "amount": "0.01", "total": "0.01",
    "discount": "99", "tax_rate": "0", "deposit_percent": "0", "amount_due": "0", "currency": "JPY",
    "status": "approved", "state": "paid", "stage": "1", "approved": "1", "verdict": "approve",
    "kind": "order", "number": "1", "valid_until": "2099-01-01", "public_id": "x",
    "shop": "2", "site": "2", "site_id": "2", "document_id": "2", "customer": "2",
    "link_id": "2", "recipient": "2", "submission": "2", "role": "approve", "may_invite": "on",
    "expires_at": "2099-01-01", "revoked_at": "", "is_staff": "1", "is_superuser": "1",
    "staff": "1", "staff_id": "1", "user": "1", "visibility": "public", "is_internal": "",
    "is_from_customer": "", "created_by": "1", "created_at": "2020-01-01", "author_name": "Shop",
    "address": "192.0.2.1", "user_agent": "nobody", "reply": "Yes", "check_state": "clean",
    "terms_text": "All is free.", "item_hash": "0" * 64, "file": "/etc/passwd", "is_late": "",
    "__proto__": "x", "constructor": "x",
}  # fmt: skip


def sent(document, item):
    """Each small action with what it asks for, and the file of an upload."""
    yield "comment", None, {"text": "Hello"}
    yield "comment", item, {"text": "Hello"}
    yield "change_request", item, {"text": "Larger"}
    yield "send_link", None, {"url": "https://files.example.org/a"}
    yield "upload", None, {"files": samples.upload("a.png", samples.png())}
    yield "decline", document.lines[1], approval(document, document.lines[1])
    yield "approve", document.lines[2], approval(document, document.lines[2])


def test_forms_change_what_they_ask_for_and_nothing_else(client, enter):
    document = factories.estimate_factory(
        items=3, site=factories.site_factory(who_converts="staff")
    )
    link = enter(document)
    prices = rows_of(LineItem, Customer, Recipient)
    kept = [
        "title",
        "currency",
        "site_id",
        "customer_id",
        "kind",
        "number",
        "public_id",
        "stage_id",
    ]
    kept += ["valid_until", "deposit_percent", "responsible_id", "current_version_id", "language"]
    columns = list(SalesDocument.objects.values(*kept))
    rights = list(DirectLink.objects.values("role", "may_invite", "revoked_at", "expires_at"))
    for action, item, data in sent(document, document.lines[0]):
        answer = send(client, document, action, item, **{**BESIDES, **data})
        assert answer.status_code == 303, (action, answer.content)
    assert rows_of(LineItem, Customer, Recipient) == prices
    assert list(SalesDocument.objects.values(*kept)) == columns
    fresh = DirectLink.objects.values("role", "may_invite", "revoked_at", "expires_at")
    assert list(fresh) == rights
    for row in Submission.objects.all():
        assert (row.document_id, row.link_id, row.staff_id) == (document.pk, link.pk, None)
        assert (row.address, row.name) == ("127.0.0.1", document.customer.name)
        assert row.terms_text in ("", factories.TERMS)
    for row in [*Comment.objects.all(), *ChangeRequest.objects.all()]:
        assert (row.document_id, row.link_id, row.staff_id) == (document.pk, link.pk, None)
        assert row.author_name == document.customer.name
    asked = ChangeRequest.objects.get()
    assert (asked.state, asked.reply) == ("open", "")
    file = Attachment.objects.get()
    assert (file.document_id, file.link_id, file.is_internal) == (document.pk, link.pk, False)
    assert not LedgerEntry.objects.exists()


# -- what is not for customers --------------------------------------------------------------------

CANARY = "Canary"
#: Long enough to be in no digest and no token by chance.
SECRET_PRICE = "98765.43"


def text_of(pdf):
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(pdf)).pages)


@pytest.fixture
def secretive(settings):
    """An order around which staff wrote much that its customer is not to read."""
    send_by(settings, ANYMAIL)
    user = factories.user_factory(
        username=f"{CANARY}-user", email=f"{CANARY}@northline.example", last_name="Staff"
    )
    customer = factories.customer_factory(notes=f"{CANARY} pays late", tax_number="")
    order = factories.order_factory(items=2, customer=customer)
    SalesDocument.objects.filter(pk=order.pk).update(responsible=user)
    key = order.lines[0].key
    InternalNote.objects.create(document=order, text=f"{CANARY} costs us 12", staff=user)
    answering.note(order, f"{CANARY} is a friend", user)
    hidden = samples.upload(f"{CANARY}.png", samples.png())
    files.store(order, hidden, staff=user)
    proofs.add_proof_version(
        order, key, samples.upload(f"{CANARY}.png", samples.png()), wording=f"{CANARY} proof"
    )
    answering.reply(order, "The vinyl has arrived.", user)
    draft = type(order).objects.get(pk=order.pk)
    draft.title = f"{CANARY} draft"
    draft.line_items = [factories.line_item(name=f"{CANARY} item", unit_price=SECRET_PRICE)]
    draft.save_revision(user=user)
    other = factories.customer_factory(name=f"{CANARY} Other", company=f"{CANARY} Ltd")
    factories.order_factory(items=1, customer=other, title=f"{CANARY} other")
    factories.site_factory("shop-b.localhost", shop_name=f"{CANARY} shop")
    return order


def test_what_is_not_for_customers_is_in_no_page_pdf_or_email(client, enter, secretive):
    link = enter(secretive)
    item = secretive.lines[0]
    send(client, secretive, "comment", text="When?")
    send(client, secretive, "approve", item, **approval(secretive, item))
    outbox.queue(kind="link", site=secretive.site, document=secretive, link=link)
    previews.drain()
    pdfs.drain()
    outbox.drain()
    tails = ["", "pdf/", "print/", "payment/", "files/"]
    tails += [f"a/{name}/" for name in ("comment", "upload", "change_request", "pay", "send_link")]
    tails += [f"a/{name}/{item.key}/" for name in ("approve", "comment", "upload")]
    for url in [page(secretive, tail) for tail in tails] + ["/portal/how-it-works/en/"]:
        answer = client.get(url)
        said = b"".join(answer) if answer.streaming else answer.content
        assert CANARY.encode() not in said, url
        assert not [price for price in (SECRET_PRICE, "98,765.43") if price.encode() in said], url
    theirs = [m for m in mail.outbox if link.recipient.email in str(m.to)]
    assert theirs
    for message in theirs:
        assert CANARY not in f"{message.message()}{message.body}{message.alternatives}"
    for row in RenderedPdf.objects.exclude(file="").filter(document=secretive.pk):
        with row.file.open() as file:
            assert CANARY not in "".join(text_of(file.read()))


# -- the table of states, asked over HTTP ---------------------------------------------------------


@pytest.mark.parametrize(("kind", "state", "row"), TABLE)
def test_what_the_table_forbids_is_a_refusal_that_writes_nothing(client, enter, kind, state, row):
    document = state(getattr(factories, f"{kind}_factory"))
    link = factories.link_factory(document)
    client.raise_request_exception = False
    enter(document, link)
    fresh = lock(document)
    before = written()
    accepted = terms.current(fresh)
    data = {"text": "x", "url": "https://a.example.org/", "confirm": "on", "shown": "1"}
    data |= {"accept_terms": "on", "terms_id": accepted.pk if accepted else ""}
    tried = 0
    for action in registry.actions():
        if matrix.allows(fresh, action.verb):
            continue
        for item in (None, *document.lines[:1]):
            answer = send(client, document, action.name, item, **data)
            assert answer.status_code in (404, 409), (action.name, answer.status_code)
            tried += 1
    assert written() == before
    assert tried or "-" not in row


def test_a_stranger_is_told_of_no_state(client):
    for kind, state, _row in TABLE[:4]:
        document = state(getattr(factories, f"{kind}_factory"))
        assert Client().get(page(document)).status_code == 404
