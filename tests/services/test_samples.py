"""A sample is its maker's alone, counts nowhere, and leaves nothing behind."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import PROTECT
from wagtail.models import ReferenceIndex, Revision, Site

from portal_plugin.exceptions import NotAvailable, PortalError, PublishRefused
from portal_plugin.models import (
    Choice,
    Customer,
    Decline,
    DirectLink,
    Discrepancy,
    Estimate,
    ExternalFile,
    Invoice,
    LedgerEntry,
    NumberSequence,
    Order,
    OutgoingEmail,
    PaymentAttempt,
    PortalSettings,
    Preview,
    ProofPin,
    ProofVersion,
    SalesDocument,
    SiteStorage,
    StaffPreference,
    Submission,
    TermsText,
)
from portal_plugin.models.documents import lock
from portal_plugin.models.shop import Invoicing
from portal_plugin.models.storage import private_storage
from portal_plugin.services import (
    answering,
    assigning,
    discarding,
    duplicating,
    invoices,
    on_behalf,
    payments,
    quotas,
    samples,
    starter,
)
from portal_plugin.services.files import store
from portal_plugin.statuses import Telling, Verdict
from tests import factories, proofing
from tests.actions.test_roles import run
from tests.samples import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker():
    return factories.user_factory()


@pytest.fixture
def sample(maker):
    return samples.make(factories.site_factory(), maker)


def test_it_is_out_with_three_items_and_a_proof(sample, maker):
    assert sample.live
    assert len(sample.standing.waiting_keys) == 3
    assert ProofVersion.objects.of_thread(sample).released().count() == 1
    assert (sample.customer.email, sample.responsible) == (maker.email, maker)


def test_it_takes_a_name_of_its_own_and_no_number(sample):
    assert sample.number == "Sample 1"
    other = samples.make(sample.site, factories.user_factory())
    assert other.number == "Sample 2"
    assert not NumberSequence.objects.filter(kind__in=["estimate", "order"]).exists()
    assert factories.estimate_factory().number.endswith("0001")


def test_a_second_press_finds_the_first_sample(sample, maker):
    assert samples.make(sample.site, maker).pk == sample.pk
    assert Customer.objects.filter(is_sample=True).count() == 1


def test_it_needs_no_terms(maker):
    site = factories.site_factory()
    TermsText.objects.all().delete()
    assert samples.make(site, maker).live


def test_it_speaks_the_language_of_the_shop(maker):
    site = factories.site_factory()
    PortalSettings.objects.filter(site=site).update(language="de")
    assert samples.make(site, maker).language == "de"


def test_its_order_is_a_sample_too(sample, maker):
    keys = [item.key for item in sample.lines]
    on_behalf.record(sample, keys, Verdict.APPROVE, "Phone", maker)
    order = Order.objects.get()
    assert (order.is_sample, order.number, order.responsible) == (True, "Sample 1", maker)
    assert samples.of_user(maker).first().pk == order.pk


def test_it_ends_no_first_step(sample):
    _site, steps = starter.first_unfinished(Site.objects.filter(pk=sample.site_id))
    assert "estimate" in [step.name for step in steps if not step.is_done]


def test_its_emails_go_to_its_maker_alone(sample, maker):
    nosy = factories.user_factory()
    StaffPreference.objects.create(user=nosy, told=Telling.ALL)
    OutgoingEmail.objects.all().delete()
    on_behalf.record(sample, [sample.lines[0].key], Verdict.APPROVE, "Phone", maker)
    emails = OutgoingEmail.objects.all()
    assert {email.staff for email in emails if email.kind == "staff_approve"} == {maker}
    assert {email.recipient.email for email in emails if email.recipient} == {maker.email}
    assert not any(email.address for email in emails)


def test_it_stays_with_its_maker(sample):
    with pytest.raises(NotAvailable):
        assigning.assign(sample, factories.user_factory())
    assert lock(sample).responsible_id == sample.responsible_id


def test_a_real_customer_gets_no_sample_and_a_real_document_no_samples_customer(sample):
    sample.customer = factories.customer_factory(sample.site)
    with pytest.raises(PublishRefused):
        factories.publish(sample)
    with pytest.raises(PublishRefused):
        factories.estimate_factory(customer=Customer.objects.get(is_sample=True))


def rows():
    """Every row of ours that a sample may leave; and Wagtail's about ours."""
    kept = {NumberSequence, PortalSettings, StaffPreference}
    models = [m for m in apps.get_app_config("portal_plugin").get_models() if m not in kept]
    found = {model.__name__: model._default_manager.count() for model in models}
    return found | {"Revision": Revision.objects.count(), "Index": ReferenceIndex.objects.count()}


def files():
    storage = private_storage()
    folders = ("proofs", "files", "pdfs", "previews")
    counted = {folder: _count(storage, folder) for folder in folders if storage.exists(folder)}
    return {folder: number for folder, number in counted.items() if number}


def _count(storage, folder):
    names, found = storage.listdir(folder), 0
    for name in names[0]:
        found += _count(storage, f"{folder}/{name}")
    return found + len(names[1])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_when_it_is_thrown_away():
    maker, site = factories.user_factory(), factories.site_factory()
    factories.approve(factories.order_factory(items=1, site=site))
    before, kept = rows(), files()
    sample = samples.make(site, maker)
    samples.open_as_customer(sample, maker)
    answering.note(sample, "Try", maker)
    answering.reply(sample, "Hello", maker)
    duplicating.duplicate(sample, maker)
    keys = [item.key for item in sample.lines]
    on_behalf.record(sample, keys[:1], Verdict.DECLINE, "Phone", maker)
    on_behalf.record(sample, keys[1:], Verdict.APPROVE, "Phone", maker)
    order = Order.objects.get(is_sample=True)
    payments.record_offline(
        order, amount=Decimal(1), method="Cash", occurred_at=order.created_at, note="", user=maker
    )
    discarding.throw_away(sample, maker)
    assert rows() == before | {"Stage": rows()["Stage"]}
    assert files() == kept


def test_what_its_customer_marked_and_linked_goes_with_it(sample, maker, client):
    client.get(samples.open_as_customer(sample, maker))
    version = ProofVersion.objects.of_thread(sample).get()
    client.post(proofing.action_url(version), proofing.marked(version, {"text": "Larger"}))
    link = {"client_key": str(uuid4()), "url": "https://files.example.com/a"}
    client.post(f"/portal/d/{sample.public_id}/a/send_link/", link)
    assert (ProofPin.objects.count(), ExternalFile.objects.count()) == (1, 1)
    discarding.throw_away(sample, maker)
    assert not SalesDocument.objects.filter(pk=sample.pk).exists()


def test_its_files_give_the_site_its_room_back(sample, maker, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_SITE_QUOTA_BYTES": 10**9}
    before = quotas.used_by_site(sample.site_id)
    store(sample, upload("a.png"))
    assert SiteStorage.objects.get().used_bytes > before
    discarding.throw_away(sample, maker)
    assert SiteStorage.objects.get().used_bytes == quotas.used_by_site(sample.site_id)


def test_nothing_that_would_hold_a_sample_is_forgotten():
    """Whoever adds a model that protects one of these rows hears of it here."""
    order = [model for model, _path in discarding.ROWS]
    held = [
        (model.__name__, field.name)
        for model in apps.get_app_config("portal_plugin").get_models()
        if model is not Invoice  # a sample has none
        for field in model._meta.local_fields
        if field.many_to_one and field.remote_field.on_delete is PROTECT
        if field.related_model in {*order, SalesDocument} and field.name != "current_version"
        if model not in order or not _goes_first(order, model, field.related_model)
    ]
    assert not held


def _goes_first(order, model, held):
    return held is SalesDocument or order.index(model) <= order.index(held)


def test_it_takes_no_invoice_number(sample, maker):
    PortalSettings.objects.filter(site=sample.site).update(invoicing=Invoicing.STAFF)
    on_behalf.record(sample, sample.standing.waiting_keys, Verdict.APPROVE, "Phone", maker)
    with pytest.raises(NotAvailable):
        invoices.issue(Order.objects.get(is_sample=True), maker)
    assert not Invoice.objects.exists()


def test_whatever_its_maker_tried_on_it_is_thrown_away_too(sample, maker):
    """Points on the proof, the address of a file, a choice, a colleague, a card that failed."""
    link = DirectLink.objects.get()
    version = ProofVersion.objects.get()
    point = {"point-TOTAL_FORMS": "1", "point-INITIAL_FORMS": "0", "point-0-text": "Larger"}
    shown = {"proof": str(version.public_id)}
    run(sample, link, "proof_points", version.proof.item_key, **shown, **point)
    run(sample, link, "send_link", url="https://files.example.org/a")
    submission = Submission.objects.latest("pk")
    choice = {"item_key": sample.lines[0].key, "is_chosen": True}
    Choice.objects.create(submission=submission, document_id=sample.pk, **choice)
    alex = factories.link_factory(sample, name="Alex", email="alex@example.org")
    DirectLink.objects.filter(pk=alex.pk).update(invited_by=link)
    attempt = PaymentAttempt.objects.create(
        document_id=sample.pk, idempotency_key=uuid4(), purpose="deposit", amount=1, currency="EUR"
    )
    Decline.objects.create(attempt=attempt, reference="ch_1")
    Discrepancy.objects.create(document_id=sample.pk, kind="unknown", amount=1, currency="EUR")
    assert ProofPin.objects.exists()
    discarding.throw_away(sample, maker)
    assert not SalesDocument.objects.exists()
    assert not ProofPin.objects.exists()


def test_nothing_that_holds_a_document_is_forgotten_when_it_is_thrown_away():
    """A new table that hangs on a sample has to be on the list. Samples have no formal invoices,
    and what they know of their version and customer is undone by name."""
    gone = {model for model, _path in discarding.ROWS} | {SalesDocument}
    holding = {
        model
        for model in apps.get_app_config("portal_plugin").get_models()
        for field in model._meta.concrete_fields
        if field.related_model in gone and field.remote_field.on_delete is PROTECT
    }
    assert holding - gone == {Invoice}


def test_a_sample_is_shown_to_nobody_else(sample):
    PortalSettings.objects.filter(site=sample.site).update(lets_invite=True)
    link = DirectLink.objects.get()
    alex = {"name": "Alex", "email": "alex@example.org", "role": "look"}
    with pytest.raises(NotAvailable):
        run(sample, link, "invite", **alex)
    assert DirectLink.objects.get() == link


def test_a_picture_that_two_samples_show_stays_with_the_other(sample, maker):
    other_maker = factories.user_factory()
    other = samples.make(sample.site, other_maker)
    discarding.throw_away(sample, maker)
    (version,) = ProofVersion.objects.of_thread(other)
    assert Preview.objects.filter(digest=version.digest).exists()


def test_only_its_maker_throws_it_away_or_opens_it(sample):
    stranger = factories.user_factory()
    with pytest.raises(NotAvailable):
        discarding.throw_away(sample, stranger)
    with pytest.raises(NotAvailable):
        samples.open_as_customer(sample, stranger)
    assert SalesDocument.objects.filter(pk=sample.pk).exists()


def test_what_is_no_sample_is_never_thrown_away(maker):
    order = factories.approve(factories.order_factory(responsible=maker))
    with pytest.raises(PortalError):
        discarding.throw_away(order, maker)
    assert Order.objects.filter(pk=order.pk).exists()


def test_twice_is_once(sample, maker):
    discarding.throw_away(sample, maker)
    discarding.throw_away(sample, maker)
    assert not Estimate.objects.exists()
    assert not LedgerEntry.objects.exists()
